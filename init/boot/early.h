/* SPDX-License-Identifier: ISC */
/*
 * What has to be there before anything else: file systems, standard fds, the kernel log. PID 1,
 * before the loop.
 */
#ifndef PINTLE_INIT_BOOT_EARLY_H
#define PINTLE_INIT_BOOT_EARLY_H

#define EARLY_CMDLINE_MAX 2048

/*
 * Mounts what the kernel's own file systems are and a tmpfs on /run (what is
 * mounted already is left alone), opens the kernel log, turns Ctrl-Alt-Del into a signal. Goes on
 * whatever fails: each failure is noted as degraded.
 */
void early_setup(void);
/* The same for a PID 1 that goes on where one before it left: only the kernel log is opened. */
void early_resume(void);
/* First of all, and not after an exec: gives 0, 1 and 2 a place, closes all others. */
void early_fds(void);
/*
 * The kernel's command line, cut at EARLY_CMDLINE_MAX; "" when it could not be read. Static
 * storage.
 */
const char *early_cmdline(void);

#endif
