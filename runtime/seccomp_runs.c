/* SPDX-License-Identifier: ISC */
/*
 * From the rules of a seccomp policy to runs of call numbers with one verdict: see seccomp_int.h.
 * Pure; which rule wins is libseccomp's choice.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "runtime/seccomp_int.h"
#include "runtime/seccomp_names.h"

#define ARM_PRIVATE 0x0f0000u  /* ARM's own calls lie above everything */
#define NO_CALL	    UINT32_MAX /* what a tracer writes to have the call left out: none of x32's */

static const struct seccomp_rule profile_rule = { .action = SECCOMP_RET_ALLOW };

const struct seccomp_rule *seccomp_rule_of(const struct seccomp_runs *c,
					   const struct seccomp_entry *entry)
{
	return entry->rule == SECCOMP_PROFILE_RULE ? &profile_rule : &c->p->rules[entry->rule];
}

bool seccomp_is_idle(const struct seccomp_runs *c, const struct seccomp_rule *r)
{
	return !c->p->profile && r->action == c->p->default_action;
}

/* By number, then by the order of the rules: insertion into a list that is nearly in order would
 * do, but a foreign one may not be. */
static void sort_entries(struct seccomp_entry *entries, unsigned n)
{
	unsigned gap, i, j;

	for (gap = n / 2; gap; gap /= 2)
		for (i = gap; i < n; i++) {
			struct seccomp_entry e = entries[i];

			for (j = i; j >= gap && (entries[j - gap].nr > e.nr ||
						 (entries[j - gap].nr == e.nr &&
						  entries[j - gap].rule > e.rule));
			     j -= gap)
				entries[j] = entries[j - gap];
			entries[j] = e;
		}
}

static int take_name(struct seccomp_runs *c, int64_t nr, unsigned rule, unsigned sub, struct err *e)
{
	if (nr < 0)
		return 0;
	if (c->n_entries == SECCOMP_ENTRIES_MAX)
		return err_set(e, E2BIG, "seccomp", "more than %d calls", SECCOMP_ENTRIES_MAX);
	c->entries[c->n_entries++] =
		(struct seccomp_entry){ (uint32_t)nr, (uint16_t)rule, (uint8_t)sub };
	return 0;
}

/* As libseccomp: a rule for socket(2) is also one for socketcall(2) with a first argument of
 * SYS_SOCKET. */
int seccomp_collect(struct seccomp_runs *c, unsigned arch, struct err *e)
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
	for (k = 0;
	     c->p->profile && !rc &&
	     seccomp_profile_call(arch, k, c->p->profile == SECCOMP_HARDENED, c->p->caps, &behind);
	     k++)
		rc = take_name(c, behind, SECCOMP_PROFILE_RULE, 0, e);
	return rc;
}

static void add_run(struct seccomp_runs *c, uint32_t first, uint32_t action, unsigned entry,
		    unsigned n)
{
	struct seccomp_run *last = c->n_runs ? &c->runs[c->n_runs - 1] : NULL;

	if (last && last->first == first) { /* nothing lay between */
		*last = (struct seccomp_run){ first, action, (uint16_t)entry, (uint16_t)n, 0 };
		if (c->n_runs > 1 && !n && !last[-1].n && last[-1].action == action)
			c->n_runs--;
		return;
	}
	if (last && !n && !last->n && last->action == action)
		return;
	c->runs[c->n_runs++] =
		(struct seccomp_run){ first, action, (uint16_t)entry, (uint16_t)n, 0 };
}

/* What a newer kernel brings is not there for a policy that refuses: the C library then falls back
 * (as runc does since 1.0-rc93). */
static bool wants_enosys(uint32_t action)
{
	uint32_t kind = action & SECCOMP_RET_ACTION_FULL;

	return kind == SECCOMP_RET_ERRNO || kind == SECCOMP_RET_KILL_PROCESS ||
	       kind == SECCOMP_RET_KILL_THREAD || kind == SECCOMP_RET_TRAP;
}

/* Among x32's calls or the others. */
static uint32_t highest(const struct seccomp_runs *c, uint32_t x32)
{
	uint32_t best = 0;
	unsigned i;

	for (i = 0; i < c->n_entries; i++) {
		uint32_t nr = c->entries[i].nr;

		if ((nr & SECCOMP_X32_BIT) == x32 && (nr & ~SECCOMP_X32_BIT) < ARM_PRIVATE &&
		    nr > best)
			best = nr;
	}
	return best;
}

/* One call's entries: a rule without arguments beats those with (libseccomp). */
static unsigned take_call(struct seccomp_runs *c, unsigned i)
{
	unsigned n = 1, conditions = 0, k;
	uint32_t nr = c->entries[i].nr;

	while (i + n < c->n_entries && c->entries[i + n].nr == nr)
		n++;
	for (k = 0; k < n; k++) {
		const struct seccomp_rule *r = seccomp_rule_of(c, &c->entries[i + k]);

		if (seccomp_is_idle(c, r))
			continue;
		if (!r->n_args && !c->entries[i + k].sub) {
			add_run(c, nr, r->action, 0, 0);
			return n;
		}
		conditions++;
	}
	add_run(c, nr, c->p->default_action, i, conditions ? n : 0);
	return n;
}

void seccomp_make_runs(struct seccomp_runs *c, bool with_x32)
{
	const uint32_t rest = c->p->default_action,
		       top[2] = { highest(c, 0), highest(c, SECCOMP_X32_BIT) };
	bool x32 = false, high = false;
	unsigned i = 0, used;

	sort_entries(c->entries, c->n_entries);
	c->n_runs = 0;
	add_run(c, 0, rest, 0, 0);
	while (i < c->n_entries) {
		uint32_t nr = c->entries[i].nr;

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
			nr == top[nr >= SECCOMP_X32_BIT] && wants_enosys(rest)
				? (SECCOMP_RET_ERRNO | ENOSYS)
				: rest,
			0, 0);
	}
	if (c->wide && !with_x32 && seccomp_own_arch(0) == AUDIT_ARCH_X86_64) {
		add_run(c, SECCOMP_X32_BIT, SECCOMP_BAD_ARCH, 0, 0);
		add_run(c, NO_CALL, rest, 0, 0);
	}
}
