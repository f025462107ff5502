/* SPDX-License-Identifier: ISC */
/*
 * What a health probe's outcome means: podman's rules of HealthInterval=, HealthRetries=,
 * HealthStartPeriod= and the start-up probe. Pure.
 */
#ifndef PINTLE_INIT_SVC_HEALTH_RULE_H
#define PINTLE_INIT_SVC_HEALTH_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "init/unit/types.h"

enum health_word { HEALTH_NONE, HEALTH_STARTING, HEALTH_GOOD, HEALTH_BAD };

struct health_state {
	enum health_word word;
	bool startup;		/* the start-up probe runs, the other waits */
	uint32_t failures, successes;	/* in a row */
	uint64_t begun_ms;	/* when the run's probes began */
};

struct health_verdict {
	bool became_good, became_bad;	/* in this step */
	uint64_t next_ms;		/* until the next probe; UINT64_MAX = none */
};

/* The first probe of a run: state made, and when. */
struct health_verdict health_rule_begin(const struct unit_health *h, uint64_t now_ms,
					struct health_state *ret);
/* A probe ended. */
struct health_verdict health_rule_step(const struct unit_health *h, struct health_state *st,
				       bool ok, uint64_t now_ms);
/* The probe that is due. */
const struct unit_probe *health_rule_probe(const struct unit_health *h,
					   const struct health_state *st);

#endif
