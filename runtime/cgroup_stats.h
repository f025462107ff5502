/* SPDX-License-Identifier: ISC */
/* What a group has used, of either version. Values that the kernel does not tell are 0. */
#ifndef PINTLE_RUNTIME_CGROUP_STATS_H
#define PINTLE_RUNTIME_CGROUP_STATS_H

#include <stdint.h>

#include "runtime/cgroup.h"

#define CG_STAT_PAIRS 64
#define CG_STAT_CPUS 64

struct cg_pair {
	char name[40];
	uint64_t value;
};

struct cg_usage {	/* bytes; limit UINT64_MAX = none */
	uint64_t usage, max, limit, failures;
};

struct cg_stats {
	struct {
		uint64_t total_ns, user_ns, system_ns, per_cpu_ns[CG_STAT_CPUS];
		unsigned n_cpus;
		uint64_t periods, throttled_periods, throttled_ns;
	} cpu;
	struct cg_usage memory, swap, kernel, kernel_tcp;
	uint64_t memory_cache, oom_kills;
	struct cg_pair memory_stat[CG_STAT_PAIRS];
	unsigned n_memory_stat;
	uint64_t pids, pids_limit;
};

/* Reads what there is. 0, or -ENOENT when the group is gone. */
int cg_stats_read(const struct cg *c, struct cg_stats *ret);

#endif
