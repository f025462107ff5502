/* SPDX-License-Identifier: ISC */
/* How a unit's process ended and what that means. Shared by svc_act.c and svc_exit.c only. */
#ifndef PINTLE_INIT_SVC_EXIT_H
#define PINTLE_INIT_SVC_EXIT_H

#include "init/svc.h"

/* The main process is gone (or never was): event is where the unit goes once its group is empty. */
void svc_ended(struct svc *s, enum svc_event event);
/* AGAIN or BROKEN by Restart=; DONE or STAYS for a clean end. */
enum svc_event svc_restart_event(const struct svc *s, enum backoff_exit how);
/* Whether s->command is one of ExecStart= (not of ExecStartPre=). */
bool svc_is_main_command(const struct svc *s);
/* The pipe that tells how the way to exec ended. */
void svc_on_report(unsigned index, uint32_t events);
/* Sends a signal to the main process, if there is one. */
void svc_signal(struct svc *s, int sig);
/* Looks at once whether a closing unit's group is empty. */
void svc_look_empty(struct svc *s);
/* Starts the ExecStartPre= that s->command names. */
void svc_run_pre_again(struct svc *s);
/* The backoff's timer. */
void svc_on_retry(unsigned index);

#endif
