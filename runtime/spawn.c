/* SPDX-License-Identifier: ISC */
/*
 * Starts a child straight into its namespaces and cgroup: see container.h. Runs in PID 1 up to the
 * clone; what follows in the child may block. Falls back from clone3 (5.3, into a cgroup 5.7)
 * to clone, and from pidfds (5.2) to none.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/cgroup.h"
#include "runtime/container.h"
#include "runtime/join.h"

/* A cgroup namespace is rooted where its maker is: the child makes it once it has been moved. */
#define LATE_NAMESPACES ((uint64_t)SYS_CLONE_NEWCGROUP)

struct launch {
	const struct ctr_place *place;
	bool in_cgroup;		/* the clone itself put the child there */
	int report[2], go[2];	/* go: the parent has written the id maps */
};

static int report_fd = -1;	/* the child's */

static long clone_child(void *ctx, uint64_t more, int *pidfd)
{
	struct launch *l = ctx;
	const struct ctr_place *p = l->place;
	uint64_t flags = (p->namespaces & ~LATE_NAMESPACES) | more;
	struct sys_clone_args args = {
		.flags = flags | SYS_CLONE_PIDFD, .pidfd = (uintptr_t)pidfd,
		/* A sibling has ours: clone3(2) wants none named. */
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
	};
	long pid = -ENOSYS;

	*pidfd = -1;
	if (p->cgroup_fd >= 0) {
		args.flags |= SYS_CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)p->cgroup_fd;
		l->in_cgroup = true;
		pid = sys_clone3(&args, sizeof(args));
		if (pid >= 0 || (pid != -ENOSYS && pid != -E2BIG && pid != -EINVAL &&
				 pid != -EPERM && pid != -EOPNOTSUPP))
			return pid;
		args.flags &= ~SYS_CLONE_INTO_CGROUP;
		args.cgroup = 0;
		l->in_cgroup = false;
	}
	if (pid != -ENOSYS || p->cgroup_fd < 0)
		pid = sys_clone3(&args, 64);	/* CLONE_ARGS_SIZE_VER0 */
	if (pid == -ENOSYS || pid == -EPERM)
		pid = sys_clone((unsigned long)(flags | SYS_CLONE_PIDFD | SIGCHLD), pidfd);
	return pid;
}

static void reset_signals(void)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t none;
	int sig;

	for (sig = 1; sig < _NSIG; sig++)
		sigaction(sig, &plain, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What every child does first: leave PID 1's signals, session and group behind. */
static int settle(struct launch *l, struct err *e)
{
	const struct ctr_place *p = l->place;
	char go;
	int rc;

	reset_signals();
	setsid();
	sys_cloexec_range(3, ~0u);
	io_close(&l->report[0]);
	/*
	 * While we are the host's root still: in a user namespace of our own the group's files are
	 * somebody else's.
	 */
	if (p->cgroup && !l->in_cgroup && !join_helped(p) && (rc = cg_join(p->cgroup)))
		return err_set(e, rc, "cgroup", "%s", p->cgroup->name);
	if (l->go[1] >= 0) {
		io_close(&l->go[1]);
		if (io_read_full(l->go[0], &go, 1) != 1)
			return err_set(e, ECANCELED, "start", "called off");
		if (setgid(0) || setuid(0))
			return err_set(e, errno, "id maps", "become root inside");
	}
	if ((rc = join_in_child(p, e)))
		return rc;
	if ((p->namespaces & LATE_NAMESPACES) && unshare((int)SYS_CLONE_NEWCGROUP))
		return err_set(e, errno, "unshare", "cgroup namespace");
	if (p->netns_fd >= 0 && setns(p->netns_fd, CLONE_NEWNET))
		return err_set(e, errno, "setns", "network namespace");
	return 0;
}

static NORETURN void live(struct launch *l, ctr_child *child, void *ctx)
{
	struct err e = { 0 };

	report_fd = l->report[1];
	if (settle(l, &e) == 0)
		child(ctx, &e);
	if (!e.code)
		err_set(&e, EINVAL, "start", "the child ended without a reason");
	io_write_full(report_fd, &e, sizeof(e));
	_exit(127);
}

int ctr_report_to(int fd)
{
	int rc = dup3(fd, report_fd, O_CLOEXEC) < 0 ? -errno : 0;

	io_close(&fd);
	return rc;
}

int ctr_report_move(void)
{
	int fd = fcntl(report_fd, F_DUPFD_CLOEXEC, 64);

	if (fd < 0)
		return -errno;
	io_close(&report_fd);
	report_fd = fd;
	return 0;
}

static int write_map(pid_t pid, const char *file, const struct spec_idmap *map, unsigned n,
		     struct err *e)
{
	char path[64], text[340];
	struct str s;
	unsigned i;
	int rc;

	str_init(&s, text, sizeof(text));
	for (i = 0; i < n; i++)
		str_fmt(&s, "%u %u %u\n", map[i].inside, map[i].outside, map[i].count);
	str_print(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	rc = s.cut ? -ENAMETOOLONG : io_write_file(AT_FDCWD, path, text);
	return rc ? err_set(e, rc, "id maps", "%s", path) : 0;
}

/* The kernel asks for it of whoever has no right over other groups (user_namespaces(7)). */
static void deny_setgroups(pid_t pid)
{
	char path[64];

	str_print(path, sizeof(path), "/proc/%d/setgroups", (int)pid);
	if (geteuid())
		io_write_file(AT_FDCWD, path, "deny");
}

static int let_go(const struct launch *l, pid_t pid, struct err *e)
{
	const struct ctr_place *p = l->place;
	int rc;

	if (p->map_ids) {
		rc = p->map_ids(p, pid, e);
	} else {
		rc = write_map(pid, "uid_map", p->uid_map, p->n_uid_map, e);
		deny_setgroups(pid);
		rc = rc ?: write_map(pid, "gid_map", p->gid_map, p->n_gid_map, e);
	}
	return rc ? rc : io_write_full(l->go[1], "", 1);
}

static int make_pipes(struct launch *l, struct err *e)
{
	bool waits = l->place->namespaces & CLONE_NEWUSER;

	if (pipe2(l->report, O_CLOEXEC | O_NONBLOCK))
		return err_set(e, errno, "pipe", "report");
	if (waits && pipe2(l->go, O_CLOEXEC))
		return err_set(e, errno, "pipe", "id maps");
	return 0;
}

static void close_pipes(struct launch *l)
{
	io_close(&l->report[0]);
	io_close(&l->report[1]);
	io_close(&l->go[0]);
	io_close(&l->go[1]);
}

int ctr_spawn(const struct ctr_place *place, ctr_child *child, void *ctx, struct ctr_proc *ret,
	      struct err *e)
{
	struct launch l = { .place = place, .report = { -1, -1 }, .go = { -1, -1 } };
	int rc = make_pipes(&l, e), pidfd = -1;
	long pid;

	if (rc) {
		close_pipes(&l);
		return rc;
	}
	pid = join_clone(place, clone_child, &l, &pidfd, e);
	if (pid == 0)
		live(&l, child, ctx);
	if (pid < 0) {
		close_pipes(&l);
		return err_set(e, (int)-pid, "clone", "namespaces 0x%llx",
			       (unsigned long long)place->namespaces);
	}
	if (l.go[1] >= 0 && (rc = let_go(&l, (pid_t)pid, e))) {
		/* It waits for our word and nothing else: it dies at once and is reaped here. */
		kill((pid_t)pid, SIGKILL);
		waitpid((pid_t)pid, NULL, 0);
		close_pipes(&l);
		io_close(&pidfd);
		return rc;
	}
	ret->pid = (pid_t)pid;
	ret->pidfd = pidfd;
	ret->report_fd = l.report[0];
	l.report[0] = -1;
	close_pipes(&l);
	return 0;
}

int ctr_report(int from_fd, struct err *e)
{
	struct err said;
	ssize_t n;

	do
		n = read(from_fd, &said, sizeof(said));
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 1;
	if (n < 0)
		return errno == EAGAIN ? 0 : err_set(e, errno, "report", "read");
	if (n != sizeof(said) || err_check(&said) || !said.code)
		return err_set(e, EPROTO, "report", "%d bytes that are no error record", (int)n);
	*e = said;
	return -said.code;
}

int ctr_netns(pid_t pid)
{
	char path[48];
	int fd;

	str_print(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	fd = path_open(AT_FDCWD, path, O_RDONLY, 0);
	return fd < 0 ? -errno : fd;
}
