/* SPDX-License-Identifier: ISC */
/* The runtime's own procfs: see procfs.h. */
#include "runtime/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

#define PROC_MAGIC 0x9fa0
#define ATTR_NO 0xeu	/* MOUNT_ATTR_NOSUID | NODEV | NOEXEC */

static bool is_proc(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == PROC_MAGIC;
}

static int fresh(void)
{
	int ctx AUTO_CLOSE = (int)sys_fsopen("proc", 1 /* FSOPEN_CLOEXEC */);

	if (ctx < 0 || sys_fsconfig(ctx, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0) < 0)
		return -ENOSYS;
	return (int)sys_fsmount(ctx, 1 /* FSMOUNT_CLOEXEC */, ATTR_NO);
}

int procfs_open(struct err *e)
{
	int fd = fresh();

	if (fd >= 0)
		return fd;
	fd = path_open(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return err_set(e, errno, "procfs", "/proc");
	if (is_proc(fd))
		return fd;
	close(fd);
	return err_set(e, EXDEV, "procfs", "/proc is none");
}

static int open_checked(int proc_fd, const char *path, int flags)
{
	int fd = inroot_open_nocross(proc_fd, path, flags);

	if (fd < 0 || is_proc(fd))
		return fd;
	close(fd);
	return -EXDEV;
}

int procfs_read_fd(int proc_fd, const char *path)
{
	return open_checked(proc_fd, path, O_RDONLY);
}

int procfs_write(int proc_fd, const char *path, const char *text)
{
	int fd AUTO_CLOSE = open_checked(proc_fd, path, O_WRONLY);

	return fd < 0 ? fd : io_write_full(fd, text, strlen(text));
}

int procfs_write_self(int proc_fd, const char *file, const char *text)
{
	char path[128], self[24];
	/*
	 * "self" is a link that only this instance can make; where it leads is a number that names
	 * us here.
	 */
	ssize_t n = at_readlink(proc_fd, "self", self, sizeof(self));

	if (n <= 0 || str_print(path, sizeof(path), "%.*s/%s", (int)n, self, file) < 0)
		return n < 0 ? -errno : -ENAMETOOLONG;
	return procfs_write(proc_fd, path, text);
}
