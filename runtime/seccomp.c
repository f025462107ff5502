/* SPDX-License-Identifier: ISC */
/*
 * The default system call filter: a classic BPF program from seccomp.def, built on the stack of the
 * container's child. seccomp_nr.h, made from the same list at build time, gives each name its number
 * on this architecture, or NO_SUCH_CALL.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "runtime/base/io.h"
#include "runtime/base/sys.h"
#include "runtime/enter.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_nr.h"
#include "runtime/send_fd.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCH AUDIT_ARCH_ARM
#elif defined(__mips__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_MIPSEL
#elif defined(__mips__)
#define ARCH AUDIT_ARCH_MIPS
#elif defined(__riscv)
#define ARCH AUDIT_ARCH_RISCV64
#endif

#if defined(__mips__)
#define NR_BASE 4000u		/* the o32 calls */
#else
#define NR_BASE 0u
#endif
/* set_mempolicy_home_node, Linux 5.17; x86-64's x32 calls and whatever is newer lie above. */
#define NR_LAST (NR_BASE + 450u)
/* ARM's own calls (set_tls, cacheflush, …) have numbers of their own up there. */
#define ARM_PRIVATE 0x0f0000u
#define CAP_BIT_SYS_ADMIN 21
#define NEVER 64
#define NEW_NAMESPACES 0x7e020000u	/* CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET */

struct deny {
	unsigned short nr;
	unsigned char lifted_by;	/* capability number or NEVER */
};

static const struct deny denied[] = {
#define DENY(name, cap) { NR_##name, cap },
#include "runtime/seccomp.def"
#undef DENY
};

struct program {
	struct sock_filter op[32 + 2 * ARRAY_LEN(denied)];
	unsigned short n;
};

static void add(struct program *p, unsigned short code, uint32_t k, unsigned char jt, unsigned char jf)
{
	p->op[p->n++] = (struct sock_filter){ code, jt, jf, k };
}

#define LOAD(p, off) add(p, BPF_LD | BPF_W | BPF_ABS, off, 0, 0)
#define RETURN(p, what) add(p, BPF_RET | BPF_K, what, 0, 0)
#define REFUSE(code) (SECCOMP_RET_ERRNO | (code))

/* The low word of the first argument, where clone(2) has its flags. */
static uint32_t arg0_low(void)
{
	return (uint32_t)offsetof(struct seccomp_data, args) + (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0);
}

/* A new user namespace would give back every capability, inside it. */
static void add_clone(struct program *p)
{
	add(p, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 4);
	LOAD(p, arg0_low());
	add(p, BPF_JMP | BPF_JSET | BPF_K, NEW_NAMESPACES, 0, 1);
	RETURN(p, REFUSE(EPERM));
	RETURN(p, SECCOMP_RET_ALLOW);
	/* clone3's flags are behind a pointer: with ENOSYS the C library uses clone. */
	add(p, BPF_JMP | BPF_JEQ | BPF_K, NR_clone3, 0, 1);
	RETURN(p, REFUSE(ENOSYS));
}

static void build(struct program *p, uint64_t caps)
{
	size_t i;

	p->n = 0;
	LOAD(p, offsetof(struct seccomp_data, arch));
	add(p, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	RETURN(p, SECCOMP_RET_KILL_PROCESS);
	LOAD(p, offsetof(struct seccomp_data, nr));
#if defined(__arm__)
	add(p, BPF_JMP | BPF_JGE | BPF_K, ARM_PRIVATE, 0, 1);
	RETURN(p, SECCOMP_RET_ALLOW);
#endif
	add(p, BPF_JMP | BPF_JGT | BPF_K, NR_LAST, 0, 1);
	RETURN(p, REFUSE(ENOSYS));
	if (!(caps >> CAP_BIT_SYS_ADMIN & 1))
		add_clone(p);
	for (i = 0; i < ARRAY_LEN(denied); i++) {
		bool lifted = denied[i].lifted_by != NEVER && (caps >> denied[i].lifted_by & 1);

		if (denied[i].nr == NO_SUCH_CALL || lifted)
			continue;
		add(p, BPF_JMP | BPF_JEQ | BPF_K, denied[i].nr, 0, 1);
		RETURN(p, REFUSE(EPERM));
	}
	RETURN(p, SECCOMP_RET_ALLOW);
}

int seccomp_install(uint64_t caps, struct err *e)
{
	struct program p;

	build(&p, caps);
	return seccomp_load(p.op, p.n, 0, NULL, e);
}

/* LOG (4.14) and SPEC_ALLOW (4.17) only add: a kernel that does not know them does without. */
#define MAY_LACK (1u << 1 | 1u << 2 | 1u << 5)	/* LOG, SPEC_ALLOW, WAIT_KILLABLE_RECV (5.19) */
#define NEW_LISTENER (1u << 3)

int seccomp_load(const struct sock_filter *ops, unsigned n, uint32_t flags, int *ret_listener, struct err *e)
{
	struct sock_fprog filter = { .len = (unsigned short)n, .filter = (struct sock_filter *)ops };
	unsigned want = flags | (ret_listener ? NEW_LISTENER : 0);
	long rc = sys_seccomp(SECCOMP_SET_MODE_FILTER, want, &filter);

	if (rc == -EINVAL && want & MAY_LACK)
		rc = sys_seccomp(SECCOMP_SET_MODE_FILTER, want & ~MAY_LACK, &filter);
	if (rc < 0)
		return err_set(e, (int)-rc, "seccomp", "%u instructions", n);
	if (ret_listener)
		*ret_listener = (int)rc;
	return 0;
}

/* A policy of config.json; who listens to it gets the fd before the command runs. */
int seccomp_install_policy(const struct spec *s, struct err *e)
{
	static struct sock_filter ops[SECCOMP_OPS_MAX];	/* the child's own copy */
	bool listens = s->policy->listener_path && s->session && s->session->listener_fd >= 0;
	const char *said = s->policy->listener_metadata ? s->policy->listener_metadata : "";
	int rc, listener AUTO_CLOSE = -1;
	unsigned n;

	rc = seccomp_compile(s->policy, ops, SECCOMP_OPS_MAX, &n, e);
	rc = rc ?: seccomp_load(ops, n, s->policy->flags, listens ? &listener : NULL, e);
	if (!rc && listens) {
		rc = send_fd(s->session->listener_fd, listener, *said ? said : "-", *said ? strlen(said) : 1);
		if (rc)
			err_set(e, rc, "seccomp", "hand the listener to %s", s->policy->listener_path);
	}
	return rc;
}
