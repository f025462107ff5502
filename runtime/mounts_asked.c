/* SPDX-License-Identifier: ISC */
/*
 * The mounts that a unit or config.json asks for (runtime-spec, config.md "Mounts"): binds, file
 * systems, id-mapped and recursive attributes, copies into a tmpfs. Nothing may be put over the
 * kernel's own files. Runs in the child.
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
#include "runtime/base/sys.h"
#include "runtime/enter.h"
#include "runtime/idmap.h"

#define PROC_MAGIC 0x9fa0
#define SELINUX_MAGIC 0xf97cff8c
#define BIND_ONLY (MS_BIND | MS_REC)

/*
 * Files of proc that lxcfs and the like cover (runc's list); anything else there would deceive who
 * reads it.
 */
static const char *const coverable[] = {
	"/cpuinfo",
	"/diskstats",
	"/meminfo",
	"/stat",
	"/swaps",
	"/uptime",
	"/loadavg",
	"/slabinfo",
	"/net/dev",
	"/sys/kernel/ns_last_pid",
	"/sys/crypto/fips_enabled",
	NULL,
};

static bool is_kernels(const char *target)
{
	return !strcmp(target, "/proc") || !strcmp(target, "/sys") || !strcmp(target, "/dev");
}

/* CVE-2019-16884, CVE-2023-27561: where the path really led decides, not what it is called. */
static int check_target(struct enter *c, const struct spec_mount *m, int target, struct err *e)
{
	char link[48], root[4096], path[4096];
	struct statfs fs;
	ssize_t n, n_root;
	size_t i;

	if (fstatfs(target, &fs) || fs.f_type != PROC_MAGIC)
		return 0;
	at_fd_path(link, sizeof(link), c->root_fd);
	n_root = path_readlink(link, root, sizeof(root) - 1);
	at_fd_path(link, sizeof(link), target);
	n = path_readlink(link, path, sizeof(path) - 1);
	if (n_root < 0 || n < n_root)
		return err_set(e, EXDEV, "mount", "%s leads outside the root", m->target);
	path[n] = '\0';
	for (i = 0; coverable[i]; i++)
		if (str_ends(path, coverable[i]) && m->flags & MS_BIND)
			return 0;
	/* proc may be mounted anew over itself. */
	if (m->type && !strcmp(m->type, "proc") &&
	    !strcmp(path + (n_root > 1 ? n_root : 0), "/proc"))
		return 0;
	return err_set(e, EPERM, "mount", "%s lies in proc", m->target);
}

static int open_target(struct enter *c, const struct spec_mount *m, bool file, struct err *e)
{
	int fd, rc;

	fd = is_kernels(m->target) && !file ? enter_standard_folder(c, m->target, e)
					    : enter_target(c, m->target, file, e);
	if (fd < 0)
		return fd;
	rc = check_target(c, m, fd, e);
	if (!rc)
		return fd;
	close(fd);
	return rc;
}

/*
 * What only a second call on the mount itself takes: the path is resolved anew, to what was
 * mounted.
 */
static int finish(struct enter *c, const struct spec_mount *m, unsigned long flags, struct err *e)
{
	struct sys_mount_attr attr = { .attr_set = m->attr_set, .attr_clr = m->attr_clr };
	int fd AUTO_CLOSE = -1, rc = 0;
	long err;

	if (!flags && !m->propagation && !m->attr_set && !m->attr_clr)
		return 0;
	fd = inroot_open(c->root_fd, m->target, O_PATH, 0);
	if (fd < 0)
		return err_set(e, fd, "mount", "%s", m->target);
	if (flags)
		rc = enter_remount_fd(fd, flags);
	if (rc)
		return err_set(e, rc, "mount", "flags of %s", m->target);
	if (m->attr_set || m->attr_clr) {
		err = sys_mount_setattr(fd, "", SYS_AT_EMPTY_PATH | SYS_AT_RECURSIVE, &attr,
					sizeof(attr));
		if (err)
			return err_set(e, (int)-err, "mount", "recursive attributes of %s",
				       m->target);
	}
	if (m->propagation)
		rc = at_mount(NULL, fd, NULL, m->propagation, NULL);
	return rc ? err_set(e, rc, "mount", "propagation of %s", m->target) : 0;
}

static int bind_plain(const struct spec_mount *m, int source, int target)
{
	char path[48];

	at_fd_path(path, sizeof(path), source);
	return at_mount(path, target, NULL, MS_BIND | (m->flags & MS_REC), NULL);
}

static int bind_mapped(struct enter *c, const struct spec_mount *m, int source, int target)
{
	int userns AUTO_CLOSE = idmap_userns(m->idmap, c->proc_fd);

	return userns < 0 ? userns
			  : idmap_bind(userns, source, target, (m->flags & MS_REC) != 0,
				       m->idmap->recursive);
}

/*
 * A source that only the host's root can reach came as a tree of its own, made before we were
 * cloned.
 */
static int mount_tree(struct enter *c, const struct spec_mount *m, struct err *e)
{
	struct stat st;
	int target AUTO_CLOSE = -1;
	long rc;

	if (fstat(m->tree_fd, &st))
		return err_set(e, errno, "volume", "%s", m->source);
	target = open_target(c, m, !S_ISDIR(st.st_mode), e);
	if (target < 0)
		return target;
	rc = sys_move_mount(m->tree_fd, "", target, "",
			    SYS_MOVE_MOUNT_F_EMPTY_PATH | SYS_MOVE_MOUNT_T_EMPTY_PATH);
	if (rc)
		return err_set(e, (int)-rc, "mount", "%s on %s", m->source, m->target);
	return finish(c, m, m->flags & ~(unsigned long)BIND_ONLY, e);
}

static int mount_bind(struct enter *c, const struct spec_mount *m, struct err *e)
{
	struct stat st;
	int source AUTO_CLOSE = -1, target AUTO_CLOSE = -1, rc;

	if (m->make_source && io_mkdirs(AT_FDCWD, m->source, 0755))
		return err_set(e, errno, "volume", "%s", m->source);
	source = path_open(AT_FDCWD, m->source, O_PATH, 0);
	if (source < 0 || fstat(source, &st))
		return err_set(e, errno, "volume", "%s", m->source);
	target = open_target(c, m, !S_ISDIR(st.st_mode), e);
	if (target < 0)
		return target;
	rc = m->idmap ? bind_mapped(c, m, source, target) : bind_plain(m, source, target);
	if (rc)
		return err_set(e, rc, "mount", "%s on %s", m->source, m->target);
	return finish(c, m, m->flags & ~(unsigned long)BIND_ONLY, e);
}

/* The folder's own content is held by an fd while the tmpfs covers it. */
static int copy_up(struct enter *c, const struct spec_mount *m, int below, struct err *e)
{
	int fresh AUTO_CLOSE = inroot_open(c->root_fd, m->target, O_RDONLY | O_DIRECTORY, 0);
	int old AUTO_CLOSE = at_open(below, ".", O_RDONLY | O_DIRECTORY, 0);

	if (fresh < 0 || old < 0)
		return err_set(e, fresh < 0 ? -fresh : errno, "tmpcopyup", "%s", m->target);
	return copyup_tree(old, fresh, e);
}

/*
 * sysfs belongs to the network namespace's owner: in a user namespace with the host's network only
 * the host's own can be shown.
 */
static int bind_sys(int target)
{
	return at_mount("/sys", target, NULL, MS_BIND | MS_REC, NULL);
}

/* "context=" is for kernels that have SELinux on; others refuse it. */
static const char *label_of(const struct enter *c)
{
	const struct spec_extra *x = c->spec->extra;

	if (!x || !x->mount_label || !*x->mount_label)
		return NULL;
	return path_is_fs("/sys/fs/selinux", SELINUX_MAGIC) ? x->mount_label : NULL;
}

static int mount_fs(struct enter *c, const struct spec_mount *m, struct err *e)
{
	const char *label = label_of(c);
	unsigned long first = m->flags & ~(unsigned long)MS_REMOUNT;
	int target AUTO_CLOSE = open_target(c, m, false, e), rc;
	char data[1024];

	if (target < 0)
		return target;
	if (!strcmp(m->type, "cgroup") || !strcmp(m->type, "cgroup2"))
		return mount_cgroups(c, m, target, e);
	if (str_print(data, sizeof(data), "%s%s%s%s%s", m->data ? m->data : "",
		      label && m->data && *m->data ? "," : "", label ? "context=\"" : "",
		      label ? label : "", label ? "\"" : "") < 0)
		return err_set(e, E2BIG, "mount", "options of %s", m->target);
	/* A tmpfs is filled first and sealed by finish(). */
	if (m->copy_up)
		first &= ~(unsigned long)MS_RDONLY;
	rc = at_mount(m->source && *m->source ? m->source : m->type, target, m->type, first, data);
	if (rc == -EPERM && !strcmp(m->type, "sysfs"))
		rc = bind_sys(target);
	if (rc)
		return err_set(e, rc, "mount", "%s on %s", m->type, m->target);
	rc = m->copy_up ? copy_up(c, m, target, e) : 0;
	return rc ?: finish(c, m, m->copy_up ? m->flags : 0, e);
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
		if (m->flags & MS_REMOUNT && m->flags & MS_BIND)
			rc = finish(c, m, m->flags & ~(unsigned long)(BIND_ONLY | MS_REMOUNT), e);
		else if (m->flags & MS_BIND)
			rc = m->tree_fd > 0 ? mount_tree(c, m, e) : mount_bind(c, m, e);
		else if (!m->type)
			rc = err_set(e, EINVAL, "mount", "%s has no type", m->target);
		else
			rc = mount_fs(c, m, e);
	}
	return rc;
}
