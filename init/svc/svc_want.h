/* SPDX-License-Identifier: ISC */
/*
 * What units are to do as soon as their turn comes: carried out by svc_after_turn(), never on the
 * spot. PID 1 only.
 */
#ifndef PINTLE_INIT_SVC_SVC_WANT_H
#define PINTLE_INIT_SVC_SVC_WANT_H

#include "init/svc/svc.h"

/* Is to come up: at once if it is down, after it is down if it is on its way there. */
void svc_want_start(struct svc *s);
/* Is to go down, after what comes after it; and up again, if it was not down. */
void svc_want_stop(struct svc *s, bool again);

#endif
