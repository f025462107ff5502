/* SPDX-License-Identifier: ISC */
/*
 * The built-in system call profiles: what seccomp_profile.def allows outright, and here the calls
 * whose arguments decide. Runs in the container's child, which makes a policy of it in its own copy
 * of the static room.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "runtime/base/compiler.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_names.h"

#define CAP_BIT_SYS_ADMIN 21
/*
 * CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET: a user namespace would give
 * every capability back, inside it.
 */
#define NEW_NAMESPACES 0x7e020000u
#define INT_BITS                                                                                   \
	0xffffffffu /* the kernel takes an int: what stands above must not lead around a rule */
#define ANY 0xff		/* whatever the arguments, where no rule above holds */
#define WHOLE 0xfe		/* the name alone, also before a rule with arguments */
#define PERSONALITY_QUERY 0xffffffffu
#define UNAME26 0x20000u
#define PER_LINUX32 8u
#define NETLINK_ROUTE_ONLY 1

enum { BY_DEFAULT = 1, BY_HARDENED = 2, BOTH = 3 };

struct row {
	char name[12];
	uint8_t profiles;	/* BY_* */
	uint8_t index, op;	/* of the argument; op: enum seccomp_op, ANY or WHOLE */
	uint8_t refusal;	/* errno, 0 = allowed */
	uint32_t value, value_two;
	bool protocol_zero;	/* and the third argument is 0 */
};

/*
 * The first row of a call that holds decides. The two of clone fall away where "default" meets
 * CAP_SYS_ADMIN: the .def has them.
 */
static const struct row rows[] = {
	{ "clone", BOTH, 0, SECCOMP_OP_MASKED_EQ, 0, NEW_NAMESPACES, 0, 0 },
	/* Its flags are behind a pointer: with ENOSYS the C library uses clone. */
	{ "clone3", BOTH, 0, WHOLE, ENOSYS, 0, 0, 0 },
	{ "ioctl", BY_DEFAULT, 0, WHOLE, 0, 0, 0, 0 },
	/* Typing into a terminal that others read: CVE-2016-2568 and its kin. */
	{ "ioctl", BY_HARDENED, 1, SECCOMP_OP_MASKED_EQ, EPERM, INT_BITS, TIOCSTI, 0 },
	{ "ioctl", BY_HARDENED, 1, SECCOMP_OP_MASKED_EQ, EPERM, INT_BITS, TIOCLINUX, 0 },
	{ "ioctl", BY_HARDENED, 0, ANY, 0, 0, 0, 0 },
	{ "personality", BOTH, 0, SECCOMP_OP_EQ, 0, 0, 0, 0 },
	{ "personality", BOTH, 0, SECCOMP_OP_EQ, 0, PERSONALITY_QUERY, 0, 0 },
	{ "personality", BY_DEFAULT, 0, SECCOMP_OP_EQ, 0, PER_LINUX32, 0, 0 },
	{ "personality", BY_DEFAULT, 0, SECCOMP_OP_EQ, 0, UNAME26, 0, 0 },
	{ "personality", BY_DEFAULT, 0, SECCOMP_OP_EQ, 0, UNAME26 | PER_LINUX32, 0, 0 },
	{ "socket", BY_DEFAULT, 0, SECCOMP_OP_MASKED_EQ, EPERM, INT_BITS, AF_VSOCK, 0 },
	{ "socket", BY_DEFAULT, 0, ANY, 0, 0, 0, 0 },
	{ "socket", BY_HARDENED, 0, SECCOMP_OP_MASKED_EQ, 0, INT_BITS, AF_UNIX, 0 },
	{ "socket", BY_HARDENED, 0, SECCOMP_OP_MASKED_EQ, 0, INT_BITS, AF_INET, 0 },
	{ "socket", BY_HARDENED, 0, SECCOMP_OP_MASKED_EQ, 0, INT_BITS, AF_INET6, 0 },
	{ "socket", BY_HARDENED, 0, SECCOMP_OP_MASKED_EQ, 0, INT_BITS, AF_NETLINK,
	  NETLINK_ROUTE_ONLY },
	{ "socketpair", BY_DEFAULT, 0, WHOLE, 0, 0, 0, 0 },
	{ "socketpair", BY_HARDENED, 0, SECCOMP_OP_MASKED_EQ, 0, INT_BITS, AF_UNIX, 0 },
};

/* A policy in the making: in .bss, touched by the child alone. */
static struct {
	struct seccomp_policy policy;
	struct seccomp_rule rules[ARRAY_LEN(rows)];
	struct seccomp_arg args[ARRAY_LEN(rows)][2];
	const char *names[ARRAY_LEN(rows)];
	uint32_t archs[4];
} made;

static void take_row(const struct row *row)
{
	unsigned i = made.policy.n_rules++;
	struct seccomp_rule *r = &made.rules[i];
	struct seccomp_arg *args = made.args[i];

	made.names[i] = row->name;
	*r = (struct seccomp_rule){ .names = &made.names[i], .n_names = 1, .args = args };
	r->action = row->refusal ? SECCOMP_RET_ERRNO | row->refusal : SECCOMP_RET_ALLOW;
	if (row->op == WHOLE)
		return;
	args[r->n_args++] = (struct seccomp_arg){ row->index, row->op, row->value, row->value_two };
	if (row->op == ANY)
		args[0].op = SECCOMP_OP_MASKED_EQ;
	if (row->protocol_zero)
		args[r->n_args++] = (struct seccomp_arg){ 2, SECCOMP_OP_MASKED_EQ, INT_BITS, 0 };
}

/*
 * "default" has the machine's other word sizes as Docker's; "hardened" only 32-bit ARM beside
 * aarch64.
 */
static void take_archs(bool hardened)
{
	unsigned i;

	for (i = 1; seccomp_own_arch(i); i++)
		if (!hardened || seccomp_own_arch(i) == AUDIT_ARCH_ARM)
			made.archs[made.policy.n_archs++] = seccomp_own_arch(i);
}

const char *seccomp_profile_name(enum seccomp_profile profile)
{
	switch (profile) {
	case SECCOMP_DEFAULT:
		return "default";
	case SECCOMP_HARDENED:
		return "hardened";
	default:
		return NULL;
	}
}

const struct seccomp_policy *seccomp_profile_policy(enum seccomp_profile profile, uint64_t caps)
{
	bool hardened = profile == SECCOMP_HARDENED,
	     lifted = !hardened && caps >> CAP_BIT_SYS_ADMIN & 1;
	size_t i;

	made.policy = (struct seccomp_policy){
		.default_action = SECCOMP_RET_ERRNO | EPERM,
		.archs = made.archs,
		.rules = made.rules,
		.profile = profile,
		.caps = caps,
	};
	take_archs(hardened);
	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].profiles & (hardened ? BY_HARDENED : BY_DEFAULT) &&
		    !(lifted && rows[i].name[0] == 'c'))
			take_row(&rows[i]);
	return &made.policy;
}
