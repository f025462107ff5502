/* SPDX-License-Identifier: ISC */
/*
 * Critical= units, the ladder's steps. See critical.h; the record over resets is
 * critical_record.c's.
 */
#include "init/guard/critical.h"

#include <errno.h>
#include <string.h>

#include "init/boot/degraded.h"
#include "init/boot/shutdown.h"
#include "init/conf.h"
#include "init/guard/critical_record.h"
#include "init/guard/watchdog.h"
#include "init/keep/saved.h"
#include "init/svc/health.h"
#include "init/svc/svc_want.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

#define SETTLE_MS 10000u
#define ENDING_SLACK_MS 60000u	/* of a shutdown, beyond the longest TimeoutStopSec= */

int (*critical_release_back)(const char *why);

static struct ladder ladder;
static struct record_state {
	enum reset_cause cause;
	bool booted, safe_mode;
	uint64_t ending_ms, ending_max_ms;
} now_is;
static char sick_name[CTL_UNIT_MAX];
static bool was_sick[UNITS_MAX];
static uint64_t away_ms[UNITS_MAX];

static void look(unsigned arg);

static struct ladder_conf ladder_conf(void)
{
	struct ladder_conf c = { .patience_ms = conf.patience_ms, .healthy_ms = conf.healthy_ms };

	c.times[RUNG_UNIT] = conf.restarts;
	c.times[RUNG_GROUP] = conf.group_restarts;
	c.times[RUNG_RELEASE] = critical_release_back ? 1 : 0;
	c.times[RUNG_REBOOT] = conf.reboots;
	c.times[RUNG_SAFE] = 1;
	return c;
}

/* --- who is sick --- */

static bool is_done(const struct svc *s)
{
	bool down = svc_state_class(s->state) == SVC_IS_DOWN;

	/* Never asked to start, stopped by command, skipped; or a oneshot whose work is done. */
	return down && !s->want_start && s->state != SVC_FAILED &&
	       (s->asked_down || !s->active_ms || s->unit->type == UNIT_ONESHOT ||
		s->result == SVC_R_CONDITION);
}

static bool is_sick(unsigned i, uint64_t *soonest)
{
	const struct svc *s = &svcs[i];
	struct critical_unit u = { .up = svc_state_active(s->state),
				   .was_sick = was_sick[i],
				   .settle_ms = SETTLE_MS };
	uint64_t until;
	bool sick;

	if (u.up)
		away_ms[i] = 0;
	else if (!away_ms[i])
		away_ms[i] = loop_now();
	u.unhealthy = health_of(s) == HEALTH_BAD;
	u.broken = s->state == SVC_FAILED || s->state == SVC_BACKOFF;
	u.not_wanted =
		is_done(s) || (s->asked_down && svc_state_class(s->state) == SVC_IS_FALLING &&
			       !s->again && !was_sick[i]);
	u.up_ms = s->active_ms;
	u.away_ms = away_ms[i];
	u.grace_ms = s->unit->timeout_start_ms;
	sick = critical_rule_sick(&u, loop_now(), &until);
	was_sick[i] = sick;
	if (until < *soonest)
		*soonest = until;
	return sick;
}

/* The first sick one, NULL = all are well. */
static struct svc *find_sick(uint64_t *soonest)
{
	struct svc *first = NULL;
	unsigned i;

	for (i = 0; i < n_svcs; i++)
		if (svcs[i].unit && svcs[i].unit->critical && is_sick(i, soonest) && !first)
			first = &svcs[i];
	return first;
}

/* --- the steps --- */

static void note_record(enum ladder_end end)
{
	struct ladder_record r = {
		.end = end,
		.safe = now_is.safe_mode,
		.releases = ladder.done[RUNG_RELEASE],
		.reboots = ladder.done[RUNG_REBOOT],
	};

	str_copy(r.unit, sizeof(r.unit), sick_name);
	critical_record_save(&r);
}

static void go_safe(const char *why)
{
	struct err e = { 0 };
	unsigned i;

	now_is.safe_mode = true;
	err_set(&e, ECANCELED, "safe mode",
		"%s: only the console, the network and units with Safe=yes", why);
	degraded_note(&e);
	for (i = 0; i < n_svcs; i++)
		if (svcs[i].unit && !svcs[i].unit->safe &&
		    svc_state_class(svcs[i].state) != SVC_IS_DOWN)
			svc_stop(&svcs[i]);
	note_record(LADDER_RUNNING);
}

static void reboot_by_ladder(const char *why)
{
	note_record(LADDER_OWN);
	critical_record_at_end(LADDER_OWN);
	shutdown_start(SHUTDOWN_REBOOT, why);
}

static void restart_alone(struct svc *s)
{
	struct err e = { 0 };

	if (svc_state_class(s->state) == SVC_IS_DOWN) {
		svc_start(s, true, &e);
		return;
	}
	backoff_reset(&s->backoff);
	s->prepared = false;
	svc_want_stop(s, true);
}

static void step(enum ladder_rung rung, struct svc *s)
{
	struct err e = { 0 };

	log_line(LOG_LVL_ERR, "ladder: %s is sick: %s, time %u", s->unit->name, ladder_word(rung),
		 ladder.done[rung]);
	svc_say(s, "sick for too long: %s, time %u", ladder_word(rung), ladder.done[rung]);
	switch (rung) {
	case RUNG_UNIT:
		restart_alone(s);
		return;
	case RUNG_GROUP:
		svc_restart(s, &e);
		return;
	case RUNG_RELEASE:
		note_record(LADDER_OWN);
		critical_release_back(s->unit->name);
		return;
	case RUNG_REBOOT:
		reboot_by_ladder("the ladder");
		return;
	default:
		go_safe(s->unit->name);
	}
}

static void look(unsigned arg)
{
	struct ladder_conf c = ladder_conf();
	uint64_t soonest = UINT64_MAX, due;
	struct svc *sick = find_sick(&soonest);
	enum ladder_rung rung;

	(void)arg;
	str_copy(sick_name, sizeof(sick_name), sick ? sick->unit->name : "");
	if (shutdown_begun())
		return;
	switch (ladder_look(&c, &ladder, sick != NULL, loop_now(), &rung)) {
	case LADDER_STEP:
		step(rung, sick);
		break;
	case LADDER_CLEARED:
		log_line(LOG_LVL_NOTICE, "ladder: all critical units were well for %llu s",
			 (unsigned long long)(c.healthy_ms / 1000));
		note_record(LADDER_RUNNING);
		break;
	default:
		break;
	}
	due = ladder_due(&c, &ladder);
	due = due < soonest ? due : soonest;
	if (due == UINT64_MAX)
		loop_timer_off(look, 0);
	else
		loop_timer(look, 0, due > loop_now() ? due : loop_now() + 1);
}

static void note_ending(void)
{
	uint64_t longest = 0;
	unsigned i;

	for (i = 0; i < n_svcs; i++)
		if (svcs[i].unit && svcs[i].unit->timeout_stop_ms != UINT64_MAX &&
		    svcs[i].unit->timeout_stop_ms > longest)
			longest = svcs[i].unit->timeout_stop_ms;
	now_is.ending_ms = loop_now() ? loop_now() : 1;
	now_is.ending_max_ms = longest + ENDING_SLACK_MS;
}

void critical_after_turn(void)
{
	if (shutdown_begun() && !now_is.ending_ms)
		note_ending();
	if (now_is.booted && !now_is.safe_mode)
		look(0);
}

/* --- actions of units --- */

static void act_reboot(struct svc *s, const char *key)
{
	struct ladder_conf c = ladder_conf();

	if (now_is.safe_mode)
		return;
	str_copy(sick_name, sizeof(sick_name), s->unit->name);
	if (ladder_take_reboot(&c, &ladder))
		reboot_by_ladder(key);
	else
		go_safe(s->unit->name);
}

static void act(struct svc *s, enum unit_action action, const char *key)
{
	if (action == UNIT_ACTION_NONE || shutdown_begun())
		return;
	log_line(LOG_LVL_WARN, "%s: %s", s->unit->name, key);
	if (action == UNIT_ACTION_POWEROFF)
		shutdown_start(SHUTDOWN_POWEROFF, key);
	else if (action == UNIT_ACTION_REBOOT)
		act_reboot(s, key);
	else if (!critical_release_back || critical_release_back(s->unit->name))
		svc_say(s, "%s: there is no previous release", key);
}

void critical_ended(struct svc *s)
{
	const struct unit *u = s->unit;

	if (s->state == SVC_FAILED && s->result == SVC_R_START_LIMIT &&
	    u->start_limit_action != UNIT_ACTION_NONE)
		act(s, u->start_limit_action, "StartLimitAction=");
	else if (s->state == SVC_FAILED)
		act(s, u->failure_action, "FailureAction=");
	else
		act(s, u->success_action, "SuccessAction=");
}

/* --- boot, end, and what others ask --- */

static void start_safe_units(void)
{
	struct err e = { 0 };
	unsigned i;

	for (i = 0; i < n_svcs; i++)
		if (svcs[i].unit->safe && svcs[i].unit->enabled && svcs[i].state == SVC_INACTIVE)
			svc_start(&svcs[i], false, &e);
}

bool critical_booted(void)
{
	struct ladder_conf c = ladder_conf();
	struct ladder_record last = { 0 };
	bool orderly;

	now_is.booted = true;
	now_is.cause = critical_record_read(watchdog_held()->boot_flags, &last);
	orderly = now_is.cause == RESET_ORDERLY;
	ladder = (struct ladder){ .done[RUNG_RELEASE] = orderly ? 0 : last.releases,
				  .done[RUNG_REBOOT] = orderly ? 0 : last.reboots };
	if (now_is.cause != RESET_UNKNOWN)
		log_line(LOG_LVL_NOTICE, "last reset: %s", reset_word(now_is.cause));
	if (now_is.cause == RESET_WATCHDOG || now_is.cause == RESET_PANIC)
		last.safe |= ladder_after_reset(&c, &ladder);
	if (orderly || !last.safe) {
		note_record(LADDER_RUNNING);
		return false;
	}
	go_safe(last.unit[0] ? last.unit : reset_word(now_is.cause));
	start_safe_units();
	return true;
}

void critical_view(struct watchdog_view *v)
{
	struct ladder_conf c = ladder_conf();
	unsigned i, steps = 2;

	for (i = 0; i < RUNGS; i++)
		steps += c.times[i];
	v->sick_ms = now_is.ending_ms ? 0 : ladder.sick_ms;
	v->sick_max_ms = steps * c.patience_ms + conf.timeout_ms;
	v->ending_ms = now_is.ending_ms;
	v->ending_max_ms = now_is.ending_max_ms;
	v->safe_mode = now_is.safe_mode;
}

void critical_starved(void)
{
	note_record(LADDER_STARVED);
}

enum reset_cause critical_cause(void)
{
	return now_is.cause;
}

bool critical_is_safe_mode(void)
{
	return now_is.safe_mode;
}

uint32_t critical_reboots(void)
{
	return ladder.done[RUNG_REBOOT];
}

const char *critical_sick_unit(void)
{
	return sick_name;
}

void critical_save(struct saved_system *r)
{
	unsigned i;

	r->reset_cause = (uint8_t)now_is.cause;
	r->device_safe_mode = now_is.safe_mode;
	for (i = 0; i < RUNGS && i < sizeof(r->ladder); i++)
		r->ladder[i] = (uint8_t)(ladder.done[i] < 255 ? ladder.done[i] : 255);
	r->ladder_sick_ms = ladder.sick_ms;
	r->ladder_step_ms = ladder.step_ms;
	r->ladder_well_ms = ladder.well_ms;
}

void critical_load(const struct saved_system *r)
{
	unsigned i;

	now_is.booted = r->boot_over;
	now_is.cause =
		r->reset_cause < RESET_CAUSES ? (enum reset_cause)r->reset_cause : RESET_UNKNOWN;
	now_is.safe_mode = r->device_safe_mode;
	for (i = 0; i < RUNGS && i < sizeof(r->ladder); i++)
		ladder.done[i] = r->ladder[i];
	ladder.sick_ms = r->ladder_sick_ms;
	ladder.step_ms = r->ladder_step_ms;
	ladder.well_ms = r->ladder_well_ms;
}
