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
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

/* "inside" of a unit's map is what the mount shows; the kernel's map has the disk's ids on that side. */
static int write_map(pid_t pid, const char *file, const struct spec_idmap *map, unsigned n)
{
	char path[64], text[1024];
	struct str s;
	unsigned i;

	str_init(&s, text, sizeof(text));
	for (i = 0; i < n; i++)
		str_fmt(&s, "%u %u %u\n", map[i].inside, map[i].outside, map[i].count);
	str_print(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return s.cut ? -E2BIG : io_write_file(AT_FDCWD, path, text);
}

/* The namespace lives by the process in it and then by the fd. */
static int make_userns(const struct spec_idmap_set *map)
{
	char path[64];
	long pid = sys_clone(CLONE_NEWUSER | SIGCHLD, NULL);
	int fd, rc;

	if (pid == 0)
		for (;;)
			pause();
	if (pid < 0)
		return (int)pid;
	rc = write_map((pid_t)pid, "uid_map", map->uid, map->n_uid);
	rc = rc ?: write_map((pid_t)pid, "gid_map", map->gid, map->n_gid);
	str_print(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	fd = rc ? rc : open(path, O_RDONLY | O_CLOEXEC);
	if (!rc && fd < 0)
		fd = -errno;
	kill((pid_t)pid, SIGKILL);
	waitpid((pid_t)pid, NULL, 0);
	return fd;
}

int idmap_bind(const struct spec_idmap_set *map, int source_fd, int target_fd, bool recursive)
{
	unsigned deep = recursive ? SYS_AT_RECURSIVE : 0;
	struct sys_mount_attr attr = { .attr_set = SYS_MOUNT_ATTR_IDMAP };
	int userns AUTO_CLOSE = make_userns(map), tree AUTO_CLOSE = -1;
	long rc;

	if (userns < 0)
		return userns;
	rc = sys_open_tree(source_fd, "", SYS_AT_EMPTY_PATH | SYS_OPEN_TREE_CLONE | SYS_OPEN_TREE_CLOEXEC | deep);
	if (rc < 0)
		return (int)rc;
	tree = (int)rc;
	attr.userns_fd = (uint64_t)userns;
	rc = sys_mount_setattr(tree, "", SYS_AT_EMPTY_PATH | (map->recursive ? SYS_AT_RECURSIVE : 0), &attr, sizeof(attr));
	if (rc)
		return (int)rc;
	return (int)sys_move_mount(tree, "", target_fd, "", SYS_MOVE_MOUNT_F_EMPTY_PATH | SYS_MOVE_MOUNT_T_EMPTY_PATH);
}
