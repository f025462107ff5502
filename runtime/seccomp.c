/* SPDX-License-Identifier: ISC */
/* Loading of system call filters, in the container's child: a built-in profile or a policy of a file's. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#include "runtime/base/io.h"
#include "runtime/base/sys.h"
#include "runtime/enter.h"
#include "runtime/seccomp.h"
#include "runtime/send_fd.h"

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

static int hand_on(const struct spec *s, const struct seccomp_policy *p, int listener, struct err *e)
{
	const char *said = p->listener_metadata ? p->listener_metadata : "";
	int rc = send_fd(s->session->listener_fd, listener, *said ? said : "-", *said ? strlen(said) : 1);

	return rc ? err_set(e, rc, "seccomp", "hand the listener to %s", p->listener_path) : 0;
}

/* Who listens to a policy gets the fd before the command runs. */
int seccomp_install(const struct spec *s, uint64_t caps, struct err *e)
{
	static struct sock_filter ops[SECCOMP_OPS_MAX];	/* the child's own copy */
	const struct seccomp_policy *p = s->policy;
	int rc, listener AUTO_CLOSE = -1;
	bool listens;
	unsigned n;

	if (s->seccomp != SPEC_SECCOMP_POLICY)
		p = seccomp_profile_policy(s->seccomp == SPEC_SECCOMP_HARDENED ? SECCOMP_HARDENED : SECCOMP_DEFAULT, caps);
	listens = p->listener_path && s->session && s->session->listener_fd >= 0;
	rc = seccomp_compile(p, ops, SECCOMP_OPS_MAX, &n, e);
	rc = rc ?: seccomp_load(ops, n, p->flags, listens ? &listener : NULL, e);
	return rc || !listens ? rc : hand_on(s, p, listener, e);
}
