/* SPDX-License-Identifier: ISC */
/*
 * The standard file systems of a container (runtime-spec, config-linux.md "Default Filesystems")
 * and what every mount needs: targets are resolved by inroot.h and mounted on by their fd. Runs in
 * the container's child.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/container.h"
#include "runtime/enter.h"

#define SAFE (MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define CGROUP2_MAGIC 0x63677270

struct standard {
	const char *target, *type, *data;
	unsigned long flags;
	bool optional; /* a kernel without it, or a namespace that may not: go on without */
};

static const struct standard standard[] = {
	{ "/proc", "proc", NULL, SAFE, false },
	{ "/dev", "tmpfs", "mode=755,size=65536k", MS_NOSUID | MS_STRICTATIME, false },
	{ "/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620,gid=5", MS_NOSUID | MS_NOEXEC,
	  false },
	{ "/dev/shm", "tmpfs", "mode=1777,size=65536k", SAFE, false },
	{ "/dev/mqueue", "mqueue", NULL, SAFE, true },
	{ "/sys", "sysfs", NULL, SAFE | MS_RDONLY, true },
};

bool ctr_default_mount(unsigned i, struct spec_mount *ret)
{
	if (i >= ARRAY_LEN(standard))
		return false;
	*ret = (struct spec_mount){ .target = standard[i].target,
				    .type = standard[i].type,
				    .source = standard[i].type,
				    .data = standard[i].data,
				    .flags = standard[i].flags };
	return true;
}

/*
 * A folder that the image may not have as anything but a folder: with /dev or /proc as a symlink,
 * what is made there would land elsewhere (CVE-2026-41579, CVE-2026-47766).
 */
int enter_standard_folder(struct enter *c, const char *target, struct err *e)
{
	int fd = inroot_open_nolink(c->root_fd, target, O_PATH | O_DIRECTORY, 0);

	if (fd == -ENOENT) {
		const char *name;
		int parent AUTO_CLOSE = inroot_parent(c->root_fd, target, 0, 0, &name);

		if (parent >= 0)
			at_mkdir(parent, name, 0755);
		fd = inroot_open_nolink(c->root_fd, target, O_PATH | O_DIRECTORY, 0);
	}
	if (fd == -ELOOP || fd == -ENOTDIR)
		return err_set(e, -fd, "mount", "%s: the image has no folder there", target);
	return fd < 0 ? err_set(e, fd, "mount", "%s", target) : fd;
}

static int mount_standard(struct enter *c, const struct standard *m, struct err *e)
{
	int fd AUTO_CLOSE = enter_standard_folder(c, m->target, e), rc;

	if (fd < 0)
		return fd;
	rc = at_mount(m->type, fd, m->type, m->flags, m->data);
	return rc && !m->optional ? err_set(e, rc, "mount", "%s", m->target) : 0;
}

/* Read-only, and rooted at the container's own group by its cgroup namespace. */
static int mount_cgroup(struct enter *c)
{
	int fd AUTO_CLOSE = -1;

	if (!path_is_fs("/sys/fs/cgroup", CGROUP2_MAGIC))
		return 0;
	fd = inroot_open_nolink(c->root_fd, "/sys/fs/cgroup", O_PATH | O_DIRECTORY, 0);
	if (fd >= 0)
		at_mount("cgroup2", fd, "cgroup2", SAFE | MS_RDONLY, NULL);
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
	fd = at_open(parent, name, O_CREAT | O_EXCL | O_WRONLY, 0644);
	if (fd < 0)
		return err_set(e, errno, "mount target", "%s", path);
	close(fd);
	fd = inroot_open(c->root_fd, path, O_PATH, 0);
	return fd < 0 ? err_set(e, fd, "mount target", "%s", path) : fd;
}

int enter_remount_fd(int fd, unsigned long flags)
{
	struct statfs fs;
	int rc = at_mount(NULL, fd, NULL, MS_REMOUNT | MS_BIND | flags, NULL);

	/*
	 * In a user namespace the flags that the mount came with are locked: they must be asked for
	 * again (mount_namespaces(7)).
	 */
	if (rc != -EPERM || fstatfs(fd, &fs))
		return rc;
	/* ST_* and MS_* are the same bits for these; ST_RELATIME is not. */
	flags |= (unsigned long)fs.f_flags &
		 (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME);
	if ((unsigned long)fs.f_flags & ST_RELATIME)
		flags |= MS_RELATIME;
	return at_mount(NULL, fd, NULL, MS_REMOUNT | MS_BIND | flags, NULL);
}
