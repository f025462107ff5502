/* SPDX-License-Identifier: ISC */
/* process, root and the names of config.json (runtime-spec 1.2, config.md). */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>

#include "runtime/base/str.h"
#include "runtime/container.h"
#include "runtime/oci/config_int.h"

static int take_process(struct config_reader *r, const struct json_value *v, const char *path,
			struct err *e)
{
	if (v->type != JSON_OBJECT && v->type != JSON_END)
		return config_wrong(path, "an object is wanted", e);
	r->c->has_process = true;
	return 0;
}

/* 2^32 - 1 means "no change" to setuid(2): never an id. */
static int check_id(struct config_reader *r, const struct json_value *v, const char *path,
		    struct err *e)
{
	(void)r;
	return v->integer == UINT32_MAX ? config_wrong(path, "is no id", e) : 0;
}

static int take_console(struct config_reader *r, const struct json_value *v, const char *path,
			struct err *e)
{
	if (v->type != JSON_INT || v->integer < 0 || v->integer > UINT16_MAX)
		return config_wrong(path, "no size of a terminal", e);
	if (str_ends(path, ".height"))
		r->c->rows = (uint16_t)v->integer;
	else
		r->c->cols = (uint16_t)v->integer;
	return 0;
}

static int take_umask(struct config_reader *r, const struct json_value *v, const char *path,
		      struct err *e)
{
	if (v->type != JSON_INT || v->integer < 0 || v->integer > 0777)
		return config_wrong(path, "no umask", e);
	r->c->spec.umask = (mode_t)v->integer;
	return 0;
}

static int take_oom(struct config_reader *r, const struct json_value *v, const char *path,
		    struct err *e)
{
	if (v->type != JSON_INT || v->integer < -1000 || v->integer > 1000)
		return config_wrong(path, "not in -1000 to 1000", e);
	r->c->spec.oom_score_adj = (int)v->integer;
	r->c->spec.oom_score_keep = false;
	return 0;
}

/*
 * A name that this kernel or build does not know cannot be given: the command line warns
 * (runtime-spec 1.2).
 */
static int take_cap(struct config_reader *r, const struct json_value *v, const char *path,
		    struct err *e)
{
	static const struct {
		const char *name;
		size_t at;
	} sets[] = {
		{ "bounding", offsetof(struct spec_caps, bounding) },
		{ "effective", offsetof(struct spec_caps, effective) },
		{ "permitted", offsetof(struct spec_caps, permitted) },
		{ "inheritable", offsetof(struct spec_caps, inheritable) },
		{ "ambient", offsetof(struct spec_caps, ambient) },
	};
	const char *set = path + strlen("process.capabilities.");
	uint64_t bit = 0;
	char name[64];
	size_t i;

	if (v->type != JSON_STRING)
		return config_wrong(path, "the name of a capability is wanted", e);
	/* The command line's "all" and "chown" are no names of the specification. */
	if (str_print(name, sizeof(name), "%.*s", (int)v->len, v->text) < 0 ||
	    !str_starts(name, "CAP_") || ctr_cap_by_name(name, &bit)) {
		r->c->unknown_cap = config_copy(r, v);
		return r->c->unknown_cap ? 0 : config_full(path, e);
	}
	for (i = 0; i < ARRAY_LEN(sets); i++)
		if (str_starts(set, sets[i].name))
			*(uint64_t *)((char *)&r->c->caps + sets[i].at) |= bit;
	return 0;
}

static int end_groups(struct config_reader *r, unsigned n, const gid_t *gids, const char *path,
		      struct err *e)
{
	gid_t *all = arena_get(r->a, (n + 1) * sizeof(*all));

	if (!all)
		return config_full(path, e);
	memcpy(all, gids, n * sizeof(*all));
	r->c->spec.groups = all;
	r->c->spec.n_groups = n;
	return 0;
}

static int take_group(struct config_reader *r, const struct json_value *v, const char *path,
		      struct err *e)
{
	static gid_t gids[256];		/* one config at a time is being read */
	static unsigned n;

	if (!str_ends(path, "[]")) {
		if (v->type == JSON_END)
			return end_groups(r, n, gids, path, e);
		n = 0;
		return v->type == JSON_ARRAY ? 0 : config_wrong(path, "an array is wanted", e);
	}
	if (v->type != JSON_INT || v->integer < 0 || v->integer >= UINT32_MAX)
		return config_wrong(path, "no group id", e);
	if (n == ARRAY_LEN(gids))
		return config_wrong(path, "more than 256 groups", e);
	gids[n++] = (gid_t)v->integer;
	return 0;
}

static const struct {
	const char *name;
	int resource;
} limits[] = {
	{ "RLIMIT_AS", RLIMIT_AS },
	{ "RLIMIT_CORE", RLIMIT_CORE },
	{ "RLIMIT_CPU", RLIMIT_CPU },
	{ "RLIMIT_DATA", RLIMIT_DATA },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE },
	{ "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
	{ "RLIMIT_NICE", RLIMIT_NICE },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE },
	{ "RLIMIT_NPROC", RLIMIT_NPROC },
	{ "RLIMIT_RSS", RLIMIT_RSS },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
	{ "RLIMIT_STACK", RLIMIT_STACK },
};

const char *oci_rlimit_name(int resource)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(limits); i++)
		if (limits[i].resource == resource)
			return limits[i].name;
	return NULL;
}

static int begin_rlimit(struct config_reader *r, const struct json_value *v, const char *path,
			struct err *e)
{
	struct spec_rlimit *l = r->items[1];

	(void)v;
	(void)path;
	(void)e;
	l->resource = -1;
	return 0;
}

static int take_rlimit(struct config_reader *r, const struct json_value *v, const char *path,
		       struct err *e)
{
	struct spec_rlimit *l = r->items[1];
	size_t i;

	for (i = 0; i < ARRAY_LEN(limits) && v->type == JSON_STRING; i++)
		if (str_is(v->text, v->len, limits[i].name))
			l->resource = limits[i].resource;
	return l->resource >= 0 ? 0 : err_set(e, EINVAL, CONFIG_STEP, "%s: unknown limit", path);
}

static int end_rlimit(struct config_reader *r, const struct json_value *v, const char *path,
		      struct err *e)
{
	const struct spec_rlimit *l = r->items[1], *other;
	const struct config_node *n;

	(void)v;
	if (r->known[1] != 3)
		return config_wrong(path, "type, soft and hard are wanted", e);
	for (n = r->lists[1].first; n != r->lists[1].last; n = n->next) {
		other = (const void *)n->bytes;
		if (other->resource == l->resource)
			return config_wrong(path, "a second limit of its type", e);
	}
	return l->soft > l->hard ? config_wrong(path, "soft is above hard", e) : 0;
}

static int take_sched(struct config_reader *r, const struct json_value *v, const char *path,
		      struct err *e)
{
	static const char *const policies[] = {
		"SCHED_OTHER", "SCHED_FIFO", "SCHED_RR",       "SCHED_BATCH",
		"SCHED_ISO",   "SCHED_IDLE", "SCHED_DEADLINE",
	};
	struct spec_sched *s = &r->c->sched;
	unsigned i;

	if (v->type == JSON_OBJECT) {
		*s = (struct spec_sched){ .policy = UINT32_MAX };
		return 0;
	}
	if (v->type == JSON_END) {
		r->c->extra.sched = s;
		return s->policy == UINT32_MAX ? config_wrong(path, "policy is missing", e) : 0;
	}
	for (i = 0; i < ARRAY_LEN(policies) && v->type == JSON_STRING; i++)
		if (str_is(v->text, v->len, policies[i]) && str_ends(path, ".policy")) {
			s->policy = i;
			return 0;
		}
	return config_wrong(path, "no policy of the scheduler", e);
}

static int take_sched_flag(struct config_reader *r, const struct json_value *v, const char *path,
			   struct err *e)
{
	static const struct {
		const char *name;
		uint64_t bit;
	} flags[] = {
		{ "SCHED_FLAG_RESET_ON_FORK", 1 },   { "SCHED_FLAG_RECLAIM", 2 },
		{ "SCHED_FLAG_DL_OVERRUN", 4 },	     { "SCHED_FLAG_KEEP_POLICY", 8 },
		{ "SCHED_FLAG_KEEP_PARAMS", 16 },    { "SCHED_FLAG_UTIL_CLAMP_MIN", 32 },
		{ "SCHED_FLAG_UTIL_CLAMP_MAX", 64 },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(flags) && v->type == JSON_STRING; i++)
		if (str_is(v->text, v->len, flags[i].name)) {
			r->c->sched.flags |= flags[i].bit;
			return 0;
		}
	return config_wrong(path, "unknown flag", e);
}

static int take_ioprio(struct config_reader *r, const struct json_value *v, const char *path,
		       struct err *e)
{
	static const char *const classes[] = { "", "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE",
					       "IOPRIO_CLASS_IDLE" };
	int *p = &r->c->extra.ioprio;
	int i;

	if (v->type == JSON_OBJECT) {
		*p = 0;
		return 0;
	}
	if (v->type == JSON_END)
		return *p >> 13 ? 0 : config_wrong(path, "class is missing", e);
	if (str_ends(path, ".priority")) {
		if (v->type != JSON_INT || v->integer < 0 || v->integer > 7)
			return config_wrong(path, "not in 0 to 7", e);
		*p = (*p & ~7) | (int)v->integer;
		return 0;
	}
	for (i = 1;
	     i < (int)ARRAY_LEN(classes) && v->type == JSON_STRING && str_ends(path, ".class"); i++)
		if (str_is(v->text, v->len, classes[i])) {
			*p = i << 13 | (*p & 7);
			return 0;
		}
	return config_wrong(path, "unknown class", e);
}

#define SCHED(member) CONFIG_AT(sched.member)

const struct config_row config_process_rows[] = {
	{ "ociVersion", CONFIG_TEXT, CONFIG_AT(version), 0, 0, NULL, NULL },
	{ "hostname", CONFIG_NAME, CONFIG_SPEC(hostname), 0, 0, NULL, NULL },
	{ "domainname", CONFIG_NAME, CONFIG_SPEC(domainname), 0, 0, NULL, NULL },
	{ "root.path", CONFIG_NAME, CONFIG_AT(root_path), 0, 0, NULL, NULL },
	{ "root.readonly", CONFIG_BOOL, CONFIG_SPEC(root.read_only), 0, 0, NULL, NULL },
	{ "annotations", CONFIG_PAIRS, CONFIG_AT(annotations), CONFIG_AT(n_annotations), 0, NULL,
	  NULL },
	{ "process", CONFIG_OTHER, 0, 0, 0, take_process, NULL },
	{ "process.terminal", CONFIG_BOOL, CONFIG_AT(terminal), 0, 0, NULL, NULL },
	{ "process.consoleSize.height", CONFIG_OTHER, 0, 0, 0, take_console, NULL },
	{ "process.consoleSize.width", CONFIG_OTHER, 0, 0, 0, take_console, NULL },
	{ "process.user.uid", CONFIG_U32, CONFIG_SPEC(uid), 0, 0, check_id, NULL },
	{ "process.user.gid", CONFIG_U32, CONFIG_SPEC(gid), 0, 0, check_id, NULL },
	{ "process.user.umask", CONFIG_OTHER, 0, 0, 0, take_umask, NULL },
	{ "process.user.additionalGids", CONFIG_OTHER, 0, 0, 0, take_group, NULL },
	{ "process.user.additionalGids[]", CONFIG_OTHER, 0, 0, 0, take_group, NULL },
	{ "process.args", CONFIG_TEXTS, CONFIG_SPEC(argv), 0, 0, NULL, NULL },
	{ "process.env", CONFIG_TEXTS, CONFIG_SPEC(envp), 0, 0, NULL, NULL },
	{ "process.cwd", CONFIG_PATH, CONFIG_SPEC(cwd), 0, 0, NULL, NULL },
	{ "process.capabilities.bounding[]", CONFIG_OTHER, 0, 0, 0, take_cap, NULL },
	{ "process.capabilities.effective[]", CONFIG_OTHER, 0, 0, 0, take_cap, NULL },
	{ "process.capabilities.permitted[]", CONFIG_OTHER, 0, 0, 0, take_cap, NULL },
	{ "process.capabilities.inheritable[]", CONFIG_OTHER, 0, 0, 0, take_cap, NULL },
	{ "process.capabilities.ambient[]", CONFIG_OTHER, 0, 0, 0, take_cap, NULL },
	{ "process.rlimits", CONFIG_ITEMS, CONFIG_SPEC(rlimits), CONFIG_SPEC(n_rlimits),
	  sizeof(struct spec_rlimit), end_rlimit, begin_rlimit },
	{ "process.rlimits[].type", CONFIG_OTHER, 0, 0, 0, take_rlimit, NULL },
	{ "process.rlimits[].soft", CONFIG_U64, offsetof(struct spec_rlimit, soft), 0, 0, NULL,
	  NULL },
	{ "process.rlimits[].hard", CONFIG_U64, offsetof(struct spec_rlimit, hard), 0, 0, NULL,
	  NULL },
	{ "process.noNewPrivileges", CONFIG_BOOL, CONFIG_SPEC(no_new_privs), 0, 0, NULL, NULL },
	{ "process.oomScoreAdj", CONFIG_OTHER, 0, 0, 0, take_oom, NULL },
	{ "process.apparmorProfile", CONFIG_NAME, CONFIG_AT(extra.apparmor), 0, 0, NULL, NULL },
	{ "process.selinuxLabel", CONFIG_NAME, CONFIG_AT(extra.selinux), 0, 0, NULL, NULL },
	{ "process.scheduler", CONFIG_OTHER, 0, 0, 0, take_sched, NULL },
	{ "process.scheduler.policy", CONFIG_OTHER, 0, 0, 0, take_sched, NULL },
	{ "process.scheduler.nice", CONFIG_I32, SCHED(nice), 0, 0, NULL, NULL },
	{ "process.scheduler.priority", CONFIG_I32, SCHED(priority), 0, 0, NULL, NULL },
	{ "process.scheduler.runtime", CONFIG_U64, SCHED(runtime_ns), 0, 0, NULL, NULL },
	{ "process.scheduler.deadline", CONFIG_U64, SCHED(deadline_ns), 0, 0, NULL, NULL },
	{ "process.scheduler.period", CONFIG_U64, SCHED(period_ns), 0, 0, NULL, NULL },
	{ "process.scheduler.flags[]", CONFIG_OTHER, 0, 0, 0, take_sched_flag, NULL },
	{ "process.ioPriority", CONFIG_OTHER, 0, 0, 0, take_ioprio, NULL },
	{ "process.ioPriority.class", CONFIG_OTHER, 0, 0, 0, take_ioprio, NULL },
	{ "process.ioPriority.priority", CONFIG_OTHER, 0, 0, 0, take_ioprio, NULL },
	{ "process.execCPUAffinity.initial", CONFIG_NAME, CONFIG_AT(extra.cpus_initial), 0, 0, NULL,
	  NULL },
	{ "process.execCPUAffinity.final", CONFIG_NAME, CONFIG_AT(extra.cpus_final), 0, 0, NULL,
	  NULL },
	{ 0 },
};
