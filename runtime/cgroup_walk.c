/* SPDX-License-Identifier: ISC */
/*
 * Walks over a group and the groups below it, which a container may have made: bounded in depth, no
 * memory but its own. Only cgroupfs is touched: PID 1 may, one walk at a time.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/compiler.h"
#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_res.h"

#define DEPTH_MAX 32

struct level {
	int fd;
	struct dir walk;
	char name[256];
};

typedef int act_fn(int parent, int self, const char *name, void *ctx);

/* Goes into a subfolder; one that has just gone is none. */
static bool descend(struct level *from, struct level *to, const char *name)
{
	to->fd = at_open(from->fd, name, O_RDONLY | O_DIRECTORY, 0);
	if (to->fd >= 0 && !dir_start(&to->walk, to->fd) &&
	    !str_copy(to->name, sizeof(to->name), name))
		return true;
	io_close(&to->fd);
	return false;
}

/*
 * Calls act for each group below fd, the deepest first, after the groups below it. The sum of what
 * it returned, or -ELOOP when some were too deep to see.
 */
static int each_below(int fd, act_fn *act, void *ctx)
{
	static SCRATCH struct level levels[DEPTH_MAX];
	struct dir_entry entry;
	int depth = 0, rc, sum = 0;
	bool deeper = false;

	levels[0].fd = fd;
	rc = dir_start(&levels[0].walk, fd);
	while (!rc || depth) {
		struct level *l = &levels[depth];

		rc = dir_next(&l->walk, &entry);
		if (rc > 0) {
			rc = 0;
			if (entry.type != DT_DIR)
				continue;
			deeper |= depth + 1 == DEPTH_MAX;
			depth += depth + 1 < DEPTH_MAX && descend(l, l + 1, entry.name);
		} else if (depth) {
			sum += act(levels[depth - 1].fd, l->fd, l->name, ctx);
			io_close(&l->fd);
			depth--;
			rc = 0;
		} else {
			break;
		}
	}
	return rc < 0 ? rc : deeper ? -ELOOP : sum;
}

static int remove_one(int parent, int self, const char *name, void *ctx)
{
	(void)self;
	(void)ctx;
	return at_remove(parent, name, AT_REMOVEDIR) ? 0 : 1;
}

void cg_remove_below(int fd)
{
	each_below(fd, remove_one, NULL);
}

struct each {
	int (*act)(pid_t pid, void *ctx);
	void *ctx;
};

/* cgroup.procs of one folder, in pieces; 0 stands for a process of a foreign pid namespace. */
static int each_in(int dirfd, const struct each *each)
{
	int fd AUTO_CLOSE = at_open(dirfd, "cgroup.procs", O_RDONLY, 0), n = 0;
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

int cg_each(const struct cg *c, int (*act)(pid_t pid, void *ctx), void *ctx)
{
	struct each each = { act, ctx };
	int fd = cg_member_fd(c), n, below;

	if (fd < 0)
		return -ENOENT;
	n = each_in(fd, &each);
	below = each_below(fd, each_folder, &each);
	return below < 0 ? below : n + below;
}
