/* SPDX-License-Identifier: ISC */
/* Whether the hardware watchdog is fed. See watchdog_rule.h. */
#include "init/guard/watchdog_rule.h"

#define EVERY_MIN_MS 250u

static bool over(uint64_t since_ms, uint64_t max_ms, uint64_t now_ms)
{
	return since_ms && now_ms > since_ms && now_ms - since_ms > max_ms;
}

bool watchdog_rule_feeds(const struct watchdog_view *v)
{
	if (over(v->ending_ms, v->ending_max_ms, v->now_ms))
		return false;
	return v->safe_mode || !over(v->sick_ms, v->sick_max_ms, v->now_ms);
}

uint64_t watchdog_rule_every(uint32_t timeout_s)
{
	uint64_t every = timeout_s * (uint64_t)1000 / 3;

	return every < EVERY_MIN_MS ? EVERY_MIN_MS : every;
}

bool critical_rule_sick(const struct critical_unit *u, uint64_t now_ms, uint64_t *ret_until)
{
	uint64_t until;

	*ret_until = UINT64_MAX;
	if (u->not_wanted)
		return false;
	if (u->unhealthy || u->broken)
		return true;
	if (u->up && !u->was_sick)
		return false;
	until = u->up ? u->up_ms + u->settle_ms : u->away_ms + u->grace_ms;
	/* No end to the time that a start may take. */
	if (!u->up && until < u->grace_ms)
		return u->was_sick;
	if (now_ms < until) {
		*ret_until = until;
		return u->was_sick;
	}
	return !u->up;
}
