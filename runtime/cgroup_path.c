/* SPDX-License-Identifier: ISC */
/*
 * Control groups by a path of config.json, in all hierarchies that are mounted: see cgroup_res.h.
 * For the OCI command line, which may wait; PID 1 has its own, flat groups.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_mounts.h"
#include "runtime/cgroup_res.h"

#define PATH_CAP 4096
#define REMOVE_MS 500	/* all hierarchies together */

static int check(const char *path, struct err *e)
{
	const char *p = path;

	while (*p) {
		size_t n = strcspn(p, "/");

		if ((n == 2 && p[0] == '.' && p[1] == '.') || n > 255)
			return err_set(e, EINVAL, "cgroup", "path \"%s\"", path);
		p += n + strspn(p + n, "/");
	}
	if (strlen(path) >= PATH_CAP || !path[strspn(path, "/")])
		return err_set(e, EINVAL, "cgroup", "path \"%s\"", path);
	return 0;
}

/* One step down; made if it may be. What a new group needs from its parent it gets. */
static int step(int parent, const char *name, bool make, size_t hierarchy)
{
	int fd;

	if (hierarchy == CG_V1_UNIFIED && make)
		cg_v2_enable(parent);
	if (make && at_mkdir(parent, name, 0755) && errno != EEXIST)
		return -errno;
	fd = at_open(parent, name, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return -errno;
	if (cg_hierarchies[hierarchy].controller == CG_HAS_CPUSET && make)
		cg_v1_fill_cpuset(parent, fd);
	return fd;
}

/* Opens path below an open root, which stays open; -ENOENT where there is none. */
static int open_below(int root, const char *path, bool make, size_t hierarchy)
{
	int fd = root < 0 ? -ENOENT : fcntl(root, F_DUPFD_CLOEXEC, 3);
	char name[256];

	for (path += strspn(path, "/"); *path && fd >= 0; path += strspn(path, "/")) {
		size_t n = strcspn(path, "/");
		int next;

		str_print(name, sizeof(name), "%.*s", (int)n, path);
		next = step(fd, name, make, hierarchy);
		close(fd);
		fd = next;
		path += n;
	}
	return fd;
}

static void clear(struct cg_tree *t, struct cg *c, const char *path)
{
	size_t i, n = strlen(path);

	memset(t, 0, sizeof(*t));
	memset(c, 0, sizeof(*c));
	t->root_fd = c->fd = -1;
	for (i = 0; i < CG_V1_N; i++)
		t->v1_fd[i] = c->v1_fd[i] = -1;
	/* For messages: the end of a long path tells more. */
	str_copy(c->name, sizeof(c->name),
		 n < sizeof(c->name) ? path : path + n - sizeof(c->name) + 1);
}

/* Every hierarchy by itself: one that is not mounted, or not ours to write in, is left out. */
static int open_v1(const struct cg_mounts *m, const char *path, bool make, struct cg_tree *t,
		   struct cg *c, struct err *e)
{
	int found = 0, rc = 0;
	size_t i;

	for (i = 0; i < CG_V1_N && !rc; i++) {
		int fd = open_below(m->fd[i], path, make, i);

		c->v1_fd[i] = fd >= 0 ? fd : -1;
		if (fd >= 0) {
			t->controllers |= cg_hierarchies[i].controller;
			found += i != CG_V1_UNIFIED;
		} else if (fd != -ENOENT && fd != -EROFS && i != CG_V1_UNIFIED) {
			rc = err_set(e, fd, "cgroup", "%s: %s", cg_hierarchies[i].folder, path);
		}
	}
	if (!rc && !found)
		rc = err_set(e, make ? EROFS : ENOENT, "cgroup", "%s", path);
	if (rc)
		cg_close(t, c, false);
	return rc;
}

int cg_path_open(const char *path, bool make, struct cg_tree *t, struct cg *ret, struct err *e)
{
	struct cg_mounts m;
	int rc = check(path, e);

	rc = rc ?: cg_mounts_open(&m, e);
	if (rc)
		return rc;
	clear(t, ret, path);
	t->mode = m.mode;
	if (m.mode == CG_V1) {
		rc = open_v1(&m, path, make, t, ret, e);
	} else {
		ret->fd = open_below(m.fd[CG_V1_UNIFIED], path, make, CG_V1_UNIFIED);
		rc = ret->fd < 0 ? err_set(e, ret->fd, "cgroup", "%s", path) : 0;
	}
	cg_mounts_close(&m);
	return rc;
}

/* The kernel refuses a process that has not yet run with EINVAL, for a moment (runc#1697). */
static int put_pid(int dirfd, const char *text)
{
	struct timespec pause = { .tv_nsec = 30 * 1000 * 1000 };
	int tries, rc = -EINVAL;

	for (tries = 0; tries < 5 && rc == -EINVAL; tries++) {
		if (tries)
			nanosleep(&pause, NULL);
		rc = io_write_file(dirfd, "cgroup.procs", text);
	}
	return rc;
}

int cg_path_join(const struct cg *c, pid_t pid, struct err *e)
{
	char text[16];
	int rc = 0;
	size_t i;

	str_print(text, sizeof(text), "%d", (int)pid);
	if (c->fd >= 0)
		rc = put_pid(c->fd, text);
	for (i = 0; i < CG_V1_UNIFIED && !rc; i++)
		if (c->v1_fd[i] >= 0)
			rc = put_pid(c->v1_fd[i], text);
	/* The unified hierarchy of a hybrid host is a guest there: a container may do without. */
	if (!rc && c->v1_fd[CG_V1_UNIFIED] >= 0)
		put_pid(c->v1_fd[CG_V1_UNIFIED], text);
	return rc ? err_set(e, rc, "cgroup", "move the process to %s", c->name) : 0;
}

/*
 * The leaf alone: groups above it may be others'. A killed process leaves its group a moment later.
 */
static int remove_leaf(int root, const char *path, size_t hierarchy, uint64_t until_ms)
{
	struct timespec pause = { .tv_nsec = 5 * 1000 * 1000 };
	const char *name = path + strlen(path);
	char above[PATH_CAP], leaf[256];
	int self AUTO_CLOSE = open_below(root, path, false, hierarchy), parent AUTO_CLOSE = -1;

	if (self < 0)
		return self == -ENOENT ? 0 : self;
	while (name > path && name[-1] == '/')
		name--;
	str_print(above, sizeof(above), "%.*s", (int)(name - path), path);
	name = strrchr(above, '/') ? strrchr(above, '/') + 1 : above;
	str_copy(leaf, sizeof(leaf), name);
	above[name - above] = '\0';
	parent = open_below(root, above, false, hierarchy);
	if (parent < 0)
		return parent;
	for (; at_remove(parent, leaf, AT_REMOVEDIR); cg_remove_below(self)) {
		if (errno == ENOENT)
			return 0;
		if (errno != EBUSY || sys_now_ms() > until_ms)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return 0;
}

int cg_path_remove(const char *path, struct err *e)
{
	struct cg_mounts m;
	uint64_t until_ms = sys_now_ms() + REMOVE_MS;
	int rc = check(path, e), first = 0;
	size_t i;

	rc = rc ?: cg_mounts_open(&m, e);
	if (rc)
		return rc;
	for (i = 0; i < CG_V1_N; i++) {
		rc = remove_leaf(m.fd[i], path, i, until_ms);
		first = first ? first : rc;
	}
	cg_mounts_close(&m);
	return first ? err_set(e, first, "cgroup", "remove %s", path) : 0;
}
