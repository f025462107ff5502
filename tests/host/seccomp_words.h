/* SPDX-License-Identifier: ISC */
/*
 * For seccomp_compare: what a policy's own words say of a call, read rule by rule without compiling
 * anything.
 */
#ifndef TESTS_HOST_SECCOMP_WORDS_H
#define TESTS_HOST_SECCOMP_WORDS_H

#include <linux/seccomp.h>

#include "seccomp_policy.h"

/* Does the rule name the call, or on i386 one of those behind socketcall or ipc? */
int words_name(const struct seccomp_rule *r, const struct seccomp_data *d, const char *name);
/* Calls behind this one: 20 for socketcall, 12 for ipc on i386, else 0. */
unsigned words_subcalls(const struct seccomp_data *d, const char *name);
/*
 * The action: of the first rule without arguments, else of the first whose arguments all hold, else
 * the default. *ret_rules: how many rules name the call (each argument counts where a rule says one
 * twice); *ret_kinds: 2 where those that hold have different actions.
 */
uint32_t words_verdict(const struct policy *p, const struct seccomp_data *d, const char *name,
		       unsigned *ret_rules, unsigned *ret_kinds);

#endif
