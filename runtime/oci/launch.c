/* SPDX-License-Identifier: ISC */
/* Creating a container: see launch.h. */
#include "runtime/oci/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/oci/cgroups_path.h"
#include "runtime/oci/newidmap.h"
#include "runtime/oci/notify.h"
#include "runtime/oci/say.h"

#define NSFS_MAGIC 0x6e736673

int launch_connect(const char *path, struct err *e)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
	    file AUTO_CLOSE = path_open(AT_FDCWD, path, O_PATH, 0);

	str_print(at.sun_path, sizeof(at.sun_path), "/proc/self/fd/%d", file);
	if (fd >= 0 && file >= 0 && !connect(fd, (struct sockaddr *)&at, sizeof(at)))
		return fd;
	err_set(e, errno, "connect", "%s", path);
	io_close(&fd);
	return -e->code;
}

int launch_pid_file(const char *path, pid_t pid, struct err *e)
{
	char text[16], tmp[4096];
	int n = str_print(text, sizeof(text), "%d", (int)pid), fd, rc;

	if (str_print(tmp, sizeof(tmp), "%s.tmp", path) < 0)
		return err_set(e, ENAMETOOLONG, "pid file", "%s", path);
	fd = path_open(AT_FDCWD, tmp, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	rc = fd < 0 ? -errno : io_write_full(fd, text, (size_t)n);
	io_close(&fd);
	if (!rc && path_rename(tmp, path))
		rc = -errno;
	return rc ? err_set(e, rc, "pid file", "%s", path) : 0;
}

/* To join the namespace we are in is an error for some kinds, and nothing to do for all. */
static bool is_ours(uint64_t flag, int fd)
{
	static const struct {
		uint64_t flag;
		const char *name;
	} files[] = {
		{ CLONE_NEWUSER, "user" },	   { CLONE_NEWPID, "pid_for_children" },
		{ CLONE_NEWNET, "net" },	   { CLONE_NEWNS, "mnt" },
		{ CLONE_NEWIPC, "ipc" },	   { CLONE_NEWUTS, "uts" },
		{ SYS_CLONE_NEWCGROUP, "cgroup" }, { SYS_CLONE_NEWTIME, "time_for_children" },
	};
	struct stat one, other;
	char path[48];
	size_t i;

	for (i = 0; i < ARRAY_LEN(files) && files[i].flag != flag; i++)
		;
	if (i == ARRAY_LEN(files))
		return false;
	str_print(path, sizeof(path), "/proc/self/ns/%s", files[i].name);
	return !fstat(fd, &one) && !path_stat(path, &other) && one.st_ino == other.st_ino &&
	       one.st_dev == other.st_dev;
}

int launch_joins(const struct oci_config *c, struct ctr_place *p, struct ctr_join joins[8],
		 struct err *e)
{
	unsigned i;

	for (i = 0; i < c->n_namespaces; i++) {
		const struct oci_namespace *n = &c->namespaces[i];
		struct statfs fs;
		int fd;

		if (!n->path) {
			if (n->flag == SYS_CLONE_NEWTIME)
				p->time_offsets = c->time_offsets ? c->time_offsets : "";
			else
				p->namespaces |= n->flag;
			continue;
		}
		fd = path_open(AT_FDCWD, n->path, O_RDONLY, 0);
		if (fd < 0)
			return err_set(e, errno, "namespace", "%s", n->path);
		if (fstatfs(fd, &fs) || fs.f_type != NSFS_MAGIC) {
			close(fd);
			return err_set(e, EINVAL, "namespace", "%s is none", n->path);
		}
		if (is_ours(n->flag, fd))
			close(fd);
		else
			joins[p->n_joins++] = (struct ctr_join){ .flag = n->flag, .fd = fd };
	}
	p->joins = joins;
	return 0;
}

static bool has_namespace(const struct oci_config *c, uint64_t flag)
{
	unsigned i;

	for (i = 0; i < c->n_namespaces; i++)
		if (c->namespaces[i].flag == flag)
			return true;
	return false;
}

/* What goes together only in config.json as a whole. */
static int check(const struct oci_config *c, const struct launch_options *o, struct err *e)
{
	const struct spec *s = &c->spec;

	if ((o->run || c->has_process) && !s->argv)
		return err_set(e, EINVAL, "config.json", "process.args is missing");
	if (s->hostname && !has_namespace(c, CLONE_NEWUTS))
		return err_set(e, EINVAL, "config.json",
			       "hostname without a uts namespace would be the host's");
	if (s->domainname && !has_namespace(c, CLONE_NEWUTS))
		return err_set(e, EINVAL, "config.json",
			       "domainname without a uts namespace would be the host's");
	if (c->terminal && o->console_fd < 0 && !o->console_socket)
		return err_set(e, EINVAL, "usage", "process.terminal wants a --console-socket");
	if (!c->terminal && o->console_socket)
		return err_set(e, EINVAL, "usage", "--console-socket without process.terminal");
	return 0;
}

/* Where a user may not make groups and config.json names none, there is none. */
static int make_cgroup(struct launched *l, const struct launch_options *o, struct err *e)
{
	const struct oci_config *c = &l->bundle.config;
	struct err why = { 0 };
	int rc;

	rc = cgroups_path(c->cgroups_path, o->id, o->systemd_cgroup, l->box.cgroup,
			  sizeof(l->box.cgroup), e);
	if (rc)
		return rc;
	rc = cg_path_open(l->box.cgroup, true, &l->tree, &l->cg, &why);
	if (rc && !c->cgroups_path) {
		say_debug("no control group: %s", why.text);
		l->box.cgroup[0] = '\0';
		return 0;
	}
	if (rc) {
		*e = why;
		return rc;
	}
	l->in_cgroup = true;
	l->place.cgroup = &l->cg;
	l->place.cgroup_fd = l->cg.fd;
	rc = cg_apply(&l->tree, &l->cg, &c->resources, e);
	if (!rc && c->resources.n_devices) {
		rc = cg_container_rules(&l->cg, c->resources.devices, c->resources.n_devices, &why);
		/*
		 * In a user namespace there is no mknod to guard against; elsewhere the rules must
		 * hold.
		 */
		if (rc && rc != -ENOTSUP && !(rc == -EPERM && has_namespace(c, CLONE_NEWUSER)))
			*e = why;
		else
			rc = 0;
	}
	return rc;
}

/*
 * In a user namespace the child has no rights over the host's folders on the way to a volume. We
 * have: the tree is cloned here and moved there. Before Linux 5.2 the child tries by path.
 */
static void open_trees(struct oci_config *c)
{
	unsigned i;

	for (i = 0; i < c->spec.n_mounts; i++) {
		struct spec_mount *m = &c->mounts[i];
		unsigned deep = m->flags & MS_REC ? SYS_AT_RECURSIVE : 0;
		long fd;

		if (!(m->flags & MS_BIND) || m->flags & MS_REMOUNT || m->idmap)
			continue;
		fd = sys_open_tree(AT_FDCWD, m->source,
				   SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC | deep);
		m->tree_fd = fd > 0 ? (int)fd : 0;
	}
}

static int make_place(struct launched *l, struct err *e)
{
	struct oci_config *c = &l->bundle.config;
	struct ctr_place *p = &l->place;

	*p = (struct ctr_place){ .cgroup_fd = -1, .netns_fd = -1 };
	p->uid_map = c->userns.uid;
	p->n_uid_map = c->userns.n_uid;
	p->gid_map = c->userns.gid;
	p->n_gid_map = c->userns.n_gid;
	p->map_ids = newidmap_wanted(p) ? newidmap_write : NULL;
	c->spec.host_mountns = !has_namespace(c, CLONE_NEWNS);
	c->spec.session = &l->session.spec;
	c->spec.stdin_fd = 0;
	c->spec.stdout_fd = 1;
	c->spec.stderr_fd = 2;
	c->spec.name = l->box.id;
	if (launch_joins(c, p, l->joins, e))
		return -e->code;
	c->spec.own_cgroupns = (p->namespaces & SYS_CLONE_NEWCGROUP) != 0;
	if (p->namespaces & CLONE_NEWUSER && !p->n_uid_map)
		return err_set(e, EINVAL, "config.json",
			       "a user namespace without linux.uidMappings");
	if (has_namespace(c, CLONE_NEWUSER))
		open_trees(c);
	c->spec.loopback = (p->namespaces & CLONE_NEWNET) != 0;
	return 0;
}

static int make_session(struct launched *l, const struct launch_options *o, struct err *e)
{
	int rc = session_open(&l->session, &l->box, &l->bundle.config, !o->run, e);
	struct spec_session *s = &l->session.spec;

	s->no_pivot = o->no_pivot;
	s->preserve_fds = o->preserve_fds;
	s->console_fd = o->console_fd;
	if (!rc && o->console_socket)
		rc = s->console_fd = launch_connect(o->console_socket, e);
	if (rc >= 0)
		rc = notify_connect(&l->bundle.config, &s->listener_fd, e);
	return rc < 0 ? rc : 0;
}

static int child(void *ctx, struct err *e)
{
	return ctr_enter(ctx, e);
}

static int spawn(struct launched *l, struct err *e)
{
	struct timespec now;
	int rc = ctr_spawn(&l->place, child, &l->bundle.config.spec, &l->proc, e);

	io_close(&l->session.spec.listener_fd);
	if (rc)
		return rc;
	clock_gettime(CLOCK_REALTIME, &now);
	say_time(&now, l->box.created);
	l->box.pid = l->proc.pid;
	l->box.start_ticks = box_ticks(l->proc.pid);
	return box_save(&l->box, BOX_CREATING, e);
}

void launch_undo(struct launched *l)
{
	struct err ignored = { 0 };
	int status;

	session_close(&l->session);
	if (l->proc.pid > 0) {
		kill(l->proc.pid, SIGKILL);
		waitpid(l->proc.pid, &status, 0);
	}
	if (l->in_cgroup) {
		cg_kill(&l->tree, &l->cg);
		cg_close(&l->tree, &l->cg, false);
		cg_path_remove(l->box.cgroup, &ignored);
	}
	if (l->bundle.config.spec.host_mountns && l->box.rootfs[0] && l->box.pid)
		path_umount(l->box.rootfs, MNT_DETACH | UMOUNT_NOFOLLOW);
	if (l->box.fd >= 0)
		box_remove(&l->box, &ignored);
}

static int build(struct launched *l, const struct launch_options *o, struct err *e)
{
	int rc = bundle_read(&l->bundle, o->bundle, &l->box, e);

	if (!rc && l->bundle.config.version_is_newer)
		say_warning("config.json: ociVersion %s is newer than what is known here",
			    l->box.version);
	if (!rc && l->bundle.config.unknown_cap)
		say_warning("config.json: there is no capability %s", l->bundle.config.unknown_cap);
	rc = rc ?: check(&l->bundle.config, o, e);
	rc = rc ?: bundle_keep(&l->bundle, &l->box, e);
	rc = rc ?: make_session(l, o, e);
	rc = rc ?: make_place(l, e);
	rc = rc ?: make_cgroup(l, o, e);
	rc = rc ?: spawn(l, e);
	rc = rc ?: session_follow(&l->session, &l->proc, e);
	rc = rc ?: box_save(&l->box, BOX_CREATED, e);
	if (!rc && o->pid_file)
		rc = launch_pid_file(o->pid_file, l->box.pid, e);
	return rc;
}

int launch(struct launched *l, const struct launch_options *o, struct err *e)
{
	int rc;

	*l = (struct launched){ .box.fd = -1, .proc = { -1, -1, -1 } };
	l->session.ours = l->session.theirs = l->session.listen_fd = -1;
	l->session.spec.console_fd = l->session.spec.listener_fd = -1;
	rc = box_make(&l->box, o->id, e);
	if (rc) {
		box_close(&l->box);	/* an id in use is another's folder */
		return rc;
	}
	rc = build(l, o, e);
	if (rc)
		launch_undo(l);
	return rc;
}
