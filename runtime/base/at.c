/* SPDX-License-Identifier: ISC */
/* One name in an open folder. See at.h. */
#include "runtime/base/at.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

static bool is_one(const char *name)
{
	if (*name && !strchr(name, '/') && strcmp(name, ".."))
		return true;
	errno = EINVAL;
	return false;
}

int at_open(int dir, const char *name, int flags, mode_t mode)
{
	return is_one(name) ? openat(dir, name, flags | O_NOFOLLOW | O_CLOEXEC, mode) : -1;
}

int at_mkdir(int dir, const char *name, mode_t mode)
{
	return is_one(name) ? mkdirat(dir, name, mode) : -1;
}

int at_mknod(int dir, const char *name, mode_t mode, dev_t dev)
{
	return is_one(name) ? mknodat(dir, name, mode, dev) : -1;
}

int at_symlink(const char *target, int dir, const char *name)
{
	return is_one(name) ? symlinkat(target, dir, name) : -1;
}

ssize_t at_readlink(int dir, const char *name, char *ret, size_t cap)
{
	return is_one(name) ? readlinkat(dir, name, ret, cap) : -1;
}

int at_stat(int dir, const char *name, struct stat *ret)
{
	return is_one(name) ? fstatat(dir, name, ret, AT_SYMLINK_NOFOLLOW) : -1;
}

int at_chown(int dir, const char *name, uid_t uid, gid_t gid)
{
	return is_one(name) ? fchownat(dir, name, uid, gid, AT_SYMLINK_NOFOLLOW) : -1;
}

int at_chmod(int dir, const char *name, mode_t mode)
{
	char path[32];
	struct stat st;
	int fd AUTO_CLOSE = at_open(dir, name, O_PATH, 0);

	if (fd < 0 || fstat(fd, &st))
		return -1;
	if (S_ISLNK(st.st_mode)) {
		errno = ELOOP;
		return -1;
	}
	at_fd_path(path, sizeof(path), fd);
	return chmod(path, mode);
}

int at_remove(int dir, const char *name, int flags)
{
	return is_one(name) ? unlinkat(dir, name, flags) : -1;
}

int at_rename(int dir, const char *from, const char *to)
{
	return is_one(from) && is_one(to) ? renameat(dir, from, dir, to) : -1;
}

int at_exists(int dir, const char *name)
{
	return is_one(name) && !faccessat(dir, name, F_OK, 0);
}

int at_own(int fd, uid_t uid, gid_t gid)
{
	return fchownat(fd, "", uid, gid, AT_EMPTY_PATH);
}

int at_mount(const char *source, int target_fd, const char *type, unsigned long flags,
	     const char *data)
{
	char path[32];

	at_fd_path(path, sizeof(path), target_fd);
	return mount(source, path, type, flags, data) ? -errno : 0;
}

void at_fd_path(char *ret, size_t cap, int fd)
{
	str_print(ret, cap, "/proc/self/fd/%d", fd);
}
