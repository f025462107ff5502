/* SPDX-License-Identifier: ISC */
/*
 * Descriptors that services leave with PID 1 (FDSTORE=1) and get back at their next start, after
 * those of their .socket units; sd_listen_fds(3), sd_pid_notify_with_fds(3). One bounded table for
 * all. PID 1 only.
 */
#ifndef PINTLE_INIT_SVC_FDSTORE_H
#define PINTLE_INIT_SVC_FDSTORE_H

#include "init/svc/svc.h"

#define FDSTORE_MAX 64

/*
 * Takes over all n fds: keeps what fits FileDescriptorStoreMax=, closes the rest. name "" =
 * "stored".
 */
void fdstore_add(struct svc *s, int *fds, unsigned n, const char *name);
/* What the pintle before had. */
void fdstore_load(void);
/* Closes those of a name. */
void fdstore_remove(struct svc *s, const char *name);
/* Closes all: the unit stopped for good. */
void fdstore_clear(struct svc *s);
/* The fds of the unit, in order, and their names; how many there are. At most cap. */
unsigned fdstore_list(const struct svc *s, int *fds, const char **names, unsigned cap);

#endif
