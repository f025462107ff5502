/* SPDX-License-Identifier: ISC */
/*
 * Memory: whether one more unit may start, and which unit is frozen, stopped, and brought back
 * under pressure. Pure; times are monotonic ms, memory is bytes.
 */
#ifndef PINTLE_INIT_GUARD_SHED_RULE_H
#define PINTLE_INIT_GUARD_SHED_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "init/conf.h"

struct admission_unit {
	uint64_t max;		/* MemoryMax=, UINT64_MAX = none */
	uint64_t usage;		/* what it has now: counts where there is no limit */
};

struct admission {
	uint64_t total, reserve;
	enum conf_admission policy;
	uint64_t sum;		/* so far: promised to units that run */
	bool unlimited;		/* one of them has no limit */
};

enum admission_verdict { ADMIT, ADMIT_WARN, ADMIT_REFUSE };

/* Counts one that runs. */
void admission_count(struct admission *a, const struct admission_unit *u);
/*
 * Whether one more may start. What it will use without a limit nobody knows: then it is warned of
 * at most, unless policy is enforce.
 */
enum admission_verdict admission_judge(const struct admission *a, const struct admission_unit *u);

enum shed_how { SHED_NOT, SHED_FROZEN, SHED_STOPPED };
struct shed_unit {
	uint32_t priority;	/* 0 = never shed */
	bool up;
	enum shed_how how;
};

enum shed_level { SHED_LOW, SHED_MIDDLE, SHED_HIGH };	/* of free memory */
enum shed_act { SHED_NOTHING, SHED_FREEZE, SHED_STOP, SHED_THAW, SHED_START };
struct shed {
	uint64_t step_ms;	/* of the last step, 0 = none yet */
	uint64_t high_ms;	/* since when the level is high, 0 = it is not */
};
#define SHED_STEP_MS 5000u	/* pressure that lasts so long leads to the next step */
#define SHED_CALM_MS 30000u	/* memory that is plenty for so long lets what was shed come back */

/* What to do now, and with which of the n units. */
enum shed_act shed_look(struct shed *s, const struct shed_unit *units, unsigned n,
			enum shed_level level, uint64_t now_ms, unsigned *ret);

#endif
