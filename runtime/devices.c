/* SPDX-License-Identifier: ISC */
/*
 * The device nodes of a container: the standard ones in its own /dev, the links beside them, and those
 * that the unit asks for. In a user namespace, where mknod(2) is refused, the host's node is bound.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/enter.h"

struct node {
	const char *name;
	unsigned major, minor;
};

static const struct node nodes[] = {
	{ "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 }, { "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};

static const char *const links[][2] = {
	{ "/proc/self/fd", "fd" }, { "/proc/self/fd/0", "stdin" }, { "/proc/self/fd/1", "stdout" },
	{ "/proc/self/fd/2", "stderr" }, { "pts/ptmx", "ptmx" },
};

static int bind_node(const char *source, int dir_fd, const char *name)
{
	char from[48];
	int node AUTO_CLOSE = openat(dir_fd, name, O_CREAT | O_EXCL | O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0644);
	int host AUTO_CLOSE = open(source, O_PATH | O_CLOEXEC);

	if (node < 0 || host < 0)
		return -errno;
	enter_proc_path(from, sizeof(from), host);
	return enter_mount_fd(from, node, NULL, MS_BIND, NULL);
}

static int make_node(const char *source, int dir_fd, const char *name, mode_t mode, dev_t dev)
{
	if (!mknodat(dir_fd, name, mode, dev))
		/* mknod's mode is cut by the umask. */
		return fchmodat(dir_fd, name, mode & 07777, 0) ? -errno : 0;
	return errno == EPERM ? bind_node(source, dir_fd, name) : -errno;
}

static int make_standard(int dev_fd, struct err *e)
{
	char source[32];
	size_t i;

	for (i = 0; i < ARRAY_LEN(nodes); i++) {
		int rc;

		str_print(source, sizeof(source), "/dev/%s", nodes[i].name);
		rc = make_node(source, dev_fd, nodes[i].name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor));
		if (rc)
			return err_set(e, rc, "device", "/dev/%s", nodes[i].name);
	}
	for (i = 0; i < ARRAY_LEN(links); i++)
		if (symlinkat(links[i][0], dev_fd, links[i][1]))
			return err_set(e, errno, "device", "/dev/%s", links[i][1]);
	return 0;
}

static int make_asked(struct enter *c, const struct spec_device *d, struct err *e)
{
	const char *name;
	struct stat st;
	int parent AUTO_CLOSE = -1, rc;

	if (stat(d->source, &st))
		return err_set(e, errno, "device", "%s", d->source);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_set(e, EINVAL, "device", "%s is no device", d->source);
	parent = inroot_parent(c->root_fd, d->target, 1, 0755, &name);
	if (parent < 0)
		return err_set(e, parent, "device", "%s", d->target);
	rc = make_node(d->source, parent, name, (st.st_mode & S_IFMT) | (d->mode ? d->mode : st.st_mode & 07777), st.st_rdev);
	if (!rc && fchownat(parent, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW) && errno != EPERM)
		rc = -errno;
	return rc ? err_set(e, rc, "device", "%s", d->target) : 0;
}

int devices_make(struct enter *c, struct err *e)
{
	unsigned i;
	int rc = 0;

	if (!c->spec->no_default_mounts) {
		/* Opened anew: this is the tmpfs that was mounted on the folder. */
		int dev AUTO_CLOSE = inroot_open_nolink(c->root_fd, "/dev", O_RDONLY | O_DIRECTORY, 0);

		rc = dev < 0 ? err_set(e, dev, "device", "/dev") : make_standard(dev, e);
	}
	for (i = 0; i < c->spec->n_devices && !rc; i++)
		rc = make_asked(c, &c->spec->devices[i], e);
	return rc;
}
