/* SPDX-License-Identifier: ISC */
/* Starts other parts of pintle from the held binary. See self.h. */
#include "init/self.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/sys.h"

static int exe_fd = -1;

struct start {
	char *const *argv;
	int in, out;
};

int self_open(void)
{
	exe_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	return exe_fd < 0 ? -errno : 0;
}

int self_fd(void)
{
	return exe_fd;
}

static int put(int fd, int at)
{
	int null AUTO_CLOSE = fd < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1;

	if (fd < 0 && null < 0)
		return -errno;
	return dup2(fd < 0 ? null : fd, at) < 0 ? -errno : 0;
}

static int child(void *ctx, struct err *e)
{
	static char *const env[] = { (char *)"PATH=/usr/local/bin:/usr/bin:/bin:/sbin:/usr/sbin",
				     NULL };
	const struct start *s = ctx;
	long rc;

	/* PID 1's -1000 is not for its children: a worker is the first that may go. */
	io_write_file(AT_FDCWD, "/proc/self/oom_score_adj", "0");
	rc = put(s->in, 0) ?: put(s->out, 1) ?: put(-1, 2);
	if (rc)
		return err_set(e, (int)rc, "stdio", "%s", s->argv[0]);
	rc = sys_execveat(exe_fd, "", s->argv, env, AT_EMPTY_PATH);
	return err_set(e, (int)-rc, "exec", "%s", s->argv[0]);
}

int self_spawn(char *const *argv, int stdin_fd, int stdout_fd, struct ctr_proc *ret, struct err *e)
{
	struct start s = { argv, stdin_fd, stdout_fd };
	struct ctr_place place = { .cgroup_fd = -1, .netns_fd = -1 };

	return ctr_spawn(&place, child, &s, ret, e);
}
