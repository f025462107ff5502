/* SPDX-License-Identifier: ISC */
/* linux.seccomp of a config.json from a policy: config_seccomp.c reversed. See config_write.h. */
#include <linux/audit.h>
#include <linux/seccomp.h>

#include "runtime/oci/config_write.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_names.h"

static void put_action(struct jsonw *w, const char *key, const char *key_errno, uint32_t action)
{
	uint32_t kind = action & SECCOMP_RET_ACTION_FULL, candidate;
	unsigned i;

	for (i = 0; seccomp_action_name(i); i++)
		if (!seccomp_action_by_name(seccomp_action_name(i), -1, &candidate) &&
		    (candidate & SECCOMP_RET_ACTION_FULL) == kind) {
			jsonw_text(w, key, seccomp_action_name(i));
			break;
		}
	if (kind == SECCOMP_RET_ERRNO || kind == SECCOMP_RET_TRACE)
		jsonw_u64(w, key_errno, action & SECCOMP_RET_DATA);
}

static void put_arch(struct jsonw *w, uint32_t arch)
{
	uint32_t candidate;
	unsigned i;

	for (i = 0; seccomp_arch_name(i); i++)
		if (!seccomp_arch_by_name(seccomp_arch_name(i), &candidate) && candidate == arch) {
			jsonw_text(w, NULL, seccomp_arch_name(i));
			return;
		}
}

static void put_args(struct jsonw *w, const struct seccomp_rule *r)
{
	unsigned i, k;
	uint8_t op;

	jsonw_array(w, "args");
	for (i = 0; i < r->n_args; i++) {
		jsonw_object(w, NULL);
		jsonw_u64(w, "index", r->args[i].index);
		jsonw_u64(w, "value", r->args[i].value);
		jsonw_u64(w, "valueTwo", r->args[i].value_two);
		for (k = 0; seccomp_op_name(k); k++)
			if (!seccomp_op_by_name(seccomp_op_name(k), &op) && op == r->args[i].op)
				jsonw_text(w, "op", seccomp_op_name(k));
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void put_rule(struct jsonw *w, const struct seccomp_rule *r)
{
	unsigned i;

	jsonw_object(w, NULL);
	jsonw_array(w, "names");
	for (i = 0; i < r->n_names; i++)
		jsonw_text(w, NULL, r->names[i]);
	jsonw_close(w, ']');
	put_action(w, "action", "errnoRet", r->action);
	put_args(w, r);
	jsonw_close(w, '}');
}

/* What a built-in profile allows by name alone, on any architecture of this build. */
static void put_profile(struct jsonw *w, const struct seccomp_policy *p)
{
	bool hardened = p->profile == SECCOMP_HARDENED, allowed, more;
	unsigned i, k;
	int64_t nr;

	jsonw_object(w, NULL);
	jsonw_array(w, "names");
	for (k = 0, more = true; more; k++) {
		allowed = false;
		for (i = 0; seccomp_own_arch(i); i++) {
			more = seccomp_profile_call(i, k, hardened, p->caps, &nr);
			allowed |= more && nr >= 0;
		}
		if (allowed)
			jsonw_text(w, NULL, seccomp_call_name(k));
	}
	jsonw_close(w, ']');
	jsonw_text(w, "action", "SCMP_ACT_ALLOW");
	jsonw_close(w, '}');
}

void oci_seccomp_write(struct jsonw *w, const struct seccomp_policy *p)
{
	unsigned i;

	jsonw_object(w, "seccomp");
	put_action(w, "defaultAction", "defaultErrnoRet", p->default_action);
	jsonw_array(w, "architectures");
	put_arch(w, seccomp_own_arch(0));
	for (i = 0; i < p->n_archs; i++)
		put_arch(w, p->archs[i]);
	jsonw_close(w, ']');
	jsonw_array(w, "syscalls");
	/* First the rules: where several name a call, the first that holds decides. */
	for (i = 0; i < p->n_rules; i++)
		put_rule(w, &p->rules[i]);
	if (p->profile)
		put_profile(w, p);
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}
