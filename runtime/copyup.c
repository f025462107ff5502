/* SPDX-License-Identifier: ISC */
/*
 * Fills a fresh tmpfs with what the root had in its place ("tmpcopyup"): by fds alone, no symlink
 * is followed, depth and count are bounded. Both trees are seen by nobody else yet. Runs in the
 * container's child.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/compiler.h"
#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/enter.h"

#define DEPTH_MAX 16

static int copy_bytes(int from, int to)
{
	char buf[4096];
	ssize_t n;
	int rc = 0;

	while (!rc && (n = io_read_full(from, buf, sizeof(buf))) != 0)
		rc = n < 0 ? (int)n : io_write_full(to, buf, (size_t)n);
	return rc;
}

static int copy_file(int from_dir, int to_dir, const char *name, const struct stat *st)
{
	int from AUTO_CLOSE =
		at_open(from_dir, name, O_RDONLY | O_NONBLOCK, 0);
	int to AUTO_CLOSE =
		from < 0 ? -1
			 : at_open(to_dir, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	int rc;

	if (from < 0 || to < 0)
		return -errno;
	rc = copy_bytes(from, to);
	if (!rc && (fchown(to, st->st_uid, st->st_gid) || fchmod(to, st->st_mode & 07777)))
		rc = -errno;
	return rc;
}

static int copy_link(int from_dir, int to_dir, const char *name, const struct stat *st)
{
	char target[4096];
	ssize_t n = at_readlink(from_dir, name, target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (at_symlink(target, to_dir, name) ||
	    at_chown(to_dir, name, st->st_uid, st->st_gid))
		return -errno;
	return 0;
}

struct level {
	int from, to;
	struct dir walk;
};

static int push(struct level *up, const char *name, const struct stat *st)
{
	struct level *l = up + 1;
	int rc;

	if (at_mkdir(up->to, name, 0700))
		return -errno;
	l->from = at_open(up->from, name, O_RDONLY | O_DIRECTORY, 0);
	l->to = at_open(up->to, name, O_RDONLY | O_DIRECTORY, 0);
	rc = l->from < 0 || l->to < 0 ? -errno : dir_start(&l->walk, l->from);
	if (!rc && (fchown(l->to, st->st_uid, st->st_gid) || fchmod(l->to, st->st_mode & 07777)))
		rc = -errno;
	if (rc) {
		io_close(&l->from);
		io_close(&l->to);
	}
	return rc;
}

/* 1 when a folder was opened one level down. */
static int copy_entry(struct level *l, const char *name, bool may_descend)
{
	struct stat st;
	int rc;

	if (at_stat(l->from, name, &st))
		return -errno;
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return copy_file(l->from, l->to, name, &st);
	case S_IFLNK:
		return copy_link(l->from, l->to, name, &st);
	case S_IFDIR:
		rc = may_descend ? push(l, name, &st) : -ELOOP;
		return rc ? rc : 1;
	default:
		return at_mknod(l->to, name, st.st_mode, st.st_rdev) && errno != EPERM ? -errno : 0;
	}
}

int copyup_tree(int from_fd, int to_fd, struct err *e)
{
	static SCRATCH struct level
		levels[DEPTH_MAX]; /* the child's own copy: 35 KiB are too much for a stack */
	struct dir_entry entry = { .name = "" };
	unsigned depth = 0;
	int rc;

	levels[0].from = from_fd;
	levels[0].to = to_fd;
	rc = dir_start(&levels[0].walk, from_fd);
	while (!rc) {
		rc = dir_next(&levels[depth].walk, &entry);
		if (rc > 0)
			rc = copy_entry(&levels[depth], entry.name, depth + 1 < DEPTH_MAX);
		else if (rc == 0 && depth == 0)
			return 0;
		else if (rc == 0) {
			io_close(&levels[depth].from);
			io_close(&levels[depth--].to);
		}
		if (rc == 1) {
			depth++;
			rc = 0;
		}
	}
	for (; depth; depth--) {
		io_close(&levels[depth].from);
		io_close(&levels[depth].to);
	}
	return err_set(e, rc, "tmpcopyup", "%s", entry.name);
}
