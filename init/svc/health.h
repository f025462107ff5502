/* SPDX-License-Identifier: ISC */
/*
 * Health checks: one probe of a unit at a time, a child in a group of its own with a deadline (a
 * probe that hangs or forks away is killed whole); what its outcome means is health_rule's. PID 1
 * only.
 */
#ifndef PINTLE_INIT_SVC_HEALTH_H
#define PINTLE_INIT_SVC_HEALTH_H

#include "init/svc/health_rule.h"
#include "init/svc/svc.h"

struct health {
	struct health_state state;
	struct svc_proc proc;
	struct cg cg;
	bool has_cg, begun, timed_out;
	uint64_t probes;	/* of this run */
};

/* The unit is executed (it is awaited) or up: probes begin, once a run. */
void health_begin(struct svc *s);
/* The run is over: no probe is left. */
void health_end(struct svc *s);
/* The unit is gone for good: its probes' group, too. */
void health_close(struct svc *s);
/* Notify=healthy, and it is not yet. */
bool health_is_awaited(const struct svc *s);
/* A probe's process ended: true if it was one. */
bool health_reaped(pid_t pid, int code, int sig);
struct saved_unit;
void health_save(const struct svc *s, struct saved_unit *r);
void health_load(struct svc *s, const struct saved_unit *r);
enum health_word health_of(const struct svc *s);
/* "healthy"; "" for a unit without a check. */
const char *health_word(const struct svc *s);

/* The child: carries the probe out and ends with 0 or 1. ctx is a struct svc; svc_child_probe.c. */
int svc_child_probe(void *ctx, struct err *e);

#endif
