/* SPDX-License-Identifier: ISC */
/*
 * linux.resources and linux.sysctl of config.json (runtime-spec 1.2, config-linux.md "Control
 * groups", "Sysctl").
 */
#include <errno.h>
#include <string.h>

#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/oci/config_int.h"

struct rule_in {
	struct cg_device_rule rule;	/* first */
	const char *type, *access;
};

static int begin_rule(struct config_reader *r, const struct json_value *v, const char *path,
		      struct err *e)
{
	struct rule_in *in = r->items[1];

	(void)v;
	(void)path;
	(void)e;
	in->rule.major = in->rule.minor = -1;
	return 0;
}

static int end_rule(struct config_reader *r, const struct json_value *v, const char *path,
		    struct err *e)
{
	struct rule_in *in = r->items[1];
	const char *p;

	(void)v;
	in->rule.type = in->type && *in->type ? in->type[0] : 'a';
	if (!strchr("abcu", in->rule.type) || (in->type && *in->type && in->type[1]))
		return config_wrong(path, "type is none of a, b, c", e);
	if (in->rule.type == 'u')
		in->rule.type = 'c';
	for (p = in->access ? in->access : "rwm"; *p; p++) {
		if (!strchr("rwm", *p))
			return config_wrong(path, "access is more than r, w, m", e);
		in->rule.access |= *p == 'r'   ? SPEC_DEV_READ
				   : *p == 'w' ? SPEC_DEV_WRITE
					       : SPEC_DEV_MKNOD;
	}
	if (in->rule.major < -1 || in->rule.minor < -1 || in->rule.major > UINT32_MAX ||
	    in->rule.minor > UINT32_MAX)
		return config_wrong(path, "no device number", e);
	return 0;
}

static int begin_value(struct config_reader *r, const struct json_value *v, const char *path,
		       struct err *e)
{
	struct cg_named_value *n = r->items[1];

	(void)v;
	(void)path;
	(void)e;
	n->value = CG_UNSET;
	return 0;
}

static int begin_blkio(struct config_reader *r, const struct json_value *v, const char *path,
		       struct err *e)
{
	struct cg_blkio_device *d = r->items[1];

	(void)v;
	(void)path;
	(void)e;
	d->major = d->minor = -1;
	d->weight = d->leaf_weight = d->rate = CG_UNSET;
	return 0;
}

/* true and false of the specification are 1 and 0 of the kernel. */
static int take_flag(struct config_reader *r, const struct json_value *v, const char *path,
		     struct err *e)
{
	int64_t *to =
		str_ends(path, "disableOOMKiller") ? &r->c->resources.memory.disable_oom_killer
		: str_ends(path, "useHierarchy")   ? &r->c->resources.memory.use_hierarchy
						   : &r->c->resources.memory.check_before_update;

	if (v->type != JSON_BOOL)
		return config_wrong(path, "true or false is wanted", e);
	*to = v->boolean;
	return 0;
}

/* "2MB": part of a file's name. */
static int end_hugetlb(struct config_reader *r, const struct json_value *v, const char *path,
		       struct err *e)
{
	const struct cg_named_value *n = r->items[1];
	size_t digits = n->name ? strspn(n->name, "0123456789") : 0;

	(void)v;
	if (!digits || digits > 10 || !strchr("KMG", n->name[digits]) ||
	    strcmp(n->name + digits + 1, "B"))
		return config_wrong(path, "pageSize is no size of pages, such as 2MB", e);
	return n->value != CG_UNSET ? 0 : config_wrong(path, "limit is missing", e);
}

static int end_priority(struct config_reader *r, const struct json_value *v, const char *path,
			struct err *e)
{
	(void)v;
	return r->known[1] == 2 ? 0 : config_wrong(path, "name and priority are wanted", e);
}

/* A weight or a rate has rows of its own: how many are given beside the device's number. */
static int end_blkio(struct config_reader *r, const struct json_value *v, const char *path,
		     struct err *e)
{
	const struct cg_blkio_device *d = r->items[1];

	(void)v;
	return d->major >= 0 && d->minor >= 0 && r->known[1] > 2 ? 0 :
		config_wrong(path, "major, minor and a value are wanted", e);
}

#define RDMA_MAX 16	/* devices */

struct config_rdma {
	struct cg_named_value handles[RDMA_MAX], objects[RDMA_MAX];
};

static struct config_rdma *rdma(struct config_reader *r)
{
	struct cg_resources *res = &r->c->resources;

	if (!r->rdma && (r->rdma = arena_get(r->a, sizeof(*r->rdma)))) {
		res->rdma_handles = r->rdma->handles;
		res->rdma_objects = r->rdma->objects;
		res->n_rdma_handles = res->n_rdma_objects = 0;
	}
	return r->rdma;
}

/* "linux.resources.rdma.mlx5_1.hcaHandles": the device's name stands in the path. */
static int take_rdma(struct config_reader *r, const struct json_value *v, const char *path,
		     struct err *e)
{
	struct cg_resources *res = &r->c->resources;
	const char *name = path + strlen("linux.resources.rdma"), *dot = strrchr(path, '.');
	struct cg_named_value *to;
	bool handles = !strcmp(dot, ".hcaHandles");
	unsigned *n = handles ? &res->n_rdma_handles : &res->n_rdma_objects;

	if (v->depth + r->depth < config_depth("linux.resources.rdma.device.limit"))
		return v->type == JSON_OBJECT || v->type == JSON_END
			       ? 0
			       : config_wrong(path, "an object is wanted", e);
	if (!handles && strcmp(dot, ".hcaObjects"))
		return 0;
	if (v->type != JSON_INT || v->integer < 0 || v->integer > UINT32_MAX)
		return config_wrong(path, "no limit", e);
	if (!rdma(r))
		return config_full(path, e);
	if (*n == RDMA_MAX)
		return config_wrong(path, "more devices than 16", e);
	to = handles ? &r->rdma->handles[*n] : &r->rdma->objects[*n];
	to->name = arena_text(r->a, name + 1, (size_t)(dot - name) - 1);
	to->value = v->integer;
	++*n;
	return to->name ? 0 : config_full(path, e);
}

#define RES(member) CONFIG_AT(resources.member)
#define RULE(member) offsetof(struct rule_in, member)
#define VALUE(member) offsetof(struct cg_named_value, member)
#define BLK(member) offsetof(struct cg_blkio_device, member)
#define I64(path, member) { "linux.resources." path, CONFIG_I64, RES(member), 0, 0, NULL, NULL }
#define THROTTLE(path, which)                                                                      \
	{ "linux.resources.blockIO." path,                                                         \
	  CONFIG_ITEMS,                                                                            \
	  RES(blkio.throttle[which]),                                                              \
	  RES(blkio.n_throttle[which]),                                                            \
	  sizeof(struct cg_blkio_device),                                                          \
	  end_blkio,                                                                               \
	  begin_blkio },                                                                           \
		{ "linux.resources.blockIO." path "[].major",                                      \
		  CONFIG_I64,                                                                      \
		  BLK(major),                                                                      \
		  0,                                                                               \
		  0,                                                                               \
		  NULL,                                                                            \
		  NULL },                                                                          \
		{ "linux.resources.blockIO." path "[].minor",                                      \
		  CONFIG_I64,                                                                      \
		  BLK(minor),                                                                      \
		  0,                                                                               \
		  0,                                                                               \
		  NULL,                                                                            \
		  NULL },                                                                          \
	{                                                                                          \
		"linux.resources.blockIO." path "[].rate", CONFIG_I64, BLK(rate), 0, 0, NULL, NULL \
	}

const struct config_row config_resource_rows[] = {
	I64("memory.limit", memory.limit),
	I64("memory.reservation", memory.reservation),
	I64("memory.swap", memory.swap),
	I64("memory.kernel", memory.kernel),
	I64("memory.kernelTCP", memory.kernel_tcp),
	I64("memory.swappiness", memory.swappiness),
	{ "linux.resources.memory.disableOOMKiller", CONFIG_OTHER, 0, 0, 0, take_flag, NULL },
	{ "linux.resources.memory.useHierarchy", CONFIG_OTHER, 0, 0, 0, take_flag, NULL },
	{ "linux.resources.memory.checkBeforeUpdate", CONFIG_OTHER, 0, 0, 0, take_flag, NULL },
	I64("cpu.shares", cpu.shares),
	I64("cpu.quota", cpu.quota),
	I64("cpu.burst", cpu.burst),
	I64("cpu.period", cpu.period),
	I64("cpu.realtimeRuntime", cpu.realtime_runtime),
	I64("cpu.realtimePeriod", cpu.realtime_period),
	I64("cpu.idle", cpu.idle),
	{ "linux.resources.cpu.cpus", CONFIG_NAME, RES(cpu.cpus), 0, 0, NULL, NULL },
	{ "linux.resources.cpu.mems", CONFIG_NAME, RES(cpu.mems), 0, 0, NULL, NULL },
	I64("pids.limit", pids_limit),
	I64("blockIO.weight", blkio.weight),
	I64("blockIO.leafWeight", blkio.leaf_weight),
	{ "linux.resources.blockIO.weightDevice", CONFIG_ITEMS, RES(blkio.weight_device),
	  RES(blkio.n_weight_device), sizeof(struct cg_blkio_device), end_blkio, begin_blkio },
	{ "linux.resources.blockIO.weightDevice[].major", CONFIG_I64, BLK(major), 0, 0, NULL,
	  NULL },
	{ "linux.resources.blockIO.weightDevice[].minor", CONFIG_I64, BLK(minor), 0, 0, NULL,
	  NULL },
	{ "linux.resources.blockIO.weightDevice[].weight", CONFIG_I64, BLK(weight), 0, 0, NULL,
	  NULL },
	{ "linux.resources.blockIO.weightDevice[].leafWeight", CONFIG_I64, BLK(leaf_weight), 0, 0,
	  NULL, NULL },
	THROTTLE("throttleReadBpsDevice", CG_READ_BPS),
	THROTTLE("throttleWriteBpsDevice", CG_WRITE_BPS),
	THROTTLE("throttleReadIOPSDevice", CG_READ_IOPS),
	THROTTLE("throttleWriteIOPSDevice", CG_WRITE_IOPS),
	{ "linux.resources.hugepageLimits", CONFIG_ITEMS, RES(hugetlb), RES(n_hugetlb),
	  sizeof(struct cg_named_value), end_hugetlb, begin_value },
	{ "linux.resources.hugepageLimits[].pageSize", CONFIG_TEXT, VALUE(name), 0, 0, NULL, NULL },
	{ "linux.resources.hugepageLimits[].limit", CONFIG_I64, VALUE(value), 0, 0, NULL, NULL },
	I64("network.classID", network_class),
	{ "linux.resources.network.priorities", CONFIG_ITEMS, RES(network_priority),
	  RES(n_network_priority), sizeof(struct cg_named_value), end_priority, begin_value },
	{ "linux.resources.network.priorities[].name", CONFIG_TEXT, VALUE(name), 0, 0, NULL, NULL },
	{ "linux.resources.network.priorities[].priority", CONFIG_I64, VALUE(value), 0, 0, NULL,
	  NULL },
	{ "linux.resources.devices", CONFIG_ITEMS, RES(devices), RES(n_devices),
	  sizeof(struct rule_in), end_rule, begin_rule },
	{ "linux.resources.devices[].allow", CONFIG_BOOL, RULE(rule.allow), 0, 0, NULL, NULL },
	{ "linux.resources.devices[].type", CONFIG_TEXT, RULE(type), 0, 0, NULL, NULL },
	{ "linux.resources.devices[].major", CONFIG_I64, RULE(rule.major), 0, 0, NULL, NULL },
	{ "linux.resources.devices[].minor", CONFIG_I64, RULE(rule.minor), 0, 0, NULL, NULL },
	{ "linux.resources.devices[].access", CONFIG_TEXT, RULE(access), 0, 0, NULL, NULL },
	{ "linux.resources.unified", CONFIG_PAIRS, RES(unified), RES(n_unified), 0, NULL, NULL },
	{ "linux.resources.rdma", CONFIG_SUBTREE, 0, 0, 0, take_rdma, NULL },
	{ "linux.sysctl", CONFIG_PAIRS, CONFIG_SPEC(sysctl), CONFIG_AT(n_sysctl), 0, NULL, NULL },
	{ 0 },
};

/* Unified values and rules were read in another form: here they become what the runtime takes. */
int config_resources_finish(struct config_reader *r, struct err *e)
{
	struct cg_resources *res = &r->c->resources;
	const struct oci_pair *unified = (const struct oci_pair *)(const void *)res->unified;
	const struct rule_in *rules = (const struct rule_in *)(const void *)res->devices;
	struct cg_named_value *values = arena_get(r->a, (res->n_unified + 1) * sizeof(*values));
	struct cg_device_rule *flat = arena_get(r->a, (res->n_devices + 1) * sizeof(*flat));
	unsigned i;

	if (!values || !flat)
		return config_full("linux.resources", e);
	for (i = 0; i < res->n_unified; i++)
		values[i] = (struct cg_named_value){ .name = unified[i].name,
						     .value = CG_UNSET,
						     .text = unified[i].value };
	for (i = 0; i < res->n_devices; i++)
		flat[i] = rules[i].rule;
	res->unified = values;
	res->devices = flat;
	return 0;
}
