/* SPDX-License-Identifier: ISC */
/* What the parts of the policy compiler share. Pure. */
#ifndef PINTLE_RUNTIME_SECCOMP_INT_H
#define PINTLE_RUNTIME_SECCOMP_INT_H

#include "runtime/seccomp.h"

struct seccomp_program {
	struct sock_filter *ops;
	unsigned cap, n;	/* n may pass cap: then it says how much room is missing */
};

/* One instruction more. */
void seccomp_add(struct seccomp_program *c, uint16_t code, uint32_t k, uint8_t jt, uint8_t jf);
/* All of the arguments hold → action; else on to what is added next. wide: 64-bit arguments. */
void seccomp_add_condition(struct seccomp_program *c, const struct seccomp_arg *args, unsigned n, bool wide, uint32_t action);
/* Does a rule say one argument twice? Then any of its conditions makes it hold, as runc has it. */
bool seccomp_repeats(const struct seccomp_rule *r);

#endif
