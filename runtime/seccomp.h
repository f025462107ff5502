/* SPDX-License-Identifier: ISC */
/*
 * System call filters: an OCI seccomp policy (runtime-spec, config-linux.md "Seccomp") or one of
 * the built-in profiles, compiled to classic BPF and loaded. Names are looked up in one table an
 * architecture, made at build time from syscalls.tsv. Compiling is pure and allocates nothing;
 * loading is for the container's child.
 */
#ifndef PINTLE_RUNTIME_SECCOMP_H
#define PINTLE_RUNTIME_SECCOMP_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/err.h"

#define SECCOMP_OPS_MAX 4096	/* BPF_MAXINSNS: the kernel takes no longer program */

enum seccomp_op {
	SECCOMP_OP_NE,
	SECCOMP_OP_LT,
	SECCOMP_OP_LE,
	SECCOMP_OP_EQ,
	SECCOMP_OP_GE,
	SECCOMP_OP_GT,
	SECCOMP_OP_MASKED_EQ
};

struct seccomp_arg {
	uint8_t index;		/* 0..5 */
	uint8_t op;		/* enum seccomp_op */
	uint64_t value;		/* the mask for SECCOMP_OP_MASKED_EQ */
	/* what the masked argument must be; its bits outside the mask do not count */
	uint64_t value_two;
};

struct seccomp_rule {
	const char *const
		*names; /* n_names; one that the architecture does not have is passed over */
	unsigned n_names;
	uint32_t action; /* SECCOMP_RET_*, with the errno or trace number in the low 16 bits */
	const struct seccomp_arg *
		args; /* all must hold; two on the same argument make either hold, as runc has it */
	unsigned n_args;
};

enum seccomp_profile { SECCOMP_NO_PROFILE, SECCOMP_DEFAULT, SECCOMP_HARDENED };

struct seccomp_policy {
	uint32_t default_action;
	/* AUDIT_ARCH_* besides the native one; those that this build cannot run are passed over */
	const uint32_t *archs;
	unsigned n_archs;
	uint32_t flags;			/* SECCOMP_FILTER_FLAG_* (LOG, SPEC_ALLOW, TSYNC) */
	const struct seccomp_rule *rules;
	unsigned n_rules;
	/* allows what that one allows without looking at arguments, besides the rules */
	enum seccomp_profile profile;
	uint64_t caps;			/* for the profile: what the container may ever hold */
	const char *listener_path;	/* unix socket for SECCOMP_RET_USER_NOTIF, or NULL */
	const char *listener_metadata;
};

/*
 * "SCMP_ACT_ERRNO" with its number (errno_ret, -1 = not given: EPERM) → the BPF return value. 0 or
 * -EINVAL.
 */
int seccomp_action_by_name(const char *name, int errno_ret, uint32_t *ret);
/* "SCMP_ARCH_X86_64" → AUDIT_ARCH_*. 0, -EINVAL for a name the specification does not have. */
int seccomp_arch_by_name(const char *name, uint32_t *ret);
/* "SCMP_CMP_EQ" → enum seccomp_op. 0 or -EINVAL. */
int seccomp_op_by_name(const char *name, uint8_t *ret);
/* "SECCOMP_FILTER_FLAG_LOG" → its bit. 0 or -EINVAL. */
int seccomp_flag_by_name(const char *name, uint32_t *ret);
/* For features: the names above, in order, NULL beyond the last. */
const char *seccomp_action_name(unsigned i);
const char *seccomp_arch_name(unsigned i);
const char *seccomp_op_name(unsigned i);
const char *seccomp_flag_name(unsigned i);

/* "default", "hardened" for 1, 2; NULL for what is none. */
const char *seccomp_profile_name(enum seccomp_profile profile);
/*
 * The policy of a built-in profile for who may hold caps (bit n = capability n). What it points at
 * is static and the next call's: for the container's child.
 */
const struct seccomp_policy *seccomp_profile_policy(enum seccomp_profile profile, uint64_t caps);
/* Does any rule of that call (NULL: of any call), or the default action, ask a listener? */
bool seccomp_notifies(const struct seccomp_policy *p, const char *call);
/*
 * Compiles to at most cap instructions. 0 with *ret_n, or -errno with e (-E2BIG: too long; -EINVAL:
 * which rule, why).
 */
int seccomp_compile(const struct seccomp_policy *p, struct sock_filter *ops, unsigned cap,
		    unsigned *ret_n, struct err *e);
/*
 * Loads a program into the calling thread. With ret_listener (may be NULL) the notify fd is made. A
 * flag the kernel does not know is left out where it only adds (LOG, SPEC_ALLOW). 0 or -errno with
 * e.
 */
int seccomp_load(const struct sock_filter *ops, unsigned n, uint32_t flags, int *ret_listener,
		 struct err *e);

#endif
