/* SPDX-License-Identifier: ISC */
/*
 * The worker that verifies and unpacks an image: one at a time, the units that need it stand in a
 * queue. PID 1.
 */
#ifndef PINTLE_INIT_WORKER_H
#define PINTLE_INIT_WORKER_H

#include <stdbool.h>
#include <sys/types.h>

#include "init/svc/svc.h"

/* A unit in PREPARING: it will get PREPARED or REFUSED. */
void worker_queue(struct svc *s);
/* Takes it out of the queue, or kills the worker that works for it. */
void worker_cancel(struct svc *s);
/* A process ended: true if it was the worker. */
bool worker_reaped(pid_t pid, int code, int sig);
/* The worker that runs, 0 = none. */
pid_t worker_pid(void);

#endif
