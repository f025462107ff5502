/* SPDX-License-Identifier: ISC */
/* What the boot helper and PID 1 have in common: the helper's life and the records it sends. */
#ifndef PINTLE_INIT_BOOT_BOOT_HELPER_H
#define PINTLE_INIT_BOOT_BOOT_HELPER_H

#include <stdint.h>

#include "runtime/base/err.h"

enum boot_kind { BOOT_WARNING = 1, BOOT_FAILED, BOOT_STORE_FAILED, BOOT_DONE, BOOT_STAMP };

struct boot_message {		/* whole on a pipe: below PIPE_BUF */
	uint32_t kind;
	struct err err;		/* BOOT_STAMP: its text is the name of a timer */
	uint64_t stamp;		/* when that one elapsed last, seconds since 1970 */
};

/*
 * A ctr_child: does the work, writes records to the pipe whose fd ctx points at, and ends its
 * process.
 */
int boot_help(void *ctx, struct err *e);

#endif
