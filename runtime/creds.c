/* SPDX-License-Identifier: ISC */
/*
 * Gives up what the container is not to have: capabilities, groups, user, new privileges, system
 * calls. The order matters and is runc's: bounding set, groups, gid, uid, capability sets,
 * no_new_privs, filter.
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
#define CAP_BIT_SYS_ADMIN 21

/* What our bounding set holds; bits above the kernel's last capability give EINVAL: the end. */
static uint64_t read_bounding(void)
{
	uint64_t have = 0;
	unsigned bit;
	int rc;

	for (bit = 0; bit < 64 && (rc = prctl(PR_CAPBSET_READ, bit, 0, 0, 0)) >= 0; bit++)
		have |= (uint64_t)rc << bit;
	return have;
}

static int drop_bounding(uint64_t have, uint64_t keep, struct err *e)
{
	unsigned bit;

	for (bit = 0; bit < 64; bit++)
		if ((have & ~keep) >> bit & 1 && prctl(PR_CAPBSET_DROP, bit, 0, 0, 0))
			return err_set(e, errno, "capabilities", "drop %s",
				       ctr_cap_name(bit) ?: "an unknown one");
	return 0;
}

static int set_ids(struct enter *c, struct err *e)
{
	/*
	 * A user namespace made without rights may not (user_namespaces(7)); with none asked for
	 * nothing is lost.
	 */
	if (setgroups(c->n_groups, c->groups) && (c->n_groups || errno != EPERM))
		return err_set(e, errno, "setgroups", "%u groups; is each of them mapped?",
			       c->n_groups);
	if (setresgid(c->gid, c->gid, c->gid))
		return err_set(e, errno, "setgid", "%u", c->gid);
	if (setresuid(c->uid, c->uid, c->uid))
		return err_set(e, errno, "setuid", "%u", c->uid);
	return 0;
}

/*
 * A unit's: inheritable and ambient stay empty (CVE-2022-29162), what a user other than root keeps
 * is nothing. config.json says each set itself.
 */
static struct spec_caps sets_of(const struct enter *c, uint64_t have)
{
	const struct spec *s = c->spec;
	uint64_t caps = have & (c->no_devices ? s->caps & ~(1ull << CAP_BIT_MKNOD) : s->caps);
	struct spec_caps sets = { .bounding = caps,
				  .permitted = c->uid ? 0 : caps,
				  .effective = c->uid ? 0 : caps };

	if (!s->cap_sets)
		return sets;
	sets = *s->cap_sets;
	sets.bounding &= have;
	sets.permitted &= have;
	sets.effective &= sets.permitted;
	sets.inheritable &= have;
	sets.ambient &= sets.permitted & sets.inheritable;
	return sets;
}

static int set_caps(const struct spec_caps *sets, struct err *e)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	unsigned bit;
	long rc;

	for (bit = 0; bit < 2; bit++)
		data[bit] = (struct __user_cap_data_struct){
			.effective = (uint32_t)(sets->effective >> 32 * bit),
			.permitted = (uint32_t)(sets->permitted >> 32 * bit),
			.inheritable = (uint32_t)(sets->inheritable >> 32 * bit),
		};
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	rc = sys_capset(&head, data);
	if (rc < 0)
		return err_set(e, (int)-rc, "capabilities", "set");
	for (bit = 0; bit < 64; bit++)
		if (sets->ambient >> bit & 1 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bit, 0, 0))
			return err_set(e, errno, "capabilities", "ambient %s",
				       ctr_cap_name(bit) ?: "unknown");
	return 0;
}

static int filter_calls(const struct spec *s, const struct spec_caps *sets, struct err *e)
{
	if (s->seccomp == SPEC_SECCOMP_OFF || !IS_ON(CONFIG_SECCOMP))
		return 0;
	return seccomp_install(s, sets->bounding, e);
}

int creds_drop(struct enter *c, struct err *e)
{
	uint64_t have = read_bounding();
	struct spec_caps sets = sets_of(c, have);
	bool late = c->spec->no_new_privs || sets.effective >> CAP_BIT_SYS_ADMIN & 1;
	int rc;

	if (c->spec->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return err_set(e, errno, "no_new_privs", "set");
	/*
	 * Without no_new_privs the kernel wants CAP_SYS_ADMIN for a filter: before it goes, if it
	 * goes.
	 */
	if (!late && (rc = filter_calls(c->spec, &sets, e)))
		return rc;
	rc = drop_bounding(have, sets.bounding, e);
	/* Over setuid(2) only until capset(2): what a user other than root is to have. */
	if (!rc && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		rc = err_set(e, errno, "capabilities", "keep over setuid");
	rc = rc ?: set_ids(c, e);
	rc = rc ?: set_caps(&sets, e);
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	if (!rc && late)
		rc = filter_calls(c->spec, &sets, e);
	return rc;
}
