/* SPDX-License-Identifier: ISC */
/*
 * The ladder's record on the data partition: read and written by helper processes, never by PID 1
 * itself.
 */
#ifndef PINTLE_INIT_GUARD_CRITICAL_RECORD_H
#define PINTLE_INIT_GUARD_CRITICAL_RECORD_H

#include <stdint.h>

#include "board/reset.h"
#include "init/guard/ladder.h"

/*
 * PID 1: has a child write it (stage, fsync, rename, fsync of the folder). While one is writing,
 * the newest waits for it.
 */
void critical_record_save(const struct ladder_record *r);
/* What an orderly end writes instead of LADDER_ORDERLY. */
void critical_record_at_end(enum ladder_end end);
/*
 * PID 1, once, when the boot helper is done: what it left on the tmpfs, and what that says with the
 * driver's flags.
 */
enum reset_cause critical_record_read(uint32_t watchdog_flags, struct ladder_record *ret);

#endif
