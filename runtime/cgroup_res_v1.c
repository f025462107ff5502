/* SPDX-License-Identifier: ISC */
/*
 * linux.resources on version 1 (runtime-spec 1.2, config-linux.md "Control groups"). For the OCI
 * command line.
 */
#include <errno.h>
#include <string.h>

#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_res.h"

/* A value that was given and cannot be set is an error; one that was not given is none. */
static int put_text(const struct cg *c, const char *hierarchy, const char *file, const char *text,
		    struct err *e)
{
	return cg_put_text(cg_v1_by_name(c, hierarchy), c->name, file, text, e);
}

static int put(const struct cg *c, const char *hierarchy, const char *file, int64_t value,
	       struct err *e)
{
	return cg_put(cg_v1_by_name(c, hierarchy), c->name, file, value, "-1", e);
}

static bool has(const struct cg *c, const char *hierarchy, const char *file)
{
	return cg_has_file(cg_v1_by_name(c, hierarchy), file);
}

/*
 * memory.limit <= memsw.limit holds at every moment: raised, the greater goes first; lowered, the
 * smaller does. What does not fit in one order fits in the other.
 */
static int put_memory_limits(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	const char *memsw = "memory.memsw.limit_in_bytes", *limit = "memory.limit_in_bytes";
	int64_t memory = cg_nonzero(r->memory.limit), swap = cg_nonzero(r->memory.swap);
	struct err first = { 0 };
	int rc;

	if (memory > 0 && swap > 0 && swap < memory)
		return err_set(e, EINVAL, "cgroup", "memory.swap %lld is below memory.limit",
			       (long long)swap);
	if (memory == -1 && swap == CG_UNSET && has(c, "memory", memsw))
		swap = -1;
	if (!put(c, "memory", limit, memory, &first))
		return put(c, "memory", memsw, swap, e);
	rc = put(c, "memory", memsw, swap, e);
	return rc ?: put(c, "memory", limit, memory, e);
}

/*
 * Kernels from 5.4 on call the kernel's own limits deprecated, later ones refuse them or have them
 * no more: nothing is lost.
 */
static int put_kernel_memory(const struct cg *c, const char *file, int64_t value, struct err *e)
{
	struct err why = { 0 };
	int rc = put(c, "memory", file, cg_nonzero(value), &why);

	if (rc && rc != -ENOTSUP && rc != -EOPNOTSUPP)
		return err_set(e, rc, "cgroup", "%s", why.text);
	return 0;
}

static int put_memory(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int memory = cg_v1_by_name(c, "memory"), rc = 0;
	int64_t hierarchy = r->memory.use_hierarchy, soft = cg_nonzero(r->memory.reservation);

	/* Only before it has groups below may it change; newer kernels have but 1. */
	if (hierarchy != CG_UNSET &&
	    cg_read_u64(memory, "memory.use_hierarchy") != (uint64_t)hierarchy)
		rc = put(c, "memory", "memory.use_hierarchy", hierarchy, e);
	rc = rc ?: put_memory_limits(c, r, e);
	rc = rc ?: put(c, "memory", "memory.soft_limit_in_bytes", soft, e);
	rc = rc ?: put_kernel_memory(c, "memory.kmem.limit_in_bytes", r->memory.kernel, e);
	rc = rc ?: put_kernel_memory(c, "memory.kmem.tcp.limit_in_bytes", r->memory.kernel_tcp, e);
	rc = rc ?: put(c, "memory", "memory.swappiness", r->memory.swappiness, e);
	return rc ?: put(c, "memory", "memory.oom_control", r->memory.disable_oom_killer, e);
}

/*
 * Two values that the kernel holds against each other: a first that does not fit the old second is
 * tried again after the new second.
 */
static int put_two(const struct cg *c, const char *file1, int64_t value1, const char *file2,
		   int64_t value2, struct err *e)
{
	struct err why = { 0 };
	int rc = put(c, "cpu", file1, value1, &why), second;

	if (rc && (rc != -EINVAL || value2 == CG_UNSET))
		return err_set(e, rc, "cgroup", "%s", why.text);
	second = put(c, "cpu", file2, value2, e);
	return second || !rc ? second : put(c, "cpu", file1, value1, e);
}

/* A group that is idle takes no shares. */
static int put_shares(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int64_t idle = r->cpu.idle, shares = cg_nonzero(r->cpu.shares);
	int rc = 0;

	if (idle == 0 && !has(c, "cpu", "cpu.idle"))
		idle = CG_UNSET;
	if (idle == 0)
		rc = put(c, "cpu", "cpu.idle", idle, e);
	rc = rc ?: put(c, "cpu", "cpu.shares", shares, e);
	return rc || idle == 0 ? rc : put(c, "cpu", "cpu.idle", idle, e);
}

static int put_cpu(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int64_t quota = cg_nonzero(r->cpu.quota), period = cg_nonzero(r->cpu.period),
		burst = r->cpu.burst;
	int64_t rt_period = cg_nonzero(r->cpu.realtime_period);
	int64_t rt_runtime = cg_nonzero(r->cpu.realtime_runtime);
	int rc = put_shares(c, r, e);

	if (burst == 0 && !has(c, "cpu", "cpu.cfs_burst_us"))
		burst = CG_UNSET;
	rc = rc ?: put_two(c, "cpu.cfs_period_us", period, "cpu.cfs_quota_us", quota, e);
	rc = rc ?: put(c, "cpu", "cpu.cfs_burst_us", burst, e);
	rc = rc ?: put_two(c, "cpu.rt_period_us", rt_period, "cpu.rt_runtime_us", rt_runtime, e);
	if (!rc && r->cpu.cpus && *r->cpu.cpus)
		rc = put_text(c, "cpuset", "cpuset.cpus", r->cpu.cpus, e);
	if (!rc && r->cpu.mems && *r->cpu.mems)
		rc = put_text(c, "cpuset", "cpuset.mems", r->cpu.mems, e);
	return rc;
}

static int put_device(const struct cg *c, const char *file, const struct cg_blkio_device *d,
		      int64_t value, struct err *e)
{
	char text[72];

	if (value == CG_UNSET)
		return 0;
	str_print(text, sizeof(text), "%lld:%lld %lld", (long long)d->major, (long long)d->minor,
		  (long long)value);
	return put_text(c, "blkio", file, text, e);
}

/* The weights went from CFQ to BFQ with Linux 5.0: whichever is there. */
static const char *weight_file(const struct cg *c, const char *cfq, const char *bfq)
{
	return !has(c, "blkio", cfq) && has(c, "blkio", bfq) ? bfq : cfq;
}

static int put_blkio(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	static const char *const throttles[CG_THROTTLES] = {
		"blkio.throttle.read_bps_device",
		"blkio.throttle.write_bps_device",
		"blkio.throttle.read_iops_device",
		"blkio.throttle.write_iops_device",
	};
	int rc = put(c, "blkio", weight_file(c, "blkio.weight", "blkio.bfq.weight"),
		     cg_nonzero(r->blkio.weight), e);
	unsigned i, k;

	rc = rc ?: put(c, "blkio", "blkio.leaf_weight", cg_nonzero(r->blkio.leaf_weight), e);
	for (i = 0; i < r->blkio.n_weight_device && !rc; i++) {
		const struct cg_blkio_device *d = &r->blkio.weight_device[i];

		rc = put_device(c, weight_file(c, "blkio.weight_device", "blkio.bfq.weight_device"),
				d, d->weight, e);
		rc = rc ?: put_device(c, "blkio.leaf_weight_device", d, d->leaf_weight, e);
	}
	for (k = 0; k < CG_THROTTLES; k++)
		for (i = 0; i < r->blkio.n_throttle[k] && !rc; i++)
			rc = put_device(c, throttles[k], &r->blkio.throttle[k][i],
					r->blkio.throttle[k][i].rate, e);
	return rc;
}

static int put_network(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	char text[128];
	int rc = put(c, "net_cls", "net_cls.classid", cg_nonzero(r->network_class), e);
	unsigned i;

	for (i = 0; i < r->n_network_priority && !rc; i++) {
		const struct cg_named_value *v = &r->network_priority[i];

		rc = cg_check_name("network interface", v->name, e);
		str_print(text, sizeof(text), "%s %lld", v->name, (long long)v->value);
		rc = rc ?: put_text(c, "net_prio", "net_prio.ifpriomap", text, e);
	}
	return rc;
}

/* The reservation's limit came with Linux 5.7; without the other one it could be got around. */
static int put_hugetlb(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	char file[96];
	unsigned i;
	int rc = 0;

	for (i = 0; i < r->n_hugetlb && !rc; i++) {
		const struct cg_named_value *v = &r->hugetlb[i];

		rc = cg_check_name("page size", v->name, e);
		str_print(file, sizeof(file), "hugetlb.%s.limit_in_bytes", v->name);
		rc = rc ?: put(c, "hugetlb", file, v->value, e);
		str_print(file, sizeof(file), "hugetlb.%s.rsvd.limit_in_bytes", v->name);
		if (!rc && has(c, "hugetlb", file))
			rc = put(c, "hugetlb", file, v->value, e);
	}
	return rc;
}

int cg_v1_apply(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int unified = c->v1_fd[CG_V1_UNIFIED], hugetlb = cg_v1_by_name(c, "hugetlb"),
	    rdma = cg_v1_by_name(c, "rdma");
	int rc = put_memory(c, r, e);

	rc = rc ?: put_cpu(c, r, e);
	if (!rc && r->pids_limit != CG_UNSET)
		rc = r->pids_limit > 0 ? put(c, "pids", "pids.max", r->pids_limit, e) :
					 put_text(c, "pids", "pids.max", "max", e);
	rc = rc ?: put_blkio(c, r, e);
	rc = rc ?: put_network(c, r, e);
	/* A hybrid host may have some controllers on the unified hierarchy. */
	if (hugetlb < 0 && unified >= 0)
		rc = rc ?: cg_v2_hugetlb(unified, c->name, r, e);
	else
		rc = rc ?: put_hugetlb(c, r, e);
	rc = rc ?: cg_rdma(rdma < 0 ? unified : rdma, c->name, r, e);
	if (!rc && r->n_unified)
		rc = err_set(e, ENOTSUP, "cgroup", "resources.unified: this host has version 1");
	return rc;
}
