/* SPDX-License-Identifier: ISC */
/*
 * OCI linux.resources (runtime-spec 1.2, config-linux.md "Control groups") as data, and its writing
 * to a group of either version. A value that config.json does not give is CG_UNSET.
 */
#ifndef PINTLE_RUNTIME_CGROUP_RES_H
#define PINTLE_RUNTIME_CGROUP_RES_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/err.h"
#include "runtime/cgroup.h"

#define CG_UNSET INT64_MIN

struct cg_device_rule {
	bool allow;
	char type;		/* 'a' all, 'b', 'c' */
	int64_t major, minor;	/* -1 = any */
	unsigned access;	/* SPEC_DEV_* */
};

/*
 * The name is hugetlb's page size "2MB", an interface, an RDMA device, or unified's file (with
 * text).
 */
struct cg_named_value {
	const char *name;
	int64_t value;
	const char *text;
};

struct cg_blkio_device {
	int64_t major, minor;
	int64_t weight, leaf_weight;	/* weightDevice; CG_UNSET otherwise */
	int64_t rate;			/* throttle*Device; CG_UNSET otherwise */
};

enum cg_throttle { CG_READ_BPS, CG_WRITE_BPS, CG_READ_IOPS, CG_WRITE_IOPS, CG_THROTTLES };

struct cg_resources {
	struct {
		/* bytes; -1 = no limit */
		int64_t limit, reservation, swap, kernel, kernel_tcp, swappiness;
		int64_t disable_oom_killer, use_hierarchy, check_before_update;		/* 0, 1 */
	} memory;
	struct {
		int64_t shares, quota, burst, period, realtime_runtime, realtime_period, idle;
		const char *cpus, *mems;	/* lists, NULL = leave */
	} cpu;
	int64_t pids_limit;		/* 0 and below = no limit */
	struct {
		int64_t weight, leaf_weight;
		const struct cg_blkio_device *weight_device;
		unsigned n_weight_device;
		const struct cg_blkio_device *throttle[CG_THROTTLES];
		unsigned n_throttle[CG_THROTTLES];
	} blkio;
	const struct cg_named_value *hugetlb, *network_priority, *unified;
	unsigned n_hugetlb, n_network_priority, n_unified;
	int64_t network_class;
	const struct cg_named_value *rdma_handles, *rdma_objects;	/* name = device */
	unsigned n_rdma_handles, n_rdma_objects;
	/* In order, the last that matches decides; n = 0: leave as they are. */
	const struct cg_device_rule *devices;
	unsigned n_devices;
};

/* Everything CG_UNSET, NULL, 0. */
void cg_resources_init(struct cg_resources *r);

/*
 * Opens or makes a group by its OCI cgroupsPath below every hierarchy that is mounted (v2, or all
 * of v1 incl. cpuset, blkio, hugetlb, net_cls, net_prio, perf_event, rdma, misc and name=systemd;
 * hybrid hosts count as v1, the unified hierarchy is joined as well). "/a/b" and "a/b" are both
 * below the mount point, whatever group that is in a container; ".." is refused. On v2 the
 * controllers are turned on down the path. Missing cpuset.cpus and mems are taken from the parent
 * (v1). A hierarchy that is mounted read-only is left out. *t is filled for the other functions of
 * cgroup.h (not for the removal by cg_close()). make = false: -ENOENT if it is not there.
 */
int cg_path_open(const char *path, bool make, struct cg_tree *t, struct cg *ret, struct err *e);
/*
 * Removes what cg_path_open() made: the leaf and what the container made below it. 0 also when it
 * is not there. While processes are still there it waits, at most half a second in all, then
 * -EBUSY.
 */
int cg_path_remove(const char *path, struct err *e);
/* Puts a process into the group, in every hierarchy. */
int cg_path_join(const struct cg *c, pid_t pid, struct err *e);
/*
 * Writes resources but for the devices, in the order in which the kernel takes them (memory limit
 * and swap raised or lowered in the order that fits). 0 counts as not given where it is no limit of
 * use, as in runc. On v2 the values of v1 keys are converted as crun and runc do (shares → weight,
 * swap − limit, blkio weight …). Stops at the first that cannot be had: -ENOTSUP with e naming file
 * and value where the kernel has no such control, -EINVAL for foreign names, -EBUSY for
 * checkBeforeUpdate.
 */
int cg_apply(const struct cg_tree *t, const struct cg *c, const struct cg_resources *r,
	     struct err *e);
/*
 * The device rules alone: v1 devices.deny/allow, v2 a BPF program that replaces the former one.
 * They say all: what none of them speaks of is refused. At most 128. -ENOTSUP where there is
 * neither, and on v1 for a rule that only takes a part of a wider one back.
 */
int cg_device_rules(const struct cg *c, const struct cg_device_rule *rules, unsigned n,
		    struct err *e);
/*
 * The same with what every container may open after them (Docker's default: null zero full random
 * urandom tty console ptmx and pty slaves; nodes of all kinds may be made), as runc and crun add
 * it.
 */
int cg_container_rules(const struct cg *c, const struct cg_device_rule *rules, unsigned n,
		       struct err *e);
/*
 * Freezes (true) or thaws the whole group and waits until it is (≤ 2 s, then -ETIMEDOUT). -ENOTSUP
 * without a freezer.
 */
int cg_freeze(const struct cg *c, bool frozen, struct err *e);
/* 1 frozen, 0 not, -errno. */
int cg_frozen(const struct cg *c);
/* Calls act for each process of the group and the groups below. How many, or -errno. */
int cg_each(const struct cg *c, int (*act)(pid_t pid, void *ctx), void *ctx);

#endif
