/* SPDX-License-Identifier: ISC */
/* What the parts of the policy compiler share. Pure. */
#ifndef PINTLE_RUNTIME_SECCOMP_INT_H
#define PINTLE_RUNTIME_SECCOMP_INT_H

#include "runtime/seccomp.h"

struct seccomp_program {
	struct sock_filter *ops;
	unsigned cap, n; /* n may pass cap: then it says how much room is missing */
};

/* One instruction more. */
void seccomp_add(struct seccomp_program *c, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf);
/* All of the arguments hold → action; else on to what is added next. wide: 64-bit arguments. */
void seccomp_add_condition(struct seccomp_program *c, const struct seccomp_arg *args, unsigned n,
			   bool wide, uint32_t action);
/* Does a rule say one argument twice? Then any of its conditions makes it hold, as runc has it. */
bool seccomp_repeats(const struct seccomp_rule *r);

struct seccomp_entry { /* one call of one rule */
	uint32_t nr;
	uint16_t rule; /* SECCOMP_PROFILE_RULE = the profile allows it */
	uint8_t sub;   /* first argument of socketcall or ipc, where the rule names that call */
};

struct seccomp_run { /* from `first` to the next run's */
	uint32_t first;
	uint32_t action;
	uint16_t entry, n; /* entries with arguments to look at, n = 0: action it is */
	uint16_t place;	   /* of the block that it shares, once it is laid */
};

#define SECCOMP_ENTRIES_MAX  2048 /* calls named by all rules of an architecture together */
#define SECCOMP_RUNS_MAX     (2 * SECCOMP_ENTRIES_MAX + 8)
#define SECCOMP_PROFILE_RULE UINT16_MAX /* behind all others */
#define SECCOMP_BAD_ARCH     SECCOMP_RET_KILL_PROCESS

/* One architecture's calls, in order and without gaps. */
struct seccomp_runs {
	const struct seccomp_policy *p;
	bool wide; /* 64-bit arguments: not those of x32's calls, whose upper halves mean nothing */
	unsigned n_entries, n_runs;
	struct seccomp_entry entries[SECCOMP_ENTRIES_MAX];
	struct seccomp_run runs[SECCOMP_RUNS_MAX];
};

/*
 * Adds what the policy says of an architecture's calls (its place in the name table). 0 or -E2BIG.
 */
int seccomp_collect(struct seccomp_runs *c, unsigned arch, struct err *e);
/* The runs of all that was collected; with_x32: x32's calls are among them, else they are bad. */
void seccomp_make_runs(struct seccomp_runs *c, bool with_x32);
/* The rule that an entry came from. */
const struct seccomp_rule *seccomp_rule_of(const struct seccomp_runs *c,
					   const struct seccomp_entry *entry);
/*
 * Does a rule only repeat the default? A file's is then none (runc); a profile's own stands before
 * others of its call.
 */
bool seccomp_is_idle(const struct seccomp_runs *c, const struct seccomp_rule *r);

#endif
