/* SPDX-License-Identifier: ISC */
/*
 * Enters a host service's sandbox. Each path first becomes a mount of its own, parents before
 * children; then every mount of the namespace is made read-only or left, as the longest path that
 * leads to it says: so 4.14 needs nothing that 6.x has.
 */
#include "runtime/base/at.h"
#include "runtime/base/compiler.h"
#include "runtime/base/path.h"
#include "runtime/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/enter.h"
#include "runtime/sandbox_dev.h"

#define TABLE_MAX 65536
#define KEPT (ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_NOATIME | ST_NODIRATIME)

struct work {
	const struct sandbox *s;
	int root_fd;		/* RootDirectory=, or / */
	struct stat root;
	struct {
		const struct sandbox_path *p;
		const char
			*path; /* as asked for; once applied, where it truly is (NULL: nowhere) */
	} at[SANDBOX_PATHS_MAX];
	unsigned n;
	char text[SANDBOX_PATHS_MAX * 64],
		table[TABLE_MAX]; /* the child's own copy, touched nowhere else */
	size_t used;
};

static SCRATCH struct work work;

/* Keeps a text. NULL: no room. */
static const char *keep(struct work *w, const char *text, size_t n)
{
	char *at = w->text + w->used;

	if (n >= sizeof(w->text) - w->used)
		return NULL;
	memcpy(at, text, n);
	at[n] = '\0';
	w->used += n + 1;
	return at;
}

/* Whether path is top or below it. */
static bool below(const char *path, const char *top)
{
	size_t n = strlen(top);

	if (n == 1)
		return true;
	return strncmp(path, top, n) == 0 && (!path[n] || path[n] == '/');
}

static int collect(struct work *w, struct err *e)
{
	unsigned i, k;

	if (w->s->n_paths > SANDBOX_PATHS_MAX)
		return err_set(e, E2BIG, "sandbox", "more than %u paths", SANDBOX_PATHS_MAX);
	for (i = 0; i < w->s->n_paths; i++) {
		const char *path = w->s->paths[i].path;

		/* Shorter first, so parents before children; of equals in their order. */
		for (k = w->n++; k && strlen(w->at[k - 1].path) > strlen(path); k--)
			w->at[k] = w->at[k - 1];
		w->at[k].p = &w->s->paths[i];
		w->at[k].path = path;
	}
	return 0;
}

static int hide(int fd, const struct stat *st)
{
	if (!S_ISDIR(st->st_mode))
		return at_mount("/dev/null", fd, NULL, MS_BIND, NULL);
	return at_mount("tmpfs", fd, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
			"size=0k,mode=000");
}

/*
 * The place of a bind that is not there yet: a folder or an empty file, as its source is. fd or
 * -errno.
 */
static int make_place(const struct work *w, const struct sandbox_path *p)
{
	const char *name;
	struct stat st;
	int parent AUTO_CLOSE = -1, made AUTO_CLOSE = -1;

	if (p->how == SANDBOX_TMPFS)
		return inroot_mkdirs(w->root_fd, p->path, 0755);
	if (path_stat(p->source, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return inroot_mkdirs(w->root_fd, p->path, 0755);
	parent = inroot_parent(w->root_fd, p->path, 1, 0755, &name);
	if (parent < 0)
		return parent;
	made = at_open(parent, name, O_WRONLY | O_CREAT | O_EXCL, 0644);
	return made < 0 ? -errno : inroot_open(w->root_fd, p->path, O_PATH, 0);
}

static int mount_over(const struct work *w, const struct sandbox_path *p, int fd)
{
	char at[64];
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	switch (p->how) {
	case SANDBOX_HIDDEN:
		return hide(fd, &st);
	case SANDBOX_TMPFS:
		return at_mount("tmpfs", fd, "tmpfs", MS_NOSUID | MS_NODEV, p->data);
	case SANDBOX_BIND:
	case SANDBOX_BIND_READ_ONLY:
		return at_mount(p->source, fd, NULL, MS_BIND | (p->shallow ? 0 : MS_REC), NULL);
	default:
		/* The root is a mount already; bound to itself it would be out of sight. */
		if (st.st_ino == w->root.st_ino && st.st_dev == w->root.st_dev)
			return 0;
		at_fd_path(at, sizeof(at), fd);
		return at_mount(at, fd, NULL, MS_BIND | MS_REC, NULL);
	}
}

/*
 * By a descriptor that was reached inside the root: what lies there is foreign, and its symlinks
 * lead where they like.
 */
static int apply(struct work *w, unsigned i, struct err *e)
{
	const struct sandbox_path *p = w->at[i].p;
	bool makes = p->how == SANDBOX_TMPFS || p->how == SANDBOX_BIND ||
		     p->how == SANDBOX_BIND_READ_ONLY;
	int fd AUTO_CLOSE = inroot_open(w->root_fd, p->path, O_PATH, 0), rc;
	char at[64], real[4096];
	ssize_t n;

	if (fd == -ENOENT && makes)
		fd = make_place(w, p);
	if (fd == -ENOENT && p->may_lack) {
		w->at[i].path = NULL;
		return 0;
	}
	rc = fd < 0 ? fd : mount_over(w, p, fd);
	if (rc == -ENOENT && p->may_lack)
		rc = 0;
	if (rc)
		return err_set(e, rc, "sandbox", "%s", p->path);
	/* Where it truly is: the mounts below it are found by that. */
	at_fd_path(at, sizeof(at), fd);
	n = path_readlink(at, real, sizeof(real));
	w->at[i].path = n > 0 && n < (ssize_t)sizeof(real) ? keep(w, real, (size_t)n) : NULL;
	return w->at[i].path ? 0 : err_set(e, E2BIG, "sandbox", "paths too long");
}

/* --- read-only --- */

static bool is_api(const char *path)
{
	return below(path, "/dev") || below(path, "/proc") || below(path, "/sys");
}

/* What the longest path that leads to a mount says of it. */
static bool is_read_only(const struct work *w, const char *mount_point)
{
	const char *root = w->s->root ? w->s->root : "";
	const char *inside =
		below(mount_point, *root ? root : "/") ? mount_point + strlen(root) : NULL;
	bool read_only = w->s->strict && inside && !is_api(inside);
	size_t longest = 0;
	unsigned i;

	for (i = 0; i < w->n; i++) {
		size_t n = w->at[i].path ? strlen(w->at[i].path) : 0;

		if (!n || n < longest || !below(mount_point, w->at[i].path))
			continue;
		longest = n;
		read_only = w->at[i].p->how == SANDBOX_READ_ONLY ||
			    w->at[i].p->how == SANDBOX_BIND_READ_ONLY ||
			    w->at[i].p->how == SANDBOX_HIDDEN;
	}
	return read_only;
}

/* The flags that a mount has stay: MS_REMOUNT takes all anew. */
static int seal(const char *path, struct err *e)
{
	struct statvfs fs;
	unsigned long flags;

	if (statvfs(path, &fs))
		return errno == EACCES || errno == ENOENT
			       ? 0
			       : err_set(e, errno, "sandbox", "%s", path);
	if (fs.f_flag & ST_RDONLY)
		return 0;
	flags = (fs.f_flag & KEPT) | (fs.f_flag & ST_RELATIME ? MS_RELATIME : 0);
	if (path_mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL))
		return errno == ENOENT || errno == EINVAL
			       ? 0
			       : err_set(e, errno, "sandbox", "make %s read-only", path);
	return 0;
}

/* The fifth field of a mountinfo line, with \ooo undone; its length, 0 = none. */
static size_t mount_point(const char *line, char *out, size_t cap)
{
	unsigned field = 0;
	size_t n = 0;

	while (*line && field < 4)
		field += *line++ == ' ';
	for (; *line && *line != ' ' && *line != '\n' && n + 1 < cap; n++) {
		if (*line == '\\' && line[1] && line[2] && line[3]) {
			out[n] = (char)((line[1] - '0') << 6 | (line[2] - '0') << 3 |
					(line[3] - '0'));
			line += 4;
		} else {
			out[n] = *line++;
		}
	}
	out[n] = '\0';
	return n;
}

static int seal_all(struct work *w, struct err *e)
{
	ssize_t n = io_read_file(AT_FDCWD, "/proc/self/mountinfo", w->table, sizeof(w->table));
	char path[4096];
	const char *line;
	int rc = 0;

	if (n < 0)
		return err_set(e, (int)n, "sandbox", "/proc/self/mountinfo");
	for (line = w->table; *line && !rc; line += strcspn(line, "\n"), line += *line == '\n')
		if (mount_point(line, path, sizeof(path)) && is_read_only(w, path))
			rc = seal(path, e);
	return rc;
}

static int own_namespaces(const struct sandbox *s, struct err *e)
{
	struct spec loopback = { .loopback = true };
	struct enter c = { .spec = &loopback };
	int flags = CLONE_NEWNS | (s->private_network ? CLONE_NEWNET : 0);

	if (unshare(flags))
		return err_set(e, errno, "sandbox", "namespaces of its own");
	/*
	 * What is mounted on the host later on is to be seen here, too, and nothing of ours there.
	 */
	if (path_mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL))
		return err_set(e, errno, "sandbox", "mounts of its own");
	return s->private_network ? enter_loopback(&c, e) : 0;
}

/* The root is a mount of its own: what is made read-only is it, not the host's file system. */
static int open_root(struct work *w, struct err *e)
{
	const char *root = w->s->root ? w->s->root : "/";

	if (w->s->root && path_mount(root, root, NULL, MS_BIND | MS_REC, NULL))
		return err_set(e, errno, "RootDirectory=", "%s", root);
	w->root_fd = path_open(AT_FDCWD, root, O_PATH | O_DIRECTORY, 0);
	if (w->root_fd < 0 || fstat(w->root_fd, &w->root))
		return err_set(e, errno, "RootDirectory=", "%s", root);
	return 0;
}

static int change_root(const struct sandbox *s, struct err *e)
{
	if (!s->root)
		return 0;
	return path_chroot(s->root) ? err_set(e, errno, "RootDirectory=", "%s", s->root)
					     : 0;
}

int sandbox_enter(const struct sandbox *s, struct err *e)
{
	struct work *w = &work;
	unsigned i;
	int rc;

	w->n = 0;
	w->s = s;
	w->used = 0;
	rc = collect(w, e);
	rc = rc ?: own_namespaces(s, e);
	rc = rc ?: open_root(w, e);
	for (i = 0; i < w->n && !rc; i++)
		rc = apply(w, i, e);
	if (!rc && s->private_devices)
		rc = sandbox_devices(w->root_fd, e);
	rc = rc ?: seal_all(w, e);
	return rc ?: change_root(s, e);
}
