/* SPDX-License-Identifier: ISC */
/*
 * What a request on the control socket means, and what its client waits for. Shared by ctl_server.c
 * and ctl_verbs.c; PID 1.
 */
#ifndef PINTLE_INIT_CTL_CTL_VERBS_H
#define PINTLE_INIT_CTL_CTL_VERBS_H

#include "init/ctl/ctl.h"
#include "init/svc/svc.h"

enum stage {
	STAGE_REQUEST,
	STAGE_SYSTEM,
	STAGE_UNITS,
	STAGE_LOGS,
	STAGE_EVENTS,
	STAGE_WAIT,
	STAGE_RELOAD,
	STAGE_END
};

struct client {
	int fd;			/* -1 = free */
	loop_handle watch;
	bool may_act, blocked;	/* blocked: waits until the client has read */
	bool held, sending;	/* held: its next request is read when it has a token again */
	unsigned tokens;
	uint64_t filled_ms;	/* tokens are counted up to here */
	enum stage stage;
	struct ctl_request q;
	int passed_fd;		/* came with it, -1 = none */
	struct svc *unit;	/* the one named, or NULL */
	unsigned next;		/* unit row to be sent */
	const struct ring *ring; /* whose lines are asked for, NULL = all units' and PID 1's */
	uint64_t log_at;
	uint64_t next_at;		/* the position behind the row at hand, */
	unsigned next_ring;		/* and whose */
	uint64_t all_at[UNITS_MAX + 1];	/* the same of each ring, PID 1's first */
	struct ctl_end end;
};

/* Begins what c->q asks for: sets the stage. */
void ctl_begin(struct client *c);
/* The unit that c waited for has settled. */
void ctl_end_by_state(struct client *c);
/* The client is to be sent lines, the last n of each ring (0 = all). */
void ctl_begin_logs(struct client *c, unsigned n);
/*
 * The next line due, and where the reader is after it: by ctl_took_log() when it was sent. False:
 * none now.
 */
bool ctl_next_log(struct client *c, struct ctl_log *row);
void ctl_took_log(struct client *c);
/* The last row is to be sent. e may be NULL. */
void ctl_end_with(struct client *c, int exit_status, const struct err *e);

#endif
