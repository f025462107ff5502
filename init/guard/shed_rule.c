/* SPDX-License-Identifier: ISC */
/* Memory: admission and shedding as arithmetic. See shed_rule.h. */
#include "init/guard/shed_rule.h"

static uint64_t promised(const struct admission_unit *u)
{
	return u->max == UINT64_MAX ? u->usage : u->max;
}

static uint64_t add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void admission_count(struct admission *a, const struct admission_unit *u)
{
	a->sum = add(a->sum, promised(u));
	a->unlimited |= u->max == UINT64_MAX;
}

enum admission_verdict admission_judge(const struct admission *a, const struct admission_unit *u)
{
	uint64_t room = a->total > a->reserve ? a->total - a->reserve : 0;

	if (a->policy == ADMISSION_OFF || add(a->sum, promised(u)) <= room)
		return ADMIT;
	if (a->policy == ADMISSION_ENFORCE)
		return ADMIT_REFUSE;
	/* A sum with guesses in it is no ground to refuse. */
	return a->policy == ADMISSION_WARN || a->unlimited || u->max == UINT64_MAX ? ADMIT_WARN
										   : ADMIT_REFUSE;
}

/*
 * The one with the lowest priority (or the highest) of those that are in a state; n = none. Of
 * equals the first (the last).
 */
static unsigned pick(const struct shed_unit *u, unsigned n, enum shed_how how, bool highest)
{
	unsigned i, best = n;

	for (i = 0; i < n; i++) {
		if (!u[i].priority || u[i].how != how || (how == SHED_NOT && !u[i].up))
			continue;
		if (best == n || (highest ? u[i].priority >= u[best].priority
					  : u[i].priority < u[best].priority))
			best = i;
	}
	return best;
}

static enum shed_act shed_more(const struct shed_unit *u, unsigned n, unsigned *ret)
{
	unsigned i = pick(u, n, SHED_FROZEN, false);

	if (i < n) {
		*ret = i;
		return SHED_STOP;
	}
	i = pick(u, n, SHED_NOT, false);
	*ret = i;
	return i < n ? SHED_FREEZE : SHED_NOTHING;
}

/* The last to go is the first to come back. */
static enum shed_act bring_back(const struct shed_unit *u, unsigned n, unsigned *ret)
{
	unsigned i = pick(u, n, SHED_FROZEN, true);

	if (i < n) {
		*ret = i;
		return SHED_THAW;
	}
	i = pick(u, n, SHED_STOPPED, true);
	*ret = i;
	return i < n ? SHED_START : SHED_NOTHING;
}

enum shed_act shed_look(struct shed *s, const struct shed_unit *units, unsigned n,
			enum shed_level level, uint64_t now_ms, unsigned *ret)
{
	enum shed_act act = SHED_NOTHING;

	if (level != SHED_HIGH)
		s->high_ms = 0;
	else if (!s->high_ms)
		s->high_ms = now_ms ? now_ms : 1;
	if (s->step_ms && now_ms - s->step_ms < SHED_STEP_MS)
		return SHED_NOTHING;
	if (level == SHED_LOW)
		act = shed_more(units, n, ret);
	else if (level == SHED_HIGH && now_ms - s->high_ms >= SHED_CALM_MS)
		act = bring_back(units, n, ret);
	if (act != SHED_NOTHING)
		s->step_ms = now_ms ? now_ms : 1;
	return act;
}
