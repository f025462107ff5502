/* SPDX-License-Identifier: ISC */
/* A further process in a unit's namespaces. See svc_inside.h. */
#include "init/svc/svc_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

#define ENV_BYTES 32768
#define ENV_WORDS 512

static const struct {
	const char *name;
	uint64_t flag;
} kinds[] = {
	{ "user", CLONE_NEWUSER }, { "pid", CLONE_NEWPID }, { "net", CLONE_NEWNET },
	{ "ipc", CLONE_NEWIPC },   { "uts", CLONE_NEWUTS }, { "cgroup", SYS_CLONE_NEWCGROUP },
	{ "mnt", CLONE_NEWNS },
};

/* Whether the process is in another namespace of that kind than we are. */
static bool is_foreign(pid_t pid, const char *name)
{
	char ours[64], theirs[64], path[64];
	ssize_t a, b;

	str_print(path, sizeof(path), "/proc/self/ns/%s", name);
	a = readlink(path, ours, sizeof(ours));
	str_print(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
	b = readlink(path, theirs, sizeof(theirs));
	return a > 0 && b > 0 && (a != b || memcmp(ours, theirs, (size_t)a));
}

static int open_joins(pid_t pid, struct ctr_join *joins, unsigned *n, struct err *e)
{
	char path[64];
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!is_foreign(pid, kinds[i].name))
			continue;
		str_print(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, kinds[i].name);
		joins[*n].flag = kinds[i].flag;
		joins[*n].fd = open(path, O_RDONLY | O_CLOEXEC);
		if (joins[*n].fd < 0)
			return err_set(e, errno, "setns", "%s", path);
		(*n)++;
	}
	return 0;
}

static int become(void *ctx, struct err *e)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* Until exec nobody inside may look into us (CVE-2019-5736). */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return ctr_enter_joined(ctx, e);
}

int svc_inside_run(const struct svc *s, const struct spec *spec, struct err *e)
{
	struct ctr_join joins[ARRAY_LEN(kinds)];
	struct ctr_place place = { .cgroup_fd = -1, .netns_fd = -1, .joins = joins };
	struct ctr_proc proc;
	int rc, status;

	rc = open_joins(s->proc[SVC_MAIN].pid, joins, &place.n_joins, e);
	rc = rc ?: ctr_spawn(&place, become, (void *)(uintptr_t)spec, &proc, e);
	if (rc)
		return rc;
	io_set_nonblock(proc.report_fd, 0);
	rc = ctr_report(proc.report_fd, e);
	if (rc < 0)
		return rc;
	while (waitpid(proc.pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_set(e, errno, "wait", "%d", (int)proc.pid);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

char **svc_inside_env(const struct svc *s, struct arena *a, struct err *e)
{
	char path[48], *text = arena_get(a, ENV_BYTES),
		       **list = arena_get(a, (ENV_WORDS + 1) * sizeof(*list));
	unsigned n = 0;
	ssize_t got, at;

	str_print(path, sizeof(path), "/proc/%d/environ", (int)s->proc[SVC_MAIN].pid);
	got = text && list ? io_read_file(AT_FDCWD, path, text, ENV_BYTES - 1) : -ENOMEM;
	if (got < 0) {
		err_set(e, (int)-got, "environment", "%s", path);
		return NULL;
	}
	text[got] = '\0';
	for (at = 0; at < got && n < ENV_WORDS; at += (ssize_t)strlen(text + at) + 1)
		list[n++] = text + at;
	list[n] = NULL;
	return list;
}
