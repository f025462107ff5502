/* SPDX-License-Identifier: ISC */
/*
 * An OCI seccomp policy as classic BPF: see seccomp.h. An architecture's calls become runs of
 * numbers with one verdict, found by halving; calls whose arguments matter have a block of
 * comparisons. Pure; the verdicts are libseccomp's.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/seccomp_int.h"
#include "runtime/seccomp_names.h"

#define ARCH_64BIT 0x80000000u /* __AUDIT_ARCH_64BIT */

struct compiler {
	struct seccomp_runs *calls;
	struct seccomp_program prog;
};

/* Too large for a stack; one policy at a time is compiled, in a process of its own. */
static SCRATCH struct seccomp_runs calls;

/*
 * Where a call is a number behind socketcall or ipc, that is the first argument, and the rule's own
 * first one is out of reach.
 */
static unsigned take_args(struct seccomp_arg *to, const struct seccomp_arg *from, unsigned n,
			  unsigned sub)
{
	unsigned i, taken = 0;

	if (sub)
		to[taken++] = (struct seccomp_arg){ .index = 0, .op = SECCOMP_OP_EQ, .value = sub };
	for (i = 0; i < n; i++)
		if (!sub || from[i].index)
			to[taken++] = from[i];
	return taken;
}

static void add_entry(struct compiler *c, const struct seccomp_entry *entry, bool wide)
{
	const struct seccomp_rule *r = seccomp_rule_of(c->calls, entry);
	struct seccomp_arg args[7];
	unsigned k, n;

	if (!seccomp_repeats(r)) {
		n = take_args(args, r->args, r->n_args, entry->sub);
		seccomp_add_condition(&c->prog, args, n, wide, r->action);
		return;
	}
	for (k = 0; k < r->n_args; k++) {
		n = take_args(args, &r->args[k], 1, entry->sub);
		seccomp_add_condition(&c->prog, args, n, wide, r->action);
	}
}

static void add_block(struct compiler *c, const struct seccomp_run *run)
{
	unsigned i;

	for (i = 0; i < run->n; i++)
		if (!seccomp_is_idle(c->calls,
				     seccomp_rule_of(c->calls, &c->calls->entries[run->entry + i])))
			add_entry(c, &c->calls->entries[run->entry + i],
				  c->calls->wide && run->first < SECCOMP_X32_BIT);
	seccomp_add(&c->prog, BPF_RET | BPF_K, run->action, 0, 0);
}

/*
 * A comparison jumps 255 instructions at most: for a longer way to the upper half a jump of its own
 * goes in behind it.
 */
static void lead_on(struct seccomp_program *prog, unsigned from)
{
	unsigned way = prog->n - from - 1;

	if (prog->n >= prog->cap) {
		prog->n++;
	} else if (way <= UINT8_MAX) {
		prog->ops[from].jt = (uint8_t)way;
	} else {
		memmove(&prog->ops[from + 2], &prog->ops[from + 1], way * sizeof(*prog->ops));
		prog->ops[from].jf = 1;
		prog->ops[from + 1] = (struct sock_filter){ BPF_JMP | BPF_JA, 0, 0, way };
		prog->n++;
	}
}

/* Do both look at the same arguments in the same way? */
static bool is_same(const struct seccomp_entry *entries, const struct seccomp_run *a,
		    const struct seccomp_run *b)
{
	unsigned i;

	if (a->n != b->n || (a->first < SECCOMP_X32_BIT) != (b->first < SECCOMP_X32_BIT))
		return false;
	for (i = 0; i < a->n; i++)
		if (entries[a->entry + i].rule != entries[b->entry + i].rule ||
		    entries[a->entry + i].sub != entries[b->entry + i].sub)
			return false;
	return true;
}

/* The first run of those that share a block with this one, and how many they are. */
static unsigned find_same(const struct compiler *c, unsigned run, unsigned *ret_n)
{
	unsigned i, first = run;

	*ret_n = 0;
	for (i = c->calls->n_runs; i-- > 0;)
		if (is_same(c->calls->entries, &c->calls->runs[i], &c->calls->runs[run])) {
			first = i;
			++*ret_n;
		}
	return first;
}

/*
 * A block that several calls share comes behind the tree: till then a jump there has this mark, and
 * the run for its way.
 */
#define SHARED 1

static void add_leaf(struct compiler *c, unsigned run)
{
	unsigned n = 0, first = c->calls->runs[run].n ? find_same(c, run, &n) : run;

	if (n > 1)
		seccomp_add(&c->prog, BPF_JMP | BPF_JA, first, SHARED, 0);
	else
		add_block(c, &c->calls->runs[run]);
}

static void add_shared(struct compiler *c, unsigned from)
{
	unsigned i, to = c->prog.n;

	for (i = from; i < to && c->prog.n <= c->prog.cap; i++) {
		struct sock_filter *op = &c->prog.ops[i];
		struct seccomp_run *run;

		if (op->code != (BPF_JMP | BPF_JA) || op->jt != SHARED)
			continue;
		run = &c->calls->runs[op->k];
		if (!run->place) {
			run->place = (uint16_t)c->prog.n;
			add_block(c, run);
		}
		*op = (struct sock_filter){ BPF_JMP | BPF_JA, 0, 0, run->place - i - 1 };
	}
}

static void add_tree(struct compiler *c, unsigned first, unsigned n)
{
	unsigned half = n / 2, from = c->prog.n;

	if (n == 1) {
		add_leaf(c, first);
		return;
	}
	seccomp_add(&c->prog, BPF_JMP | BPF_JGE | BPF_K, c->calls->runs[first + half].first, 0, 0);
	add_tree(c, first, half);
	lead_on(&c->prog, from);
	add_tree(c, first + half, n - half);
}

static bool wants(const struct seccomp_policy *p, uint32_t arch)
{
	unsigned i;

	for (i = 0; i < p->n_archs; i++)
		if (p->archs[i] == arch)
			return true;
	return false;
}

/* The arch that the kernel reports: x32 comes under x86-64's. */
static int add_arch(struct compiler *c, unsigned arch, struct err *e)
{
	uint32_t audit = seccomp_own_arch(arch);
	bool with_x32 = false;
	unsigned jump, from, i;
	int rc;

	c->calls->n_entries = 0;
	c->calls->wide = audit & ARCH_64BIT;
	rc = seccomp_collect(c->calls, arch, e);
	for (i = 0; seccomp_own_arch(i) && !rc; i++)
		if (i != arch && seccomp_own_bit(i) && c->calls->wide &&
		    wants(c->calls->p, seccomp_own_arch(i))) {
			with_x32 = true;
			rc = seccomp_collect(c->calls, i, e);
		}
	if (rc)
		return rc;
	seccomp_make_runs(c->calls, with_x32);
	seccomp_add(&c->prog, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	seccomp_add(&c->prog, BPF_JMP | BPF_JEQ | BPF_K, audit, 1, 0);
	jump = c->prog.n;
	seccomp_add(&c->prog, BPF_JMP | BPF_JA, 0, 0, 0);
	seccomp_add(&c->prog, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	from = c->prog.n;
	add_tree(c, 0, c->calls->n_runs);
	add_shared(c, from);
	if (jump < c->prog.cap)
		c->prog.ops[jump].k = c->prog.n - jump - 1;
	return 0;
}

int seccomp_compile(const struct seccomp_policy *p, struct sock_filter *ops, unsigned cap,
		    unsigned *ret_n, struct err *e)
{
	struct compiler c = { .calls = &calls, .prog = { .ops = ops, .cap = cap } };
	unsigned i;
	int rc = 0;

	if (p->n_rules >= SECCOMP_PROFILE_RULE)
		return err_set(e, E2BIG, "seccomp", "%u rules", p->n_rules);
	calls.p = p;
	for (i = 0; seccomp_own_arch(i) && !rc; i++)
		if (!seccomp_own_bit(i) && (i == 0 || wants(p, seccomp_own_arch(i))))
			rc = add_arch(&c, i, e);
	if (rc)
		return rc;
	seccomp_add(&c.prog, BPF_RET | BPF_K, SECCOMP_BAD_ARCH, 0, 0);
	if (c.prog.n > cap)
		return err_set(e, E2BIG, "seccomp", "%u instructions are more than %u", c.prog.n,
			       cap);
	*ret_n = c.prog.n;
	return 0;
}
