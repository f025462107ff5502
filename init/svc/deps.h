/* SPDX-License-Identifier: ISC */
/*
 * What a unit's state means for the others: who waits for whom, who comes up and goes down with
 * whom, in which order; systemd.unit(5). Reads links and order of the unit set; changes other units
 * only by svc_want_start() and svc_want_stop(), which svc_after_turn() carries out. PID 1 only.
 */
#ifndef PINTLE_INIT_SVC_DEPS_H
#define PINTLE_INIT_SVC_DEPS_H

#include "init/svc/svc.h"

/* Has all that s requires and wants started, all that it conflicts with stopped. */
void deps_pull(struct svc *s);
/* s is WAITING: READY or REFUSED if it can be told now. */
void deps_look(struct svc *s);
/*
 * s went down, or is between two tries: what is bound to it goes, OnFailure= or OnSuccess= comes.
 */
void deps_fell(struct svc *s);
/* s is to stop by command, again: and to start after it. Marks what goes down with it. */
void deps_stop(struct svc *s, bool again);
/* Whether everything that comes after s is down, of what is on its way down. */
bool deps_may_stop(const struct svc *s);
/* StopWhenUnneeded=: nobody needs it any more. */
bool deps_unneeded(const struct svc *s);

#endif
