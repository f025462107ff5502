/* SPDX-License-Identifier: ISC */
/*
 * The units as PID 1 runs them: one record a unit, in a fixed table. Events come in by svc_event(),
 * which looks the step up in svc_fsm and has svc_act.c carry out its actions. Only PID 1 uses this.
 */
#ifndef PINTLE_INIT_SVC_H
#define PINTLE_INIT_SVC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "init/backoff.h"
#include "init/loop.h"
#include "init/ring.h"
#include "init/svc_fsm.h"
#include "init/unit/unit.h"
#include "runtime/base/err.h"
#include "runtime/cgroup.h"

struct svc {
	const struct unit *unit;
	enum svc_state state;
	enum svc_event goal;	/* in CLOSING: what its main process's end meant */
	uint64_t since_ms;	/* in this state */
	uint64_t up_ms;		/* exec happened, 0 = not up */

	pid_t pid;		/* main process (or the ExecStartPre= running), 0 = none */
	int pidfd;		/* -1 = the kernel has none */
	int report_fd;
	loop_handle report_watch;
	const struct unit_argv *command;	/* of ExecStartPre= or ExecStart= that runs now */
	bool exec_failed;	/* reason says so already */
	bool kill_timed_out;

	struct cg cg;
	bool has_cg;
	int netns_fd;		/* kept over restarts, -1 = none */
	uint64_t oom_kills;	/* of the group when the process started */

	bool prepared;		/* digest is good for a restart */
	bool again;		/* START came while it was going down */
	bool cached, insecure, oom_killed;
	uint8_t digest[32];
	int image_stop_signal;	/* the image's own, 0 = none */

	int exit_code, exit_signal;	/* -1 and 0: never ended */
	uint32_t restarts;
	struct backoff backoff;
	struct err reason;

	int log_fd[2][2];	/* pipes of stdout and stderr: kept over restarts */
	loop_handle log_watch[2];
	struct ring *ring;
};

extern struct svc svcs[];
extern unsigned n_svcs;
extern struct unit_set units;
extern struct cg_tree cgroups;

/* Makes a record of every unit that was read: group, log pipes, ring. */
void svc_init(void);
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
/* By command: stops it and what requires it. */
void svc_stop(struct svc *s);
void svc_restart(struct svc *s);
/* Every enabled unit, in order. */
void svc_start_enabled(void);
/*
 * Whether the unit's state will change by itself: a client that waits for the outcome goes on
 * waiting.
 */
bool svc_unsettled(const struct svc *s);
/* A process ended: true if it was this table's. */
bool svc_reaped(pid_t pid, int code, int sig, bool core);
/* After each turn: units that wait for others are looked at again when anything changed. */
void svc_after_turn(void);

/* Carries out a step's actions; svc_act.c. */
void svc_act(struct svc *s, uint32_t actions);
/* What waits in WAITING: READY or REFUSED if it can be told now; deps.c. */
void deps_look(struct svc *s);
/* Starts what s requires and wants; deps.c. */
void deps_pull(struct svc *s);
/* The child: from unit and image to exec; svc_child.c. ctx is the struct svc. */
int svc_child_container(void *ctx, struct err *e);
int svc_child_command(void *ctx, struct err *e);
/* Makes the pipes of a unit's output and watches them; logs.c. */
int logs_open(struct svc *s);
/* Takes in what is in the pipes now: before an exit is told, its last words. */
void logs_drain(struct svc *s);
/* Keeps PID 1's own log lines in a ring from now on, and that ring; logs.c. */
void logs_keep_own(void);
const struct ring *logs_own(void);

#endif
