/* SPDX-License-Identifier: ISC */
/*
 * Units with Critical=yes, and what the ladder (ladder.h) has done when one stays sick: its steps,
 * its record over resets, why the board started, safe mode; and StartLimitAction=, FailureAction=,
 * SuccessAction=. PID 1 only.
 */
#ifndef PINTLE_INIT_GUARD_CRITICAL_H
#define PINTLE_INIT_GUARD_CRITICAL_H

#include <stdbool.h>
#include <stdint.h>

#include "board/reset.h"
#include "init/guard/ladder.h"
#include "init/guard/watchdog_rule.h"
#include "init/svc/svc.h"

/*
 * In the boot helper, when the disks are there: what is known of the last life, for
 * critical_booted(). May block.
 */
void critical_collect(void);
/*
 * The boot helper is done: reads that. True: safe mode, only units with Safe=yes are to start, and
 * it starts them.
 */
bool critical_booted(void);
/* After each turn. */
void critical_after_turn(void);
/*
 * A unit failed for good, or ended well by itself: StartLimitAction=, FailureAction=,
 * SuccessAction=.
 */
void critical_ended(struct svc *s);
/* What of the view is known here. */
void critical_view(struct watchdog_view *v);
/* The feeding has stopped. */
void critical_starved(void);
/* The writer of the record ended: true if the process was it. */
bool critical_reaped(pid_t pid);
/* In the shutdown's helper, before the disks go: the record of an orderly end. May block. */
void critical_goodbye(void);
/*
 * Back to the release before, now: 0 = it is under way (the board reboots by itself), -ENOENT =
 * there is none. What updates sets it; NULL = there is none.
 */
extern int (*critical_release_back)(const char *why);

/* Why the board started; unknown until critical_booted(). */
enum reset_cause critical_cause(void);
/* Whether only units with Safe=yes were started, or are left. */
bool critical_is_safe_mode(void);
/* The ladder's reboots so far, and the unit that is sick, "" = none. */
uint32_t critical_reboots(void);
const char *critical_sick_unit(void);

struct saved_system;
/* To the record for the next PID 1, and back. */
void critical_save(struct saved_system *r);
/* See critical_save(). */
void critical_load(const struct saved_system *r);

#endif
