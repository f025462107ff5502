/* SPDX-License-Identifier: ISC */
/* Whether the hardware watchdog is fed now, and when next. Pure; times are monotonic ms. */
#ifndef PINTLE_INIT_GUARD_WATCHDOG_RULE_H
#define PINTLE_INIT_GUARD_WATCHDOG_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct watchdog_view {
	uint64_t now_ms;
	uint64_t sick_ms;	/* since when a critical unit is sick, 0 = none is */
	uint64_t sick_max_ms;	/* what the ladder takes at most, all rungs; UINT64_MAX = no end */
	uint64_t ending_ms;	/* since when the shutdown goes on, 0 = it does not */
	uint64_t ending_max_ms;
	bool safe_mode;		/* nothing critical runs: sickness does not count */
};

/*
 * Called by the loop's own timer only: that it is called at all is the loop's progress. False: the
 * feeding stops, the board is reset within the driver's timeout.
 */
bool watchdog_rule_feeds(const struct watchdog_view *v);
struct critical_unit {	/* what there is to know of a Critical= unit */
	bool up;		/* does what it is for */
	bool unhealthy;		/* its health check says so */
	bool broken;		/* failed, or waits for another try */
	/* stopped by command, never asked to start, or done with its work: nothing is amiss */
	bool not_wanted;
	bool was_sick;		/* at the last look */
	uint64_t up_ms;		/* since when it is up */
	uint64_t away_ms;	/* since when it is not */
	uint64_t grace_ms;	/* it may take so long to come up */
	/*
	 * once sick, it is well again when it was up for so long: one that falls every second is
	 * not well
	 */
	uint64_t settle_ms;
};

/*
 * Whether it is sick. *ret_until: when the answer changes by time alone, UINT64_MAX = it does not.
 * Pure.
 */
bool critical_rule_sick(const struct critical_unit *u, uint64_t now_ms, uint64_t *ret_until);
/* How long between two feedings: a third of what the driver took, in whole ms, at least 250 ms. */
uint64_t watchdog_rule_every(uint32_t timeout_s);

#endif
