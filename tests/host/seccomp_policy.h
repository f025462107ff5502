/* SPDX-License-Identifier: ISC */
/*
 * For seccomp_compare: a policy of the test's own, as text or made at random, and what libseccomp
 * makes of it. Text: a line each "default ACTION", "arch SCMP_ARCH_X", "rule ACTION NAME[,NAME...]
 * [INDEX OP VALUE VALUE2]...", an ACTION being SCMP_ACT_X or SCMP_ACT_ERRNO:NUMBER.
 */
#ifndef TESTS_HOST_SECCOMP_POLICY_H
#define TESTS_HOST_SECCOMP_POLICY_H

#include "runtime/seccomp.h"

#define RULES_MAX 512
#define NAMES_MAX 8192
#define ARGS_MAX 2048

struct policy {
	struct seccomp_policy oci;
	struct seccomp_rule rules[RULES_MAX];
	const char *names[NAMES_MAX];
	struct seccomp_arg args[ARGS_MAX];
	uint32_t archs[8];
	unsigned n_names, n_args;
};

/* The next number of a fixed sequence (xorshift): a seed gives the same policies anywhere. */
uint64_t policy_random(uint64_t *seed);
/* Makes a policy of 1 to 40 rules over calls that both sides know. */
void policy_make(struct policy *p, uint64_t *seed);
/* Reads the text form; exits with 2 and a message on a line that is none. */
void policy_read(struct policy *p, const char *path);
#define POLICY_ENDLESS (-2)
/*
 * libseccomp's program for it, made by the calls that runc makes; instructions, -1, or
 * POLICY_ENDLESS after three seconds.
 */
int policy_reference(const struct policy *p, struct sock_filter *ops, unsigned cap);
/*
 * Was there, in the last policy_reference, a rule of this call (or, for socketcall and ipc, of any)
 * that libseccomp did not take?
 */
int policy_refused(const struct policy *p, const char *name);
/* Does libseccomp know the name at all? */
int policy_name_known(const char *name);

#endif
