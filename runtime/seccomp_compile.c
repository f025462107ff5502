/* SPDX-License-Identifier: ISC */
/*
 * An OCI seccomp policy as classic BPF: see seccomp.h. An architecture's calls become runs of numbers with one verdict,
 * found by halving; calls whose arguments matter have a block of comparisons. Pure; the verdicts are libseccomp's.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_names.h"

#define ENTRIES_MAX 2048	/* calls named by all rules of an architecture together */
#define BAD_ARCH SECCOMP_RET_KILL_PROCESS
#define ARM_PRIVATE 0x0f0000u	/* ARM's own calls lie above everything */
#define ARCH_64BIT 0x80000000u	/* __AUDIT_ARCH_64BIT */

struct entry {			/* one call of one rule */
	uint32_t nr;
	uint16_t rule;
};

struct run {			/* from `first` to the next run's */
	uint32_t first;
	uint32_t action;
	uint16_t entry, n;	/* entries with arguments to look at, n = 0: action it is */
};

struct compiler {
	const struct seccomp_policy *p;
	struct sock_filter *ops;
	unsigned cap, n;
	bool wide;		/* 64-bit arguments */
	unsigned n_entries, n_runs;
};

/* Too large for a stack; one policy at a time is compiled, in a process of its own. */
static struct entry entries[ENTRIES_MAX];
static struct run runs[2 * ENTRIES_MAX + 8];

static void add(struct compiler *c, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf)
{
	if (c->n < c->cap)
		c->ops[c->n] = (struct sock_filter){ code, jt, jf, k };
	c->n++;
}

static void load_nr(struct compiler *c)
{
	add(c, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
}

static void load_arg(struct compiler *c, unsigned index, bool high)
{
	bool second = high == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

	add(c, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offsetof(struct seccomp_data, args) + 8 * index + (second ? 4 : 0)), 0, 0);
}

/* Targets that are known only at the end of a comparison. */
#define FAIL 254
#define PASS 253

static void compare_high(struct compiler *c, const struct seccomp_arg *a)
{
	uint32_t high = (uint32_t)(a->value >> 32);

	load_arg(c, a->index, true);
	switch (a->op) {
	case SECCOMP_OP_EQ:
		add(c, BPF_JMP | BPF_JEQ | BPF_K, high, 0, FAIL);
		break;
	case SECCOMP_OP_NE:
		add(c, BPF_JMP | BPF_JEQ | BPF_K, high, 0, PASS);
		break;
	case SECCOMP_OP_GT:
	case SECCOMP_OP_GE:
		add(c, BPF_JMP | BPF_JGT | BPF_K, high, PASS, 0);
		add(c, BPF_JMP | BPF_JEQ | BPF_K, high, 0, FAIL);
		break;
	case SECCOMP_OP_LT:
	case SECCOMP_OP_LE:
		add(c, BPF_JMP | BPF_JGT | BPF_K, high, FAIL, 0);
		add(c, BPF_JMP | BPF_JEQ | BPF_K, high, 0, PASS);
		break;
	default:
		add(c, BPF_ALU | BPF_AND | BPF_K, high, 0, 0);
		add(c, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(a->value_two >> 32), 0, FAIL);
	}
}

static void compare_low(struct compiler *c, const struct seccomp_arg *a)
{
	uint32_t low = (uint32_t)a->value;

	load_arg(c, a->index, false);
	switch (a->op) {
	case SECCOMP_OP_EQ:
		add(c, BPF_JMP | BPF_JEQ | BPF_K, low, 0, FAIL);
		break;
	case SECCOMP_OP_NE:
		add(c, BPF_JMP | BPF_JEQ | BPF_K, low, FAIL, 0);
		break;
	case SECCOMP_OP_GT:
		add(c, BPF_JMP | BPF_JGT | BPF_K, low, 0, FAIL);
		break;
	case SECCOMP_OP_GE:
		add(c, BPF_JMP | BPF_JGE | BPF_K, low, 0, FAIL);
		break;
	case SECCOMP_OP_LT:
		add(c, BPF_JMP | BPF_JGE | BPF_K, low, FAIL, 0);
		break;
	case SECCOMP_OP_LE:
		add(c, BPF_JMP | BPF_JGT | BPF_K, low, FAIL, 0);
		break;
	default:
		add(c, BPF_ALU | BPF_AND | BPF_K, low, 0, 0);
		add(c, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)a->value_two, 0, FAIL);
	}
}

/* Comparisons are short: their jumps fit a byte. */
static void settle(struct compiler *c, unsigned from, uint8_t mark, unsigned to)
{
	unsigned i;

	for (i = from; i < c->n && i < c->cap; i++) {
		struct sock_filter *op = &c->ops[i];

		if (BPF_CLASS(op->code) != BPF_JMP)
			continue;
		if (op->jt == mark)
			op->jt = (uint8_t)(to - i - 1);
		if (op->jf == mark)
			op->jf = (uint8_t)(to - i - 1);
	}
}

/* All the given arguments hold → action; else on to what follows. */
static void add_condition(struct compiler *c, const struct seccomp_arg *args, unsigned n, uint32_t action)
{
	unsigned start = c->n, i;

	for (i = 0; i < n; i++) {
		unsigned from = c->n;

		if (c->wide)
			compare_high(c, &args[i]);
		compare_low(c, &args[i]);
		settle(c, from, PASS, c->n);
	}
	add(c, BPF_RET | BPF_K, action, 0, 0);
	settle(c, start, FAIL, c->n);
}

static bool repeats_an_index(const struct seccomp_rule *r)
{
	unsigned i, seen = 0;

	for (i = 0; i < r->n_args; i++) {
		if (seen >> r->args[i].index & 1)
			return true;
		seen |= 1u << r->args[i].index;
	}
	return false;
}

static void add_block(struct compiler *c, const struct run *run)
{
	unsigned i, k;

	for (i = 0; i < run->n; i++) {
		const struct seccomp_rule *r = &c->p->rules[entries[run->entry + i].rule];

		if (!repeats_an_index(r)) {
			add_condition(c, r->args, r->n_args, r->action);
			continue;
		}
		for (k = 0; k < r->n_args; k++)
			add_condition(c, &r->args[k], 1, r->action);
	}
	add(c, BPF_RET | BPF_K, run->action, 0, 0);
}

static void add_tree(struct compiler *c, unsigned first, unsigned n)
{
	unsigned half = n / 2, jump;

	if (n == 1) {
		add_block(c, &runs[first]);
		return;
	}
	/* A comparison jumps 255 instructions at most: the way to the upper half is a jump of its own. */
	add(c, BPF_JMP | BPF_JGE | BPF_K, runs[first + half].first, 0, 1);
	jump = c->n;
	add(c, BPF_JMP | BPF_JA, 0, 0, 0);
	add_tree(c, first, half);
	if (jump < c->cap)
		c->ops[jump].k = c->n - jump - 1;
	add_tree(c, first + half, n - half);
}

/* By number, then by the order of the rules: insertion into a list that is nearly in order would do, but a foreign one may not be. */
static void sort_entries(unsigned n)
{
	unsigned gap, i, j;

	for (gap = n / 2; gap; gap /= 2)
		for (i = gap; i < n; i++) {
			struct entry e = entries[i];

			for (j = i; j >= gap && (entries[j - gap].nr > e.nr || (entries[j - gap].nr == e.nr && entries[j - gap].rule > e.rule));
			     j -= gap)
				entries[j] = entries[j - gap];
			entries[j] = e;
		}
}

static int collect(struct compiler *c, unsigned arch, struct err *e)
{
	unsigned i, k;

	for (i = 0; i < c->p->n_rules; i++) {
		const struct seccomp_rule *r = &c->p->rules[i];

		for (k = 0; k < r->n_names; k++) {
			int64_t nr = seccomp_number(arch, r->names[k]);

			if (nr < 0)
				continue;
			if (c->n_entries == ENTRIES_MAX)
				return err_set(e, E2BIG, "seccomp", "more than %d calls", ENTRIES_MAX);
			entries[c->n_entries++] = (struct entry){ (uint32_t)nr, (uint16_t)i };
		}
	}
	return 0;
}

static void add_run(struct compiler *c, uint32_t first, uint32_t action, unsigned entry, unsigned n)
{
	struct run *last = c->n_runs ? &runs[c->n_runs - 1] : NULL;

	if (last && last->first == first) {	/* nothing lay between */
		*last = (struct run){ first, action, (uint16_t)entry, (uint16_t)n };
		if (c->n_runs > 1 && !n && !last[-1].n && last[-1].action == action)
			c->n_runs--;
		return;
	}
	if (last && !n && !last->n && last->action == action)
		return;
	runs[c->n_runs++] = (struct run){ first, action, (uint16_t)entry, (uint16_t)n };
}

/* What a newer kernel brings is not there for a policy that refuses: the C library then falls back (as runc does since 1.0-rc93). */
static bool wants_enosys(uint32_t action)
{
	uint32_t kind = action & SECCOMP_RET_ACTION_FULL;

	return kind == SECCOMP_RET_ERRNO || kind == SECCOMP_RET_KILL_PROCESS || kind == SECCOMP_RET_KILL_THREAD || kind == SECCOMP_RET_TRAP;
}

static uint32_t highest(const struct compiler *c)
{
	uint32_t best = 0;
	unsigned i;

	for (i = 0; i < c->n_entries; i++) {
		uint32_t nr = entries[i].nr & ~SECCOMP_X32_BIT;

		if (nr < ARM_PRIVATE && nr > best)
			best = nr;
	}
	return best;
}

/* One call's entries: a rule without arguments beats those with (libseccomp). */
static unsigned take_call(struct compiler *c, unsigned i)
{
	unsigned n = 1, k;
	uint32_t nr = entries[i].nr;

	while (i + n < c->n_entries && entries[i + n].nr == nr)
		n++;
	for (k = 0; k < n; k++) {
		const struct seccomp_rule *r = &c->p->rules[entries[i + k].rule];

		if (!r->n_args) {
			add_run(c, nr, r->action, 0, 0);
			return n;
		}
	}
	add_run(c, nr, c->p->default_action, i, n);
	return n;
}

static void make_runs(struct compiler *c, bool with_x32)
{
	uint32_t rest = c->p->default_action, top = highest(c);
	bool x32 = false, high = false;
	unsigned i = 0, used;

	c->n_runs = 0;
	add_run(c, 0, rest, 0, 0);
	while (i < c->n_entries) {
		uint32_t nr = entries[i].nr;

		if (!x32 && nr >= SECCOMP_X32_BIT) {
			add_run(c, SECCOMP_X32_BIT, rest, 0, 0);
			x32 = true;
		}
		if (!high && nr >= ARM_PRIVATE && nr < SECCOMP_X32_BIT) {
			add_run(c, ARM_PRIVATE, rest, 0, 0);
			high = true;
		}
		used = take_call(c, i);
		i += used;
		/* After it the default again, or ENOSYS above all that the policy knows. */
		add_run(c, nr + 1,
			(nr & ~SECCOMP_X32_BIT) == top && wants_enosys(rest) ? (SECCOMP_RET_ERRNO | ENOSYS) : rest, 0, 0);
	}
	if (!with_x32 && seccomp_own_arch(0) == AUDIT_ARCH_X86_64 && !x32)
		add_run(c, SECCOMP_X32_BIT, BAD_ARCH, 0, 0);
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
	unsigned jump, i;
	int rc;

	c->n_entries = 0;
	c->wide = audit & ARCH_64BIT;
	rc = collect(c, arch, e);
	for (i = 0; seccomp_own_arch(i) && !rc; i++)
		if (i != arch && seccomp_own_bit(i) && c->wide && wants(c->p, seccomp_own_arch(i))) {
			with_x32 = true;
			rc = collect(c, i, e);
		}
	if (rc)
		return rc;
	sort_entries(c->n_entries);
	make_runs(c, with_x32);
	add(c, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	add(c, BPF_JMP | BPF_JEQ | BPF_K, audit, 1, 0);
	jump = c->n;
	add(c, BPF_JMP | BPF_JA, 0, 0, 0);
	load_nr(c);
	add_tree(c, 0, c->n_runs);
	if (jump < c->cap)
		c->ops[jump].k = c->n - jump - 1;
	return 0;
}

int seccomp_compile(const struct seccomp_policy *p, struct sock_filter *ops, unsigned cap, unsigned *ret_n, struct err *e)
{
	struct compiler c = { .p = p, .ops = ops, .cap = cap };
	unsigned i;
	int rc = 0;

	if (p->n_rules > UINT16_MAX)
		return err_set(e, E2BIG, "seccomp", "%u rules", p->n_rules);
	for (i = 0; seccomp_own_arch(i) && !rc; i++)
		if (!seccomp_own_bit(i) && (i == 0 || wants(p, seccomp_own_arch(i))))
			rc = add_arch(&c, i, e);
	if (rc)
		return rc;
	add(&c, BPF_RET | BPF_K, BAD_ARCH, 0, 0);
	if (c.n > cap)
		return err_set(e, E2BIG, "seccomp", "%u instructions are more than %u", c.n, cap);
	*ret_n = c.n;
	return 0;
}
