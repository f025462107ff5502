/* SPDX-License-Identifier: ISC */
/*
 * Names of an archive: which are refused, and how the folder that holds one is reached. See
 * unpack.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/unpack.h"
#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define FOLDER (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

int unpack_bad(const struct unpack *u, int code, const char *why, struct err *e)
{
	const char *path = u->entry.path;
	size_t n = strlen(path);

	return err_set(e, code, "tar", "offset %llu: \"%s%s\": %s",
		(unsigned long long)u->entry.offset, n > 90 ? "..." : "",
		n > 90 ? path + n - 90 : path, why);
}

int unpack_clean(const struct unpack *u, const char *name, char *to, struct err *e)
{
	const char *p = name;
	unsigned depth = 0;
	struct str s;

	if (!*name)
		return unpack_bad(u, EINVAL, "empty name", e);
	if (*name == '/')
		return unpack_bad(u, EINVAL, "absolute path", e);
	str_init(&s, to, TAR_PATH_MAX + 1);
	while (*p) {
		size_t n = strcspn(p, "/");

		if (n == 2 && p[0] == '.' && p[1] == '.')
			return unpack_bad(u, EINVAL, "\"..\" in the path", e);
		if (n > 255)
			return unpack_bad(u, ENAMETOOLONG, "a name in the path is too long", e);
		if (n && !(n == 1 && *p == '.')) {
			if (++depth > UNPACK_DEPTH_MAX)
				return unpack_bad(u, ENAMETOOLONG, "path too deep", e);
			if (strncmp(p, ".wh.", 4) == 0 && p[n + strspn(p + n, "/")])
				return unpack_bad(u, EINVAL, "whiteout as a folder", e);
			if (s.len)
				str_putc(&s, '/');
			str_put(&s, p, n);
		}
		p += n + (p[n] == '/');
	}
	return 0;
}

static int through(const struct unpack *u, int rc, struct err *e)
{
	if (rc == -ELOOP)
		return unpack_bad(u, EINVAL, "the path goes through a symlink", e);
	if (rc == -ENOTDIR)
		return unpack_bad(u, EINVAL, "the path goes through a symlink or a file", e);
	return unpack_bad(u, rc, "cannot open its folder", e);
}

/* Makes one missing folder of a path; the walk goes on from it. */
static int make_one(struct unpack *u, int fd, const char *name, const char *path, struct err *e)
{
	int made AUTO_CLOSE = -1;

	if (mkdirat(fd, name, 0700))
		return unpack_bad(u, errno, "cannot make its folder", e);
	made = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (made < 0)
		return unpack_bad(u, errno, "cannot open its folder", e);
	return unpack_implicit(u, made, path, e);
}

/* Walks u->parent component by component and makes what is missing. An O_PATH fd or -errno. */
static int make_parents(struct unpack *u, struct err *e)
{
	char *p = u->parent;
	int fd = openat(u->root_fd, ".", FOLDER), rc = 0;

	while (fd >= 0 && !rc) {
		char *end = p + strcspn(p, "/"), keep = *end;
		int next;

		*end = '\0';
		next = openat(fd, p, FOLDER);
		if (next < 0 && errno == ENOENT) {
			rc = make_one(u, fd, p, u->parent, e);
			next = rc ? -1 : openat(fd, p, FOLDER);
		}
		if (next < 0 && !rc)
			rc = through(u, -errno, e);
		*end = keep;
		close(fd);
		fd = next;
		if (!keep)
			break;
		p = end + 1;
	}
	if (fd < 0 && !rc)
		rc = unpack_bad(u, errno, "cannot open the layer's folder", e);
	if (rc)
		io_close(&fd);
	return rc ? rc : fd;
}

int unpack_parent(struct unpack *u, const char *path, const char **ret_name, struct err *e)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	int fd;

	*ret_name = slash ? slash + 1 : path;
	if (u->parent_fd >= 0 && strlen(u->parent) == n && memcmp(u->parent, path, n) == 0)
		return u->parent_fd;
	io_close(&u->parent_fd);
	memcpy(u->parent, path, n);
	u->parent[n] = '\0';
	if (!n)
		fd = openat(u->root_fd, ".", FOLDER);
	else
		fd = inroot_open_nolink(u->root_fd, u->parent, O_PATH | O_DIRECTORY, 0);
	if (n && fd == -ENOENT)
		fd = make_parents(u, e);
	else if (fd < 0)
		fd = through(u, n ? fd : -errno, e);
	u->parent_fd = fd < 0 ? -1 : fd;
	return fd;
}
