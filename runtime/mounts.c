/* SPDX-License-Identifier: ISC */
/*
 * What is mounted in a container: the standard file systems (runtime-spec, config-linux.md) and what the
 * unit asks for. Every target is resolved by inroot.h and mounted on by its fd. Runs in the
 * container's child.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/enter.h"

#define SAFE (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define CGROUP2_MAGIC 0x63677270

struct standard {
	const char *target, *type, *data;
	unsigned long flags;
	bool optional;		/* a kernel without it, or a namespace that may not: go on without */
};

static const struct standard standard[] = {
	{ "/proc", "proc", NULL, SAFE, false },
	{ "/dev", "tmpfs", "mode=755,size=65536k", MS_NOSUID | MS_STRICTATIME, false },
	{ "/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5", MS_NOSUID | MS_NOEXEC, false },
	{ "/dev/shm", "tmpfs", "mode=1777,size=65536k", SAFE, false },
	{ "/dev/mqueue", "mqueue", NULL, SAFE, true },
	{ "/sys", "sysfs", NULL, SAFE | MS_RDONLY, true },
};

int enter_mount_fd(const char *source, int target_fd, const char *type, unsigned long flags, const char *data)
{
	char path[48];

	enter_proc_path(path, sizeof(path), target_fd);
	return mount(source, path, type, flags, data) ? -errno : 0;
}

/*
 * A folder that the image may not have as anything but a folder: with /dev or /proc as a symlink, what is made
 * there would land elsewhere (CVE-2026-41579, CVE-2026-47766).
 */
static int open_standard(struct enter *c, const char *target, struct err *e)
{
	int fd = inroot_open_nolink(c->root_fd, target, O_PATH | O_DIRECTORY, 0);

	if (fd == -ENOENT) {
		const char *name;
		int parent AUTO_CLOSE = inroot_parent(c->root_fd, target, 0, 0, &name);

		if (parent >= 0)
			mkdirat(parent, name, 0755);
		fd = inroot_open_nolink(c->root_fd, target, O_PATH | O_DIRECTORY, 0);
	}
	if (fd == -ELOOP || fd == -ENOTDIR)
		return err_set(e, -fd, "mount", "%s: the image has no folder there", target);
	return fd < 0 ? err_set(e, fd, "mount", "%s", target) : fd;
}

static int mount_standard(struct enter *c, const struct standard *m, struct err *e)
{
	int fd AUTO_CLOSE = open_standard(c, m->target, e), rc;

	if (fd < 0)
		return fd;
	rc = enter_mount_fd(m->type, fd, m->type, m->flags, m->data);
	return rc && !m->optional ? err_set(e, rc, "mount", "%s", m->target) : 0;
}

/* Read-only, and rooted at the container's own group by its cgroup namespace. */
static int mount_cgroup(struct enter *c)
{
	struct statfs fs;
	int fd AUTO_CLOSE = -1;

	if (statfs("/sys/fs/cgroup", &fs) || (uint32_t)fs.f_type != CGROUP2_MAGIC)
		return 0;
	fd = inroot_open_nolink(c->root_fd, "/sys/fs/cgroup", O_PATH | O_DIRECTORY, 0);
	if (fd >= 0)
		enter_mount_fd("cgroup2", fd, "cgroup2", SAFE | MS_RDONLY, NULL);
	return 0;
}

int mounts_standard(struct enter *c, struct err *e)
{
	size_t i;

	if (c->spec->no_default_mounts)
		return 0;
	for (i = 0; i < ARRAY_LEN(standard); i++) {
		int rc = mount_standard(c, &standard[i], e);

		if (rc)
			return rc;
	}
	return mount_cgroup(c);
}

int enter_target(struct enter *c, const char *path, bool file, struct err *e)
{
	const char *name;
	int parent AUTO_CLOSE = -1, fd;

	if (!file) {
		fd = inroot_mkdirs(c->root_fd, path, 0755);
		return fd < 0 ? err_set(e, fd, "mount target", "%s", path) : fd;
	}
	fd = inroot_open(c->root_fd, path, O_PATH, 0);
	if (fd != -ENOENT)
		return fd < 0 ? err_set(e, fd, "mount target", "%s", path) : fd;
	parent = inroot_parent(c->root_fd, path, 1, 0755, &name);
	if (parent < 0)
		return err_set(e, parent, "mount target", "%s", path);
	fd = openat(parent, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_set(e, errno, "mount target", "%s", path);
	close(fd);
	fd = inroot_open(c->root_fd, path, O_PATH, 0);
	return fd < 0 ? err_set(e, fd, "mount target", "%s", path) : fd;
}

int enter_mount_at(struct enter *c, const char *source, const char *target, const char *type, unsigned long flags,
		   const char *data, struct err *e)
{
	int fd AUTO_CLOSE = enter_target(c, target, false, e), rc;

	if (fd < 0)
		return fd;
	rc = enter_mount_fd(source, fd, type, flags, data);
	return rc ? err_set(e, rc, "mount", "%s on %s", type ? type : source, target) : 0;
}

/* A bind's flags are taken only by a second mount call, on the mount itself: the path is resolved anew. */
static int bind_flags(struct enter *c, const struct spec_mount *m, struct err *e)
{
	unsigned long flags = m->flags & ~(unsigned long)(MS_BIND | MS_REC);
	int fd AUTO_CLOSE = inroot_open(c->root_fd, m->target, O_PATH, 0), rc = 0;

	if (fd < 0)
		return err_set(e, fd, "mount", "%s", m->target);
	if (m->propagation)
		rc = enter_mount_fd(NULL, fd, NULL, m->propagation, NULL);
	if (!rc && flags)
		rc = enter_mount_fd(NULL, fd, NULL, flags | MS_REMOUNT | MS_BIND, NULL);
	return rc ? err_set(e, rc, "mount", "flags of %s", m->target) : 0;
}

static int mount_bind(struct enter *c, const struct spec_mount *m, struct err *e)
{
	char path[48];
	struct stat st;
	int source AUTO_CLOSE = -1, target AUTO_CLOSE = -1, rc;

	if (m->make_source && io_mkdirs(AT_FDCWD, m->source, 0755))
		return err_set(e, errno, "volume", "%s", m->source);
	source = open(m->source, O_PATH | O_CLOEXEC);
	if (source < 0 || fstat(source, &st))
		return err_set(e, errno, "volume", "%s", m->source);
	target = enter_target(c, m->target, !S_ISDIR(st.st_mode), e);
	if (target < 0)
		return target;
	enter_proc_path(path, sizeof(path), source);
	rc = enter_mount_fd(path, target, NULL, MS_BIND | (m->flags & MS_REC), NULL);
	if (rc)
		return err_set(e, rc, "mount", "%s on %s", m->source, m->target);
	return bind_flags(c, m, e);
}

static bool is_there(struct enter *c, const char *path)
{
	int fd AUTO_CLOSE = inroot_open(c->root_fd, path, O_PATH | O_DIRECTORY, 0);

	return fd >= 0;
}

int mounts_asked(struct enter *c, struct err *e)
{
	unsigned i;
	int rc = 0;

	for (i = 0; i < c->spec->n_mounts && !rc; i++) {
		const struct spec_mount *m = &c->spec->mounts[i];

		if (m->if_there && !is_there(c, m->target))
			continue;
		if (m->flags & MS_BIND)
			rc = mount_bind(c, m, e);
		else
			rc = enter_mount_at(c, m->source ? m->source : m->type, m->target, m->type, m->flags, m->data, e);
	}
	return rc;
}
