/* SPDX-License-Identifier: ISC */
/*
 * Resolves paths inside a foreign tree: see inroot.h. openat2(2) does it in the kernel; before
 * Linux 5.6 a walk does it here, component by component over O_PATH fds, each symlink put in front
 * of what is left of the path. ".." pops a stack of fds and stops at the root.
 */
#include "runtime/base/inroot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/sys.h"

#define PATH_BYTES 4096
#define DEPTH_MAX 64	/* folders below the root that a walk holds open */

static bool force_walk;

void inroot_force_walk(int on)
{
	force_walk = on != 0;
}

struct walk {
	int fds[DEPTH_MAX];	/* fds[0] is the root, the caller's */
	unsigned depth;		/* of the folder reached */
	unsigned links;
	char rest[PATH_BYTES];	/* what is still to be walked */
};

static void walk_done(struct walk *w)
{
	while (w->depth)
		close(w->fds[w->depth--]);
}

/*
 * The first component of w->rest moves to name; 0 when nothing is left, -errno when it is too long.
 */
static int next_component(struct walk *w, char name[256])
{
	size_t skip = strspn(w->rest, "/"), n = strcspn(w->rest + skip, "/");

	if (!n)
		return 0;
	if (n > 255)
		return -ENAMETOOLONG;
	memcpy(name, w->rest + skip, n);
	name[n] = '\0';
	memmove(w->rest, w->rest + skip + n, strlen(w->rest + skip + n) + 1);
	return 1;
}

/* Whether the component just taken was the last: only slashes follow. */
static bool is_last(const struct walk *w)
{
	return w->rest[strspn(w->rest, "/")] == '\0';
}

/* Puts a symlink's target in front of the rest; an absolute one starts at the root again. */
static int follow(struct walk *w, const char *name)
{
	char target[PATH_BYTES];
	ssize_t n = readlinkat(w->fds[w->depth], name, target, sizeof(target));
	size_t rest = strlen(w->rest);

	if (n < 0)
		return -errno;
	if (++w->links > INROOT_LINKS_MAX)
		return -ELOOP;
	if ((size_t)n + rest + 2 > sizeof(w->rest))
		return -ENAMETOOLONG;
	/* A slash only where something follows: at the end it would demand a folder. */
	memmove(w->rest + n + (rest > 0), w->rest, rest + 1);
	if (rest)
		w->rest[n] = '/';
	memcpy(w->rest, target, (size_t)n);
	if (n && target[0] == '/')
		walk_done(w);
	return 0;
}

static int push(struct walk *w, const char *name)
{
	int fd;

	if (w->depth + 1 == DEPTH_MAX)
		return -ENAMETOOLONG;
	fd = openat(w->fds[w->depth], name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	w->fds[++w->depth] = fd;
	return 0;
}

/* One component that is not the last: a folder to enter, a link to follow, "..". */
static int step(struct walk *w, const char *name)
{
	int rc;

	if (strcmp(name, ".") == 0)
		return 0;
	if (strcmp(name, "..") == 0) {
		if (w->depth)
			close(w->fds[w->depth--]);
		return 0;
	}
	rc = push(w, name);
	/* O_DIRECTORY with O_NOFOLLOW says ENOTDIR for a symlink, too. */
	if (rc == -ENOTDIR || rc == -ELOOP) {
		int linked = follow(w, name);

		return linked == -EINVAL ? -ENOTDIR : linked;
	}
	return rc;
}

static int walk_start(struct walk *w, int root_fd, const char *path)
{
	size_t n = strlen(path);

	if (n >= sizeof(w->rest))
		return -ENAMETOOLONG;
	memcpy(w->rest, path, n + 1);
	w->fds[0] = root_fd;
	w->depth = w->links = 0;
	return 0;
}

/* Opens the last component, following it if it is a symlink and flags allow that. */
static int open_last(struct walk *w, const char *name, int flags, mode_t mode)
{
	int fd, rc;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		rc = step(w, name);
		if (rc)
			return rc;
		name = ".";
	}
	fd = openat(w->fds[w->depth], name, flags | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0 && errno != ELOOP && errno != ENOTDIR)
		return -errno;
	if (fd >= 0 && !(flags & O_PATH))
		return fd;
	/* O_PATH opens the link itself: only its type tells. */
	if (fd >= 0) {
		struct stat st;

		if ((flags & O_NOFOLLOW) || fstat(fd, &st) || !S_ISLNK(st.st_mode))
			return fd;
		close(fd);
	} else if (flags & O_NOFOLLOW) {
		return -errno;
	}
	rc = follow(w, name);
	return rc == -EINVAL ? -ENOTDIR : rc ? rc : -EAGAIN;
}

static int walk_open(int root_fd, const char *path, int flags, mode_t mode)
{
	char name[256];
	struct walk w;
	int rc = walk_start(&w, root_fd, path);

	while (!rc) {
		rc = next_component(&w, name);
		if (rc < 0)
			break;
		if (rc == 0) {
			int fd = openat(w.fds[w.depth], ".", flags | O_CLOEXEC, mode);

			rc = fd < 0 ? -errno : fd;
			break;
		}
		if (!is_last(&w)) {
			rc = step(&w, name);
			continue;
		}
		rc = open_last(&w, name, flags | (w.rest[0] ? O_DIRECTORY : 0), mode);
		if (rc != -EAGAIN)
			break;
		rc = 0;
	}
	walk_done(&w);
	return rc;
}

static int by_kernel(int root_fd, const char *path, int flags, mode_t mode, uint64_t resolve)
{
	struct sys_open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.mode = flags & O_CREAT ? mode & 07777 : 0,
		.resolve = resolve | SYS_RESOLVE_NO_MAGICLINKS,
	};
	long rc = force_walk ? -ENOSYS : -EAGAIN;
	int tries;

	/* EAGAIN: something was renamed during the walk (openat2(2)); it is safe to try again. */
	for (tries = 0; tries < 64 && rc == -EAGAIN; tries++)
		rc = sys_openat2(root_fd, *path ? path : ".", &how);
	return (int)rc;
}

static bool lacks_openat2(int rc)
{
	return rc == -ENOSYS || rc == -EPERM;	/* an outer seccomp filter says EPERM */
}

int inroot_open(int root_fd, const char *path, int flags, mode_t mode)
{
	int rc = by_kernel(root_fd, path, flags, mode, SYS_RESOLVE_IN_ROOT);

	return lacks_openat2(rc) ? walk_open(root_fd, path, flags, mode) : rc;
}

/* The walk without symlinks and "..": every component opens as itself or not at all. */
static int nolink_walk(int root_fd, const char *path, int flags, mode_t mode)
{
	char name[256];
	struct walk w;
	int rc = walk_start(&w, root_fd, path);

	while (!rc) {
		rc = next_component(&w, name);
		if (rc < 0)
			break;
		if (rc == 0 || is_last(&w)) {
			int fd = openat(w.fds[w.depth], rc ? name : ".",
					flags | O_NOFOLLOW | O_CLOEXEC, mode);

			rc = fd < 0 ? -errno : fd;
			break;
		}
		rc = strcmp(name, ".") ? push(&w, name) : 0;
		if (rc == -ENOTDIR) {
			struct stat st;

			if (!fstatat(w.fds[w.depth], name, &st, AT_SYMLINK_NOFOLLOW) &&
			    S_ISLNK(st.st_mode))
				rc = -ELOOP;
		}
	}
	walk_done(&w);
	return rc;
}

static bool has_dotdot(const char *path)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && path[0] == '.' && path[1] == '.')
			return true;
		path += n + strspn(path + n, "/");
	}
	return false;
}

int inroot_open_nolink(int root_fd, const char *path, int flags, mode_t mode)
{
	int rc;

	if (has_dotdot(path))
		return -EINVAL;
	path += strspn(path, "/");
	rc = by_kernel(root_fd, path, flags | O_NOFOLLOW, mode,
		       SYS_RESOLVE_IN_ROOT | SYS_RESOLVE_NO_SYMLINKS);
	return lacks_openat2(rc) ? nolink_walk(root_fd, path, flags, mode) : rc;
}

int inroot_open_nocross(int root_fd, const char *path, int flags)
{
	struct stat root, file;
	int fd;

	if (has_dotdot(path))
		return -EINVAL;
	fd = by_kernel(root_fd, path, flags | O_NOFOLLOW, 0,
		       SYS_RESOLVE_BENEATH | SYS_RESOLVE_NO_XDEV | SYS_RESOLVE_NO_SYMLINKS);
	if (!lacks_openat2(fd))
		return fd;
	fd = nolink_walk(root_fd, path, flags, 0);
	if (fd < 0)
		return fd;
	if (!fstat(root_fd, &root) && !fstat(fd, &file) && root.st_dev == file.st_dev)
		return fd;
	close(fd);
	return -EXDEV;
}

static const char *last_component(const char *path, size_t *ret_parent_len)
{
	size_t n = strlen(path), start;

	while (n && path[n - 1] == '/')
		n--;
	for (start = n; start && path[start - 1] != '/'; start--)
		;
	*ret_parent_len = start;
	return path + start;
}

/*
 * Opens prefix as a folder below the root; if it is not there, makes its last part in parent_fd
 * first.
 */
static int open_or_make(int root_fd, int parent_fd, const char *prefix, mode_t mode)
{
	size_t parent_len;
	int fd = inroot_open(root_fd, prefix, O_PATH | O_DIRECTORY, 0);

	if (fd != -ENOENT)
		return fd;
	if (mkdirat(parent_fd, last_component(prefix, &parent_len), mode) && errno != EEXIST)
		return -errno;
	return inroot_open(root_fd, prefix, O_PATH | O_DIRECTORY, 0);
}

int inroot_mkdirs(int root_fd, const char *path, mode_t mode)
{
	char prefix[PATH_BYTES];
	size_t i, n = strlen(path);
	int fd = inroot_open(root_fd, "", O_PATH | O_DIRECTORY, 0);

	if (n >= sizeof(prefix)) {
		io_close(&fd);
		return -ENAMETOOLONG;
	}
	for (i = 1; i <= n && fd >= 0; i++) {
		int next;

		if ((path[i] != '/' && path[i] != '\0') || path[i - 1] == '/')
			continue;
		memcpy(prefix, path, i);
		prefix[i] = '\0';
		next = open_or_make(root_fd, fd, prefix, mode);
		close(fd);
		fd = next;
	}
	return fd;
}

int inroot_parent(int root_fd, const char *path, int make, mode_t mode, const char **ret_name)
{
	char parent[PATH_BYTES];
	size_t parent_len;
	const char *name = last_component(path, &parent_len);
	int fd;

	if (!*name || *name == '/' || parent_len >= sizeof(parent))
		return *name && *name != '/' ? -ENAMETOOLONG : -EINVAL;
	memcpy(parent, path, parent_len);
	parent[parent_len] = '\0';
	fd = make ? inroot_mkdirs(root_fd, parent, mode)
		  : inroot_open(root_fd, parent, O_PATH | O_DIRECTORY, 0);
	if (fd >= 0)
		*ret_name = name;
	return fd;
}
