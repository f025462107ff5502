/* SPDX-License-Identifier: ISC */
/*
 * Whether PID 1's own helpers (workers, consoles, the boot's and the shutdown's) came to exec:
 * their exec reports stay open in the loop until they tell. A helper whose report is closed early
 * dies of SIGPIPE, its reason with it. PID 1.
 */
#ifndef PINTLE_INIT_REPORT_H
#define PINTLE_INIT_REPORT_H

#include <stdbool.h>

#include "runtime/container.h"

/*
 * Takes over proc's report_fd (it becomes -1). A full table closes it: the helper runs, a failure
 * has no words.
 */
void report_keep(struct ctr_proc *proc);
/*
 * Once, when the helper has ended or its other pipes are closed: true with *ret when it failed on
 * its way to exec. Forgets the helper.
 */
bool report_take(pid_t pid, struct err *ret);

#endif
