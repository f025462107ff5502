/* SPDX-License-Identifier: ISC */
/* A further process in a unit's namespaces: probes, `exec`. Runs in a child of PID 1; may block. */
#ifndef PINTLE_INIT_SVC_SVC_INSIDE_H
#define PINTLE_INIT_SVC_SVC_INSIDE_H

#include "init/svc/svc.h"
#include "runtime/container.h"

/*
 * Starts what spec says beside the unit's main process, waits for it, and ends this process with
 * its exit status (128 + signal). The new one dies with us. Returns only on failure, -errno with e.
 */
int svc_inside_run(const struct svc *s, const struct spec *spec, struct err *e);
/* The main process's own environment, from a's memory: NULL-terminated, or NULL with e. */
char **svc_inside_env(const struct svc *s, struct arena *a, struct err *e);

#endif
