/* SPDX-License-Identifier: ISC */
/* One console process a serial line, started again when it ends. PID 1 itself never opens a tty. */
#ifndef PINTLE_INIT_CONSOLE_MGR_H
#define PINTLE_INIT_CONSOLE_MGR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Starts a console on each line that the board or the kernel's words (cmdline) name. */
void console_start(const char *cmdline);
/* A process ended: true if it was a console. */
bool console_reaped(pid_t pid);

/* Those that run, for the record; and back: what died meanwhile is started again. */
void console_pids(int32_t *ret, unsigned cap);
void console_resume(const int32_t *pids, unsigned n);

#endif
