/* SPDX-License-Identifier: ISC */
/*
 * The child's side of a start: what ctr_spawn() calls after clone, on a copy of PID 1's memory.
 * They end in exec or with -errno.
 */
#ifndef PINTLE_INIT_SVC_SVC_CHILD_H
#define PINTLE_INIT_SVC_SVC_CHILD_H

#include "runtime/base/err.h"

/*
 * From unit and image to the container's exec. ctx is a struct svc_launch (svc_proc.h), as below.
 */
int svc_child_container(void *ctx, struct err *e);
/* A command of the unit, on the host. */
int svc_child_command(void *ctx, struct err *e);
/*
 * Condition*= and Assert*=: ends with status 0 when they hold; the error's step is "condition" or
 * "assert".
 */
int svc_child_conditions(void *ctx, struct err *e);

#endif
