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
#include "runtime/seccomp_int.h"
#include "runtime/seccomp_names.h"

#define ENTRIES_MAX 2048	/* calls named by all rules of an architecture together */
#define BAD_ARCH SECCOMP_RET_KILL_PROCESS
#define ARM_PRIVATE 0x0f0000u	/* ARM's own calls lie above everything */
#define NO_CALL UINT32_MAX	/* what a tracer writes to have the call left out: no call of x32's */
#define ARCH_64BIT 0x80000000u	/* __AUDIT_ARCH_64BIT */

struct entry {			/* one call of one rule */
	uint32_t nr;
	uint16_t rule;
	uint8_t sub;		/* socketcall's or ipc's first argument, where the rule names that call; else 0 */
};

struct run {			/* from `first` to the next run's */
	uint32_t first;
	uint32_t action;
	uint16_t entry, n;	/* entries with arguments to look at, n = 0: action it is */
	uint16_t place;		/* of the block that it shares, once it is laid */
};

struct compiler {
	const struct seccomp_policy *p;
	struct seccomp_program prog;
	bool wide;		/* 64-bit arguments: not those of x32's calls, whose upper halves mean nothing */
	unsigned n_entries, n_runs;
};

/* The rule of what a profile allows: behind all others. */
#define PROFILE_RULE UINT16_MAX
static const struct seccomp_rule profile_rule = { .action = SECCOMP_RET_ALLOW };

/* Too large for a stack; one policy at a time is compiled, in a process of its own. */
static struct entry entries[ENTRIES_MAX];
static struct run runs[2 * ENTRIES_MAX + 8];

static const struct seccomp_rule *rule_of(const struct compiler *c, const struct entry *entry)
{
	return entry->rule == PROFILE_RULE ? &profile_rule : &c->p->rules[entry->rule];
}

/* A file's rule that says what the default says is none (runc); a profile's own stands before others of its call. */
static bool is_idle(const struct compiler *c, const struct seccomp_rule *r)
{
	return !c->p->profile && r->action == c->p->default_action;
}

/* Where a call is a number behind socketcall or ipc, that is the first argument, and the rule's own first one is out of reach. */
static unsigned take_args(struct seccomp_arg *to, const struct seccomp_arg *from, unsigned n, unsigned sub)
{
	unsigned i, taken = 0;

	if (sub)
		to[taken++] = (struct seccomp_arg){ .index = 0, .op = SECCOMP_OP_EQ, .value = sub };
	for (i = 0; i < n; i++)
		if (!sub || from[i].index)
			to[taken++] = from[i];
	return taken;
}

static void add_entry(struct compiler *c, const struct entry *entry, bool wide)
{
	const struct seccomp_rule *r = rule_of(c, entry);
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

static void add_block(struct compiler *c, const struct run *run)
{
	unsigned i;

	for (i = 0; i < run->n; i++)
		if (!is_idle(c, rule_of(c, &entries[run->entry + i])))
			add_entry(c, &entries[run->entry + i], c->wide && run->first < SECCOMP_X32_BIT);
	seccomp_add(&c->prog, BPF_RET | BPF_K, run->action, 0, 0);
}

/* A comparison jumps 255 instructions at most: for a longer way to the upper half a jump of its own goes in behind it. */
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
static bool is_same(const struct run *a, const struct run *b)
{
	unsigned i;

	if (a->n != b->n || (a->first < SECCOMP_X32_BIT) != (b->first < SECCOMP_X32_BIT))
		return false;
	for (i = 0; i < a->n; i++)
		if (entries[a->entry + i].rule != entries[b->entry + i].rule || entries[a->entry + i].sub != entries[b->entry + i].sub)
			return false;
	return true;
}

/* The first run of those that share a block with this one, and how many they are. */
static unsigned find_same(const struct compiler *c, unsigned run, unsigned *ret_n)
{
	unsigned i, first = run;

	*ret_n = 0;
	for (i = c->n_runs; i-- > 0;)
		if (is_same(&runs[i], &runs[run])) {
			first = i;
			++*ret_n;
		}
	return first;
}

/* A block that several calls share comes behind the tree: till then a jump there has this mark, and the run for its way. */
#define SHARED 1

static void add_leaf(struct compiler *c, unsigned run)
{
	unsigned n = 0, first = runs[run].n ? find_same(c, run, &n) : run;

	if (n > 1)
		seccomp_add(&c->prog, BPF_JMP | BPF_JA, first, SHARED, 0);
	else
		add_block(c, &runs[run]);
}

static void add_shared(struct compiler *c, unsigned from)
{
	unsigned i, to = c->prog.n;

	for (i = from; i < to && c->prog.n <= c->prog.cap; i++) {
		struct sock_filter *op = &c->prog.ops[i];
		struct run *run;

		if (op->code != (BPF_JMP | BPF_JA) || op->jt != SHARED)
			continue;
		run = &runs[op->k];
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
	seccomp_add(&c->prog, BPF_JMP | BPF_JGE | BPF_K, runs[first + half].first, 0, 0);
	add_tree(c, first, half);
	lead_on(&c->prog, from);
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

static int take_name(struct compiler *c, int64_t nr, unsigned rule, unsigned sub, struct err *e)
{
	if (nr < 0)
		return 0;
	if (c->n_entries == ENTRIES_MAX)
		return err_set(e, E2BIG, "seccomp", "more than %d calls", ENTRIES_MAX);
	entries[c->n_entries++] = (struct entry){ (uint32_t)nr, (uint16_t)rule, (uint8_t)sub };
	return 0;
}

/* As libseccomp: a rule for socket(2) is also one for socketcall(2) with a first argument of SYS_SOCKET. */
static int collect(struct compiler *c, unsigned arch, struct err *e)
{
	unsigned i, k, sub;
	int64_t behind;
	int rc = 0;

	for (i = 0; i < c->p->n_rules && !rc; i++) {
		const struct seccomp_rule *r = &c->p->rules[i];

		for (k = 0; k < r->n_names && !rc; k++) {
			rc = take_name(c, seccomp_number(arch, r->names[k]), i, 0, e);
			/* A profile names both of them itself. */
			sub = c->p->profile ? 0 : seccomp_subcall(arch, r->names[k], &behind);
			if (sub && !rc)
				rc = take_name(c, behind, i, sub, e);
		}
	}
	for (k = 0; c->p->profile && !rc && seccomp_profile_call(arch, k, c->p->profile == SECCOMP_HARDENED, c->p->caps, &behind); k++)
		rc = take_name(c, behind, PROFILE_RULE, 0, e);
	return rc;
}

static void add_run(struct compiler *c, uint32_t first, uint32_t action, unsigned entry, unsigned n)
{
	struct run *last = c->n_runs ? &runs[c->n_runs - 1] : NULL;

	if (last && last->first == first) {	/* nothing lay between */
		*last = (struct run){ first, action, (uint16_t)entry, (uint16_t)n, 0 };
		if (c->n_runs > 1 && !n && !last[-1].n && last[-1].action == action)
			c->n_runs--;
		return;
	}
	if (last && !n && !last->n && last->action == action)
		return;
	runs[c->n_runs++] = (struct run){ first, action, (uint16_t)entry, (uint16_t)n, 0 };
}

/* What a newer kernel brings is not there for a policy that refuses: the C library then falls back (as runc does since 1.0-rc93). */
static bool wants_enosys(uint32_t action)
{
	uint32_t kind = action & SECCOMP_RET_ACTION_FULL;

	return kind == SECCOMP_RET_ERRNO || kind == SECCOMP_RET_KILL_PROCESS || kind == SECCOMP_RET_KILL_THREAD || kind == SECCOMP_RET_TRAP;
}

/* Among x32's calls or the others. */
static uint32_t highest(const struct compiler *c, uint32_t x32)
{
	uint32_t best = 0;
	unsigned i;

	for (i = 0; i < c->n_entries; i++) {
		uint32_t nr = entries[i].nr;

		if ((nr & SECCOMP_X32_BIT) == x32 && (nr & ~SECCOMP_X32_BIT) < ARM_PRIVATE && nr > best)
			best = nr;
	}
	return best;
}

/* One call's entries: a rule without arguments beats those with (libseccomp). */
static unsigned take_call(struct compiler *c, unsigned i)
{
	unsigned n = 1, conditions = 0, k;
	uint32_t nr = entries[i].nr;

	while (i + n < c->n_entries && entries[i + n].nr == nr)
		n++;
	for (k = 0; k < n; k++) {
		const struct seccomp_rule *r = rule_of(c, &entries[i + k]);

		if (is_idle(c, r))
			continue;
		if (!r->n_args && !entries[i + k].sub) {
			add_run(c, nr, r->action, 0, 0);
			return n;
		}
		conditions++;
	}
	add_run(c, nr, c->p->default_action, i, conditions ? n : 0);
	return n;
}

static void make_runs(struct compiler *c, bool with_x32)
{
	const uint32_t rest = c->p->default_action, top[2] = { highest(c, 0), highest(c, SECCOMP_X32_BIT) };
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
			nr == top[nr >= SECCOMP_X32_BIT] && wants_enosys(rest) ? (SECCOMP_RET_ERRNO | ENOSYS) : rest, 0, 0);
	}
	if (c->wide && !with_x32 && seccomp_own_arch(0) == AUDIT_ARCH_X86_64) {
		add_run(c, SECCOMP_X32_BIT, BAD_ARCH, 0, 0);
		add_run(c, NO_CALL, rest, 0, 0);
	}
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
	seccomp_add(&c->prog, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	seccomp_add(&c->prog, BPF_JMP | BPF_JEQ | BPF_K, audit, 1, 0);
	jump = c->prog.n;
	seccomp_add(&c->prog, BPF_JMP | BPF_JA, 0, 0, 0);
	seccomp_add(&c->prog, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	from = c->prog.n;
	add_tree(c, 0, c->n_runs);
	add_shared(c, from);
	if (jump < c->prog.cap)
		c->prog.ops[jump].k = c->prog.n - jump - 1;
	return 0;
}

int seccomp_compile(const struct seccomp_policy *p, struct sock_filter *ops, unsigned cap, unsigned *ret_n, struct err *e)
{
	struct compiler c = { .p = p, .prog = { .ops = ops, .cap = cap } };
	unsigned i;
	int rc = 0;

	if (p->n_rules >= PROFILE_RULE)
		return err_set(e, E2BIG, "seccomp", "%u rules", p->n_rules);
	for (i = 0; seccomp_own_arch(i) && !rc; i++)
		if (!seccomp_own_bit(i) && (i == 0 || wants(p, seccomp_own_arch(i))))
			rc = add_arch(&c, i, e);
	if (rc)
		return rc;
	seccomp_add(&c.prog, BPF_RET | BPF_K, BAD_ARCH, 0, 0);
	if (c.prog.n > cap)
		return err_set(e, E2BIG, "seccomp", "%u instructions are more than %u", c.prog.n, cap);
	*ret_n = c.prog.n;
	return 0;
}
