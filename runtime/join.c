/* SPDX-License-Identifier: ISC */
/*
 * Entering namespaces around a clone: see join.h. Places of PID 1 name none: for them this is the
 * clone alone.
 */
#include "runtime/join.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/sys.h"
#include "runtime/cgroup.h"

#define FOR_CHILDREN ((uint64_t)CLONE_NEWPID | SYS_CLONE_NEWTIME)

static const char *name_of(uint64_t flag)
{
	switch (flag) {
	case CLONE_NEWUSER: return "user namespace";
	case CLONE_NEWPID: return "pid namespace";
	case CLONE_NEWNET: return "network namespace";
	case CLONE_NEWNS: return "mount namespace";
	case CLONE_NEWIPC: return "ipc namespace";
	case CLONE_NEWUTS: return "uts namespace";
	case SYS_CLONE_NEWCGROUP: return "cgroup namespace";
	default: return "time namespace";
	}
}

static const struct ctr_join *find(const struct ctr_place *p, uint64_t flag)
{
	unsigned i;

	for (i = 0; i < p->n_joins; i++)
		if (p->joins[i].flag == flag)
			return &p->joins[i];
	return NULL;
}

static int join(const struct ctr_join *j, struct err *e)
{
	return setns(j->fd, (int)j->flag) ? err_set(e, errno, "setns", "%s", name_of(j->flag)) : 0;
}

bool join_helped(const struct ctr_place *p)
{
	return p->n_joins && (find(p, CLONE_NEWUSER) || (p->namespaces & CLONE_NEWUSER));
}

int join_in_child(const struct ctr_place *p, struct err *e)
{
	unsigned i;
	int rc = 0;

	if (join_helped(p))
		return 0;
	/* The mount namespace last: the others' fds are open, but messages name host paths. */
	for (i = 0; i < p->n_joins && !rc; i++)
		if (!(p->joins[i].flag & (FOR_CHILDREN | CLONE_NEWNS)))
			rc = join(&p->joins[i], e);
	if (!rc && find(p, CLONE_NEWNS))
		rc = join(find(p, CLONE_NEWNS), e);
	return rc;
}

/* A time namespace takes its offsets only while nobody is in it. */
static int new_time(const char *offsets, struct err *e)
{
	int rc;

	if (unshare((int)SYS_CLONE_NEWTIME))
		return err_set(e, errno, "unshare", "time namespace");
	rc = *offsets ? io_write_file(AT_FDCWD, "/proc/self/timens_offsets", offsets) : 0;
	return rc ? err_set(e, rc, "time offsets", "%s", offsets) : 0;
}

static int enter_for_children(const struct ctr_place *p, struct err *e)
{
	const struct ctr_join *pid = find(p, CLONE_NEWPID), *time = find(p, SYS_CLONE_NEWTIME);
	int rc = pid ? join(pid, e) : 0;

	if (!rc && time)
		rc = join(time, e);
	if (!rc && p->time_offsets)
		rc = new_time(p->time_offsets, e);
	return rc;
}

static long clone_and_return(const struct ctr_place *p, join_clone_fn *clone, void *ctx, int *pidfd,
			     struct err *e)
{
	int pid AUTO_CLOSE = path_open(AT_FDCWD, "/proc/self/ns/pid", O_RDONLY, 0);
	int time AUTO_CLOSE = path_open(AT_FDCWD, "/proc/self/ns/time", O_RDONLY, 0);
	long rc = enter_for_children(p, e);

	if (!rc)
		rc = clone(ctx, 0, pidfd);
	if (rc == 0 && !e->code)
		return 0;	/* the child */
	/* Hooks and later children are at home again. */
	if (find(p, CLONE_NEWPID))
		setns(pid, CLONE_NEWPID);
	if (time >= 0 && (find(p, SYS_CLONE_NEWTIME) || p->time_offsets))
		setns(time, (int)SYS_CLONE_NEWTIME);
	return rc;
}

/*
 * Those that the host's rights are good for first; a pod's own belong to its user namespace and
 * open only from inside. EPERM says which is which.
 */
static int join_all(const struct ctr_place *p, struct err *e)
{
	const struct ctr_join *user = find(p, CLONE_NEWUSER);
	bool done[16] = { 0 };
	unsigned i;
	int rc = 0;

	if (p->n_joins > sizeof(done))
		return err_set(e, E2BIG, "setns", "%u namespaces", p->n_joins);
	for (i = 0; i < p->n_joins; i++) {
		const struct ctr_join *j = &p->joins[i];

		if (j == user || j->flag == CLONE_NEWNS)
			continue;
		done[i] = setns(j->fd, (int)j->flag) == 0;
		if (!done[i] && (errno != EPERM || !user))
			return err_set(e, errno, "setns", "%s", name_of(j->flag));
	}
	rc = user ? join(user, e) : 0;
	for (i = 0; i < p->n_joins && !rc; i++)
		if (!done[i] && &p->joins[i] != user && p->joins[i].flag != CLONE_NEWNS)
			rc = join(&p->joins[i], e);
	if (!rc && p->time_offsets)
		rc = new_time(p->time_offsets, e);
	if (!rc && find(p, CLONE_NEWNS))
		rc = join(find(p, CLONE_NEWNS), e);
	return rc;
}

struct told {		/* by the helper */
	int32_t pid;
	struct err e;
};

static long tell(int fd, struct told *t)
{
	io_write_full(fd, t, sizeof(*t));
	_exit(0);
}

/* In the helper; comes back only as the child proper, with 0. */
static long help(const struct ctr_place *p, join_clone_fn *clone, void *ctx, int tell_fd)
{
	struct told t = { 0 };
	int no_pidfd;
	long rc = p->cgroup ? cg_join(p->cgroup) : 0;

	if (rc)
		err_set(&t.e, (int)rc, "cgroup", "%s", p->cgroup->name);
	rc = rc ?: join_all(p, &t.e);
	if (!rc)
		rc = clone(ctx, CLONE_PARENT, &no_pidfd);
	if (rc == 0)
		return 0;
	t.pid = (int32_t)rc;
	return tell(tell_fd, &t);
}

static long clone_by_helper(const struct ctr_place *p, join_clone_fn *clone, void *ctx, int *pidfd,
			    struct err *e)
{
	struct sys_clone_args plain = { .exit_signal = SIGCHLD };
	struct told t = { .pid = -EPROTO };
	int ends[2];
	long helper, rc;

	if (pipe2(ends, O_CLOEXEC))
		return err_set(e, errno, "pipe", "namespaces");
	helper = sys_clone3(&plain, 64);
	if (helper == -ENOSYS || helper == -EPERM)
		helper = sys_clone(SIGCHLD, pidfd);
	if (helper == 0) {
		close(ends[0]);
		rc = help(p, clone, ctx, ends[1]);
		close(ends[1]);
		return rc;
	}
	close(ends[1]);
	if (helper > 0) {
		io_read_full(ends[0], &t, sizeof(t));
		waitpid((pid_t)helper, NULL, 0);
	}
	close(ends[0]);
	if (helper < 0)
		return err_set(e, (int)-helper, "clone", "helper for namespaces");
	if (t.e.code && !err_check(&t.e))
		*e = t.e;
	*pidfd = t.pid > 0 ? (int)sys_pidfd_open(t.pid, 0) : -1;
	if (*pidfd < 0)
		*pidfd = -1;
	return t.pid;
}

long join_clone(const struct ctr_place *p, join_clone_fn *clone, void *ctx, int *pidfd,
		struct err *e)
{
	if (join_helped(p))
		return clone_by_helper(p, clone, ctx, pidfd, e);
	if (p->n_joins || p->time_offsets)
		return clone_and_return(p, clone, ctx, pidfd, e);
	return clone(ctx, 0, pidfd);
}
