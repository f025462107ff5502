/* SPDX-License-Identifier: ISC */
/*
 * The records that PID 1 leaves for the one after it: fixed layout, fields are only ever added at
 * the end (a shorter record of an older pintle reads as zeros there). Numbers of descriptors are 1
 * higher than they are: 0 = none.
 */
#ifndef PINTLE_INIT_KEEP_SAVED_H
#define PINTLE_INIT_KEEP_SAVED_H

#include <stdint.h>

#include "init/ctl/ctl.h"
#include "init/keep/keep.h"

struct saved_proc {
	int32_t pid;
	uint16_t pidfd, report;		/* + 1 */
	/* its command: which list (saved_lists of svc_saved.c) and which of it; list 0 = none */
	uint8_t list, at;
	uint8_t failed, launching;	/* launching: the clone was begun, its pid not noted yet */
};

struct saved_unit {
	char name[CTL_UNIT_MAX];
	uint8_t state, goal, result,
		health; /* by their numbers in svc_fsm.def, svc_result.def, enum health_word */
	uint32_t flags;				/* SAVED_* */
	struct saved_proc proc[3];		/* main, control, probe */
	uint16_t netns, logs[4], notify, ready[2];	/* + 1 */
	int32_t exit_code, exit_signal, image_stop_signal;
	uint32_t restarts, backoff_tries, backoff_starts, health_failures, health_successes;
	uint64_t backoff_window_ms;
	uint64_t since_ms, up_ms, active_ms, down_ms;	/* CLOCK_MONOTONIC, as all of PID 1 */
	uint64_t clock_ms, retry_ms, watchdog_due_ms, watchdog_ms, health_begun_ms, probe_late_ms,
		oom_kills;
	uint64_t timer_last_ms, timer_last_unix, timer_began_ms;
	uint8_t digest[32];
	char status[80];
	struct err reason;
	uint8_t shed, more[7];
};

#define SAVED_PREPARED 1u
#define SAVED_AGAIN 2u
#define SAVED_WANT_START 4u
#define SAVED_WANT_STOP 8u
#define SAVED_ASKED_DOWN 16u
#define SAVED_TOLD_FAILURE 32u
#define SAVED_CACHED 64u
#define SAVED_INSECURE 128u
#define SAVED_OOM_KILLED 256u
#define SAVED_KILL_TIMED_OUT 512u
#define SAVED_READY 1024u
#define SAVED_OWN_RELOAD 2048u
#define SAVED_HEALTH_BEGUN 4096u
#define SAVED_HEALTH_STARTUP 8192u

_Static_assert(sizeof(struct saved_unit) <= KEEP_UNIT_MAX, "a unit's record fits its place");

struct saved_fdstore {
	struct {
		uint16_t fd;		/* + 1 */
		uint8_t unit, spare;	/* the place in svcs[] */
		char name[32];
	} fds[64];
};

_Static_assert(sizeof(struct saved_fdstore) <= KEEP_FDSTORE_MAX, "fits its place");

#define SAVED_CONSOLES 4
struct saved_system {
	uint16_t listen;		/* + 1 */
	uint8_t boot_over, shutdown;	/* shutdown: enum shutdown_kind + 1, 0 = not begun */
	int32_t consoles[SAVED_CONSOLES], worker, boot_helper;
	uint16_t boot_pipe, spare;	/* + 1 */
	uint32_t orphans, policy_insecure;
	char degraded[256];
	struct err store;
	/* The hardware watchdog (+ 1) and the ladder: critical.c. */
	uint16_t watchdog;
	uint8_t reset_cause, device_safe_mode, ladder[8];
	uint8_t more[4];
	uint64_t ladder_sick_ms, ladder_step_ms, ladder_well_ms;
	uint32_t units;			/* the generation of unit files: reload.h */
	uint32_t crashes;		/* of PID 1, that it knew of */
};

_Static_assert(sizeof(struct saved_system) <= KEEP_SYSTEM_MAX, "fits its place");

#endif
