/* SPDX-License-Identifier: ISC */
/* What the files that carry out a unit's steps share. PID 1 only. */
#ifndef PINTLE_INIT_SVC_SVC_ACT_H
#define PINTLE_INIT_SVC_SVC_ACT_H

#include "init/svc/svc.h"

/* Whether units of this kind have a process of their own. */
bool svc_has_process(const struct svc *s);
/*
 * Starts the command after the one that ended, in the list of the state; after the last: the event
 * that says so.
 */
void svc_run_next(struct svc *s, const struct unit_argv *after);
/* Type=forking: finds the process that is the service now. */
void svc_find_main(struct svc *s);
/*
 * After an exec of PID 1: what the state waits for besides processes and clocks is set going again;
 * svc_resume.c.
 */
void svc_act_resume(struct svc *s);
/* A process that was about to be made was not. */
void svc_relaunch(struct svc *s, enum svc_role role);
/* Actions of svc_kill.c. */
void svc_act_term(struct svc *s);
void svc_act_look(struct svc *s);
void svc_act_kill(struct svc *s);
/* The state's clock was set when it was entered; svc_clock.c. */
void svc_clock_start(struct svc *s);

#endif
