/* SPDX-License-Identifier: ISC */
/*
 * What only config.json can ask of a process: scheduling, labels of the security modules,
 * personality, CPU affinity (runtime-spec 1.2, config.md "Linux Process"). Runs in the container's
 * child.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/enter.h"
#include "runtime/procfs.h"

static int set_scheduler(const struct spec_sched *s, struct err *e)
{
	struct sys_sched_attr a = {
		.size = 48,
		.policy = s->policy,
		.flags = s->flags,
		.nice = s->nice,
		.priority = (uint32_t)s->priority,
		.runtime = s->runtime_ns,
		.deadline = s->deadline_ns,
		.period = s->period_ns,
	};
	long rc = sys_sched_setattr(0, &a);

	return rc ? err_set(e, (int)-rc, "scheduler", "policy %u priority %d", s->policy,
			    s->priority)
		  : 0;
}

/* "0-3,7" */
static int parse_cpus(const char *list, cpu_set_t *ret)
{
	CPU_ZERO(ret);
	while (*list) {
		size_t n = strcspn(list, ","), dash = strcspn(list, "-");
		uint64_t first, last;

		if (dash > n)
			dash = n;
		if (num_u64(list, dash, CPU_SETSIZE - 1, &first))
			return -EINVAL;
		last = first;
		if (dash < n && (num_u64(list + dash + 1, n - dash - 1, CPU_SETSIZE - 1, &last) ||
				 last < first))
			return -EINVAL;
		for (; first <= last; first++)
			CPU_SET((unsigned)first, ret);
		list += n;
		list += *list == ',';
	}
	return 0;
}

static int set_cpus(const char *list, struct err *e)
{
	cpu_set_t cpus;

	if (parse_cpus(list, &cpus))
		return err_set(e, EINVAL, "execCPUAffinity", "\"%s\"", list);
	return sched_setaffinity(0, sizeof(cpus), &cpus)
		       ? err_set(e, errno, "execCPUAffinity", "%s", list)
		       : 0;
}

int extra_schedule(struct enter *c, struct err *e)
{
	const struct spec_extra *x = c->spec->extra;
	int rc = 0;

	if (!x)
		return 0;
	if (x->cpus_initial)
		rc = set_cpus(x->cpus_initial, e);
	if (!rc && x->sched)
		rc = set_scheduler(x->sched, e);
	if (!rc && x->ioprio >= 0) {
		rc = (int)sys_ioprio_set(x->ioprio);
		if (rc)
			err_set(e, -rc, "ioPriority", "%d", x->ioprio);
	}
	if (!rc && x->personality >= 0 && personality((unsigned long)x->personality) < 0)
		rc = err_set(e, errno, "personality", "0x%llx", (unsigned long long)x->personality);
	return rc;
}

static int set_apparmor(struct enter *c, const char *profile, struct err *e)
{
	char text[256];
	int rc;

	if (str_print(text, sizeof(text), "exec %s", profile) < 0)
		return err_set(e, ENAMETOOLONG, "apparmor", "%s", profile);
	rc = procfs_write_self(c->proc_fd, "attr/apparmor/exec", text);
	if (rc == -ENOENT)	/* before Linux 5.8 the modules share one file */
		rc = procfs_write_self(c->proc_fd, "attr/exec", text);
	return rc ? err_set(e, rc, "apparmor", "profile %s", profile) : 0;
}

/* They take hold at exec, so that nothing before it is in their way. */
int extra_labels(struct enter *c, struct err *e)
{
	const struct spec_extra *x = c->spec->extra;
	int rc = 0;

	if (!x)
		return 0;
	if (x->apparmor && *x->apparmor)
		rc = set_apparmor(c, x->apparmor, e);
	if (!rc && x->selinux && *x->selinux) {
		rc = procfs_write_self(c->proc_fd, "attr/exec", x->selinux);
		if (rc)
			err_set(e, rc, "selinux", "label %s", x->selinux);
	}
	if (!rc && x->cpus_final)
		rc = set_cpus(x->cpus_final, e);
	return rc;
}
