/* SPDX-License-Identifier: ISC */
/*
 * Figures in few columns: times, sizes, digests, exits. Pure; each writes a NUL-terminated text
 * into buf[cap].
 */
#ifndef PINTLE_INIT_CLI_FORMAT_H
#define PINTLE_INIT_CLI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "init/ctl/ctl.h"

/* "0s" "59s" "12m34s" "5h59m" "99d23h" "9999d": at most 6 columns. */
void format_span(char *buf, size_t cap, uint64_t ms);
/* "0" "999B" "1.5M" "999K": at most 4 columns; 0 is "-". */
void format_bytes(char *buf, size_t cap, uint64_t bytes);
/* The first 12 digits of a digest, "-" when it is all zero. */
void format_digest(char *buf, size_t cap, const uint8_t digest[32]);
/* "0" "137" "KILL" "oom" "-": how the last run ended. */
void format_exit(char *buf, size_t cap, const struct ctl_unit *u);
/*
 * A name in so many columns: a longer one is cut and ends with '~', what is not ASCII becomes '?'.
 */
void format_name(char *buf, size_t cap, const char *name, unsigned columns);

/* The status table's header: 78 columns at most, no newline. */
void format_table_head(char *buf, size_t cap);
/* A unit's row under it, whatever its values are; cap >= 80. */
void format_table_row(char *buf, size_t cap, const struct ctl_unit *u);

#endif
