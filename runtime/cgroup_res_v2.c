/* SPDX-License-Identifier: ISC */
/*
 * linux.resources on version 2: what was defined for version 1 is converted as crun and runc do
 * (runtime-spec 1.2, config-linux.md "Control groups"; crun(1) "CGROUP V2"). For the OCI command line.
 */
#include <errno.h>
#include <string.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_res.h"

static int put_text(const struct cg *c, const char *file, const char *text, struct err *e)
{
	struct err why = { 0 };
	int rc = cg_write(c->fd, c->name, file, text, &why);

	if (rc == -ENOENT)
		return err_set(e, ENOTSUP, "cgroup", "%s = %s: the kernel has no such controller here", file, text);
	if (rc)
		*e = why;
	return rc;
}

/* -1 is "max" wherever version 2 has a limit. */
static int put(const struct cg *c, const char *file, int64_t value, struct err *e)
{
	char text[24] = "max";

	if (value == CG_UNSET)
		return 0;
	if (value >= 0)
		str_print(text, sizeof(text), "%lld", (long long)value);
	return put_text(c, file, text, e);
}

/* Version 1's swap is memory and swap together; version 2's is swap alone. */
static int put_swap(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int64_t limit = r->memory.limit, swap = r->memory.swap;
	char text[24];

	if (swap == CG_UNSET || swap == 0)
		return 0;
	if (swap > 0 && limit == CG_UNSET)
		return err_set(e, EINVAL, "cgroup", "memory.swap without memory.limit");
	if (swap > 0 && swap < limit)
		return err_set(e, EINVAL, "cgroup", "memory.swap %lld is below memory.limit", (long long)swap);
	/* A kernel without swap has no such file; no swap is what it then has anyway. */
	if (io_read_file(c->fd, "memory.swap.max", text, sizeof(text)) == -ENOENT)
		return 0;
	return put(c, "memory.swap.max", swap < 0 || limit < 0 ? -1 : swap - limit, e);
}

static int put_memory(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int rc = put_swap(c, r, e);

	rc = rc ?: put(c, "memory.max", r->memory.limit == 0 ? CG_UNSET : r->memory.limit, e);
	return rc ?: put(c, "memory.low", r->memory.reservation == 0 ? CG_UNSET : r->memory.reservation, e);
}

int64_t cg_weight_of_shares(int64_t shares)
{
	if (shares <= 0)
		return CG_UNSET;
	if (shares < 2)
		shares = 2;
	if (shares > 262144)
		shares = 262144;
	return 1 + (shares - 2) * 9999 / 262142;
}

static int put_cpu(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int64_t period = r->cpu.period > 0 ? r->cpu.period : 100000;
	char text[64];
	int rc = 0;

	if (r->cpu.realtime_runtime > 0 || r->cpu.realtime_period > 0)
		return err_set(e, ENOTSUP, "cgroup", "realtime scheduling has no limit on version 2");
	if (r->cpu.idle != CG_UNSET)
		rc = put(c, "cpu.idle", r->cpu.idle, e);
	if (!rc && r->cpu.idle != 1)
		rc = put(c, "cpu.weight", cg_weight_of_shares(r->cpu.shares), e);
	if (!rc && (r->cpu.quota != CG_UNSET || r->cpu.period > 0)) {
		if (r->cpu.quota > 0)
			str_print(text, sizeof(text), "%lld %lld", (long long)r->cpu.quota, (long long)period);
		else
			str_print(text, sizeof(text), "max %lld", (long long)period);
		rc = put_text(c, "cpu.max", text, e);
	}
	rc = rc ?: put(c, "cpu.max.burst", r->cpu.burst, e);
	if (!rc && r->cpu.cpus && *r->cpu.cpus)
		rc = put_text(c, "cpuset.cpus", r->cpu.cpus, e);
	if (!rc && r->cpu.mems && *r->cpu.mems)
		rc = put_text(c, "cpuset.mems", r->cpu.mems, e);
	return rc;
}

/* BFQ's file takes version 1's range as it is; the generic one spreads 10…1000 over 1…10000. */
static int put_io_weight(const struct cg *c, int64_t weight, struct err *e)
{
	char text[32];

	if (weight == CG_UNSET || weight == 0)
		return 0;
	if (io_read_file(c->fd, "io.bfq.weight", text, sizeof(text)) != -ENOENT)
		return put(c, "io.bfq.weight", weight, e);
	return put(c, "io.weight", 1 + (weight - 10) * 9999 / 990, e);
}

static int put_io(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	static const char *const keys[CG_THROTTLES] = { "rbps", "wbps", "riops", "wiops" };
	int rc = put_io_weight(c, r->blkio.weight, e);
	char text[96];
	unsigned i, k;

	for (i = 0; i < r->blkio.n_weight_device && !rc; i++) {
		const struct cg_blkio_device *d = &r->blkio.weight_device[i];

		if (d->weight == CG_UNSET)
			continue;
		str_print(text, sizeof(text), "%lld:%lld %lld", (long long)d->major, (long long)d->minor, (long long)d->weight);
		rc = put_text(c, "io.bfq.weight", text, e);
	}
	for (k = 0; k < CG_THROTTLES; k++)
		for (i = 0; i < r->blkio.n_throttle[k] && !rc; i++) {
			const struct cg_blkio_device *d = &r->blkio.throttle[k][i];

			str_print(text, sizeof(text), "%lld:%lld %s=%lld", (long long)d->major, (long long)d->minor, keys[k],
				  (long long)d->rate);
			rc = put_text(c, "io.max", text, e);
		}
	return rc;
}

static int put_named(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	char text[160];
	unsigned i;
	int rc = 0;

	for (i = 0; i < r->n_hugetlb && !rc; i++) {
		str_print(text, sizeof(text), "hugetlb.%s.max", r->hugetlb[i].name);
		rc = put(c, text, r->hugetlb[i].value, e);
	}
	for (i = 0; i < r->n_rdma_handles && !rc; i++) {
		str_print(text, sizeof(text), "%s hca_handle=%lld", r->rdma_handles[i].name, (long long)r->rdma_handles[i].value);
		rc = put_text(c, "rdma.max", text, e);
	}
	for (i = 0; i < r->n_rdma_objects && !rc; i++) {
		str_print(text, sizeof(text), "%s hca_object=%lld", r->rdma_objects[i].name, (long long)r->rdma_objects[i].value);
		rc = put_text(c, "rdma.max", text, e);
	}
	return rc;
}

/* The user's own words: one write a line, as the kernel takes them. */
static int put_unified(const struct cg *c, const struct cg_named_value *u, struct err *e)
{
	const char *at = u->text;
	char line[512];
	int rc = 0;

	if (strchr(u->name, '/') || u->name[0] == '.' || !strchr(u->name, '.'))
		return err_set(e, EINVAL, "cgroup", "resources.unified: \"%s\" is no control file", u->name);
	while (*at && !rc) {
		size_t n = strcspn(at, "\n");

		if (str_print(line, sizeof(line), "%.*s", (int)n, at) < 0)
			return err_set(e, E2BIG, "cgroup", "resources.unified: %s", u->name);
		rc = put_text(c, u->name, line, e);
		at += n + (at[n] == '\n');
	}
	return rc;
}

int cg_v2_apply(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int rc = put_memory(c, r, e);
	unsigned i;

	rc = rc ?: put_cpu(c, r, e);
	if (r->pids_limit != CG_UNSET)
		rc = rc ?: put(c, "pids.max", r->pids_limit > 0 ? r->pids_limit : -1, e);
	rc = rc ?: put_io(c, r, e);
	rc = rc ?: put_named(c, r, e);
	for (i = 0; i < r->n_unified && !rc; i++)
		rc = put_unified(c, &r->unified[i], e);
	return rc;
}
