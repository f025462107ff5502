/* SPDX-License-Identifier: ISC */
/* linux.resources: what both versions of control groups share. See cgroup_res.h. */
#include "runtime/cgroup_res.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"

void cg_resources_init(struct cg_resources *r)
{
	memset(r, 0, sizeof(*r));
	r->memory.limit = r->memory.reservation = r->memory.swap = r->memory.kernel =
		r->memory.kernel_tcp = CG_UNSET;
	r->memory.swappiness = r->memory.disable_oom_killer = r->memory.use_hierarchy = CG_UNSET;
	r->memory.check_before_update = CG_UNSET;
	r->cpu.shares = r->cpu.quota = r->cpu.burst = r->cpu.period = r->cpu.idle = CG_UNSET;
	r->cpu.realtime_runtime = r->cpu.realtime_period = CG_UNSET;
	r->pids_limit = r->blkio.weight = r->blkio.leaf_weight = r->network_class = CG_UNSET;
}

int64_t cg_nonzero(int64_t value)
{
	return value ? value : CG_UNSET;
}

bool cg_has_file(int fd, const char *file)
{
	return fd >= 0 && at_exists(fd, file);
}

int cg_put_text(int fd, const char *group, const char *file, const char *text, struct err *e)
{
	if (!cg_has_file(fd, file))
		return err_set(e, ENOTSUP, "cgroup", "%s = %s: the kernel has no such control here",
			       file, text);
	return cg_write(fd, group, file, text, e);
}

int cg_put(int fd, const char *group, const char *file, int64_t value, const char *none,
	   struct err *e)
{
	char text[24];

	if (value == CG_UNSET)
		return 0;
	str_print(text, sizeof(text), "%lld", (long long)value);
	return cg_put_text(fd, group, file, value == -1 ? none : text, e);
}

int cg_check_name(const char *what, const char *name, struct err *e)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789._-";
	size_t n = name ? strspn(name, plain) : 0;

	if (!n || n >= 64 || name[n])
		return err_set(e, EINVAL, "cgroup", "%s \"%s\"", what, name ? name : "");
	return 0;
}

/* rdma.max is the same file in both versions; a line changes what it names. */
static int put_rdma(int fd, const char *group, const char *key, const struct cg_named_value *v,
		    unsigned n, struct err *e)
{
	char text[128];
	int rc = 0;

	for (; n && !rc; n--, v++) {
		rc = cg_check_name("rdma device", v->name, e);
		str_print(text, sizeof(text), "%s %s=%lld", v->name, key, (long long)v->value);
		rc = rc ?: cg_put_text(fd, group, "rdma.max", text, e);
	}
	return rc;
}

int cg_rdma(int fd, const char *group, const struct cg_resources *r, struct err *e)
{
	int rc = put_rdma(fd, group, "hca_handle", r->rdma_handles, r->n_rdma_handles, e);

	return rc ?: put_rdma(fd, group, "hca_object", r->rdma_objects, r->n_rdma_objects, e);
}

static int check_use(const char *what, int64_t limit, uint64_t used, struct err *e)
{
	if (limit <= 0 || (uint64_t)limit >= used)
		return 0;
	return err_set(e, EBUSY, "cgroup", "%s %lld is below the %llu in use", what,
		       (long long)limit, (unsigned long long)used);
}

/* memory.checkBeforeUpdate: the kernel's own way with v2 is to kill until it fits. */
static int check_memory(const struct cg_tree *t, const struct cg *c, const struct cg_resources *r,
			struct err *e)
{
	int v1 = cg_v1_by_controller(c, CG_HAS_MEMORY), rc;
	int64_t swap = r->memory.swap;
	bool both = t->mode == CG_V1;
	uint64_t used;

	if (r->memory.check_before_update != 1)
		return 0;
	rc = check_use("memory limit", r->memory.limit, cg_memory(c), e);
	if (rc || swap <= 0)
		return rc;
	used = both ? cg_read_u64(v1, "memory.memsw.usage_in_bytes") :
		      cg_read_u64(c->fd, "memory.swap.current");
	if (both)
		return check_use("memory and swap limit", swap, used, e);
	return r->memory.limit > 0 ? check_use("swap limit", swap - r->memory.limit, used, e) : 0;
}

int cg_apply(const struct cg_tree *t, const struct cg *c, const struct cg_resources *r,
	     struct err *e)
{
	int rc = check_memory(t, c, r, e);

	if (rc)
		return rc;
	return t->mode == CG_V2 ? cg_v2_apply(c, r, e) : cg_v1_apply(c, r, e);
}
