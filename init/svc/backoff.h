/* SPDX-License-Identifier: ISC */
/*
 * When a unit is started again: which exits Restart= wants again, how long to wait, how often is
 * too often. systemd.service(5), with one difference: a healthy spell takes the delay back to
 * RestartSec= (systemd never does: systemd/systemd#43813). Pure.
 */
#ifndef PINTLE_INIT_SVC_BACKOFF_H
#define PINTLE_INIT_SVC_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#include "init/unit/unit.h"

/* A run as long as RestartMaxDelaySec= is a healthy spell; without that key, one of this length. */
#define BACKOFF_HEALTHY_MS 10000u

struct backoff {
	uint32_t tries;			/* restarts since the last healthy spell */
	uint64_t window_ms;		/* when the start limit's window began; 0 = not yet */
	uint32_t starts;		/* in the window */
};

enum backoff_exit {
	BACKOFF_CLEAN,
	BACKOFF_EXIT_CODE,
	BACKOFF_SIGNAL,
	BACKOFF_CORE,
	BACKOFF_TIMEOUT,
	BACKOFF_WATCHDOG
};

/* How an exit counts: clean is exit status 0 or SIGHUP, SIGINT, SIGTERM, SIGPIPE. */
enum backoff_exit backoff_class(int exit_code, int exit_signal, bool core);
/* Whether Restart= wants the unit again after such an exit. */
bool backoff_wanted(enum unit_restart policy, enum backoff_exit how);
/* The delay before the next try, ms; counts it. ran_ms: how long the last run lasted. */
uint64_t backoff_delay(struct backoff *b, const struct unit *u, uint64_t ran_ms);
/*
 * Counts a start at now_ms; false when it is one too many for StartLimitIntervalSec= and
 * StartLimitBurst=.
 */
bool backoff_may_start(struct backoff *b, const struct unit *u, uint64_t now_ms);
/* Forgets everything: a start by command. */
void backoff_reset(struct backoff *b);

#endif
