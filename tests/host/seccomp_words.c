/* SPDX-License-Identifier: ISC */
/* A policy read without compiling it: see seccomp_words.h. */
#include "seccomp_words.h"

#include <linux/audit.h>
#include <string.h>

/*
 * Behind i386's socketcall(2), by SYS_SOCKET (1) and on; behind its ipc(2), with "" where no call
 * has the number.
 */
static const char *const sockets[] = {
	"socket",     "bind",	 "connect", "listen",  "accept",   "getsockname", "getpeername",
	"socketpair", "send",	 "recv",    "sendto",  "recvfrom", "shutdown",	  "setsockopt",
	"getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
};
static const char *const ipcs[] = {
	"semop", "semget", "semctl", "semtimedop", "",	     "",       "",	 "",
	"",	 "",	   "msgsnd", "msgrcv",	   "msgget", "msgctl", "",	 "",
	"",	 "",	   "",	     "",	   "shmat",  "shmdt",  "shmget", "shmctl",
};

static const char *const *list_of(const struct seccomp_data *d, const char *name, unsigned *ret_n)
{
	*ret_n = 0;
	if (!name || d->arch != AUDIT_ARCH_I386)
		return NULL;
	if (!strcmp(name, "socketcall")) {
		*ret_n = sizeof(sockets) / sizeof(sockets[0]);
		return sockets;
	}
	if (!strcmp(name, "ipc"))
		*ret_n = sizeof(ipcs) / sizeof(ipcs[0]);
	return ipcs;
}

unsigned words_subcalls(const struct seccomp_data *d, const char *name)
{
	unsigned n;

	list_of(d, name, &n);
	return n;
}

static int lists(const struct seccomp_rule *r, const char *name)
{
	unsigned i;

	for (i = 0; name && i < r->n_names; i++)
		if (!strcmp(r->names[i], name))
			return 1;
	return 0;
}

int words_name(const struct seccomp_rule *r, const struct seccomp_data *d, const char *name)
{
	unsigned i, n;
	const char *const *list = list_of(d, name, &n);

	for (i = 0; i < n; i++)
		if (lists(r, list[i]))
			return 1;
	return lists(r, name);
}

static int holds(const struct seccomp_arg *a, uint64_t v, int wide)
{
	uint64_t x = a->value, two = a->value_two;

	if (!wide) {
		v = (uint32_t)v;
		x = (uint32_t)x;
		two = (uint32_t)two;
	}
	switch (a->op) {
	case SECCOMP_OP_NE:
		return v != x;
	case SECCOMP_OP_LT:
		return v < x;
	case SECCOMP_OP_LE:
		return v <= x;
	case SECCOMP_OP_EQ:
		return v == x;
	case SECCOMP_OP_GE:
		return v >= x;
	case SECCOMP_OP_GT:
		return v > x;
	default:
		return (v & x) == (two & x);
	}
}

/*
 * behind: the rule is read for a call behind socketcall or ipc, whose first argument says only
 * which.
 */
static int rule_holds(const struct seccomp_rule *r, const struct seccomp_data *d, int behind,
		      unsigned *ret_twice)
{
	unsigned i, seen = 0, n = 0;
	int wide = d->arch == AUDIT_ARCH_X86_64 && !((uint32_t)d->nr & 0x40000000u);

	*ret_twice = 0;
	for (i = 0; i < r->n_args; i++) {
		*ret_twice |= seen >> r->args[i].index & 1;
		seen |= 1u << r->args[i].index;
		n += (behind && !r->args[i].index) ||
		     holds(&r->args[i], d->args[r->args[i].index], wide);
	}
	return *ret_twice ? n > 0 : n == r->n_args;
}

struct reading {
	unsigned rules, kinds;
	uint32_t first;
};

static void read_rule(struct reading *g, const struct seccomp_rule *r, const struct seccomp_data *d,
		      int behind, int chosen)
{
	unsigned twice;
	int held = rule_holds(r, d, behind, &twice) && chosen;

	g->rules += twice ? r->n_args : 1;
	if (!held)
		return;
	if (!g->kinds)
		g->first = r->action;
	g->kinds = !g->kinds ? 1 : g->first != r->action ? 2 : g->kinds;
}

uint32_t words_verdict(const struct policy *p, const struct seccomp_data *d, const char *name,
		       unsigned *ret_rules, unsigned *ret_kinds)
{
	struct reading g = { 0 };
	const struct seccomp_rule *plain = NULL;
	unsigned i, k, n;
	const char *const *list = list_of(d, name, &n);

	for (i = 0; i < p->oci.n_rules; i++) {
		const struct seccomp_rule *r = &p->rules[i];

		if (r->action == p->oci.default_action)
			continue;
		if (lists(r, name) && !r->n_args && !plain)
			plain = r;
		if (lists(r, name))
			read_rule(&g, r, d, 0, 1);
		for (k = 0; k < n; k++)
			if (*list[k] && lists(r, list[k]))
				read_rule(&g, r, d, 1, (uint32_t)d->args[0] == k + 1);
	}
	*ret_rules = g.rules;
	*ret_kinds = g.kinds;
	if (plain)
		return plain->action;
	return g.kinds ? g.first : p->oci.default_action;
}
