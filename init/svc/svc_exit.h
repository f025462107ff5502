/* SPDX-License-Identifier: ISC */
/* How a unit's processes came to exec and ended, and what that means. PID 1 only. */
#ifndef PINTLE_INIT_SVC_SVC_EXIT_H
#define PINTLE_INIT_SVC_SVC_EXIT_H

#include "init/svc/svc.h"

/* exec happened. */
void svc_executed(struct svc *s, enum svc_role role);
/*
 * The run is over for a reason of pintle's own (start limit, no process could be made, timeout,
 * watchdog, health).
 */
void svc_fail(struct svc *s, enum svc_result result, enum backoff_exit how);
/*
 * Decides where the unit goes after a run that ended so: AGAIN, BROKEN or DONE, by Restart= and its
 * sisters.
 */
enum svc_event svc_goal(const struct svc *s, enum backoff_exit how);
/*
 * The next command of the state's list after the one that ended, or the first after none; NULL at
 * the end.
 */
const struct unit_argv *svc_next_command(const struct svc *s, const struct unit_argv *after);
/* "oom-kill" */
const char *svc_result_word(enum svc_result result);

#endif
