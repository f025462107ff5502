/* SPDX-License-Identifier: ISC */
/* linux.seccomp of config.json (runtime-spec 1.2, config-linux.md "Seccomp"). */
#include <errno.h>
#include <string.h>

#include "runtime/base/str.h"
#include "runtime/oci/config_int.h"
#include "runtime/seccomp.h"

struct call_in {
	struct seccomp_rule rule;	/* first */
	const char *action;
	int64_t errno_ret;
};

struct arg_in {
	struct seccomp_arg arg;		/* first */
	int64_t index;
	const char *op;
};

/* What is read before it can be said what it means: one config at a time is being read. */
static struct {
	struct seccomp_policy policy;
	const char *default_action;
	int64_t default_errno;
	uint32_t archs[32];
} in;

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
	if (!in.default_action || seccomp_action_by_name(in.default_action, (int)in.default_errno,
							 &in.policy.default_action))
		return err_set(e, EINVAL, CONFIG_STEP, "linux.seccomp.defaultAction: \"%s\"",
			       in.default_action ? in.default_action : "");
	in.policy.archs = in.archs;
	r->c->spec.seccomp = SPEC_SECCOMP_POLICY;
	r->c->spec.policy = &in.policy;
	r->c->extra.listener_metadata = in.policy.listener_metadata;
	return 0;
}

static int take_text(struct config_reader *r, const struct json_value *v, const char *path,
		     struct err *e)
{
	const char **to = str_ends(path, ".defaultAction")  ? &in.default_action
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
		if (!rc && in.policy.n_archs < ARRAY_LEN(in.archs))
			in.archs[in.policy.n_archs++] = got;
	}
	return rc ? err_set(e, EINVAL, CONFIG_STEP, "%s: unknown \"%s\"", path, name) : 0;
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

static int end_call(struct config_reader *r, const struct json_value *v, const char *path,
		    struct err *e)
{
	struct call_in *call = r->items[1];
	const struct arg_in *args = (const struct arg_in *)(const void *)call->rule.args;
	struct seccomp_arg *flat = arena_get(r->a, (call->rule.n_args + 1) * sizeof(*flat));
	unsigned i;

	(void)v;
	if (!flat)
		return config_full(path, e);
	if (!call->rule.n_names)
		return config_wrong(path, "names is empty", e);
	if (!call->action ||
	    seccomp_action_by_name(call->action, (int)call->errno_ret, &call->rule.action))
		return err_set(e, EINVAL, CONFIG_STEP, "%s.action: \"%s\"", path,
			       call->action ? call->action : "");
	for (i = 0; i < call->rule.n_args; i++)
		flat[i] = args[i].arg;
	call->rule.args = flat;
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
