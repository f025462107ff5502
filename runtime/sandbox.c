/* SPDX-License-Identifier: ISC */
/*
 * Enters a host service's sandbox. Each path first becomes a mount of its own, parents before children; then every mount of
 * the namespace is made read-only or left, as the longest path that leads to it says: so 4.14 needs nothing that 6.x has.
 */
#include "runtime/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/enter.h"
#include "runtime/sandbox_dev.h"

#define TABLE_MAX 65536
#define KEPT (ST_NOSUID | ST_NODEV | ST_NOEXEC | ST_NOATIME | ST_NODIRATIME)

struct work {
	const struct sandbox *s;
	struct {
		const struct sandbox_path *p;
		const char *path;	/* below the root */
	} at[SANDBOX_PATHS_MAX];
	unsigned n;
	char text[SANDBOX_PATHS_MAX * 64], table[TABLE_MAX];	/* the child's own copy, touched nowhere else */
	size_t used;
};

static struct work work;

/* The path below RootDirectory=, without a slash at its end. NULL: no room. */
static const char *place(struct work *w, const char *path)
{
	const char *root = w->s->root ? w->s->root : "";
	size_t left = sizeof(w->text) - w->used, len;
	char *at = w->text + w->used;

	if (str_print(at, left, "%s%s", root, path) < 0)
		return NULL;
	len = strlen(at);
	while (len > 1 && at[len - 1] == '/')
		at[--len] = '\0';
	w->used += len + 1;
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
		const char *path = place(w, w->s->paths[i].path);

		if (!path)
			return err_set(e, E2BIG, "sandbox", "paths too long");
		/* Shorter first, so parents before children; of equals in their order. */
		for (k = w->n++; k && strlen(w->at[k - 1].path) > strlen(path); k--)
			w->at[k] = w->at[k - 1];
		w->at[k].p = &w->s->paths[i];
		w->at[k].path = path;
	}
	return 0;
}

static int hide(const char *path, const struct stat *st)
{
	if (!S_ISDIR(st->st_mode))
		return mount("/dev/null", path, NULL, MS_BIND, NULL) ? -errno : 0;
	return mount("tmpfs", path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=0k,mode=000") ? -errno : 0;
}

static int bind(const struct sandbox_path *p, const char *path, bool exists)
{
	struct stat st;
	int fd;

	if (stat(p->source, &st))
		return -errno;
	if (!exists && S_ISDIR(st.st_mode)) {
		int rc = io_mkdirs(AT_FDCWD, path, 0755);

		if (rc)
			return rc;
	} else if (!exists) {
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		if (fd < 0)
			return -errno;
		close(fd);
	}
	return mount(p->source, path, NULL, MS_BIND | (p->shallow ? 0 : MS_REC), NULL) ? -errno : 0;
}

static int apply(const struct sandbox_path *p, const char *path, struct err *e)
{
	struct stat st;
	bool exists = !stat(path, &st), binds = p->how == SANDBOX_BIND || p->how == SANDBOX_BIND_READ_ONLY;
	int rc = 0;

	if (!exists && p->how == SANDBOX_TMPFS)
		exists = !io_mkdirs(AT_FDCWD, path, 0755) && !stat(path, &st);
	if (!exists && !binds)
		return p->may_lack ? 0 : err_set(e, ENOENT, "sandbox", "%s", path);
	switch (p->how) {
	case SANDBOX_HIDDEN:
		rc = hide(path, &st);
		break;
	case SANDBOX_TMPFS:
		rc = mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, p->data) ? -errno : 0;
		break;
	case SANDBOX_BIND:
	case SANDBOX_BIND_READ_ONLY:
		rc = bind(p, path, exists);
		if (rc == -ENOENT && p->may_lack)
			rc = 0;
		break;
	default:
		/* The root is a mount already; bound to itself it would be out of sight. */
		if (strcmp(path, "/"))
			rc = mount(path, path, NULL, MS_BIND | MS_REC, NULL) ? -errno : 0;
	}
	return rc ? err_set(e, rc, "sandbox", "%s", path) : 0;
}

/* --- read-only ------------------------------------------------------------------------------------ */

static bool is_api(const char *path)
{
	return below(path, "/dev") || below(path, "/proc") || below(path, "/sys");
}

/* What the longest path that leads to a mount says of it. */
static bool is_read_only(const struct work *w, const char *mount_point)
{
	const char *root = w->s->root ? w->s->root : "";
	const char *inside = below(mount_point, *root ? root : "/") ? mount_point + strlen(root) : NULL;
	bool read_only = w->s->strict && inside && !is_api(inside);
	unsigned i;

	for (i = 0; i < w->n; i++)
		if (below(mount_point, w->at[i].path))
			read_only = w->at[i].p->how == SANDBOX_READ_ONLY || w->at[i].p->how == SANDBOX_BIND_READ_ONLY ||
				    w->at[i].p->how == SANDBOX_HIDDEN;
	return read_only;
}

/* The flags that a mount has stay: MS_REMOUNT takes all anew. */
static int seal(const char *path, struct err *e)
{
	struct statvfs fs;
	unsigned long flags;

	if (statvfs(path, &fs))
		return errno == EACCES || errno == ENOENT ? 0 : err_set(e, errno, "sandbox", "%s", path);
	if (fs.f_flag & ST_RDONLY)
		return 0;
	flags = (fs.f_flag & KEPT) | (fs.f_flag & ST_RELATIME ? MS_RELATIME : 0);
	if (mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags, NULL))
		return errno == ENOENT || errno == EINVAL ? 0 : err_set(e, errno, "sandbox", "make %s read-only", path);
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
			out[n] = (char)((line[1] - '0') << 6 | (line[2] - '0') << 3 | (line[3] - '0'));
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
	/* What is mounted on the host later on is to be seen here, too, and nothing of ours there. */
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL))
		return err_set(e, errno, "sandbox", "mounts of its own");
	return s->private_network ? enter_loopback(&c, e) : 0;
}

static int change_root(const struct sandbox *s, struct err *e)
{
	if (!s->root)
		return 0;
	return chroot(s->root) || chdir("/") ? err_set(e, errno, "RootDirectory=", "%s", s->root) : 0;
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
	/* The root is a mount of its own: what is made read-only is it, not the host's file system. */
	if (!rc && s->root && mount(s->root, s->root, NULL, MS_BIND | MS_REC, NULL))
		rc = err_set(e, errno, "RootDirectory=", "%s", s->root);
	for (i = 0; i < w->n && !rc; i++)
		rc = apply(w->at[i].p, w->at[i].path, e);
	if (!rc && s->private_devices)
		rc = sandbox_devices(s->root ? s->root : "", e);
	rc = rc ?: seal_all(w, e);
	return rc ?: change_root(s, e);
}
