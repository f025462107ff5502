/* SPDX-License-Identifier: ISC */
/* What the cgroup files share among themselves: the v1 hierarchies and the version's own half. */
#ifndef PINTLE_RUNTIME_CGROUP_INT_H
#define PINTLE_RUNTIME_CGROUP_INT_H

#include "runtime/cgroup.h"

#define CG_ROOT "/sys/fs/cgroup"
#define CG_V1_N 6

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

/* The folder of the hierarchy that has a controller (CG_HAS_*), or -1. */
int cg_v1_by_controller(const struct cg *c, uint32_t controller);

#endif
