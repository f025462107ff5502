/* SPDX-License-Identifier: ISC */
/*
 * Loading of system call filters, in the container's child: a built-in profile or a policy of a
 * file's.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/sys.h"
#include "runtime/enter.h"
#include "runtime/seccomp.h"
#include "runtime/send_fd.h"

/* LOG (4.14) and SPEC_ALLOW (4.17) only add: a kernel that does not know them does without. */
#define MAY_LACK (1u << 1 | 1u << 2 | 1u << 5)	/* LOG, SPEC_ALLOW, WAIT_KILLABLE_RECV (5.19) */
#define NEW_LISTENER (1u << 3)

int seccomp_load(const struct sock_filter *ops, unsigned n, uint32_t flags, int *ret_listener,
		 struct err *e)
{
	struct sock_fprog filter = { .len = (unsigned short)n,
				     .filter = (struct sock_filter *)ops };
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

bool seccomp_notifies(const struct seccomp_policy *p, const char *call)
{
	bool notifies = (p->default_action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_USER_NOTIF;
	unsigned i, k;

	for (i = 0; i < p->n_rules; i++)
		for (k = 0; k < p->rules[i].n_names; k++)
			if ((p->rules[i].action & SECCOMP_RET_ACTION_FULL) ==
			    SECCOMP_RET_USER_NOTIF)
				notifies |= !call || !strcmp(call, p->rules[i].names[k]);
	return notifies;
}

/* The whole text and the fd in one message: listeners read once. Then the connection ends. */
static int hand_on(const struct spec_session *s, int listener, const char *text, size_t len,
		   struct err *e)
{
	int rc = send_fd(s->listener_fd, listener, text, len);

	close(s->listener_fd);
	return rc ? err_set(e, rc, "seccomp", "hand the notify fd to its listener") : 0;
}

/* Who listens to a policy gets the fd before the command runs. */
int seccomp_install(const struct spec *s, uint64_t caps, struct err *e)
{
	static SCRATCH struct sock_filter ops[SECCOMP_OPS_MAX];	/* the child's own copy */
	const struct seccomp_policy *p = s->policy;
	const struct spec_session *to =
		s->session && s->session->listener_fd >= 0 ? s->session : NULL;
	int rc, listener AUTO_CLOSE = -1;
	const char *text = NULL;
	size_t len = 0;
	unsigned n = 0;

	if (s->seccomp != SPEC_SECCOMP_POLICY)
		p = seccomp_profile_policy(s->seccomp == SPEC_SECCOMP_HARDENED ? SECCOMP_HARDENED
									       : SECCOMP_DEFAULT,
					   caps);
	rc = seccomp_compile(p, ops, SECCOMP_OPS_MAX, &n, e);
	if (to && !rc)
		rc = to->listener_state(to->ctx, &text, &len, e);
	rc = rc ?: seccomp_load(ops, n, p->flags, to ? &listener : NULL, e);
	return rc || !to ? rc : hand_on(to, listener, text, len, e);
}
