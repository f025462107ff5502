/* SPDX-License-Identifier: ISC */
/* Signals to PID 1, and the reaping of every child and orphan. */
#ifndef PINTLE_INIT_SIG_H
#define PINTLE_INIT_SIG_H

#include <stdint.h>

/* Blocks all signals and watches them by a signalfd. 0 or -errno. Once, before the loop. */
int sig_init(void);
/* Processes reaped so far that were no child of ours by design. */
uint32_t sig_orphans(void);
/* After an exec of PID 1: what ended meanwhile is reaped. */
void sig_resume(uint32_t had_orphans);

#endif
