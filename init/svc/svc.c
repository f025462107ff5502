/* SPDX-License-Identifier: ISC */
/* The table of units and the way of events through it. See svc.h. */
#include "init/svc/svc.h"

#include <errno.h>
#include <string.h>

#include "init/boot/degraded.h"
#include "init/boot/shutdown.h"
#include "init/ctl/ctl_server.h"
#include "init/keep/keep.h"
#include "init/keep/svc_saved.h"
#include "init/log/events.h"
#include "init/log/logs.h"
#include "init/svc/deps.h"
#include "init/svc/fdstore.h"
#include "init/svc/health.h"
#include "init/svc/notify.h"
#include "init/svc/svc_act.h"
#include "init/svc/svc_place.h"
#include "init/svc/svc_proc.h"
#include "init/svc/svc_want.h"
#include "init/svc/timers.h"
#include "init/unit/links.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/signals.h"
#include "runtime/base/str.h"

struct svc svcs[UNITS_MAX];
unsigned n_svcs;
struct unit_set units;
struct cg_tree cgroups;

static bool changed;	/* something that units wait for did, in this turn */

_Static_assert(sizeof(struct svc) <= 1024, "a unit's record stays small");

unsigned svc_index(const struct svc *s)
{
	return (unsigned)(s - svcs);
}

struct svc *svc_find(const char *name)
{
	const struct unit *u = unit_find(&units, name);

	return u ? svc_of((unsigned)(u - units.units)) : NULL;
}

void svc_reason(struct svc *s, const struct err *e)
{
	char said[sizeof(*e) + 64];

	s->reason = *e;
	s->dirty = true;
	svc_say(s, "%s", err_say(e, said, sizeof(said)));
}

void svc_say(struct svc *s, const char *fmt, ...)
{
	char text[LOG_LINE_MAX];
	struct str line;
	va_list ap;

	str_init(&line, text, sizeof(text) - 1);
	va_start(ap, fmt);
	str_vfmt(&line, fmt, ap);
	va_end(ap);
	log_line(LOG_LVL_NOTICE, "%s: %s", s->unit->name, text);
	logs_say(s, LOG_LVL_NOTICE, text);
}

static void note_times(struct svc *s)
{
	if (s->state == SVC_RUNNING || s->state == SVC_EXITED) {
		s->active_ms = loop_now();
		s->told_failure = false;
	} else if (svc_state_class(s->state) == SVC_IS_DOWN) {
		s->down_ms = loop_now();
	}
}

static void note_event(const struct svc *s, enum svc_state from)
{
	char said[sizeof(s->reason) + 64] = "";

	if (s->reason.code && svc_state_class(s->state) == SVC_IS_DOWN)
		err_say(&s->reason, said, sizeof(said));
	events_add(EVENT_STATE, s->unit->name, svc_state_word(from), svc_state_word(s->state),
		   said);
}

static void step(struct svc *s, enum svc_event event)
{
	struct svc_step step = svc_fsm_step(s->state, event);

	if (!step.known)
		return;
	if (step.next != s->state) {
		enum svc_state from = s->state;

		s->state = step.next;
		s->since_ms = loop_now();
		changed = true;
		note_times(s);
		svc_clock_start(s);
		note_event(s, from);
	}
	s->dirty = true;
	if (step.actions)
		svc_act(s, step.actions);
}

void svc_event(struct svc *s, enum svc_event event)
{
	/* An action's own event comes when all actions of its step are done. */
	if (s->busy) {
		if (s->n_queued < ARRAY_LEN(s->queue))
			s->queue[s->n_queued++] = (uint8_t)event;
		else
			log_line(LOG_LVL_ERR, "%s: event %s lost", s->unit->name,
				 svc_event_word(event));
		return;
	}
	s->busy = true;
	step(s, event);
	while (s->n_queued) {
		event = (enum svc_event)s->queue[0];
		s->queue[0] = s->queue[1];
		s->n_queued--;
		step(s, event);
	}
	s->busy = false;
}

void svc_changed(void)
{
	changed = true;
}

bool svc_unsettled(const struct svc *s)
{
	enum svc_class class = svc_state_class(s->state);

	if (s->want_start || s->want_stop || s->again)
		return true;
	return class == SVC_IS_FALLING || (class == SVC_IS_RISING && s->state != SVC_BACKOFF) ||
	       s->state == SVC_RELOADING;
}

bool svc_failed(const struct svc *s)
{
	return s->state == SVC_FAILED || (s->reason.code && s->result != SVC_R_CONDITION);
}

void svc_want_start(struct svc *s)
{
	if (svc_state_class(s->state) == SVC_IS_FALLING || s->want_stop)
		s->again = true;
	else
		s->want_start = true;
	s->dirty = changed = true;
}

void svc_want_stop(struct svc *s, bool again)
{
	bool was_down = svc_state_class(s->state) == SVC_IS_DOWN && !s->want_start;

	s->want_start = false;
	s->again = again && !was_down;
	s->want_stop = !was_down;
	s->dirty = changed = true;
}

static void refuse_store(struct svc *s, const struct err *why)
{
	char said[sizeof(*why) + 64];

	s->reason = *why;
	svc_say(s, "not started: %s", err_say(why, said, sizeof(said)));
	svc_event(s, EV_START);
	svc_event(s, EV_REFUSED);
}

int svc_start(struct svc *s, bool by_command, struct err *e)
{
	if (s->unit->bad) {
		*e = s->unit->why_bad;
		return -e->code;
	}
	if (shutdown_begun())
		return err_set(e, ECANCELED, "start", "the system is going down");
	if (degraded_store() && s->unit->image) {
		*e = *degraded_store();
		refuse_store(s, e);
		return -e->code;
	}
	if (by_command) {
		backoff_reset(&s->backoff);
		s->prepared = s->told_failure = false;
	}
	svc_want_start(s);
	return 0;
}

void svc_stop(struct svc *s)
{
	deps_stop(s, false);
}

int svc_restart(struct svc *s, struct err *e)
{
	if (svc_state_class(s->state) == SVC_IS_DOWN)
		return svc_start(s, true, e);
	backoff_reset(&s->backoff);
	s->prepared = s->told_failure = false;
	deps_stop(s, true);
	return 0;
}

int svc_reload(struct svc *s, struct err *e)
{
	if (s->state != SVC_RUNNING)
		return err_set(e, ESRCH, "reload", "%s is not running", s->unit->name);
	if (!s->unit->exec_reload && !s->unit->notify_reload)
		return err_set(e, ENOTSUP, "reload",
			       "%s has neither ExecReload= nor Type=notify-reload", s->unit->name);
	svc_event(s, EV_RELOAD);
	return 0;
}

void svc_start_enabled(void)
{
	unsigned i;

	for (i = 0; i < units.n; i++) {
		struct svc *s = svc_of(svc_order(i));
		struct err e = { 0 };

		if (s->unit->enabled && !s->unit->bad && s->state == SVC_INACTIVE)
			svc_start(s, false, &e);
	}
	/* Those that a command asked for before. */
	changed = true;
}

static void stop_now(struct svc *s)
{
	s->want_stop = false;
	/* On the way down already, what its end meant does not matter any more. */
	s->goal = EV_DONE;
	s->asked_down = true;
	svc_event(s, EV_STOP);
}

static void look_at(struct svc *s)
{
	struct err e = { 0 };

	if (s->want_stop && deps_may_stop(s))
		stop_now(s);
	if (s->again && svc_state_class(s->state) == SVC_IS_DOWN) {
		s->again = false;
		svc_start(s, false, &e);
	}
	if (s->want_start) {
		s->want_start = false;
		svc_event(s, EV_START);
	}
	if (s->state == SVC_WAITING)
		deps_look(s);
	if (deps_unneeded(s) && !s->want_stop)
		deps_stop(s, false);
}

void svc_after_turn(void)
{
	unsigned round, i;

	/*
	 * A unit moves a few steps at most without anything else happening; if some keep each other
	 * going, the loop has its turn.
	 */
	for (round = 0; changed && round < 4 * UNITS_MAX; round++) {
		changed = false;
		for (i = 0; i < n_svcs; i++)
			look_at(&svcs[i]);
		shutdown_look();
	}
	svc_save_changed();
}
