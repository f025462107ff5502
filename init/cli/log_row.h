/* SPDX-License-Identifier: ISC */
/* A line of a log as it is shown. A unit's bytes never reach a terminal as they are. */
#ifndef PINTLE_INIT_CLI_LOG_ROW_H
#define PINTLE_INIT_CLI_LOG_ROW_H

#include "init/cli/cli.h"

/* "  12.345 | text"; with named the unit's name in front of the text. */
void log_row_text(struct sink *out, const struct ctl_log *l, bool named);
/* An object, without a newline. */
void log_row_json(struct sink *out, const struct ctl_log *l);
/* The text alone. */
void log_row_cat(struct sink *out, const struct ctl_log *l);

#endif
