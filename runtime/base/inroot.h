/* SPDX-License-Identifier: ISC */
/*
 * The one way to reach a path inside a tree whose content is foreign (a root file system, a
 * staging folder): openat2(2) with RESOLVE_IN_ROOT | NO_MAGICLINKS, or, before Linux 5.6, a walk
 * component by component over O_PATH fds that resolves each symlink itself inside the root.
 * No caller opens, makes or mounts by path under such a tree in any other way.
 */
#ifndef PINTLE_RUNTIME_BASE_INROOT_H
#define PINTLE_RUNTIME_BASE_INROOT_H

#include <stddef.h>
#include <sys/types.h>

#define INROOT_LINKS_MAX 40	/* symlinks on one path, as the kernel's MAXSYMLINKS */

/*
 * Opens path below root_fd as if root_fd were "/": absolute paths, absolute symlinks and ".." stay
 * inside. flags as open(2) (O_CLOEXEC is added; O_CREAT with mode is allowed for the last part).
 * Returns an fd, or -errno (-ELOOP for too many symlinks or O_NOFOLLOW, -EXDEV when a race moved
 * the walk outside). Blocks as open does.
 */
int inroot_open(int root_fd, const char *path, int flags, mode_t mode);

/*
 * As inroot_open but no symlink is followed in any component, and no ".." is allowed: for writing
 * what an archive names. -ELOOP where a symlink is met, -EINVAL for "..".
 */
int inroot_open_nolink(int root_fd, const char *path, int flags, mode_t mode);

/*
 * As inroot_open_nolink, and no mount is crossed either (before openat2 only where it leads to
 * another device): for a procfs of our own.
 */
int inroot_open_nocross(int root_fd, const char *path, int flags);

/*
 * Opens the folder that holds the last component of path, following symlinks inside the root, makes
 * missing folders on the way with `mode` when make is non-zero. ret_name points at the last
 * component inside path. Returns an O_PATH fd or -errno.
 */
int inroot_parent(int root_fd, const char *path, int make, mode_t mode, const char **ret_name);

/*
 * Makes the path a folder (mkdir -p, following symlinks inside the root) and returns an O_PATH fd
 * to it, or -errno; -ENOTDIR where something else is in the way.
 */
int inroot_mkdirs(int root_fd, const char *path, mode_t mode);

/* Test switch: behave as on a kernel without openat2. */
void inroot_force_walk(int on);

#endif
