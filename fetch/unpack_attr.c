/* SPDX-License-Identifier: ISC */
/*
 * Owners, modes, xattrs and times. The order matters: chown drops the set-uid bits and
 * security.capability, so it comes first; folder times come last of all, from a file of notes,
 * since every entry made in a folder changes them.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fetch/unpack.h"
#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

enum xattr_rule { XATTR_KEEP, XATTR_DROP, XATTR_REFUSE };

/*
 * trusted.* steers overlayfs itself; labels and ACLs of the build machine mean nothing here. user.*
 * is data: kept where the file system can.
 */
static enum xattr_rule rule_of(const char *name)
{
	if (str_starts(name, "trusted.") || str_starts(name, "user.overlay."))
		return XATTR_REFUSE;
	if (strcmp(name, "security.capability") == 0 || str_starts(name, "user."))
		return XATTR_KEEP;
	return XATTR_DROP;
}

static bool forgiven(const struct unpack *u)
{
	return u->loose &&
	       (errno == EPERM || errno == EOPNOTSUPP || errno == EACCES || errno == EINVAL);
}

static int set_xattrs(struct unpack *u, int fd, struct err *e)
{
	unsigned i;

	for (i = 0; i < u->entry.n_xattrs; i++) {
		const struct tar_xattr *x = &u->entry.xattrs[i];
		enum xattr_rule rule = rule_of(x->name);

		if (rule == XATTR_REFUSE)
			return unpack_bad(u, EINVAL, "an xattr that steers overlayfs", e);
		if (rule == XATTR_DROP || fd < 0 ||
			fsetxattr(fd, x->name, x->value, x->len, 0) == 0)
			continue;
		if (forgiven(u) || (errno == EOPNOTSUPP && str_starts(x->name, "user.")))
			continue;
		return unpack_bad(u, errno, "cannot set an xattr", e);
	}
	return 0;
}

static void entry_times(const struct unpack *u, struct timespec ts[2])
{
	ts[0].tv_sec = ts[1].tv_sec = (time_t)u->entry.mtime_s;
	ts[0].tv_nsec = ts[1].tv_nsec = (long)u->entry.mtime_ns;
}

int unpack_attrs(struct unpack *u, int fd, struct err *e)
{
	bool folder = u->entry.type == TAR_DIR;
	mode_t mode = u->entry.mode | (u->loose && folder ? 0700 : 0);
	struct timespec ts[2];
	int rc;

	if (fchown(fd, u->entry.uid, u->entry.gid) && !forgiven(u))
		return unpack_bad(u, errno, "cannot set the owner", e);
	if (fchmod(fd, mode) && !forgiven(u))
		return unpack_bad(u, errno, "cannot set the mode", e);
	rc = set_xattrs(u, fd, e);
	if (rc || folder)
		return rc ? rc : unpack_note(u, u->path, u->entry.mtime_s, u->entry.mtime_ns, e);
	entry_times(u, ts);
	return futimens(fd, ts) ? unpack_bad(u, errno, "cannot set the times", e) : 0;
}

int unpack_attrs_at(struct unpack *u, int parent_fd, const char *name, struct err *e)
{
	struct timespec ts[2];
	int rc = set_xattrs(u, -1, e);

	if (rc)
		return rc;
	if (fchownat(parent_fd, name, u->entry.uid, u->entry.gid, AT_SYMLINK_NOFOLLOW) &&
		!forgiven(u))
		return unpack_bad(u, errno, "cannot set the owner", e);
	/* Nobody else is in the staging folder: the node just made is no symlink. */
	if (u->entry.type != TAR_SYMLINK && fchmodat(parent_fd, name, u->entry.mode, 0))
		return unpack_bad(u, errno, "cannot set the mode", e);
	entry_times(u, ts);
	if (utimensat(parent_fd, name, ts, AT_SYMLINK_NOFOLLOW))
		return unpack_bad(u, errno, "cannot set the times", e);
	return 0;
}

/* The folder as the nearest layer below has it: 1, or 0 when none has. */
static int find_below(struct unpack *u, const char *path, struct stat *st)
{
	unsigned i;

	for (i = 0; u->lower; i++) {
		int root AUTO_CLOSE = u->lower(u->lower_ctx, i);
		int fd AUTO_CLOSE = -1;

		if (root < 0)
			return 0;
		fd = *path ? inroot_open_nolink(root, path, O_PATH | O_DIRECTORY, 0) :
			openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			return fstat(fd, st) == 0;
		if (fd != -ENOENT)
			return 0;	/* something else hides what is below it */
	}
	return 0;
}

int unpack_implicit(struct unpack *u, int fd, const char *path, struct err *e)
{
	struct stat st;
	int below = find_below(u, path, &st);

	if (below && fchown(fd, st.st_uid, st.st_gid) && !forgiven(u))
		return unpack_bad(u, errno, "cannot set its folder's owner", e);
	if (fchmod(fd, (below ? st.st_mode & 07777 : 0755) | (u->loose ? 0700 : 0)))
		return unpack_bad(u, errno, "cannot set its folder's mode", e);
	return below ? unpack_note(u, path, st.st_mtim.tv_sec, (uint32_t)st.st_mtim.tv_nsec, e) : 0;
}

struct note {
	int64_t s;
	uint32_t ns, len;	/* the path's, which follows */
};

int unpack_note(struct unpack *u, const char *path, int64_t s, uint32_t ns, struct err *e)
{
	struct note n = { s, ns, (uint32_t)strlen(path) };
	int rc = io_write_full(u->notes_fd, &n, sizeof(n));

	if (!rc)
		rc = io_write_full(u->notes_fd, path, n.len);
	return rc ? unpack_bad(u, rc, "cannot keep its time", e) : 0;
}

static int apply(struct unpack *u, const struct note *n, const char *path)
{
	struct timespec ts[2] = { { (time_t)n->s, (long)n->ns }, { (time_t)n->s, (long)n->ns } };
	int fd AUTO_CLOSE = -1;

	if (*path)
		fd = inroot_open_nolink(u->root_fd, path, O_RDONLY | O_DIRECTORY, 0);
	else
		fd = openat(u->root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* A later entry may have put something else in its place. */
	if (fd < 0)
		return 0;
	return futimens(fd, ts) ? -errno : 0;
}

int unpack_apply_notes(struct unpack *u, struct err *e)
{
	struct note n;
	ssize_t got;
	int rc = 0;

	if (lseek(u->notes_fd, 0, SEEK_SET) < 0)
		return err_set(e, errno, "layer", "folder times");
	while (!rc && (got = io_read_full(u->notes_fd, &n, sizeof(n))) == (ssize_t)sizeof(n)) {
		if (n.len > TAR_PATH_MAX ||
			io_read_full(u->notes_fd, u->path, n.len) != (ssize_t)n.len)
			return err_set(e, EIO, "layer", "folder times");
		u->path[n.len] = '\0';
		rc = apply(u, &n, u->path);
	}
	return rc ? err_set(e, rc, "layer", "folder times: %.100s", u->path) : 0;
}

int unpack_opaque(struct unpack *u, int parent_fd, const char *name, struct err *e)
{
	int fd AUTO_CLOSE =
		openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return unpack_bad(u, errno, "cannot open the opaque folder", e);
	if (fsetxattr(fd, UNPACK_OPAQUE, "y", 1, 0) && !forgiven(u))
		return unpack_bad(u, errno, "cannot mark the folder opaque", e);
	return 0;
}
