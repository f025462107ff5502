/* SPDX-License-Identifier: ISC */
/*
 * The processes of a unit: started, listened to on their way to exec, signalled, forgotten when
 * reaped. What their ends mean is svc_exit.c's. PID 1 only.
 */
#ifndef PINTLE_INIT_SVC_SVC_PROC_H
#define PINTLE_INIT_SVC_SVC_PROC_H

#include "init/svc/svc.h"
#include "runtime/container.h"

/* What a child gets as its ctx: it runs on a copy of PID 1's memory. */
struct svc_launch {
	struct svc *svc;
	enum svc_role role;
	const struct unit_argv *command;	/* NULL for a container and for the conditions */
};

/* No process yet: what svc_init() and a reap leave. */
void svc_proc_clear(struct svc_proc *p);
/*
 * Starts child in role, with the unit's group, limits and, for CLONE_NEW* of namespaces, new
 * namespaces (its network namespace is made once and kept). 0, or -errno: the reason is in the
 * unit's record.
 */
int svc_proc_start(struct svc *s, enum svc_role role, const struct unit_argv *command,
		   uint64_t namespaces, ctr_child *child);
/* Looks whether the way to exec ended, in every role; before an exit is told. */
void svc_proc_hear(struct svc *s, enum svc_role role);
/*
 * The process of that pid becomes the main one (forking, MAINPID=); it must be of the unit's group
 * and our child.
 */
int svc_proc_adopt(struct svc *s, pid_t pid);
/* After an exec of PID 1: listens to the process again, or finds out what became of it. */
void svc_proc_restore(struct svc *s, enum svc_role role);
/* Sends a signal to the role's process, if there is one. */
void svc_proc_signal(const struct svc *s, enum svc_role role, int sig);
/* To the main process: what `kill` and reloads do. */
void svc_signal(struct svc *s, int sig);
/* Forgets a process that was reaped, or that is left alone (KillMode=none). */
void svc_proc_forget(struct svc *s, enum svc_role role);

#endif
