/* SPDX-License-Identifier: ISC */
/*
 * seccomp_compare random SEED COUNT | policy FILE: compiles the same policies by
 * runtime/seccomp_compile.c and by libseccomp, runs both programs for every number of every
 * architecture with arguments around those that the rules name, and counts where they differ.
 * Differences that are meant have a line each in `meant`; any other is printed and fails.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#define seccomp_load libseccomp_load	/* pintle has a function of that name */
#include <seccomp.h>
#undef seccomp_load
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/seccomp_names.h"
#include "seccomp_policy.h"
#include "seccomp_words.h"

#define SAMPLES 96	/* argument tuples tried on a call that has conditions */

enum why {
	SAME,
	ENDLESS,
	ENOSYS_ABOVE,
	FOREIGN_ARCH,
	AMBIGUOUS,
	TREE,
	REFUSED,
	UNREAD,
	NAME_UNKNOWN,
	WRONG,
	WHYS
};

static const char *const meant[WHYS] = {
	[SAME] = "same verdict",
	[ENDLESS] = "policies that libseccomp 2.5.4 does not come to an end with",
	[ENOSYS_ABOVE] = "call newer than all that a refusing policy names: ENOSYS here, the "
			 "default there (runc adds the same by hand)",
	[FOREIGN_ARCH] = "architecture or x32 call that was not asked for: kills the process here, "
			 "the thread there",
	[AMBIGUOUS] = "several rules with different actions hold: the first in the list here, "
		      "libseccomp's tree order there",
	[TREE] = "several rules compare one call's arguments: none or another holds by "
		 "libseccomp's tree than by the rules' own words",
	[REFUSED] = "a rule of the call that libseccomp does not take (EEXIST: runc would not "
		    "start the container)",
	[UNREAD] = "libseccomp 2.5.4 made a program that compares the architecture with a lone "
		   "call's number, never loading it",
	[NAME_UNKNOWN] =
		"a call that this libseccomp has no name for: the rule here, the default there",
	[WRONG] = "WRONG",
};

static struct sock_filter ours[SECCOMP_OPS_MAX], theirs[65535];
static unsigned long counts[WHYS], policies, longest_ours, longest_theirs;
static struct policy policy;

static int saw_number;	/* did the last verdict load the call's number? */

/* The kernel's reading of the instructions that filters are made of. */
static uint32_t verdict(const struct sock_filter *ops, unsigned n, const struct seccomp_data *d)
{
	uint32_t a = 0;
	unsigned i;

	saw_number = 0;
	for (i = 0; i < n; i++) {
		uint32_t k = ops[i].k;

		switch (ops[i].code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (k % 4 || k + 4 > sizeof(*d))
				abort();
			memcpy(&a, (const char *)d + k, 4);
			saw_number |= k == offsetof(struct seccomp_data, nr);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= k;
			break;
		case BPF_JMP | BPF_JA:
			i += k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			i += a == k ? ops[i].jt : ops[i].jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			i += a > k ? ops[i].jt : ops[i].jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			i += a >= k ? ops[i].jt : ops[i].jf;
			break;
		case BPF_RET | BPF_K:
			return k;
		default:
			fprintf(stderr, "instruction %#x?\n", ops[i].code);
			abort();
		}
	}
	abort();
}

static uint32_t token_of(const struct seccomp_data *d)
{
	if (d->arch == AUDIT_ARCH_I386)
		return SCMP_ARCH_X86;
	return (uint32_t)d->nr & 0x40000000u ? SCMP_ARCH_X32 : SCMP_ARCH_X86_64;
}

static int has_arch(uint32_t arch)
{
	unsigned i;

	for (i = 0; i < policy.oci.n_archs; i++)
		if (policy.archs[i] == arch)
			return 1;
	return 0;
}

static int is_foreign(const struct seccomp_data *d)
{
	if (d->arch == AUDIT_ARCH_I386)
		return !has_arch(AUDIT_ARCH_I386);
	if (d->arch != AUDIT_ARCH_X86_64)
		return 1;
	return (uint32_t)d->nr & 0x40000000u && !has_arch(AUDIT_ARCH_X86_64 & ~0x80000000u);
}

/*
 * Is the number above all that the rules name on the architecture of the call, as libseccomp has
 * it?
 */
static int above_all(const struct seccomp_data *d)
{
	uint32_t bit = d->arch == AUDIT_ARCH_X86_64 ? SECCOMP_X32_BIT : 0, best = 0;
	unsigned i, k;

	for (i = 0; i < policy.oci.n_rules; i++)
		for (k = 0; k < policy.rules[i].n_names; k++) {
			int nr = seccomp_syscall_resolve_name_arch(token_of(d),
								   policy.rules[i].names[k]);

			if (nr >= 0 && ((uint32_t)nr & ~bit) > best)
				best = (uint32_t)nr & ~bit;
		}
	return ((uint32_t)d->nr & ~bit) > best;
}

static int is_unknown(const struct seccomp_data *d)
{
	unsigned own = d->arch == AUDIT_ARCH_I386	   ? 1
		       : (uint32_t)d->nr & SECCOMP_X32_BIT ? 2
							   : 0,
		 i, k;

	for (i = 0; i < policy.oci.n_rules; i++)
		for (k = 0; k < policy.rules[i].n_names; k++)
			if (!policy_name_known(policy.rules[i].names[k]) &&
			    seccomp_number(own, policy.rules[i].names[k]) ==
				    (int64_t)(uint32_t)d->nr)
				return 1;
	return 0;
}

static enum why explain(const struct seccomp_data *d, const char *name, uint32_t a, uint32_t b)
{
	uint32_t kind = policy.oci.default_action & SECCOMP_RET_ACTION_FULL;
	unsigned n_rules, kinds;

	if (a == b)
		return SAME;
	if (is_foreign(d) && a == SECCOMP_RET_KILL_PROCESS && b == SECCOMP_RET_KILL_THREAD)
		return FOREIGN_ARCH;
	if (a == (SECCOMP_RET_ERRNO | ENOSYS) && b == policy.oci.default_action && above_all(d) &&
	    kind != SECCOMP_RET_ALLOW && kind != SECCOMP_RET_LOG && kind != SECCOMP_RET_TRACE)
		return ENOSYS_ABOVE;
	if (words_verdict(&policy, d, name, &n_rules, &kinds) != a)
		return WRONG;
	if (policy_refused(&policy, name))
		return REFUSED;
	if (n_rules > 1)
		return kinds > 1 ? AMBIGUOUS : TREE;
	if (!saw_number)	/* theirs ran last */
		return UNREAD;
	return is_unknown(d) ? NAME_UNKNOWN : WRONG;
}

/* The rules that name the call, for whoever has to mend it. */
static void print_rules(const struct seccomp_data *d, const char *name)
{
	static const char *const ops[] = { "!=", "<", "<=", "==", ">=", ">", "&" };
	unsigned i, k;

	for (i = 0; i < policy.oci.n_rules; i++) {
		const struct seccomp_rule *r = &policy.rules[i];

		if (!words_name(r, d, name))
			continue;
		printf("#   rule %u: %#x", i, r->action);
		for (k = 0; k < r->n_args; k++)
			printf(" [%u] %s %#llx (%#llx)", r->args[k].index, ops[r->args[k].op],
			       (unsigned long long)r->args[k].value,
			       (unsigned long long)r->args[k].value_two);
		printf("\n");
	}
}

static void try_one(const struct seccomp_data *d, const char *name, unsigned n_ours,
		    unsigned n_theirs)
{
	static unsigned long said_policy;
	static int said_nr;
	uint32_t a = verdict(ours, n_ours, d), b;
	enum why why;

	b = verdict(theirs, n_theirs, d);
	why = explain(d, name, a, b);
	counts[why]++;
	if (why != WRONG || (said_policy == policies && said_nr == d->nr))
		return;
	said_policy = policies;
	said_nr = d->nr;
	printf("# policy %lu: arch %#x nr %#x (%s) args %llx %llx %llx %llx %llx %llx: %#x here, "
	       "%#x there, default %#x\n",
	       policies, d->arch, (unsigned)d->nr, name ? name : "?", d->args[0], d->args[1],
	       d->args[2], d->args[3], d->args[4], d->args[5], a, b, policy.oci.default_action);
	print_rules(d, name);
}

/* A value at, beside or far from one that the policy compares this argument with. */
static uint64_t sample(unsigned index, uint64_t *seed)
{
	static const uint64_t fixed[] = { 0,	      1,	   0x7fffffff, 0x80000000,
					  0xffffffff, 0x100000000, ~0ULL };
	const struct seccomp_arg *a;
	unsigned tries;

	for (tries = 0; tries < 30 && policy.n_args; tries++) {
		a = &policy.args[policy_random(seed) % policy.n_args];
		if (a->index != index)
			continue;
		switch (policy_random(seed) % 8) {
		case 0:
			return a->value - 1;
		case 1:
			return a->value + 1;
		case 2:
			return a->value ^ 1ULL << policy_random(seed) % 64;
		case 3:
			return a->value_two | (policy_random(seed) & ~a->value);
		case 4:
			return (uint32_t)a->value;
		case 5:
			return a->value | policy_random(seed) << 32;
		default:
			return a->value;
		}
	}
	return fixed[policy_random(seed) % (sizeof(fixed) / sizeof(fixed[0]))];
}

static int has_conditions(const struct seccomp_data *d, const char *name)
{
	unsigned i;

	for (i = 0; i < policy.oci.n_rules; i++)
		if (policy.rules[i].n_args && words_name(&policy.rules[i], d, name))
			return 1;
	return words_subcalls(d, name) > 0;
}

static void try_number(uint32_t arch, uint32_t nr, unsigned n_ours, unsigned n_theirs,
		       uint64_t *seed)
{
	struct seccomp_data d = { .nr = (int)nr, .arch = arch };
	char *name = is_foreign(&d) ? NULL : seccomp_syscall_resolve_num_arch(token_of(&d), d.nr);
	unsigned i, k, n = name && has_conditions(&d, name) ? SAMPLES : 2;

	for (i = 0; i < n; i++) {
		for (k = 0; k < 6; k++)
			d.args[k] = i ? sample(k, seed) : 0;
		try_one(&d, name, n_ours, n_theirs);
	}
	free(name);
}

static void compare(uint64_t *seed)
{
	static const uint32_t archs[] = {
		AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, 0,
		0xffffffff
	};
	static const uint32_t bases[] = { 0, 0x40000000, 0x0f0000, 0x7ffffe00, 0xfffffe00 };
	unsigned n_ours = 0, i, k, nr;
	struct err e = { 0 };
	int n_theirs;

	policies++;
	if (seccomp_compile(&policy.oci, ours, SECCOMP_OPS_MAX, &n_ours, &e)) {
		printf("# policy %lu: %s: %s\n", policies, e.step, e.text);
		counts[WRONG]++;
		return;
	}
	n_theirs = policy_reference(&policy, theirs, sizeof(theirs) / sizeof(theirs[0]));
	if (n_theirs == POLICY_ENDLESS) {
		counts[ENDLESS]++;
		return;
	}
	if (n_theirs < 1) {
		printf("# policy %lu: libseccomp makes no program\n", policies);
		counts[WRONG]++;
		return;
	}
	longest_ours = n_ours > longest_ours ? n_ours : longest_ours;
	longest_theirs = (unsigned)n_theirs > longest_theirs ? (unsigned)n_theirs : longest_theirs;
	for (i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		for (k = 0; k < sizeof(bases) / sizeof(bases[0]); k++)
			for (nr = 0; nr < (i < 2 && k < 2 ? 600 : 2); nr++)
				try_number(archs[i], k == 4 ? ~nr : bases[k] + nr, n_ours,
					   (unsigned)n_theirs, seed);
}

int main(int argc, char **argv)
{
	uint64_t seed = 88172645463325252ULL;
	unsigned i;

	if (argc == 4 && !strcmp(argv[1], "random")) {
		for (i = 0; i < (unsigned)atoi(argv[3]); i++) {
			seed = (strtoull(argv[2], NULL, 0) + i) * 0x9e3779b97f4a7c15ULL | 1;
			policy_make(&policy, &seed);
			compare(&seed);
		}
	} else if (argc == 3 && !strcmp(argv[1], "policy")) {
		policy_read(&policy, argv[2]);
		compare(&seed);
	} else {
		return 2;
	}
	printf("%lu policies; programs of at most %lu instructions here, %lu there\n", policies,
	       longest_ours, longest_theirs);
	for (i = 0; i < WHYS; i++)
		printf("%10lu %s\n", counts[i], meant[i]);
	return counts[WRONG] || counts[SAME] == 0;
}
