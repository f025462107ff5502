/* SPDX-License-Identifier: ISC */
/* Calls by path. See path.h. */
#include "runtime/base/path.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

int path_open(int dir, const char *path, int flags, mode_t mode)
{
	return openat(dir, path, flags | O_CLOEXEC, mode);
}

int path_stat(const char *path, struct stat *ret)
{
	return stat(path, ret);
}

bool path_exists(const char *path)
{
	return !access(path, F_OK);
}

ssize_t path_readlink(const char *path, char *ret, size_t cap)
{
	return readlink(path, ret, cap);
}

char *path_real(const char *path, char *ret)
{
	return realpath(path, ret);
}

int path_mkdir(int dir, const char *path, mode_t mode)
{
	return mkdirat(dir, path, mode);
}

int path_rmdir(int dir, const char *path)
{
	return unlinkat(dir, path, AT_REMOVEDIR);
}

int path_symlink(const char *target, const char *path)
{
	return symlink(target, path);
}

int path_rename(const char *from, const char *to)
{
	return rename(from, to);
}

int path_mount(const char *source, const char *target, const char *type, unsigned long flags,
	       const char *data)
{
	return mount(source, target, type, flags, data);
}

int path_umount(const char *target, int flags)
{
	return umount2(target, flags);
}

int path_chdir(const char *path)
{
	return chdir(path);
}

int path_chroot(const char *path)
{
	return chroot(path) || chdir("/") ? -1 : 0;
}

bool path_is_fs(const char *path, uint32_t magic)
{
	struct statfs fs;

	return !statfs(path, &fs) && (uint32_t)fs.f_type == magic;
}
