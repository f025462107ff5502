/* SPDX-License-Identifier: ISC */
/*
 * Control groups of units: one folder a unit below one parent, v2 where the kernel has it mounted,
 * else a folder in each v1 hierarchy. Reused across restarts of its unit. Only cgroupfs is
 * touched: never sleeps on a disk, allowed in PID 1, allocates nothing.
 */
#ifndef PINTLE_RUNTIME_CGROUP_H
#define PINTLE_RUNTIME_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtime/base/err.h"

enum cg_mode { CG_NONE, CG_V2, CG_V1 };

#define CG_V1_N 16	/* hierarchies that are known by name, see cgroup_v1.c */

struct cg_tree {		/* the parent of all units */
	enum cg_mode mode;
	char parent[64];	/* "pintle" or what the command line says */
	uint32_t controllers;	/* CG_HAS_* usable for units */
	int root_fd;		/* v2: the parent's folder */
	int v1_fd[CG_V1_N];	/* v1: the parent's folder a hierarchy, -1 = not there */
};
#define CG_HAS_MEMORY 1u
#define CG_HAS_PIDS 2u
#define CG_HAS_CPU 4u
#define CG_HAS_DEVICES 8u	/* v1 only; v2 uses BPF */
#define CG_HAS_FREEZER 16u
#define CG_HAS_CPUSET 32u
#define CG_HAS_OTHERS 64u	/* those that only config.json can ask for */

struct cg {			/* one unit's */
	char name[72];
	int fd;			/* v2 folder or -1 */
	int v1_fd[CG_V1_N];
};

struct cg_limits {		/* UINT64_MAX = no limit */
	uint64_t memory_max, pids_max;
	uint32_t cpu_quota_percent;	/* 0 = none; 150 = one and a half CPUs */
};

/*
 * Finds what is mounted at /sys/fs/cgroup (does not mount), makes the parent group, enables the
 * controllers in subtree_control. mode CG_NONE with 0 when there is nothing usable (status says
 * so).
 */
int cg_tree_open(struct cg_tree *t, const char *parent, struct err *e);
/* Makes or reopens a unit's group. '/' in name is refused. 0 or -errno. */
int cg_open(const struct cg_tree *t, const char *name, struct cg *ret, struct err *e);
/*
 * Writes limits; one that the kernel has no controller for gives -ENOTSUP with e naming it, the
 * others are written.
 */
int cg_limit(const struct cg_tree *t, const struct cg *c, const struct cg_limits *l, struct err *e);
/* In the child: moves itself (v1, or v2 without CLONE_INTO_CGROUP). 0 or -errno. */
int cg_join(const struct cg *c);
/*
 * SIGKILL to all in the group: cgroup.kill (5.14), else freezer and a walk of cgroup.procs (bounded
 * passes). 0 or -errno.
 */
int cg_kill(const struct cg_tree *t, const struct cg *c);
/* sig to every process of the group and those below it. Number reached or -errno. */
int cg_signal(const struct cg *c, int sig);
/* 1 if any process is in the group or below, 0 if none, -errno. */
int cg_populated(const struct cg *c);
/*
 * In a container's child, before it drops its rights: lets the group open only the devices of
 * Docker's default list and the n given ones (v2 by a BPF program, v1 by devices.allow). 0, or
 * -ENOTSUP where the kernel has neither: the caller then takes CAP_MKNOD away.
 */
struct spec_device;
int cg_devices(const struct cg *c, const struct spec_device *extra, unsigned n, struct err *e);
/* Bytes charged, 0 when unknown. */
uint64_t cg_memory(const struct cg *c);
/*
 * Asks for a freeze, or a thaw, of the whole group and does not wait until it is: cg_frozen()
 * tells. 0 or -errno (-ENOTSUP: there is no freezer). For PID 1.
 */
int cg_freeze_begin(const struct cg *c, bool frozen);
/* Whether the OOM killer takes the group as one (v2, Linux 4.19). 0 or -errno. */
int cg_oom_group(const struct cg *c, bool whole);
/* How often the OOM killer acted in the group; 0 when unknown. */
uint64_t cg_oom_kills(const struct cg *c);
/*
 * Closes the fds; with remove also rmdirs the group (and what the container made below it). 0 or
 * -errno (-EBUSY: still populated).
 */
int cg_close(const struct cg_tree *t, struct cg *c, bool remove);

#endif
