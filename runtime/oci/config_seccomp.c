/* SPDX-License-Identifier: ISC */
/*
 * linux.seccomp of config.json (runtime-spec 1.2, config-linux.md "Seccomp"), and Docker's and
 * podman's seccomp.json, which is that with conditions: what only the file may say has no effect in
 * config.json.
 */
#include <errno.h>
#include <string.h>

#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/container.h"
#include "runtime/oci/config_int.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_names.h"

struct call_in {
	struct seccomp_rule rule;	/* first */
	const char *action;
	int64_t errno_ret;
	const char *name, *errno_name;	/* of a profile file, and: */
	struct filter_in {
		const char *const *caps, *const *arches;
		const char *kernel;
	} includes, excludes;
};

struct arg_in {
	struct seccomp_arg arg;		/* first */
	int64_t index;
	const char *op;
};

/* What is read before it can be said what it means: one config at a time is being read. */
static struct {
	struct seccomp_policy policy;
	const char *default_action, *default_errno_name;
	int64_t default_errno;
	uint32_t archs[32];
	struct {		/* the item of archMap that is being read */
		unsigned number;	/* 0 = none yet */
		bool native;
		uint32_t sub[8];
		unsigned n;
	} map;
} in;

/* podman's profile names an errno, since its numbers are not the same everywhere. */
static int errno_by_name(const struct config_reader *r, const char *name, int64_t *ret)
{
	int code;

	if (!name || !r->profile)
		return 0;
	for (code = 1; code < 256; code++)
		if (!strcmp(err_name(code), name)) {
			*ret = code;
			return 0;
		}
	return -EINVAL;
}

static int begin(struct config_reader *r, const struct json_value *v, const char *path,
		 struct err *e)
{
	if (v->type == JSON_OBJECT) {
		memset(&in, 0, sizeof(in));
		in.default_errno = -1;
		return 0;
	}
	if (v->type != JSON_END)
		return config_wrong(path, "an object is wanted", e);
	if (errno_by_name(r, in.default_errno_name, &in.default_errno))
		return err_set(e, EINVAL, CONFIG_STEP, "defaultErrno: \"%s\"",
			       in.default_errno_name);
	if (!in.default_action || seccomp_action_by_name(in.default_action, (int)in.default_errno,
							 &in.policy.default_action))
		return err_set(e, EINVAL, CONFIG_STEP, "linux.seccomp.defaultAction: \"%s\"",
			       in.default_action ? in.default_action : "");
	in.policy.archs = in.archs;
	r->c->spec.seccomp = SPEC_SECCOMP_POLICY;
	r->c->spec.policy = &in.policy;
	/*
	 * The fd itself goes out by it, and nobody could answer before (runc refuses write(2) for
	 * the like reason).
	 */
	if (seccomp_notifies(&in.policy, "sendmsg"))
		return err_set(
			e, EINVAL, CONFIG_STEP,
			"linux.seccomp: SCMP_ACT_NOTIFY cannot be for sendmsg, nor the default");
	return 0;
}

static int take_text(struct config_reader *r, const struct json_value *v, const char *path,
		     struct err *e)
{
	const char **to = str_ends(path, ".defaultAction")  ? &in.default_action
			  : str_ends(path, ".defaultErrno") ? &in.default_errno_name
			  : str_ends(path, ".listenerPath") ? &in.policy.listener_path
							    : &in.policy.listener_metadata;

	if (v->type != JSON_STRING)
		return config_wrong(path, "a string is wanted", e);
	*to = config_copy(r, v);
	return *to ? 0 : config_full(path, e);
}

static int take_errno(struct config_reader *r, const struct json_value *v, const char *path,
		      struct err *e)
{
	struct call_in *call = r->items[1];
	int64_t *to = str_ends(path, "defaultErrnoRet") ? &in.default_errno : &call->errno_ret;

	if (v->type != JSON_INT || v->integer < 0 || v->integer > 4095)
		return config_wrong(path, "no errno", e);
	*to = v->integer;
	return 0;
}

static int add_arch(uint32_t arch, const char *path, struct err *e)
{
	if (in.policy.n_archs == ARRAY_LEN(in.archs))
		return config_full(path, e);
	in.archs[in.policy.n_archs++] = arch;
	return 0;
}

static int take_word(struct config_reader *r, const struct json_value *v, const char *path,
		     struct err *e)
{
	char name[64];
	uint32_t got;
	int rc;

	(void)r;
	if (v->type != JSON_STRING)
		return config_wrong(path, "a string is wanted", e);
	str_print(name, sizeof(name), "%.*s", (int)v->len, v->text);
	if (str_ends(path, "flags[]")) {
		rc = seccomp_flag_by_name(name, &got);
		in.policy.flags |= rc ? 0 : got;
	} else {
		rc = seccomp_arch_by_name(name, &got);
		if (!rc)
			return add_arch(got, path, e);
	}
	return rc ? err_set(e, EINVAL, CONFIG_STEP, "%s: unknown \"%s\"", path, name) : 0;
}

/*
 * The machine's own item of archMap says what else it runs; its two properties come in any order.
 */
static int take_map(struct config_reader *r, const struct json_value *v, const char *path,
		    struct err *e)
{
	char name[64];
	uint32_t arch;
	int rc;

	if (!r->profile)
		return 0;
	if (v->type != JSON_STRING)
		return config_wrong(path, "a string is wanted", e);
	if (in.map.number != v->index[0] + 1u)
		memset(&in.map, 0, sizeof(in.map));
	in.map.number = v->index[0] + 1u;
	str_print(name, sizeof(name), "%.*s", (int)v->len, v->text);
	if (seccomp_arch_by_name(name, &arch))
		return err_set(e, EINVAL, CONFIG_STEP, "%s: unknown \"%s\"", path, name);
	if (str_ends(path, ".architecture"))
		in.map.native = arch == seccomp_own_arch(0);
	else if (in.map.n < ARRAY_LEN(in.map.sub))
		in.map.sub[in.map.n++] = arch;
	for (rc = 0; in.map.native && in.map.n && !rc;)
		rc = add_arch(in.map.sub[--in.map.n], path, e);
	return rc;
}

static int begin_call(struct config_reader *r, const struct json_value *v, const char *path,
		      struct err *e)
{
	struct call_in *call = r->items[1];

	(void)v;
	(void)path;
	(void)e;
	call->errno_ret = -1;
	return 0;
}

static int begin_arg(struct config_reader *r, const struct json_value *v, const char *path,
		     struct err *e)
{
	struct arg_in *arg = r->items[2];

	(void)v;
	(void)path;
	(void)e;
	arg->index = -1;
	return 0;
}

static bool has_cap(const struct config_host *host, const char *name)
{
	uint64_t mask;

	return !ctr_cap_by_name(name, &mask) && !(mask & ~host->caps);
}

static bool has_arch(const struct config_host *host, const char *const *list)
{
	while (*list && strcmp(*list, host->arch))
		list++;
	return *list != NULL;
}

static bool is_since(const struct config_host *host, const char *version)
{
	return host->kernel >= config_kernel(version);
}

/*
 * moby: every capability, one of the architectures and the kernel must be there; what is excluded
 * must all be absent.
 */
static bool applies(const struct config_host *host, const struct call_in *call)
{
	const struct filter_in *with = &call->includes, *without = &call->excludes;
	const char *const *cap;

	for (cap = with->caps; cap && *cap; cap++)
		if (!has_cap(host, *cap))
			return false;
	for (cap = without->caps; cap && *cap; cap++)
		if (has_cap(host, *cap))
			return false;
	if (with->arches && with->arches[0] && !has_arch(host, with->arches))
		return false;
	if (without->arches && has_arch(host, without->arches))
		return false;
	return !(with->kernel && !is_since(host, with->kernel)) &&
	       !(without->kernel && is_since(host, without->kernel));
}

/* What only a profile file says of a call. */
static int finish_profile(struct config_reader *r, struct call_in *call, const char *path,
			  struct err *e)
{
	if (!call->rule.n_names && call->name) {
		const char **one = arena_get(r->a, sizeof(*one));

		if (!one)
			return config_full(path, e);
		*one = call->name;
		call->rule.names = one;
		call->rule.n_names = 1;
	}
	if (errno_by_name(r, call->errno_name, &call->errno_ret))
		return err_set(e, EINVAL, CONFIG_STEP, "%s.errno: \"%s\"", path, call->errno_name);
	return 0;
}

static int end_call(struct config_reader *r, const struct json_value *v, const char *path,
		    struct err *e)
{
	struct call_in *call = r->items[1];
	const struct arg_in *args = (const struct arg_in *)(const void *)call->rule.args;
	struct seccomp_arg *flat = arena_get(r->a, (call->rule.n_args + 1) * sizeof(*flat));
	unsigned i;
	int rc;

	(void)v;
	if (!flat)
		return config_full(path, e);
	rc = r->profile ? finish_profile(r, call, path, e) : 0;
	if (rc)
		return rc;
	if (!call->rule.n_names)
		return config_wrong(path, "names is empty", e);
	if (!call->action ||
	    seccomp_action_by_name(call->action, (int)call->errno_ret, &call->rule.action))
		return err_set(e, EINVAL, CONFIG_STEP, "%s.action: \"%s\"", path,
			       call->action ? call->action : "");
	for (i = 0; i < call->rule.n_args; i++)
		flat[i] = args[i].arg;
	call->rule.args = flat;
	if (r->profile && !applies(r->profile, call))
		call->rule.n_names = 0;
	return 0;
}

static int end_arg(struct config_reader *r, const struct json_value *v, const char *path,
		   struct err *e)
{
	struct arg_in *arg = r->items[2];

	(void)v;
	if (arg->index < 0 || arg->index > 5)
		return config_wrong(path, "index is not in 0 to 5", e);
	if (!arg->op || seccomp_op_by_name(arg->op, &arg->arg.op))
		return err_set(e, EINVAL, CONFIG_STEP, "%s.op: \"%s\"", path,
			       arg->op ? arg->op : "");
	arg->arg.index = (uint8_t)arg->index;
	return 0;
}

static int end_calls(struct config_reader *r, const struct json_value *v, const char *path,
		     struct err *e)
{
	const struct call_in *calls = (const struct call_in *)(const void *)r->c->calls;
	struct seccomp_rule *flat;
	unsigned i;

	if (v->type != JSON_END)
		return 0;
	flat = arena_get(r->a, (r->c->n_calls + 1) * sizeof(*flat));
	if (!flat)
		return config_full(path, e);
	for (i = 0; i < r->c->n_calls; i++)
		flat[i] = calls[i].rule;
	in.policy.rules = flat;
	in.policy.n_rules = r->c->n_calls;
	return 0;
}

static int whole(struct config_reader *r, const struct json_value *v, const char *path,
		 struct err *e)
{
	int rc = v->type == JSON_END ? end_calls(r, v, path, e) : 0;

	return rc ?: begin(r, v, path, e);
}

#define CALL(member) offsetof(struct call_in, member)
#define ARG(member) offsetof(struct arg_in, member)

const struct config_row config_seccomp_rows[] = {
	{ "linux.seccomp", CONFIG_OTHER, 0, 0, 0, whole, NULL },
	{ "linux.seccomp.defaultAction", CONFIG_OTHER, 0, 0, 0, take_text, NULL },
	{ "linux.seccomp.defaultErrnoRet", CONFIG_OTHER, 0, 0, 0, take_errno, NULL },
	{ "linux.seccomp.listenerPath", CONFIG_OTHER, 0, 0, 0, take_text, NULL },
	{ "linux.seccomp.listenerMetadata", CONFIG_OTHER, 0, 0, 0, take_text, NULL },
	{ "linux.seccomp.architectures[]", CONFIG_OTHER, 0, 0, 0, take_word, NULL },
	{ "linux.seccomp.flags[]", CONFIG_OTHER, 0, 0, 0, take_word, NULL },
	{ "linux.seccomp.syscalls", CONFIG_ITEMS, CONFIG_AT(calls), CONFIG_AT(n_calls),
	  sizeof(struct call_in), end_call, begin_call },
	{ "linux.seccomp.syscalls[].names", CONFIG_TEXTS, CALL(rule.names), CALL(rule.n_names), 0,
	  NULL, NULL },
	{ "linux.seccomp.syscalls[].action", CONFIG_TEXT, CALL(action), 0, 0, NULL, NULL },
	{ "linux.seccomp.syscalls[].errnoRet", CONFIG_OTHER, 0, 0, 0, take_errno, NULL },
	{ "linux.seccomp.syscalls[].args", CONFIG_ITEMS, CALL(rule.args), CALL(rule.n_args),
	  sizeof(struct arg_in), end_arg, begin_arg },
	{ "linux.seccomp.syscalls[].args[].index", CONFIG_I64, ARG(index), 0, 0, NULL, NULL },
	{ "linux.seccomp.syscalls[].args[].value", CONFIG_U64, ARG(arg.value), 0, 0, NULL, NULL },
	{ "linux.seccomp.syscalls[].args[].valueTwo", CONFIG_U64, ARG(arg.value_two), 0, 0, NULL,
	  NULL },
	{ "linux.seccomp.syscalls[].args[].op", CONFIG_TEXT, ARG(op), 0, 0, NULL, NULL },
	{ 0 },
};

/* Of a profile file alone. */
const struct config_row config_profile_rows[] = {
	{ "linux.seccomp.defaultErrno", CONFIG_OTHER, 0, 0, 0, take_text, NULL },
	{ "linux.seccomp.archMap[].architecture", CONFIG_OTHER, 0, 0, 0, take_map, NULL },
	{ "linux.seccomp.archMap[].subArchitectures[]", CONFIG_OTHER, 0, 0, 0, take_map, NULL },
	{ "linux.seccomp.syscalls[].name", CONFIG_NAME, CALL(name), 0, 0, NULL, NULL },
	{ "linux.seccomp.syscalls[].errno", CONFIG_NAME, CALL(errno_name), 0, 0, NULL, NULL },
	{ "linux.seccomp.syscalls[].includes.caps", CONFIG_TEXTS, CALL(includes.caps), 0, 0, NULL,
	  NULL },
	{ "linux.seccomp.syscalls[].includes.arches", CONFIG_TEXTS, CALL(includes.arches), 0, 0,
	  NULL, NULL },
	{ "linux.seccomp.syscalls[].includes.minKernel", CONFIG_NAME, CALL(includes.kernel), 0, 0,
	  NULL, NULL },
	{ "linux.seccomp.syscalls[].excludes.caps", CONFIG_TEXTS, CALL(excludes.caps), 0, 0, NULL,
	  NULL },
	{ "linux.seccomp.syscalls[].excludes.arches", CONFIG_TEXTS, CALL(excludes.arches), 0, 0,
	  NULL, NULL },
	{ "linux.seccomp.syscalls[].excludes.minKernel", CONFIG_NAME, CALL(excludes.kernel), 0, 0,
	  NULL, NULL },
	{ 0 },
};

bool config_is_profile(const struct config_row *row)
{
	const struct config_row *own = config_profile_rows;

	while (own->path && own != row)
		own++;
	return own->path != NULL;
}
