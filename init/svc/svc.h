/* SPDX-License-Identifier: ISC */
/*
 * The units as PID 1 runs them: one record a unit, in a fixed table. Events come in by svc_event(),
 * which looks the step up in svc_fsm and has svc_act.c carry out its actions. Only PID 1 uses this.
 */
#ifndef PINTLE_INIT_SVC_SVC_H
#define PINTLE_INIT_SVC_SVC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "init/log/ring.h"
#include "init/loop.h"
#include "init/svc/backoff.h"
#include "init/svc/svc_fsm.h"
#include "init/unit/unit.h"
#include "runtime/base/err.h"
#include "runtime/cgroup.h"

#define SVC_STUCK_MS                                                                               \
	10000u /* a group that SIGKILL does not empty in this time is stuck in the kernel */

/* MAIN: what the unit is there for. CONTROL: one of its other commands, one at a time. */
enum svc_role { SVC_MAIN, SVC_CONTROL, SVC_ROLES };

struct svc_proc {		/* see svc_proc.h */
	pid_t pid;		/* 0 = none */
	int pidfd;		/* -1 = the kernel has none */
	int report_fd;
	loop_handle watch;
	bool failed;		/* on its way to exec: the reason says so already */
	bool launching;		/* between the record's word and the clone's */
	const struct unit_argv *command;	/* NULL: a container, or no command of the unit */
};

/* Why the unit is not up, or its last run ended: systemd's Result=. svc_result_word(). */
enum svc_result {
#define RESULT(name, word) SVC_R_##name,
#include "init/svc/svc_result.def"
#undef RESULT
	SVC_RESULTS
};

struct svc {
	const struct unit *unit;	/* NULL: a free place */
	enum svc_state state;
	enum svc_event goal;	/* on the way down: where to */
	uint8_t queue[2];	/* events that its own actions brought about */
	uint8_t n_queued;
	bool busy;		/* svc_event() is at work on it */
	uint8_t shed;		/* enum shed_how: what memory pressure did to it */
	bool dirty;		/* its record (keep/saved.h) is behind */
	uint64_t since_ms;	/* in this state */
	uint64_t up_ms;		/* exec happened, 0 = not up */
	uint64_t active_ms, down_ms;	/* when it came up and went down last; 0 = never */

	struct svc_proc proc[SVC_ROLES];
	bool kill_timed_out;

	struct cg cg;
	bool has_cg;
	int netns_fd;		/* kept over restarts, -1 = none */
	uint64_t oom_kills;	/* of the group when the process started */

	bool prepared;		/* digest is good for a restart */
	bool again;		/* START comes when it is down */
	bool want_start, want_stop;	/* svc_want.h */
	bool told_failure; /* OnFailure= was started; until it is up again or started by command */
	bool asked_down;	/* its stop was asked for: its end is not its own doing */
	bool cached, insecure, oom_killed;
	uint8_t digest[32];
	int image_stop_signal;	/* the image's own, 0 = none */

	int exit_code, exit_signal;	/* of the main process; -1 and 0: never ended */
	enum svc_result result;
	uint32_t restarts;
	struct backoff backoff;
	struct err reason;

	int log_fd[2][2];	/* pipes of stdout and stderr: kept over restarts */
	loop_handle log_watch[2];
	struct ring *ring;

	struct notify *notify;	/* notify.c */
	struct health *health;	/* health.c */
};

extern struct svc svcs[];
extern unsigned n_svcs;
extern struct unit_set units;
extern struct cg_tree cgroups;

/* One event for one unit; what follows from it is done before this returns. */
void svc_event(struct svc *s, enum svc_event event);
/* Puts the reason into the unit's record (the newest wins) and its log. */
void svc_reason(struct svc *s, const struct err *e);
/* A line of pintle's own in the unit's log, and in the kernel's. */
void svc_say(struct svc *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
unsigned svc_index(const struct svc *s);
struct svc *svc_find(const char *name);
/*
 * By command or at boot: what the unit requires is started, too. -errno when it cannot be: e says
 * why.
 */
int svc_start(struct svc *s, bool by_command, struct err *e);
/* By command: stops it and, before it, what cannot be without it. */
void svc_stop(struct svc *s);
/* The same, and starts again what was up. As svc_start(). */
int svc_restart(struct svc *s, struct err *e);
/* ExecReload= or what Type=notify-reload does. -errno with e when it cannot be. */
int svc_reload(struct svc *s, struct err *e);
/* Every enabled unit, in order. */
void svc_start_enabled(void);
/*
 * Whether the unit's state will change by itself: a client that waits for the outcome goes on
 * waiting.
 */
bool svc_unsettled(const struct svc *s);
/* Whether the last run, or the try of one, went wrong; skipped by a condition is not wrong. */
bool svc_failed(const struct svc *s);
/* A process ended: true if it was this table's. */
bool svc_reaped(pid_t pid, int code, int sig, bool core);
/* After each turn: units that wait for others are looked at again when anything changed. */
void svc_after_turn(void);
/* Have svc_after_turn() look: something that it asks about changed. */
void svc_changed(void);
/* The clock of the state it is in goes to at_ms, if that is later: EXTEND_TIMEOUT_USEC=. */
void svc_clock_move(struct svc *s, uint64_t at_ms);

/* Carries out a step's actions; svc_act.c. */
void svc_act(struct svc *s, uint32_t actions);
/* When the next try of a unit in BACKOFF is due, monotonic ms; 0 = none. */
uint64_t svc_next_start(const struct svc *s);
/* When the state's clock is over; 0 = it has none. And both back from a record; 0 = none. */
uint64_t svc_clock_due(const struct svc *s);
void svc_clock_restore(struct svc *s, uint64_t at_ms);
void svc_retry_restore(struct svc *s, uint64_t at_ms);

#endif
