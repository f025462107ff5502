/* SPDX-License-Identifier: ISC */
/*
 * One name in a folder that is held by an fd: what is left to do once inroot.h has led to the
 * folder. The name is one component and never a symlink that is followed: with '/' in it, "..",
 * or empty it is refused (EINVAL), so that no foreign text makes a path of it. Each returns what
 * the call of the same name does, -1 with errno set; fds are close-on-exec.
 */
#ifndef PINTLE_RUNTIME_BASE_AT_H
#define PINTLE_RUNTIME_BASE_AT_H

#include <sys/stat.h>
#include <sys/types.h>

/* openat(2) with O_NOFOLLOW; "." is the folder itself, opened anew. */
int at_open(int dir, const char *name, int flags, mode_t mode);
int at_mkdir(int dir, const char *name, mode_t mode);
int at_mknod(int dir, const char *name, mode_t mode, dev_t dev);
/* target is only written, never followed. */
int at_symlink(const char *target, int dir, const char *name);
ssize_t at_readlink(int dir, const char *name, char *ret, size_t cap);
/* Of the name itself, be it a symlink. */
int at_stat(int dir, const char *name, struct stat *ret);
int at_chown(int dir, const char *name, uid_t uid, gid_t gid);
/* No symlink's target is changed, though the kernel has no such call: ELOOP where there is one. */
int at_chmod(int dir, const char *name, mode_t mode);
/* unlinkat(2); flags: 0 or AT_REMOVEDIR. */
int at_remove(int dir, const char *name, int flags);
/* Within the folder. */
int at_rename(int dir, const char *from, const char *to);
/* Is there such a name? */
int at_exists(int dir, const char *name);

/* Of what the fd stands for, an O_PATH one too. */
int at_own(int fd, uid_t uid, gid_t gid);
/*
 * mount(2) on what the fd stands for. source is a file system's word, at_fd_path() of another fd,
 * or a path of the host's. 0 or -errno.
 */
int at_mount(const char *source, int target_fd, const char *type, unsigned long flags,
	     const char *data);
/* "/proc/self/fd/N": the fd as a path, for calls that take nothing else. cap >= 32. */
void at_fd_path(char *ret, size_t cap, int fd);

#endif
