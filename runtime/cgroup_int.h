/* SPDX-License-Identifier: ISC */
/* What the cgroup files share among themselves: the v1 hierarchies and the version's own half. */
#ifndef PINTLE_RUNTIME_CGROUP_INT_H
#define PINTLE_RUNTIME_CGROUP_INT_H

#include "runtime/cgroup.h"

#define CG_ROOT "/sys/fs/cgroup"
/* The unified hierarchy of a hybrid host, beside the others. */
#define CG_V1_UNIFIED (CG_V1_N - 1)

struct cg_hierarchy {
	const char *folder;	/* below /sys/fs/cgroup; "cpu" may be a link to "cpu,cpuacct" */
	uint32_t controller;	/* CG_HAS_* */
};
extern const struct cg_hierarchy cg_hierarchies[CG_V1_N];

/* Writes text to a control file of a folder; the error names the group and the file. */
int cg_write(int dirfd, const char *group, const char *file, const char *text, struct err *e);
/* Reads one unsigned number; 0 when it cannot be had. */
uint64_t cg_read_u64(int dirfd, const char *file);

/* v1 halves of the functions of cgroup.h. */
int cg_v1_tree_open(struct cg_tree *t, struct err *e);
int cg_v1_open(const struct cg_tree *t, struct cg *c, struct err *e);
int cg_v1_limit(const struct cg *c, const struct cg_limits *l, struct err *e);

/* The folder of the hierarchy of that name ("blkio"), or -1. */
int cg_v1_by_name(const struct cg *c, const char *name);
/*
 * Fills cpuset.cpus and mems of a new group from its parent's: without them nobody may join
 * (cpuset(7)).
 */
void cg_v1_fill_cpuset(int parent, int fd);
/* Turns the controllers of a v2 folder on for its children; what could be. */
uint32_t cg_v2_enable(int fd);
/* cpu.shares (2 to 262144) as cpu.weight (1 to 10000); CG_UNSET for 0 and below. Pure. */
int64_t cg_weight_of_shares(int64_t shares);
/* blkio.weight (10 to 1000) as io.weight (1 to 10000); CG_UNSET for 0 and below. Pure. */
int64_t cg_io_weight_of_blkio(int64_t weight);
/*
 * The limit of swap alone, as v2 has it, from v1's memory and swap together: -1 = none,
 * CG_UNSET = leave. -EINVAL with e where swap is below memory, or there is no memory limit to
 * take off. Pure.
 */
int cg_swap_of_memsw(int64_t memory, int64_t memsw, int64_t *ret, struct err *e);
/* Halves of cg_apply(). */
struct cg_resources;
struct cg_named_value;
int cg_v1_apply(const struct cg *c, const struct cg_resources *r, struct err *e);
int cg_v2_apply(const struct cg *c, const struct cg_resources *r, struct err *e);
/*
 * What cg_v1_apply() also needs on a hybrid host: limits of huge pages and of RDMA on the folder of
 * a unified hierarchy.
 */
int cg_v2_hugetlb(int fd, const char *group, const struct cg_resources *r, struct err *e);
int cg_rdma(int fd, const char *group, const struct cg_resources *r, struct err *e);

/*
 * For values that config.json gave: written, or an error. Where the file is not there (fd -1: not
 * even the folder) -ENOTSUP with e naming file and value.
 */
int cg_put_text(int fd, const char *group, const char *file, const char *text, struct err *e);
/* CG_UNSET is left out; -1 becomes none, the version's word for no limit ("-1", "max"). */
int cg_put(int fd, const char *group, const char *file, int64_t value, const char *none,
	   struct err *e);
/* 0 counts as not given, as in runc: config.json is full of such zeros. */
int64_t cg_nonzero(int64_t value);
bool cg_has_file(int fd, const char *file);
/*
 * A name that becomes part of a control file's name or line: letters, digits, "._-". 0 or -EINVAL
 * with e.
 */
int cg_check_name(const char *what, const char *name, struct err *e);
/* Any one folder that lists the group's processes, or -1. */
int cg_member_fd(const struct cg *c);
/* Removes the groups below an open one, deepest first. */
void cg_remove_below(int fd);

/* The folder of the hierarchy that has a controller (CG_HAS_*), or -1. */
int cg_v1_by_controller(const struct cg *c, uint32_t controller);

#endif
