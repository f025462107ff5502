/* SPDX-License-Identifier: ISC */
/*
 * Control groups by a path of config.json, in all hierarchies that are mounted: see cgroup_res.h. For the OCI command
 * line, which may wait; PID 1 has its own, flat groups.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_res.h"

#define CGROUP2_MAGIC 0x63677270
#define CGROUP_MAGIC 0x27e0eb
#define PATH_CAP 4096
#define DEPTH_MAX 32
#define REMOVE_TRIES 100	/* of 5 ms: a killed process leaves its group a moment later */
#define FREEZE_TRIES 400	/* of 5 ms */

static bool is_cgroupfs(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && ((uint32_t)fs.f_type == CGROUP2_MAGIC || (uint32_t)fs.f_type == CGROUP_MAGIC);
}

static int check(const char *path, struct err *e)
{
	const char *p = path;

	while (*p) {
		size_t n = strcspn(p, "/");

		if ((n == 2 && p[0] == '.' && p[1] == '.') || n > 255)
			return err_set(e, EINVAL, "cgroup", "path \"%s\"", path);
		p += n + strspn(p + n, "/");
	}
	return strlen(path) < PATH_CAP && path[strspn(path, "/")] ? 0 : err_set(e, EINVAL, "cgroup", "path \"%s\"", path);
}

/* One step down; made if it may be. what a new group needs from its parent it gets. */
static int step(int parent, const char *name, bool make, bool v2, bool cpuset)
{
	int fd;

	if (v2 && make)
		cg_v2_enable(parent);
	if (make && mkdirat(parent, name, 0755) && errno != EEXIST)
		return -errno;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (cpuset && make)
		cg_v1_fill_cpuset(parent, fd);
	return fd;
}

/* Opens path below root; -ENOENT where the root is no cgroup file system. */
static int open_below(const char *root, const char *path, bool make, bool v2, bool cpuset)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[256];

	if (fd >= 0 && !is_cgroupfs(fd)) {
		close(fd);
		return -ENOENT;
	}
	if (fd < 0)
		return -ENOENT;
	for (path += strspn(path, "/"); *path && fd >= 0; path += strspn(path, "/")) {
		size_t n = strcspn(path, "/");
		int next;

		str_print(name, sizeof(name), "%.*s", (int)n, path);
		next = step(fd, name, make, v2, cpuset);
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
	str_copy(c->name, sizeof(c->name), n < sizeof(c->name) ? path : path + n - sizeof(c->name) + 1);
}

static int open_v1(const char *path, bool make, struct cg_tree *t, struct cg *c, struct err *e)
{
	char root[64];
	int found = 0;
	size_t i;

	t->mode = CG_V1;
	for (i = 0; i < CG_V1_N; i++) {
		bool unified = !strcmp(cg_hierarchies[i].folder, "unified");

		str_print(root, sizeof(root), CG_ROOT "/%s", cg_hierarchies[i].folder);
		c->v1_fd[i] = open_below(root, path, make, unified, cg_hierarchies[i].controller == CG_HAS_CPUSET);
		if (c->v1_fd[i] >= 0) {
			t->controllers |= cg_hierarchies[i].controller;
			found++;
		} else if (c->v1_fd[i] != -ENOENT && c->v1_fd[i] != -EROFS && !unified) {
			int rc = c->v1_fd[i];

			cg_close(t, c, false);
			return err_set(e, rc, "cgroup", "%s%s%s", root, path[0] == '/' ? "" : "/", path);
		}
	}
	return found ? 0 : err_set(e, ENOENT, "cgroup", "%s", path);
}

int cg_path_open(const char *path, bool make, struct cg_tree *t, struct cg *ret, struct err *e)
{
	struct statfs fs;
	int rc = check(path, e);

	if (rc)
		return rc;
	clear(t, ret, path);
	if (statfs(CG_ROOT, &fs) || (uint32_t)fs.f_type != CGROUP2_MAGIC)
		return open_v1(path, make, t, ret, e);
	t->mode = CG_V2;
	ret->fd = open_below(CG_ROOT, path, make, true, false);
	if (ret->fd < 0)
		return err_set(e, ret->fd, "cgroup", "%s", path);
	return 0;
}

int cg_path_join(const struct cg *c, pid_t pid, struct err *e)
{
	char text[16];
	int rc = 0;
	size_t i;

	str_print(text, sizeof(text), "%d", (int)pid);
	if (c->fd >= 0)
		rc = io_write_file(c->fd, "cgroup.procs", text);
	for (i = 0; i < CG_V1_N && !rc; i++)
		/* The unified hierarchy of a hybrid host is a guest there: its controllers are not used. */
		if (c->v1_fd[i] >= 0 && (rc = io_write_file(c->v1_fd[i], "cgroup.procs", text)) &&
		    !strcmp(cg_hierarchies[i].folder, "unified"))
			rc = 0;
	return rc ? err_set(e, rc, "cgroup", "move the process to %s", c->name) : 0;
}

struct level {
	int fd;
	struct dir walk;
	char name[256];
};

/* Walks the groups below fd, deepest last seen first: act on each folder that is left (its parent and name). */
static int each_below(int fd, int (*act)(int parent, int self, const char *name, void *ctx), void *ctx)
{
	static struct level levels[DEPTH_MAX];
	struct dir_entry entry;
	int depth = 0, rc, sum = 0;

	levels[0].fd = fd;
	if (dir_start(&levels[0].walk, fd))
		return -EIO;
	for (;;) {
		struct level *l = &levels[depth];

		rc = dir_next(&l->walk, &entry);
		if (rc > 0 && entry.type == DT_DIR && depth + 1 < DEPTH_MAX) {
			struct level *down = l + 1;

			down->fd = openat(l->fd, entry.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (down->fd >= 0 && !dir_start(&down->walk, down->fd)) {
				str_copy(down->name, sizeof(down->name), entry.name);
				depth++;
			} else {
				io_close(&down->fd);
			}
		} else if (rc <= 0) {
			if (!depth)
				return sum;
			sum += act(levels[depth - 1].fd, l->fd, l->name, ctx);
			io_close(&l->fd);
			depth--;
		}
	}
}

static int remove_one(int parent, int self, const char *name, void *ctx)
{
	(void)self;
	(void)ctx;
	return unlinkat(parent, name, AT_REMOVEDIR) ? 0 : 1;
}

void cg_remove_below(int fd)
{
	each_below(fd, remove_one, NULL);
}

/* The leaf alone: groups above it may be others'. */
static int remove_leaf(const char *root, const char *path)
{
	struct timespec pause = { .tv_nsec = 5 * 1000 * 1000 };
	char full[PATH_CAP + 64];
	int tries, fd AUTO_CLOSE = open_below(root, path, false, false, false);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	str_print(full, sizeof(full), "%s/%s", root, path);
	for (tries = 0; rmdir(full); tries++) {
		if (errno == ENOENT)
			return 0;
		if (errno != EBUSY || tries == REMOVE_TRIES)
			return -errno;
		cg_remove_below(fd);
		if (tries)
			nanosleep(&pause, NULL);
	}
	return 0;
}

int cg_path_remove(const char *path, struct err *e)
{
	struct statfs fs;
	char root[64];
	int rc = check(path, e), first = 0;
	size_t i;

	if (rc)
		return rc;
	if (!statfs(CG_ROOT, &fs) && (uint32_t)fs.f_type == CGROUP2_MAGIC) {
		first = remove_leaf(CG_ROOT, path);
	} else {
		for (i = 0; i < CG_V1_N; i++) {
			str_print(root, sizeof(root), CG_ROOT "/%s", cg_hierarchies[i].folder);
			rc = remove_leaf(root, path);
			first = first ? first : rc;
		}
	}
	return first ? err_set(e, first, "cgroup", "remove %s", path) : 0;
}

struct each {
	int (*act)(pid_t pid, void *ctx);
	void *ctx;
};

/* cgroup.procs of one folder, in pieces. */
static int each_in(int dirfd, const struct each *each)
{
	int fd AUTO_CLOSE = openat(dirfd, "cgroup.procs", O_RDONLY | O_CLOEXEC), n = 0;
	char buf[512];
	pid_t pid = 0;
	ssize_t got, i;

	while (fd >= 0 && (got = io_read_full(fd, buf, sizeof(buf))) > 0)
		for (i = 0; i < got; i++) {
			if (buf[i] != '\n') {
				pid = pid * 10 + (buf[i] - '0');
				continue;
			}
			if (pid)
				n += each->act(pid, each->ctx) == 0;
			pid = 0;
		}
	return n;
}

static int each_folder(int parent, int self, const char *name, void *ctx)
{
	(void)parent;
	(void)name;
	return each_in(self, ctx);
}

static int member_folder(const struct cg *c)
{
	size_t i;

	for (i = 0; c->fd < 0 && i < CG_V1_N; i++)
		if (c->v1_fd[i] >= 0)
			return c->v1_fd[i];
	return c->fd;
}

int cg_each(const struct cg *c, int (*act)(pid_t pid, void *ctx), void *ctx)
{
	struct each each = { act, ctx };
	int fd = member_folder(c), n;

	if (fd < 0)
		return -ENOENT;
	n = each_in(fd, &each);
	return n + each_below(fd, each_folder, &each);
}

int cg_frozen(const struct cg *c)
{
	int v1 = cg_v1_by_controller(c, CG_HAS_FREEZER);
	char text[256];

	if (c->fd >= 0) {
		if (io_read_file(c->fd, "cgroup.events", text, sizeof(text)) < 0)
			return -EIO;
		return strstr(text, "frozen 1") != NULL;
	}
	if (v1 < 0 || io_read_file(v1, "freezer.state", text, sizeof(text)) < 0)
		return -ENOTSUP;
	return str_starts(text, "FROZEN");
}

/* On v1 a group that forks meanwhile stays FREEZING: thawed for a moment and frozen again it gets there (runc). */
static int freeze_step(const struct cg *c, int v1, bool frozen, int tries)
{
	if (c->fd >= 0)
		return tries ? 0 : io_write_file(c->fd, "cgroup.freeze", frozen ? "1" : "0");
	if (frozen && tries && tries % 25 == 0)
		io_write_file(v1, "freezer.state", "THAWED");
	return io_write_file(v1, "freezer.state", frozen ? "FROZEN" : "THAWED");
}

int cg_freeze(const struct cg *c, bool frozen, struct err *e)
{
	struct timespec pause = { .tv_nsec = 5 * 1000 * 1000 };
	int v1 = cg_v1_by_controller(c, CG_HAS_FREEZER), tries, rc;

	if (c->fd < 0 && v1 < 0)
		return err_set(e, ENOTSUP, "freeze", "%s: there is no freezer", c->name);
	for (tries = 0; tries < FREEZE_TRIES; tries++) {
		rc = freeze_step(c, v1, frozen, tries);
		if (rc)
			return err_set(e, rc, frozen ? "freeze" : "thaw", "%s", c->name);
		if (cg_frozen(c) == frozen)
			return 0;
		nanosleep(&pause, NULL);
	}
	return err_set(e, ETIMEDOUT, frozen ? "freeze" : "thaw", "%s", c->name);
}
