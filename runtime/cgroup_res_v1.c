/* SPDX-License-Identifier: ISC */
/* linux.resources on version 1 (runtime-spec 1.2, config-linux.md "Control groups"). For the OCI command line. */
#include <errno.h>
#include <string.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_res.h"

/* A value that was given and cannot be set is an error; one that was not given is none. */
static int put_text(const struct cg *c, const char *hierarchy, const char *file, const char *text, struct err *e)
{
	int fd = cg_v1_by_name(c, hierarchy);

	if (fd < 0)
		return err_set(e, ENOTSUP, "cgroup", "%s = %s: no %s hierarchy", file, text, hierarchy);
	return cg_write(fd, c->name, file, text, e);
}

static int put(const struct cg *c, const char *hierarchy, const char *file, int64_t value, struct err *e)
{
	char text[24];

	if (value == CG_UNSET)
		return 0;
	str_print(text, sizeof(text), "%lld", (long long)value);
	return put_text(c, hierarchy, file, text, e);
}

/*
 * memory.limit <= memsw.limit holds at every moment: raised, the greater goes first; lowered, the smaller does. What does not fit
 * in one order fits in the other.
 */
static int put_memory_limits(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	struct err first = { 0 };
	int rc;

	if (r->memory.limit == -1 && r->memory.swap == CG_UNSET)
		put(c, "memory", "memory.memsw.limit_in_bytes", -1, &first);
	err_clear(&first);
	if (!put(c, "memory", "memory.limit_in_bytes", r->memory.limit, &first))
		return put(c, "memory", "memory.memsw.limit_in_bytes", r->memory.swap, e);
	rc = put(c, "memory", "memory.memsw.limit_in_bytes", r->memory.swap, e);
	return rc ?: put(c, "memory", "memory.limit_in_bytes", r->memory.limit, e);
}

static int put_memory(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	struct err ignored = { 0 };
	int rc = put_memory_limits(c, r, e);

	rc = rc ?: put(c, "memory", "memory.soft_limit_in_bytes", r->memory.reservation, e);
	/* Kernels from 5.4 on call the kernel's own limit deprecated, later ones refuse it: nothing is lost without it. */
	if (!rc)
		put(c, "memory", "memory.kmem.limit_in_bytes", r->memory.kernel, &ignored);
	rc = rc ?: put(c, "memory", "memory.kmem.tcp.limit_in_bytes", r->memory.kernel_tcp, e);
	rc = rc ?: put(c, "memory", "memory.swappiness", r->memory.swappiness, e);
	return rc ?: put(c, "memory", "memory.oom_control", r->memory.disable_oom_killer, e);
}

static int put_cpu(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int rc = put(c, "cpu", "cpu.shares", r->cpu.shares ? r->cpu.shares : CG_UNSET, e);

	rc = rc ?: put(c, "cpu", "cpu.cfs_period_us", r->cpu.period ? r->cpu.period : CG_UNSET, e);
	rc = rc ?: put(c, "cpu", "cpu.cfs_quota_us", r->cpu.quota ? r->cpu.quota : CG_UNSET, e);
	rc = rc ?: put(c, "cpu", "cpu.cfs_burst_us", r->cpu.burst, e);
	rc = rc ?: put(c, "cpu", "cpu.rt_period_us", r->cpu.realtime_period ? r->cpu.realtime_period : CG_UNSET, e);
	rc = rc ?: put(c, "cpu", "cpu.rt_runtime_us", r->cpu.realtime_runtime ? r->cpu.realtime_runtime : CG_UNSET, e);
	rc = rc ?: put(c, "cpu", "cpu.idle", r->cpu.idle, e);
	if (!rc && r->cpu.cpus && *r->cpu.cpus)
		rc = put_text(c, "cpuset", "cpuset.cpus", r->cpu.cpus, e);
	if (!rc && r->cpu.mems && *r->cpu.mems)
		rc = put_text(c, "cpuset", "cpuset.mems", r->cpu.mems, e);
	return rc;
}

static int put_device(const struct cg *c, const char *file, const struct cg_blkio_device *d, int64_t value, struct err *e)
{
	char text[72];

	if (value == CG_UNSET)
		return 0;
	str_print(text, sizeof(text), "%lld:%lld %lld", (long long)d->major, (long long)d->minor, (long long)value);
	return put_text(c, "blkio", file, text, e);
}

/* The weights went from CFQ to BFQ with Linux 5.0: whichever is there. */
static const char *weight_file(const struct cg *c, const char *cfq, const char *bfq)
{
	int fd = cg_v1_by_name(c, "blkio");
	char text[16];

	return fd >= 0 && io_read_file(fd, cfq, text, sizeof(text)) == -ENOENT && io_read_file(fd, bfq, text, sizeof(text)) != -ENOENT ?
		bfq : cfq;
}

static int put_blkio(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	static const char *const throttles[CG_THROTTLES] = {
		"blkio.throttle.read_bps_device", "blkio.throttle.write_bps_device", "blkio.throttle.read_iops_device",
		"blkio.throttle.write_iops_device",
	};
	int rc = 0;
	unsigned i, k;

	if (r->blkio.weight != CG_UNSET && r->blkio.weight)
		rc = put(c, "blkio", weight_file(c, "blkio.weight", "blkio.bfq.weight"), r->blkio.weight, e);
	if (r->blkio.leaf_weight != CG_UNSET && r->blkio.leaf_weight)
		rc = rc ?: put(c, "blkio", "blkio.leaf_weight", r->blkio.leaf_weight, e);
	for (i = 0; i < r->blkio.n_weight_device && !rc; i++) {
		const struct cg_blkio_device *d = &r->blkio.weight_device[i];

		rc = put_device(c, weight_file(c, "blkio.weight_device", "blkio.bfq.weight_device"), d, d->weight, e);
		rc = rc ?: put_device(c, "blkio.leaf_weight_device", d, d->leaf_weight, e);
	}
	for (k = 0; k < CG_THROTTLES; k++)
		for (i = 0; i < r->blkio.n_throttle[k] && !rc; i++)
			rc = put_device(c, throttles[k], &r->blkio.throttle[k][i], r->blkio.throttle[k][i].rate, e);
	return rc;
}

static int put_named(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	char text[160];
	int rc = put(c, "net_cls", "net_cls.classid", r->network_class, e);
	unsigned i;

	for (i = 0; i < r->n_network_priority && !rc; i++) {
		str_print(text, sizeof(text), "%s %lld", r->network_priority[i].name, (long long)r->network_priority[i].value);
		rc = put_text(c, "net_prio", "net_prio.ifpriomap", text, e);
	}
	for (i = 0; i < r->n_hugetlb && !rc; i++) {
		str_print(text, sizeof(text), "hugetlb.%s.limit_in_bytes", r->hugetlb[i].name);
		rc = put(c, "hugetlb", text, r->hugetlb[i].value, e);
	}
	for (i = 0; i < r->n_rdma_handles && !rc; i++) {
		str_print(text, sizeof(text), "%s hca_handle=%lld", r->rdma_handles[i].name, (long long)r->rdma_handles[i].value);
		rc = put_text(c, "rdma", "rdma.max", text, e);
	}
	for (i = 0; i < r->n_rdma_objects && !rc; i++) {
		str_print(text, sizeof(text), "%s hca_object=%lld", r->rdma_objects[i].name, (long long)r->rdma_objects[i].value);
		rc = put_text(c, "rdma", "rdma.max", text, e);
	}
	return rc;
}

int cg_v1_apply(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int rc = put_memory(c, r, e);

	rc = rc ?: put_cpu(c, r, e);
	if (!rc && r->pids_limit != CG_UNSET)
		rc = r->pids_limit > 0 ? put(c, "pids", "pids.max", r->pids_limit, e) : put_text(c, "pids", "pids.max", "max", e);
	rc = rc ?: put_blkio(c, r, e);
	rc = rc ?: put_named(c, r, e);
	return !rc && r->n_unified ? err_set(e, ENOTSUP, "cgroup", "resources.unified: this host has version 1") : rc;
}
