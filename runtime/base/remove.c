/* SPDX-License-Identifier: ISC */
/*
 * Removes a tree by fds only: no symlink is followed and the stack does not grow with the tree.
 * A tree deeper than DEPTH is flattened: what lies deeper is moved up to the top and removed there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>	/* renameat */
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define DEPTH 16

struct level {
	int fd;
	char name[256];
};

struct remover {
	struct level stack[DEPTH];
	unsigned depth;		/* levels in use; stack[0] is the tree's top */
	unsigned moved;		/* for names of folders that were moved up */
};

static int open_folder(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == EACCES && !fchmodat(dirfd, name, 0700, 0))
		fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd;
}

/*
 * Too deep to hold another fd: the folder becomes a child of the top, where it will be met again.
 */
static int move_up(struct remover *r, const char *name)
{
	char up[32];

	str_print(up, sizeof(up), ".removed-%u", r->moved++);
	return renameat(r->stack[r->depth - 1].fd, name, r->stack[0].fd, up);
}

static int descend(struct remover *r, const char *name)
{
	struct level *l = &r->stack[r->depth];

	if (r->depth == DEPTH)
		return move_up(r, name) ? -errno : 0;
	if (str_copy(l->name, sizeof(l->name), name))
		return -ENAMETOOLONG;
	l->fd = open_folder(r->stack[r->depth - 1].fd, name);
	if (l->fd < 0)
		return -errno;
	r->depth++;
	return 1;
}

/*
 * Removes the files of the deepest folder. 0 when it is empty, 1 when it went into a sub-folder,
 * -errno.
 */
static int clear_files(struct remover *r)
{
	struct level *l = &r->stack[r->depth - 1];
	struct dir_entry entry;
	struct dir d;
	int rc = dir_start(&d, l->fd);

	while (!rc) {
		rc = dir_next(&d, &entry);
		if (rc <= 0)
			return rc;
		rc = 0;
		if (!unlinkat(l->fd, entry.name, 0))
			continue;
		if (errno != EISDIR && errno != EPERM)
			return -errno;
		if (unlinkat(l->fd, entry.name, AT_REMOVEDIR))
			rc = descend(r, entry.name);
	}
	return rc;
}

/* Closes the deepest folder, which is empty, and removes it from the one above. */
static int ascend(struct remover *r, int dirfd, const char *name)
{
	struct level *l = &r->stack[--r->depth];
	int above = r->depth ? r->stack[r->depth - 1].fd : dirfd;

	close(l->fd);
	return unlinkat(above, r->depth ? l->name : name, AT_REMOVEDIR) ? -errno : 0;
}

int io_remove_tree(int dirfd, const char *name)
{
	struct remover r = { .depth = 1 };
	int rc;

	if (!unlinkat(dirfd, name, 0))
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	r.stack[0].fd = open_folder(dirfd, name);
	if (r.stack[0].fd < 0)
		return -errno;
	do {
		/* Each return to a folder reads it anew: what was moved up meanwhile is met. */
		rc = clear_files(&r);
		if (rc == 0)
			rc = ascend(&r, dirfd, name);
	} while (rc >= 0 && r.depth);
	while (r.depth)
		close(r.stack[--r.depth].fd);
	return rc < 0 ? rc : 0;
}
