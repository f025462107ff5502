/* SPDX-License-Identifier: ISC */
/*
 * The running binary, held by an fd from the first moment: other parts are started from it whatever
 * happens to its path.
 */
#ifndef PINTLE_INIT_SELF_H
#define PINTLE_INIT_SELF_H

#include "runtime/base/err.h"
#include "runtime/container.h"

/* Opens /proc/self/exe. 0 or -errno. Once, at boot. */
int self_open(void);
/* That descriptor. */
int self_fd(void);
/*
 * Starts the binary under another name (argv[0]) with stdin and stdout as given (-1: /dev/null), as
 * ctr_spawn does; standard error goes nowhere. argv is NULL-terminated, at most 4 words. For PID 1.
 */
int self_spawn(char *const *argv, int stdin_fd, int stdout_fd, struct ctr_proc *ret, struct err *e);

#endif
