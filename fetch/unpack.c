/* SPDX-License-Identifier: ISC */
/* One entry after the other, type by type. See unpack.h. */
#include "fetch/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define WHITEOUT ".wh."
#define OPAQUE_MARK ".wh..wh..opq"

static bool is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == 0;
}

/*
 * Takes away what an earlier entry put at the name; a folder stays for a folder. *ret says what was
 * there (mode 0: nothing).
 */
static int clear_place(struct unpack *u, int fd, const char *name, struct stat *ret, struct err *e)
{
	int rc = 0;

	if (fstatat(fd, name, ret, AT_SYMLINK_NOFOLLOW)) {
		ret->st_mode = 0;
		return errno == ENOENT ? 0 : unpack_bad(u, errno, "cannot look at its place", e);
	}
	if (!S_ISDIR(ret->st_mode))
		return unlinkat(fd, name, 0) ? unpack_bad(u, errno, "cannot replace", e) : 0;
	if (u->entry.type == TAR_DIR)
		return 0;
	rc = io_remove_tree(fd, name);
	return rc ? unpack_bad(u, rc, "cannot replace the folder", e) : 0;
}

static int make_folder(struct unpack *u, int fd, const char *name, struct err *e)
{
	int made AUTO_CLOSE = -1;
	struct stat was;
	int rc = clear_place(u, fd, name, &was, e);

	if (rc)
		return rc;
	if (!S_ISDIR(was.st_mode) && mkdirat(fd, name, 0700))
		return unpack_bad(u, errno, "cannot make the folder", e);
	/* A whiteout and then the folder itself: what is below stays hidden. */
	if (was.st_mode && is_whiteout(&was))
		rc = unpack_opaque(u, fd, name, e);
	if (rc)
		return rc;
	made = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (made < 0)
		return unpack_bad(u, errno, "cannot open the folder", e);
	return unpack_attrs(u, made, e);
}

static int make_file(struct unpack *u, int fd, const char *name, struct err *e)
{
	u->file_fd = openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return u->file_fd < 0 ? unpack_bad(u, errno, "cannot make the file", e) : 0;
}

static int make_symlink(struct unpack *u, int fd, const char *name, struct err *e)
{
	if (!u->entry.link[0])
		return unpack_bad(u, EINVAL, "symlink to nothing", e);
	if (symlinkat(u->entry.link, fd, name))
		return unpack_bad(u, errno, "cannot make the symlink", e);
	return unpack_attrs_at(u, fd, name, e);
}

static int make_node(struct unpack *u, int fd, const char *name, struct err *e)
{
	mode_t type = u->entry.type == TAR_CHAR	   ? S_IFCHR
		      : u->entry.type == TAR_BLOCK ? S_IFBLK
						   : S_IFIFO;
	dev_t dev = makedev(u->entry.major, u->entry.minor);

	if (type == S_IFIFO)
		dev = 0;
	if (mknodat(fd, name, type | 0600, dev)) {
		if (u->loose && errno == EPERM)
			return 0;
		return unpack_bad(u, errno, "cannot make the node", e);
	}
	return unpack_attrs_at(u, fd, name, e);
}

/*
 * The folder that holds a hard link's target, in this layer, no symlink on the way. An O_PATH fd.
 */
static int open_target(struct unpack *u, const char **ret_name, struct stat *st, struct err *e)
{
	char *slash = strrchr(u->target, '/');
	int fd;

	*ret_name = slash ? slash + 1 : u->target;
	if (slash) {
		*slash = '\0';
		fd = inroot_open_nolink(u->root_fd, u->target, O_PATH | O_DIRECTORY, 0);
	} else {
		fd = openat(u->root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd == -ELOOP || fd == -ENOTDIR)
		return unpack_bad(
			u, EINVAL, "hard link: the target's path goes through a symlink", e);
	if (fd < 0 || fstatat(fd, *ret_name, st, AT_SYMLINK_NOFOLLOW)) {
		io_close(&fd);
		return unpack_bad(u, EINVAL, "hard link: the target is not in this layer", e);
	}
	return fd;
}

static int make_hardlink(struct unpack *u, int fd, const char *name, struct err *e)
{
	int target_fd AUTO_CLOSE = -1;
	const char *target;
	struct stat st, was;
	int rc = unpack_clean(u, u->entry.link, u->target, e);

	if (rc)
		return rc;
	if (!u->target[0])
		return unpack_bad(u, EINVAL, "hard link to a folder", e);
	target_fd = open_target(u, &target, &st, e);
	if (target_fd < 0)
		return target_fd;
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return unpack_bad(
			u, EINVAL, "hard link: the target is a folder, a whiteout or a device", e);
	if (fstatat(fd, name, &was, AT_SYMLINK_NOFOLLOW) == 0 && was.st_ino == st.st_ino)
		return 0;
	rc = clear_place(u, fd, name, &was, e);
	if (rc)
		return rc;
	return linkat(target_fd, target, fd, name, 0)
		       ? unpack_bad(u, errno, "cannot make the hard link", e)
		       : 0;
}

static int make_other(struct unpack *u, int fd, const char *name, struct err *e)
{
	struct stat was;
	int rc = clear_place(u, fd, name, &was, e);

	if (rc)
		return rc;
	switch (u->entry.type) {
	case TAR_FILE:
		return make_file(u, fd, name, e);
	case TAR_SYMLINK:
		return make_symlink(u, fd, name, e);
	default:
		return make_node(u, fd, name, e);
	}
}

/*
 * ".wh.NAME": hides NAME of the layers below; an entry of this layer itself is not hidden, but a
 * folder becomes opaque.
 */
static int make_whiteout(struct unpack *u, int fd, const char *name, struct err *e)
{
	const char *hidden = name + sizeof(WHITEOUT) - 1;
	struct stat st;

	if (u->entry.type != TAR_FILE)
		return unpack_bad(u, EINVAL, "a whiteout that is no file", e);
	if (strcmp(name, OPAQUE_MARK) == 0)
		return unpack_opaque(u, fd, ".", e);
	/* What AUFS kept for itself means nothing to others. */
	if (str_starts(hidden, WHITEOUT))
		return str_starts(hidden, ".wh.plnk") || str_starts(hidden, ".wh.aufs") ||
				       str_starts(hidden, ".wh.orph")
			       ? 0
			       : unpack_bad(u, EINVAL, "a whiteout of a whiteout", e);
	if (!*hidden || strcmp(hidden, ".") == 0 || strcmp(hidden, "..") == 0)
		return unpack_bad(u, EINVAL, "a whiteout of nothing", e);
	if (fstatat(fd, hidden, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISDIR(st.st_mode) ? unpack_opaque(u, fd, hidden, e) : 0;
	if (mknodat(fd, hidden, S_IFCHR, 0) && !(u->loose && errno == EPERM))
		return unpack_bad(u, errno, "cannot make the whiteout", e);
	return 0;
}

static int check_device(const struct unpack *u, struct err *e)
{
	if (u->entry.type != TAR_CHAR && u->entry.type != TAR_BLOCK)
		return 0;
	if (u->entry.type == TAR_CHAR && !u->entry.major && !u->entry.minor)
		return unpack_bad(u, EPERM, "device node 0:0, overlayfs's own whiteout", e);
	return u->devices ? 0 : unpack_bad(u, EPERM, "device node (AllowDevices= is off)", e);
}

static int on_entry(void *ctx, const struct tar_entry *entry, struct err *e)
{
	struct unpack *u = ctx;
	const char *name;
	int fd, rc;

	u->entry = *entry;
	if (++u->entries > UNPACK_ENTRIES_MAX)
		return unpack_bad(u, E2BIG, "too many entries in the image", e);
	if (entry->size > u->left)
		return unpack_bad(u, EFBIG, "larger than the limit on what an image unpacks to", e);
	rc = unpack_clean(u, entry->path, u->path, e);
	if (!rc)
		rc = check_device(u, e);
	if (rc)
		return rc;
	if (!u->path[0])
		return entry->type == TAR_DIR ? unpack_attrs(u, u->root_fd, e) :
			unpack_bad(u, EINVAL, "the name of the layer itself, and no folder", e);
	fd = unpack_parent(u, u->path, &name, e);
	if (fd < 0)
		return fd;
	if (str_starts(name, WHITEOUT))
		return make_whiteout(u, fd, name, e);
	if (entry->type == TAR_DIR)
		return make_folder(u, fd, name, e);
	if (entry->type == TAR_HARDLINK)
		return make_hardlink(u, fd, name, e);
	return make_other(u, fd, name, e);
}

static int on_data(void *ctx, const void *bytes, size_t n, struct err *e)
{
	struct unpack *u = ctx;
	int rc;

	if (u->file_fd < 0)
		return 0;
	rc = io_write_full(u->file_fd, bytes, n);
	u->written += n;
	return rc ? unpack_bad(u, rc, "cannot write", e) : 0;
}

static int on_end(void *ctx, struct err *e)
{
	struct unpack *u = ctx;
	int rc;

	if (u->file_fd < 0)
		return 0;
	rc = unpack_attrs(u, u->file_fd, e);
	io_close(&u->file_fd);
	return rc;
}

const struct tar_ops unpack_ops = { on_entry, on_data, on_end };

int unpack_start(struct unpack *u, struct err *e)
{
	u->parent_fd = u->file_fd = -1;
	u->entry = (struct tar_entry){ .path = "." };
	return unpack_implicit(u, u->root_fd, "", e);
}

int unpack_finish(struct unpack *u, struct err *e)
{
	return unpack_apply_notes(u, e);
}

void unpack_close(struct unpack *u)
{
	io_close(&u->parent_fd);
	io_close(&u->file_fd);
}
