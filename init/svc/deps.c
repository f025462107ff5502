/* SPDX-License-Identifier: ISC */
/* What a unit's state means for the others. See deps.h. */
#include "init/svc/deps.h"

#include <errno.h>

#include "init/boot/boot.h"
#include "init/boot/degraded.h"
#include "init/guard/critical.h"
#include "init/guard/pressure.h"
#include "init/svc/health.h"
#include "init/svc/svc_exit.h"
#include "init/svc/svc_place.h"
#include "init/svc/svc_want.h"
#include "init/unit/links.h"

static bool linked(enum unit_link link, const struct svc *a, const struct svc *b)
{
	unsigned i = svc_unit_index(a), k = svc_unit_index(b);

	/* A place that a unit left is nobody's. */
	return i < units.n && k < units.n && unit_linked(link, i, k);
}

static bool comes_after(const struct svc *a, const struct svc *b)
{
	return unit_after(&units, svc_unit_index(a), svc_unit_index(b));
}

/*
 * On its way up: who comes after it goes on waiting. What waits for its next try does not hold up
 * the others.
 */
static bool coming_up(const struct svc *s)
{
	return s->want_start ||
	       (svc_state_class(s->state) == SVC_IS_RISING && s->state != SVC_BACKOFF);
}

static bool going_down(const struct svc *s)
{
	return s->want_stop || svc_state_class(s->state) == SVC_IS_FALLING;
}

static bool is_down(const struct svc *s)
{
	return svc_state_class(s->state) == SVC_IS_DOWN;
}

/* Why s, which needs `need`, can never come up; false if it may. */
static bool hopeless(const struct svc *s, const struct svc *need, struct err *e)
{
	if (need->want_start || need->again)
		return false;
	if (need->unit->bad || need->state == SVC_FAILED)
		err_set(e, ECANCELED, "requires", "%s failed", need->unit->name);
	else if (linked(UNIT_REQUISITE, s, need) && !svc_state_active(need->state))
		err_set(e, ECANCELED, "requisite", "%s is not up", need->unit->name);
	else if (linked(UNIT_BINDS, s, need) && comes_after(s, need) && is_down(need))
		err_set(e, ECANCELED, "binds to", "%s is not up", need->unit->name);
	return e->code != 0;
}

static bool refused(const struct svc *s, struct err *e)
{
	const char *missing = unit_missing(&units, svc_unit_index(s));
	unsigned i;

	if (missing)
		err_set(e, ENOENT, "requires", "%s", missing);
	for (i = 0; i < n_svcs && !e->code; i++)
		if (linked(UNIT_REQUIRES, s, &svcs[i]))
			hopeless(s, &svcs[i], e);
	return e->code != 0;
}

static bool must_wait(const struct svc *s)
{
	unsigned i;

	for (i = 0; i < n_svcs; i++) {
		const struct svc *other = &svcs[i];

		if (comes_after(s, other) && (coming_up(other) || going_down(other)))
			return true;
		if (linked(UNIT_CONFLICTS, s, other) && !is_down(other))
			return true;
	}
	return false;
}

void deps_look(struct svc *s)
{
	struct err e = { 0 };

	/* A start by command may come while the disks are still being mounted. */
	if (!boot_is_over())
		return;
	if (degraded_store() && s->unit->image)
		e = *degraded_store();
	if (e.code || refused(s, &e)) {
		svc_reason(s, &e);
		s->result = SVC_R_DEPENDENCY;
		svc_event(s, EV_REFUSED);
	} else if (!must_wait(s)) {
		if (!admission_refuses(s, &e)) {
			svc_event(s, EV_READY);
			return;
		}
		svc_reason(s, &e);
		s->result = SVC_R_RESOURCES;
		svc_event(s, EV_REFUSED);
	}
}

void deps_pull(struct svc *s)
{
	unsigned i;

	for (i = 0; i < n_svcs; i++) {
		struct svc *other = &svcs[i];

		if (linked(UNIT_CONFLICTS, s, other) && !is_down(other))
			svc_want_stop(other, false);
		if ((linked(UNIT_WANTS, s, other) || linked(UNIT_REQUIRES, s, other)) &&
		    !linked(UNIT_REQUISITE, s, other) && (is_down(other) || going_down(other)))
			svc_want_start(other);
	}
}

static void start_linked(struct svc *s, enum unit_link link)
{
	unsigned i;

	for (i = 0; i < n_svcs; i++)
		if (linked(link, s, &svcs[i]))
			svc_want_start(&svcs[i]);
}

void deps_fell(struct svc *s)
{
	bool again = s->state == SVC_BACKOFF;
	unsigned i;

	for (i = 0; i < n_svcs; i++)
		if (linked(UNIT_BINDS, &svcs[i], s) && svc_state_active(svcs[i].state))
			svc_want_stop(&svcs[i], again);
	/*
	 * Once a spell of failure: two units that name each other would start each other for ever.
	 */
	if (s->state == SVC_FAILED && !s->told_failure) {
		s->told_failure = true;
		critical_ended(s);
		start_linked(s, UNIT_ON_FAILURE);
	} else if (s->state == SVC_INACTIVE && s->exit_code == 0 && s->result == SVC_R_SUCCESS &&
		   !s->asked_down) {
		critical_ended(s);
		start_linked(s, UNIT_ON_SUCCESS);
	}
}

/* Whether a stop of b by command takes a along. */
static bool goes_with(const struct svc *a, const struct svc *b)
{
	return linked(UNIT_REQUIRES, a, b) || linked(UNIT_PART_OF, a, b);
}

void deps_stop(struct svc *s, bool again)
{
	bool more = true;
	unsigned i, k;

	svc_want_stop(s, again);
	/* Each round marks at least one more unit, or is the last. */
	while (more) {
		more = false;
		for (i = 0; i < n_svcs; i++)
			for (k = 0; k < n_svcs && svcs[i].want_stop; k++)
				if (goes_with(&svcs[k], &svcs[i]) && !svcs[k].want_stop &&
				    !is_down(&svcs[k]) &&
				    svc_state_class(svcs[k].state) != SVC_IS_FALLING) {
					svc_want_stop(&svcs[k], again);
					more = true;
				}
	}
}

bool deps_may_stop(const struct svc *s)
{
	unsigned i;

	for (i = 0; i < n_svcs; i++)
		if (&svcs[i] != s && going_down(&svcs[i]) && comes_after(&svcs[i], s))
			return false;
	return true;
}

bool deps_unneeded(const struct svc *s)
{
	unsigned i;

	if (!s->unit->stop_when_unneeded || !svc_state_active(s->state))
		return false;
	for (i = 0; i < n_svcs; i++)
		if ((linked(UNIT_REQUIRES, &svcs[i], s) || linked(UNIT_WANTS, &svcs[i], s)) &&
		    !is_down(&svcs[i]))
			return false;
	return true;
}
