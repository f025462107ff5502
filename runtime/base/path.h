/* SPDX-License-Identifier: ISC */
/*
 * Calls by path, for paths that no container has a say in: the host's own (state, bundle, cgroups,
 * staging in a mount namespace of our own), and those of a process in its own root once it has
 * entered it. What lies below a root file system that is still outside is reached by inroot.h and
 * at.h alone. `make lint` holds the table of who may come through this door (tests/lint/doors.tsv).
 * Each returns what the call of the same name does, -1 with errno set; fds are close-on-exec.
 */
#ifndef PINTLE_RUNTIME_BASE_PATH_H
#define PINTLE_RUNTIME_BASE_PATH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* openat(2); dir may be AT_FDCWD. */
int path_open(int dir, const char *path, int flags, mode_t mode);
int path_stat(const char *path, struct stat *ret);
bool path_exists(const char *path);
ssize_t path_readlink(const char *path, char *ret, size_t cap);
/* realpath(3); ret has PATH_MAX bytes. NULL with errno on an error. */
char *path_real(const char *path, char *ret);
int path_mkdir(int dir, const char *path, mode_t mode);
int path_rmdir(int dir, const char *path);
int path_symlink(const char *target, const char *path);
int path_rename(const char *from, const char *to);
/* mount(2), umount2(2). */
int path_mount(const char *source, const char *target, const char *type, unsigned long flags,
	       const char *data);
int path_umount(const char *target, int flags);
int path_chdir(const char *path);
/* Makes it the root, and the current folder. */
int path_chroot(const char *path);
/* Is a file system with this magic number (statfs(2)) mounted there? */
bool path_is_fs(const char *path, uint32_t magic);

#endif
