/* SPDX-License-Identifier: ISC */
/* Whether the hardware watchdog is fed. See watchdog_rule.h. */
#include "init/watchdog_rule.h"

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
