/* SPDX-License-Identifier: ISC */
/*
 * Gives up what the container is not to have: capabilities, groups, user, new privileges, system calls.
 * The order matters and is runc's: bounding set, groups, gid, uid, capability sets, no_new_privs, filter.
 */
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "runtime/base/sys.h"
#include "runtime/container.h"
#include "runtime/enter.h"

#define CAP_BIT_MKNOD 27

/* Bits above the kernel's last capability give EINVAL: the end. */
static int drop_bounding(uint64_t keep, struct err *e)
{
	unsigned bit;

	for (bit = 0; bit < 64; bit++) {
		if (prctl(PR_CAPBSET_READ, bit, 0, 0, 0) < 0)
			return 0;
		if (!(keep >> bit & 1) && prctl(PR_CAPBSET_DROP, bit, 0, 0, 0))
			return err_set(e, errno, "capabilities", "drop %s", ctr_cap_name(bit) ?: "an unknown one");
	}
	return 0;
}

static int set_ids(struct enter *c, struct err *e)
{
	if (setgroups(c->n_groups, c->groups))
		return err_set(e, errno, "setgroups", "%u groups", c->n_groups);
	if (setresgid(c->gid, c->gid, c->gid))
		return err_set(e, errno, "setgid", "%u", c->gid);
	if (setresuid(c->uid, c->uid, c->uid))
		return err_set(e, errno, "setuid", "%u", c->uid);
	return 0;
}

/* What is asked for and the kernel and our own rights allow. */
static uint64_t possible(uint64_t wanted)
{
	uint64_t have = 0;
	unsigned bit;

	for (bit = 0; bit < 64 && prctl(PR_CAPBSET_READ, bit, 0, 0, 0) >= 0; bit++)
		if (prctl(PR_CAPBSET_READ, bit, 0, 0, 0) == 1)
			have |= 1ull << bit;
	return wanted & have;
}

/* Inheritable and ambient stay empty (CVE-2022-29162): what a user other than root keeps is nothing. */
static int set_caps(uint64_t caps, struct err *e)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)caps, .permitted = (uint32_t)caps },
		{ .effective = (uint32_t)(caps >> 32), .permitted = (uint32_t)(caps >> 32) },
	};
	long rc;

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	rc = sys_capset(&head, data);
	return rc < 0 ? err_set(e, (int)-rc, "capabilities", "set") : 0;
}

int creds_drop(struct enter *c, struct err *e)
{
	uint64_t caps = possible(c->no_devices ? c->spec->caps & ~(1ull << CAP_BIT_MKNOD) : c->spec->caps);
	bool filter = c->spec->seccomp == SPEC_SECCOMP_DEFAULT && IS_ON(CONFIG_SECCOMP);
	int rc;

	if (c->spec->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return err_set(e, errno, "no_new_privs", "set");
	/* Without no_new_privs the kernel wants CAP_SYS_ADMIN for a filter: before it goes. */
	if (filter && !c->spec->no_new_privs && (rc = seccomp_install(caps, e)))
		return rc;
	rc = drop_bounding(caps, e);
	rc = rc ?: set_ids(c, e);
	rc = rc ?: set_caps(c->uid ? 0 : caps, e);
	if (!rc && filter && c->spec->no_new_privs)
		rc = seccomp_install(caps, e);
	return rc;
}
