/* SPDX-License-Identifier: ISC */
/* linux.resources: what both versions of control groups share. See cgroup_res.h. */
#include "runtime/cgroup_res.h"

#include <errno.h>
#include <string.h>

#include "runtime/cgroup_int.h"

void cg_resources_init(struct cg_resources *r)
{
	memset(r, 0, sizeof(*r));
	r->memory.limit = r->memory.reservation = r->memory.swap = r->memory.kernel = r->memory.kernel_tcp = CG_UNSET;
	r->memory.swappiness = r->memory.disable_oom_killer = r->memory.use_hierarchy = CG_UNSET;
	r->memory.check_before_update = CG_UNSET;
	r->cpu.shares = r->cpu.quota = r->cpu.burst = r->cpu.period = r->cpu.idle = CG_UNSET;
	r->cpu.realtime_runtime = r->cpu.realtime_period = CG_UNSET;
	r->pids_limit = r->blkio.weight = r->blkio.leaf_weight = r->network_class = CG_UNSET;
}

static int check_memory(const struct cg *c, const struct cg_resources *r, struct err *e)
{
	if (r->memory.check_before_update == 1 && r->memory.limit >= 0 && (uint64_t)r->memory.limit < cg_memory(c))
		return err_set(e, EBUSY, "cgroup", "memory limit %lld is below what is used", (long long)r->memory.limit);
	return 0;
}

int cg_apply(const struct cg_tree *t, const struct cg *c, const struct cg_resources *r, struct err *e)
{
	int rc = check_memory(c, r, e);

	if (rc)
		return rc;
	return t->mode == CG_V2 ? cg_v2_apply(c, r, e) : cg_v1_apply(c, r, e);
}
