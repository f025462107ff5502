/* SPDX-License-Identifier: ISC */
/* What a group has used, of either version. Values that the kernel does not tell are 0. */
#ifndef PINTLE_RUNTIME_CGROUP_STATS_H
#define PINTLE_RUNTIME_CGROUP_STATS_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/cgroup.h"

#define CG_STAT_PAIRS 128	/* Linux 6.18 has 80 on v2 */
#define CG_STAT_CPUS 64
#define CG_STAT_IO 96
#define CG_STAT_PAGE_SIZES 8

struct cg_pair {
	char name[40];
	uint64_t value;
};

struct cg_usage {	/* bytes; limit UINT64_MAX = none */
	uint64_t usage, max, limit, failures;
};

/* The tables of blkio's recursive files, as runc names them; v2 has the first two. */
enum cg_io_table {
	CG_IO_BYTES,
	CG_IO_SERVICED,
	CG_IO_QUEUED,
	CG_IO_SERVICE_TIME,
	CG_IO_WAIT_TIME,
	CG_IO_MERGED,
	CG_IO_TIME,
	CG_IO_SECTORS,
	CG_IO_TABLES
};

struct cg_io_row {
	enum cg_io_table table;
	uint32_t major, minor;
	char op[12];	/* "Read", "Write", "Sync", "Async", "Discard", "Total", or "" */
	uint64_t value;
};

struct cg_hugetlb {
	char size[16];	/* "2MB" */
	uint64_t usage, max, failures;
};

/* Pressure stall information (Linux 4.20, v2): averages in hundredths of a percent, total in µs. */
struct cg_pressure {
	uint64_t avg10, avg60, avg300, total;
};

struct cg_psi {
	bool there;
	struct cg_pressure some, full;
};

struct cg_stats {
	struct {
		uint64_t total_ns, user_ns, system_ns, per_cpu_ns[CG_STAT_CPUS];
		uint64_t per_cpu_user_ns[CG_STAT_CPUS], per_cpu_system_ns[CG_STAT_CPUS]; /* v1 */
		unsigned n_cpus;
		uint64_t periods, throttled_periods, throttled_ns;
		struct cg_psi psi;
	} cpu;
	struct cg_usage memory, swap, kernel, kernel_tcp;
	uint64_t memory_cache, oom_kills;
	struct cg_pair memory_stat[CG_STAT_PAIRS];
	unsigned n_memory_stat;
	struct cg_psi memory_psi;
	uint64_t pids, pids_limit;
	struct cg_io_row io[CG_STAT_IO];
	unsigned n_io;
	struct cg_psi io_psi;
	struct cg_hugetlb hugetlb[CG_STAT_PAGE_SIZES];
	unsigned n_hugetlb;
	bool cut;	/* the kernel had more rows than fit here */
};

/*
 * Reads what there is, about 15 KiB of it: not for a stack. On v2 swap counts memory as well, as
 * v1's memsw does and runc prints it. 0, or -ENOENT when there is no group.
 */
int cg_stats_read(const struct cg *c, struct cg_stats *ret);

/*
 * One line of a file, without the newline, for its table or totals: v1's "8:0 Read 4096", "8:0 12",
 * v2's io.stat "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 …", "some avg10=0.93 avg60=7.61 …". What
 * they do not know they leave out. Pure.
 */
void cg_stats_take_blkio(struct cg_stats *s, enum cg_io_table table, const char *line);
void cg_stats_take_io(struct cg_stats *s, const char *line);
void cg_stats_take_pressure(struct cg_psi *psi, const char *line);
/* Their files. */
void cg_stats_read_devices(const struct cg *c, struct cg_stats *s);

#endif
