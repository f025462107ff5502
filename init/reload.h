/* SPDX-License-Identifier: ISC */
/*
 * The unit files: read at boot, read again by command. A child copies them to PID 1's own tmpfs;
 * from there they are parsed into a second set, which takes the place of the first whole, or not at
 * all when a file has an error. What runs goes on, also when its file is gone. PID 1 only.
 */
#ifndef PINTLE_INIT_RELOAD_H
#define PINTLE_INIT_RELOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtime/base/err.h"

/*
 * At boot, and after an exec of PID 1: generation 0 is the files where they lie, others are
 * snapshots.
 */
void reload_first(uint32_t generation);
/* What svcs[] was made from last. */
uint32_t reload_generation(void);
/* Begins; ctl_reloaded() is told when it is over. -EBUSY with e while one is at work. */
int reload_start(struct err *e);
/* When the boot is over: a copy of what was read, for a reload and for an exec of PID 1 to find. */
void reload_keep(void);
/* The child ended: true if it was ours. */
bool reload_reaped(pid_t pid, int code, int sig);

#endif
