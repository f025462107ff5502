/* SPDX-License-Identifier: ISC */
/*
 * The device nodes of a container: the standard ones in its own /dev, the links beside them, and
 * those that the unit asks for. In a user namespace, where mknod(2) is refused, the host's node is
 * bound.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/enter.h"

struct node {
	const char *name;
	unsigned major, minor;
};

static const struct node nodes[] = {
	{ "null", 1, 3 },   { "zero", 1, 5 },	 { "full", 1, 7 },
	{ "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};

static const char *const links[][2] = {
	{ "/proc/self/fd", "fd" }, { "/proc/self/fd/0", "stdin" }, { "/proc/self/fd/1", "stdout" },
	{ "/proc/self/fd/2", "stderr" }, { "pts/ptmx", "ptmx" },
};

/* Where mknod(2) is not allowed the host's own node is bound: that very device, nothing else. */
static int bind_node(const char *source, int dir_fd, const char *name, mode_t mode, dev_t dev)
{
	char from[48];
	struct stat st;
	int host AUTO_CLOSE = path_open(AT_FDCWD, source, O_PATH, 0), node AUTO_CLOSE = -1;

	if (host < 0 || fstat(host, &st))
		return -errno;
	if ((st.st_mode & S_IFMT) != (mode & S_IFMT) || st.st_rdev != dev)
		return -ENODEV;
	node = at_open(dir_fd, name, O_CREAT | O_EXCL | O_RDONLY, 0644);
	if (node < 0)
		return -errno;
	at_fd_path(from, sizeof(from), host);
	return at_mount(from, node, NULL, MS_BIND, NULL);
}

static int make_node(const char *source, int dir_fd, const char *name, mode_t mode, dev_t dev)
{
	if (!at_mknod(dir_fd, name, mode, dev))
		/* mknod's mode is cut by the umask. */
		return at_chmod(dir_fd, name, mode & 07777) ? -errno : 0;
	return errno == EPERM ? bind_node(source, dir_fd, name, mode, dev) : -errno;
}

static int make_standard(int dev_fd, struct err *e)
{
	char source[32];
	size_t i;

	for (i = 0; i < ARRAY_LEN(nodes); i++) {
		int rc;

		str_print(source, sizeof(source), "/dev/%s", nodes[i].name);
		rc = make_node(source, dev_fd, nodes[i].name, S_IFCHR | 0666,
			       makedev(nodes[i].major, nodes[i].minor));
		if (rc && rc != -EEXIST)
			return err_set(e, rc, "device", "/dev/%s", nodes[i].name);
	}
	for (i = 0; i < ARRAY_LEN(links); i++)
		if (at_symlink(links[i][0], dev_fd, links[i][1]) && errno != EEXIST)
			return err_set(e, errno, "device", "/dev/%s", links[i][1]);
	return 0;
}

/* What the node is to be: by config.json's numbers, or as the host's own. */
static int look_up(const struct spec_device *d, struct stat *ret, struct err *e)
{
	if (d->by_number) {
		*ret = (struct stat){
			.st_mode = d->type | (d->mode ? d->mode : 0666),
			.st_rdev = makedev(d->major, d->minor),
			.st_uid = d->uid,
			.st_gid = d->gid,
		};
		return 0;
	}
	if (path_stat(d->source, ret))
		return err_set(e, errno, "device", "%s", d->source);
	if (!S_ISCHR(ret->st_mode) && !S_ISBLK(ret->st_mode))
		return err_set(e, EINVAL, "device", "%s is no device", d->source);
	if (d->mode)
		ret->st_mode = (ret->st_mode & S_IFMT) | d->mode;
	return 0;
}

static int make_asked(struct enter *c, const struct spec_device *d, struct err *e)
{
	const char *name;
	struct stat st, old;
	int parent AUTO_CLOSE = -1, rc = look_up(d, &st, e);

	if (rc)
		return rc;
	parent = inroot_parent(c->root_fd, d->target, 1, 0755, &name);
	if (parent < 0)
		return err_set(e, parent, "device", "%s", d->target);
	rc = make_node(d->by_number ? d->target : d->source, parent, name, st.st_mode, st.st_rdev);
	/* A standard node may be asked for again, with a mode of its own. */
	if (rc == -EEXIST && !at_stat(parent, name, &old) &&
	    old.st_rdev == st.st_rdev && (old.st_mode & S_IFMT) == (st.st_mode & S_IFMT))
		rc = at_chmod(parent, name, st.st_mode & 07777) ? -errno : 0;
	if (!rc && at_chown(parent, name, st.st_uid, st.st_gid) &&
	    errno != EPERM)
		rc = -errno;
	return rc ? err_set(e, rc, "device", "%s", d->target) : 0;
}

/* A /dev that is the host's own, bound, has its nodes and must not get ours. */
static bool is_bound(const struct spec *s)
{
	unsigned i;

	for (i = 0; i < s->n_mounts; i++)
		if (!strcmp(s->mounts[i].target, "/dev"))
			return s->mounts[i].flags & MS_BIND;
	return false;
}

int devices_make(struct enter *c, struct err *e)
{
	int dev AUTO_CLOSE = -1, rc = 0;
	unsigned i;

	if (is_bound(c->spec))
		return 0;
	/* Opened anew: this is the tmpfs that was mounted on the folder. */
	dev = enter_standard_folder(c, "/dev", e);
	if (dev < 0)
		return dev;
	rc = make_standard(dev, e);
	for (i = 0; i < c->spec->n_devices && !rc; i++)
		/*
		 * The container's own devpts has it, whatever the host's is (podman --privileged
		 * names all the host's).
		 */
		if (strcmp(c->spec->devices[i].target, "/dev/ptmx"))
			rc = make_asked(c, &c->spec->devices[i], e);
	return rc;
}
