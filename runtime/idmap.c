/* SPDX-License-Identifier: ISC */
/* Id-mapped mounts: see idmap.h. */
#include "runtime/idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/procfs.h"

/* "inside" of a map is what the mount shows; the kernel's map has the disk's ids on that side. */
static int write_map(int proc_fd, pid_t pid, const char *file, const struct spec_idmap *map,
		     unsigned n)
{
	char path[64], text[1024];
	struct str s;
	unsigned i;

	str_init(&s, text, sizeof(text));
	for (i = 0; i < n; i++)
		str_fmt(&s, "%u %u %u\n", map[i].inside, map[i].outside, map[i].count);
	str_print(path, sizeof(path), "%d/%s", (int)pid, file);
	return s.cut ? -E2BIG : procfs_write(proc_fd, path, text);
}

int idmap_write(const struct spec_idmap_set *map, int proc_fd, pid_t pid)
{
	int rc = write_map(proc_fd, pid, "uid_map", map->uid, map->n_uid);

	return rc ?: write_map(proc_fd, pid, "gid_map", map->gid, map->n_gid);
}

static int open_ns(int proc_fd, pid_t pid)
{
	char path[32];
	int fd;

	str_print(path, sizeof(path), "%d/ns/user", (int)pid);
	/* A magic link, on a procfs that nobody else can touch. */
	fd = path_open(proc_fd, path, O_RDONLY, 0);
	return fd < 0 ? -errno : fd;
}

/* The namespace lives by the process in it and then by the fd. */
int idmap_userns(const struct spec_idmap_set *map, int proc_fd)
{
	long pid = sys_clone(CLONE_NEWUSER | SIGCHLD, NULL);
	int fd;

	if (pid == 0)
		for (;;)
			pause();
	if (pid < 0)
		return (int)pid;
	fd = idmap_write(map, proc_fd, (pid_t)pid);
	fd = fd ? fd : open_ns(proc_fd, (pid_t)pid);
	kill((pid_t)pid, SIGKILL);
	waitpid((pid_t)pid, NULL, 0);
	return fd;
}

int idmap_bind(int userns_fd, int source_fd, int target_fd, bool below, bool deep)
{
	unsigned all = below ? SYS_AT_RECURSIVE : 0;
	struct sys_mount_attr attr = { .attr_set = SYS_MOUNT_ATTR_IDMAP,
				       .userns_fd = (uint64_t)userns_fd };
	int tree AUTO_CLOSE = -1;
	long rc = sys_open_tree(source_fd, "",
				SYS_AT_EMPTY_PATH | SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC |
					all);

	if (rc < 0)
		return (int)rc;
	tree = (int)rc;
	rc = sys_mount_setattr(tree, "", SYS_AT_EMPTY_PATH | (deep ? SYS_AT_RECURSIVE : 0), &attr,
			       sizeof(attr));
	if (rc)
		return (int)rc;
	return (int)sys_move_mount(tree, "", target_fd, "",
				   SYS_MOVE_MOUNT_F_EMPTY_PATH | SYS_MOVE_MOUNT_T_EMPTY_PATH);
}
