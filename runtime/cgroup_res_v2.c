/* SPDX-License-Identifier: ISC */
/*
 * linux.resources on version 2: what was defined for version 1 is converted as crun and runc do
 * (runtime-spec 1.2, config-linux.md "Control groups"; crun(1) "CGROUP V2"). For the OCI command
 * line.
 */
#include <errno.h>
#include <string.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_res.h"

static int put_text(const struct cg *c, const char *file, const char *text, struct err *e)
{
	return cg_put_text(c->fd, c->name, file, text, e);
}

/* -1 is "max" wherever version 2 has a limit. */
static int put(const struct cg *c, const char *file, int64_t value, struct err *e)
{
	return cg_put(c->fd, c->name, file, value, "max", e);
}

int cg_swap_of_memsw(int64_t memory, int64_t memsw, int64_t *ret, struct err *e)
{
	if (memsw == CG_UNSET || memsw == 0) {
		*ret = memory == -1 ? -1 : CG_UNSET;	/* memory without a limit: swap as well */
		return 0;
	}
	if (memsw > 0 && memory <= 0)
		return err_set(e, EINVAL, "cgroup", "memory.swap %lld without memory.limit",
			       (long long)memsw);
	if (memsw > 0 && memsw < memory)
		return err_set(e, EINVAL, "cgroup", "memory.swap %lld is below memory.limit %lld",
			       (long long)memsw, (long long)memory);
	*ret = memsw < 0 ? -1 : memsw - memory;
	return 0;
}

static int put_memory(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int64_t swap = CG_UNSET;
	int rc = cg_swap_of_memsw(r->memory.limit, r->memory.swap, &swap, e);

	if (!rc && r->memory.swappiness != CG_UNSET)
		rc = err_set(e, ENOTSUP, "cgroup", "memory.swappiness: version 2 has none");
	if (!rc && r->memory.disable_oom_killer == 1)
		rc = err_set(e, ENOTSUP, "cgroup", "memory.disableOOMKiller: version 2 has none");
	/* A kernel without swap has no such file; no swap is what the group then has anyway. */
	if (!rc && cg_has_file(c->fd, "memory.swap.max"))
		rc = put(c, "memory.swap.max", swap, e);
	rc = rc ?: put(c, "memory.max", cg_nonzero(r->memory.limit), e);
	return rc ?: put(c, "memory.low", cg_nonzero(r->memory.reservation), e);
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

int64_t cg_io_weight_of_blkio(int64_t weight)
{
	if (weight <= 0)
		return CG_UNSET;
	if (weight < 10)
		weight = 10;
	if (weight > 1000)
		weight = 1000;
	return 1 + (weight - 10) * 9999 / 990;
}

/*
 * "QUOTA PERIOD": what is not given stays as it is, the quota before the blank, the period after
 * it.
 */
static int put_quota(const struct cg *c, int64_t quota, int64_t period, struct err *e)
{
	char now[64], text[64], q[24] = "max";

	if (quota == CG_UNSET && period == CG_UNSET)
		return 0;
	if (io_read_file(c->fd, "cpu.max", now, sizeof(now)) < 0)
		str_copy(now, sizeof(now), "max 100000\n");
	if (quota == CG_UNSET)
		str_print(q, sizeof(q), "%.*s", (int)strcspn(now, " "), now);
	else if (quota > 0)
		str_print(q, sizeof(q), "%lld", (long long)quota);
	if (period == CG_UNSET)
		str_print(text, sizeof(text), "%s", q);
	else
		str_print(text, sizeof(text), "%s %lld", q, (long long)period);
	return put_text(c, "cpu.max", text, e);
}

/*
 * The burst may not be above the quota: one that does not fit the old quota is set after the new
 * one.
 */
static int put_bandwidth(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int64_t quota = cg_nonzero(r->cpu.quota), burst = r->cpu.burst;
	struct err why = { 0 };
	int rc, second;

	if (burst == 0 && !cg_has_file(c->fd, "cpu.max.burst"))
		burst = CG_UNSET;
	rc = put(c, "cpu.max.burst", burst, &why);
	if (rc && (rc != -EINVAL || quota == CG_UNSET))
		return err_set(e, rc, "cgroup", "%s", why.text);
	second = put_quota(c, quota, cg_nonzero(r->cpu.period), e);
	return second || !rc ? second : put(c, "cpu.max.burst", burst, e);
}

/* A group that is idle takes no weight. */
static int put_weight(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int64_t idle = r->cpu.idle;
	int rc = 0;

	if (idle == 0 && !cg_has_file(c->fd, "cpu.idle"))
		idle = CG_UNSET;
	if (idle == 0)
		rc = put(c, "cpu.idle", idle, e);
	rc = rc ?: put(c, "cpu.weight", cg_weight_of_shares(r->cpu.shares), e);
	return rc || idle == 0 ? rc : put(c, "cpu.idle", idle, e);
}

static int put_cpu(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int rc = 0;

	if (r->cpu.realtime_runtime > 0 || r->cpu.realtime_period > 0)
		return err_set(e, ENOTSUP, "cgroup",
			       "cpu.realtimeRuntime, cpu.realtimePeriod: version 2 has none");
	rc = put_weight(c, r, e);
	rc = rc ?: put_bandwidth(c, r, e);
	if (!rc && r->cpu.cpus && *r->cpu.cpus)
		rc = put_text(c, "cpuset.cpus", r->cpu.cpus, e);
	if (!rc && r->cpu.mems && *r->cpu.mems)
		rc = put_text(c, "cpuset.mems", r->cpu.mems, e);
	return rc;
}

/*
 * BFQ's file takes version 1's range as it is; the generic one has a wider one. d NULL: the group's
 * default.
 */
static int put_io_weight(const struct cg *c, const struct cg_blkio_device *d, int64_t weight,
			 struct err *e)
{
	bool bfq = cg_has_file(c->fd, "io.bfq.weight");
	char text[64];

	if (cg_nonzero(weight) == CG_UNSET)
		return 0;
	if (!bfq)
		weight = cg_io_weight_of_blkio(weight);
	if (d)
		str_print(text, sizeof(text), "%lld:%lld %lld", (long long)d->major,
			  (long long)d->minor, (long long)weight);
	else
		str_print(text, sizeof(text), "%lld", (long long)weight);
	return put_text(c, bfq ? "io.bfq.weight" : "io.weight", text, e);
}

static int put_io_max(const struct cg *c, const char *key, const struct cg_blkio_device *d,
		      struct err *e)
{
	char text[96], rate[24] = "max";

	if (d->rate == CG_UNSET)
		return 0;
	if (d->rate > 0)	/* 0 takes a limit away, as on version 1 */
		str_print(rate, sizeof(rate), "%lld", (long long)d->rate);
	str_print(text, sizeof(text), "%lld:%lld %s=%s", (long long)d->major, (long long)d->minor,
		  key, rate);
	return put_text(c, "io.max", text, e);
}

static int put_io(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	static const char *const keys[CG_THROTTLES] = { "rbps", "wbps", "riops", "wiops" };
	int rc = put_io_weight(c, NULL, r->blkio.weight, e);
	bool leaf = cg_nonzero(r->blkio.leaf_weight) != CG_UNSET;
	unsigned i, k;

	for (i = 0; i < r->blkio.n_weight_device && !rc; i++) {
		const struct cg_blkio_device *d = &r->blkio.weight_device[i];

		rc = put_io_weight(c, d, d->weight, e);
		leaf |= cg_nonzero(d->leaf_weight) != CG_UNSET;
	}
	if (!rc && leaf)
		return err_set(e, ENOTSUP, "cgroup", "blockIO.leafWeight: version 2 has none");
	for (k = 0; k < CG_THROTTLES; k++)
		for (i = 0; i < r->blkio.n_throttle[k] && !rc; i++)
			rc = put_io_max(c, keys[k], &r->blkio.throttle[k][i], e);
	return rc;
}

int cg_v2_hugetlb(int fd, const char *group, const struct cg_resources *r, struct err *e)
{
	char file[96];
	unsigned i;
	int rc = 0;

	for (i = 0; i < r->n_hugetlb && !rc; i++) {
		const struct cg_named_value *v = &r->hugetlb[i];

		rc = cg_check_name("page size", v->name, e);
		str_print(file, sizeof(file), "hugetlb.%s.max", v->name);
		rc = rc ?: cg_put(fd, group, file, v->value, "max", e);
		str_print(file, sizeof(file), "hugetlb.%s.rsvd.max", v->name);
		if (!rc && cg_has_file(fd, file))	/* Linux 5.7 */
			rc = cg_put(fd, group, file, v->value, "max", e);
	}
	return rc;
}

/*
 * Files of controllers, and the two of the core that are limits: those that move, freeze or kill
 * are not config.json's.
 */
static bool may_be_set(const char *file)
{
	if (str_starts(file, "cgroup."))
		return !strcmp(file, "cgroup.max.depth") || !strcmp(file, "cgroup.max.descendants");
	return file[0] != '.' && strchr(file, '.') != NULL;
}

/* The user's own words: one write a line, as the kernel takes them. */
static int put_unified(const struct cg *c, const struct cg_named_value *u, struct err *e)
{
	const char *at = u->text;
	char line[512];
	int rc = cg_check_name("resources.unified", u->name, e);

	if (!rc && (!may_be_set(u->name) || !at))
		rc = err_set(e, EINVAL, "cgroup",
			     "resources.unified: \"%s\" is no control file to set", u->name);
	if (!rc && !*at)
		return put_text(c, u->name, "\n", e);	/* a list may be emptied */
	while (!rc && *at) {
		size_t n = strcspn(at, "\n");

		if (str_print(line, sizeof(line), "%.*s", (int)n, at) < 0)
			return err_set(e, E2BIG, "cgroup", "resources.unified: %s", u->name);
		if (n)
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
	if (!rc && r->pids_limit != CG_UNSET)
		rc = put(c, "pids.max", r->pids_limit > 0 ? r->pids_limit : -1, e);
	rc = rc ?: put_io(c, r, e);
	rc = rc ?: cg_v2_hugetlb(c->fd, c->name, r, e);
	rc = rc ?: cg_rdma(c->fd, c->name, r, e);
	if (!rc && (cg_nonzero(r->network_class) != CG_UNSET || r->n_network_priority))
		rc = err_set(e, ENOTSUP, "cgroup",
			     "network.classID, network.priorities: version 2 has none");
	for (i = 0; i < r->n_unified && !rc; i++)
		rc = put_unified(c, &r->unified[i], e);
	return rc;
}
