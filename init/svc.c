/* SPDX-License-Identifier: ISC */
/* The table of units and the way of events through it. See svc.h. */
#include "init/svc.h"

#include <errno.h>
#include <string.h>

#include "init/ctl_server.h"
#include "init/degraded.h"
#include "init/shutdown.h"
#include "runtime/base/signals.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

struct svc svcs[UNITS_MAX];
unsigned n_svcs;
struct unit_set units;
struct cg_tree cgroups;

static struct ring rings[UNITS_MAX];
static bool changed;	/* some unit's state did, in this turn */

/*
 * 32 units, 8 KiB of ring each, and half a kilobyte of state: the pages are touched as output
 * comes.
 */
_Static_assert(sizeof(struct svc) <= 1024, "a unit's record stays small");

unsigned svc_index(const struct svc *s)
{
	return (unsigned)(s - svcs);
}

void svc_init(void)
{
	unsigned i;

	n_svcs = units.n;
	for (i = 0; i < n_svcs; i++) {
		struct svc *s = &svcs[i];
		struct err e = { 0 };

		memset(s, 0, sizeof(*s));
		s->unit = &units.units[i];
		s->pidfd = s->report_fd = s->netns_fd = -1;
		s->exit_code = -1;
		s->since_ms = loop_now();
		s->ring = &rings[i];
		ring_init(s->ring);
		if (s->unit->bad)
			s->reason = s->unit->why_bad;
		s->has_cg = cg_open(&cgroups, s->unit->name, &s->cg, &e) == 0;
		if (!s->has_cg)
			log_err(LOG_LVL_WARN, s->unit->name, &e);
		if (logs_open(s))
			log_line(LOG_LVL_ERR, "%s: no pipes for its output", s->unit->name);
	}
}

struct svc *svc_find(const char *name)
{
	const struct unit *u = unit_find(&units, name);

	return u ? &svcs[u - units.units] : NULL;
}

void svc_reason(struct svc *s, const struct err *e)
{
	char said[sizeof(*e) + 64];

	s->reason = *e;
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
	text[line.len] = '\n';
	ring_write(s->ring, 0, loop_now(), text, (unsigned)line.len + 1);
	ctl_new_lines(s->ring);
}

void svc_event(struct svc *s, enum svc_event event)
{
	struct svc_step step = svc_fsm_step(s->state, event);

	if (!step.known)
		return;
	if (step.next != s->state) {
		s->state = step.next;
		s->since_ms = loop_now();
		changed = true;
	}
	if (step.actions)
		svc_act(s, step.actions);
}

bool svc_unsettled(const struct svc *s)
{
	switch (s->state) {
	case SVC_INACTIVE:
	case SVC_FAILED:
	case SVC_EXITED:
		return s->again;
	case SVC_RUNNING:
		return s->unit->type == UNIT_ONESHOT;
	case SVC_BACKOFF:
		return false;
	default:
		return true;
	}
}

int svc_start(struct svc *s, bool by_command, struct err *e)
{
	char said[sizeof(*e) + 64];

	if (s->unit->bad) {
		*e = s->unit->why_bad;
		return -e->code;
	}
	if (shutdown_begun())
		return err_set(e, ECANCELED, "start", "the system is going down");
	if (degraded_store() && s->unit->image) {
		*e = *degraded_store();
		s->reason = *e;
		svc_say(s, "not started: %s", err_say(e, said, sizeof(said)));
		svc_event(s, EV_START);
		svc_event(s, EV_REFUSED);
		return -e->code;
	}
	if (by_command) {
		backoff_reset(&s->backoff);
		s->prepared = false;
	}
	if (s->state == SVC_STOPPING || s->state == SVC_CLOSING) {
		s->again = true;
		return 0;
	}
	svc_event(s, EV_START);
	return 0;
}

void svc_stop(struct svc *s)
{
	unsigned i, k;

	s->again = false;
	/* On the way down already: what its end meant does not matter any more. */
	if (s->state == SVC_CLOSING)
		s->goal = EV_DONE;
	svc_event(s, EV_STOP);
	for (i = 0; i < n_svcs; i++)
		for (k = 0; k < svcs[i].unit->requires.n; k++)
			if (svc_find(svcs[i].unit->requires.v[k]) == s &&
			    svc_state_active(svcs[i].state))
				svc_event(&svcs[i], EV_STOP);
}

void svc_restart(struct svc *s)
{
	struct err e = { 0 };

	svc_event(s, EV_STOP);
	if (s->state == SVC_CLOSING)
		s->goal = EV_DONE;
	svc_start(s, true, &e);
}

void svc_start_enabled(void)
{
	uint16_t order[UNITS_MAX];
	unsigned i;

	unit_order(&units, order, degraded_report, NULL);
	for (i = 0; i < n_svcs; i++) {
		struct svc *s = &svcs[order[i]];
		struct err e = { 0 };

		if (s->unit->enabled && !s->unit->bad && s->state == SVC_INACTIVE)
			svc_start(s, false, &e);
	}
	/* Those that a command asked for before. */
	changed = true;
}

void svc_after_turn(void)
{
	unsigned i;

	/*
	 * Bounded: a unit leaves WAITING only forward, so each round lets at least one go or ends.
	 */
	while (changed) {
		changed = false;
		for (i = 0; i < n_svcs; i++) {
			struct err e = { 0 };

			if (svcs[i].state == SVC_WAITING)
				deps_look(&svcs[i]);
			if (svcs[i].again &&
			    (svcs[i].state == SVC_INACTIVE || svcs[i].state == SVC_FAILED)) {
				svcs[i].again = false;
				svc_start(&svcs[i], true, &e);
			}
		}
		shutdown_look();
	}
}
