/* SPDX-License-Identifier: ISC */
/* What a health probe's outcome means. See health_rule.h. */
#include "init/svc/health_rule.h"

const struct unit_probe *health_rule_probe(const struct unit_health *h,
					   const struct health_state *st)
{
	return st->startup ? &h->startup : &h->probe;
}

struct health_verdict health_rule_begin(const struct unit_health *h, uint64_t now_ms,
					struct health_state *ret)
{
	*ret = (struct health_state){
		.word = HEALTH_STARTING,
		.startup = h->startup.kind != UNIT_PROBE_NONE,
		.begun_ms = now_ms,
	};
	/* At once: what has a start period, or is waited for, wants to be found good early. */
	return (struct health_verdict){ .next_ms = 0 };
}

static struct health_verdict startup_step(const struct unit_health *h, struct health_state *st,
					  bool ok)
{
	struct health_verdict v = { .next_ms = h->startup.interval_ms };

	if (ok && st->successes >= (h->startup.successes ? h->startup.successes : 1)) {
		st->startup = false;
		st->failures = st->successes = 0;
		v.next_ms = 0;
	} else if (!ok && h->startup.retries && st->failures >= h->startup.retries) {
		st->word = HEALTH_BAD;
		v.became_bad = true;
	}
	return v;
}

struct health_verdict health_rule_step(const struct unit_health *h, struct health_state *st,
				       bool ok, uint64_t now_ms)
{
	struct health_verdict v = { .next_ms = h->probe.interval_ms };
	bool excused = st->word == HEALTH_STARTING && now_ms - st->begun_ms < h->start_period_ms;

	st->successes = ok ? st->successes + 1 : 0;
	st->failures = ok ? 0 : st->failures + 1;
	if (st->startup)
		return startup_step(h, st, ok);
	if (!ok && excused) {
		st->failures = 0;
	} else if (ok && st->word != HEALTH_GOOD) {
		st->word = HEALTH_GOOD;
		v.became_good = true;
	} else if (!ok && st->word != HEALTH_BAD &&
		   st->failures >= (h->probe.retries ? h->probe.retries : 1)) {
		st->word = HEALTH_BAD;
		v.became_bad = true;
	}
	return v;
}
