/* SPDX-License-Identifier: ISC */
/*
 * A PID 1 that survives itself: SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT, on a stack of their
 * own, note the fault and exec the held binary again with all descriptors; so does `pintle reexec`,
 * without a fault. PID 1 only.
 */
#ifndef PINTLE_INIT_KEEP_CRASH_H
#define PINTLE_INIT_KEEP_CRASH_H

#include <stdbool.h>
#include <stdint.h>

#define CRASH_WINDOW_MS 60000u
#define CRASH_SAFE 5u		/* more in the window: safe mode */
#define CRASH_REBOOT 20u	/* more: the board starts again */

/*
 * Sets the handlers; from here on a fault is an exec of exe_fd with --resume= and the words of
 * argv. before keep_open(): state_fd is the region of the pintle before, or -1. limit:
 * CRASH_REBOOT, 0 = no limits (tests).
 */
void crash_guard(int exe_fd, int state_fd, int argc, char **argv, bool limits);
/* The region is open: its descriptor is what the next one gets. */
void crash_state(int state_fd);
/* How many crashes the last minute has seen. */
unsigned crash_recent(uint64_t now_ms);
/*
 * Becomes fd (the held binary if < 0). Returns -errno if that cannot be; then everything is as it
 * was.
 */
int crash_reexec(int fd);

#endif
