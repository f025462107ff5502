/* SPDX-License-Identifier: ISC */
/*
 * The container's view of its control groups: mount type "cgroup" of config.json. On v2 one mount,
 * rooted at the container's group by its cgroup namespace; on v1 a folder a hierarchy on a small
 * tmpfs. Runs in the child.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/enter.h"

#define CGROUP2_MAGIC 0x63677270
#define ROOT "/sys/fs/cgroup"

static bool is_v2(const char *path)
{
	return path_is_fs(path, CGROUP2_MAGIC);
}

/* Where the kernel refuses a fresh mount (no namespace of our own) the group's folder is bound. */
static int mount_v2(int target, unsigned long flags)
{
	int rc = at_mount("cgroup2", target, "cgroup2", flags, NULL);

	return rc == -EPERM || rc == -EBUSY
		       ? at_mount(ROOT, target, NULL, MS_BIND | MS_REC, NULL)
		       : rc;
}

static int make_folder(int dir, const char *name)
{
	if (at_mkdir(dir, name, 0755) && errno != EEXIST)
		return -errno;
	return at_open(dir, name, O_PATH | O_DIRECTORY, 0);
}

/* "cpu,cpuacct" is reached as cpu and as cpuacct too. */
static void link_parts(int dir, const char *names)
{
	char part[64];
	const char *at = names;

	if (!strchr(names, ','))
		return;
	for (; *at; at += strcspn(at, ","), at += *at == ',')
		if (str_print(part, sizeof(part), "%.*s", (int)strcspn(at, ","), at) > 0)
			(void)!at_symlink(names, dir, part);
}

/* One line of /proc/self/cgroup: "4:cpu,cpuacct:/path". */
static int mount_v1_one(struct enter *c, int dir, char *line, unsigned long flags, struct err *e)
{
	char *names = strchr(line, ':'), *path, from[4224], named[128];
	bool is_named;
	int folder AUTO_CLOSE = -1, rc;

	names = names ? names + 1 : line;
	path = strchr(names, ':');
	if (!path || !*names || names[0] == ':')
		return 0;
	*path++ = '\0';
	is_named = str_starts(names, "name=");
	if (is_named) {
		str_print(named, sizeof(named), "none,%s", names);
		names += 5;
	}
	str_print(from, sizeof(from), ROOT "/%s", names);
	if (!path_exists(from))
		return 0;	/* not mounted on this host */
	folder = make_folder(dir, names);
	if (folder < 0)
		return err_set(e, folder, "mount", "cgroup %s", names);
	str_print(from, sizeof(from), ROOT "/%s%s", names, path);
	/*
	 * In a cgroup namespace a fresh mount shows the group alone; the path above would be the
	 * host's root.
	 */
	if (c->spec->own_cgroupns)
		rc = at_mount("cgroup", folder, "cgroup", flags, is_named ? named : names);
	else
		rc = at_mount(from, folder, NULL, MS_BIND | MS_REC, NULL);
	if (rc)
		return err_set(e, rc, "mount", "cgroup %s", from);
	link_parts(dir, names);
	io_close(&folder);
	folder = at_open(dir, names, O_PATH | O_DIRECTORY, 0);
	rc = folder < 0 ? -errno : enter_remount_fd(folder, flags);
	return rc ? err_set(e, rc, "mount", "cgroup %s", names) : 0;
}

static int mount_v1(struct enter *c, const struct spec_mount *m, int target, struct err *e)
{
	unsigned long flags = m->flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
	int rc = at_mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=755");
	int dir AUTO_CLOSE =
		rc ? -1 : inroot_open(c->root_fd, m->target, O_RDONLY | O_DIRECTORY, 0);
	int list AUTO_CLOSE = path_open(AT_FDCWD, "/proc/self/cgroup", O_RDONLY, 0);
	char text[4096], *line, *next;
	ssize_t n = list < 0 ? -errno : io_read_full(list, text, sizeof(text) - 1);

	if (rc || dir < 0 || n < 0)
		return err_set(e, rc ? -rc : dir < 0 ? -dir : (int)-n, "mount", "%s", m->target);
	text[n] = '\0';
	for (line = text; *line && !rc; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		rc = mount_v1_one(c, dir, line, flags, e);
	}
	return rc ? rc : flags & MS_RDONLY ? enter_remount_fd(dir, flags) : 0;
}

int mount_cgroups(struct enter *c, const struct spec_mount *m, int target_fd, struct err *e)
{
	unsigned long flags =
		m->flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RELATIME);
	int rc;

	if (!is_v2(ROOT))
		return mount_v1(c, m, target_fd, e);
	rc = mount_v2(target_fd, flags);
	return rc ? err_set(e, rc, "mount", "cgroup2 on %s", m->target) : 0;
}
