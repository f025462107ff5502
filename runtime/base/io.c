/* SPDX-License-Identifier: ISC */
/* Whole reads and writes, small files, durable replacement. See io.h. */
#include "runtime/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>	/* renameat */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/str.h"

void io_close(int *fd)
{
	int keep = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = keep;
}

void io_auto_close(int *fd)
{
	io_close(fd);
}

ssize_t io_read_full(int fd, void *buf, size_t n)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = read(fd, (char *)buf + have, n - have);

		if (got == 0)
			break;
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0)
			have += (size_t)got;
	}
	return (ssize_t)have;
}

int io_write_full(int fd, const void *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t put = write(fd, (const char *)buf + done, n - done);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0)
			done += (size_t)put;
	}
	return 0;
}

ssize_t io_read_file(int dirfd, const char *path, char *buf, size_t cap)
{
	int fd AUTO_CLOSE = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n;
	char more;

	buf[0] = '\0';
	if (fd < 0)
		return -errno;
	n = io_read_full(fd, buf, cap - 1);
	if (n < 0)
		return n;
	buf[n] = '\0';
	if ((size_t)n == cap - 1 && io_read_full(fd, &more, 1) > 0)
		return -EFBIG;
	return n;
}

int io_write_file(int dirfd, const char *path, const char *text)
{
	int fd AUTO_CLOSE = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	size_t n = strlen(text);
	ssize_t put;

	if (fd < 0)
		return -errno;
	do
		put = write(fd, text, n);
	while (put < 0 && errno == EINTR);
	if (put < 0)
		return -errno;
	return (size_t)put == n ? 0 : -EIO;
}

static int write_synced(int dirfd, const char *name, const void *bytes, size_t n, mode_t mode)
{
	int fd AUTO_CLOSE =
		openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
	int rc;

	if (fd < 0)
		return -errno;
	rc = io_write_full(fd, bytes, n);
	if (!rc && fsync(fd))
		rc = -errno;
	return rc;
}

/* An O_PATH or AT_FDCWD folder cannot be fsynced itself: open it anew. */
static int sync_folder(int dirfd)
{
	int fd AUTO_CLOSE = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) ? -errno : 0;
}

int io_replace_file(int dirfd, const char *name, const void *bytes, size_t n, mode_t mode)
{
	char tmp[256];
	int rc = str_print(tmp, sizeof(tmp), "%s.tmp", name);

	if (rc < 0)
		return rc;
	rc = write_synced(dirfd, tmp, bytes, n, mode);
	if (!rc && renameat(dirfd, tmp, dirfd, name))
		rc = -errno;
	if (rc) {
		unlinkat(dirfd, tmp, 0);
		return rc;
	}
	return sync_folder(dirfd);
}

int io_mkdirs(int dirfd, const char *path, mode_t mode)
{
	char part[4096];
	size_t i, n = strlen(path);

	if (n >= sizeof(part))
		return -ENAMETOOLONG;
	for (i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdirat(dirfd, part, mode) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

int io_set_nonblock(int fd, int on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	return fcntl(fd, F_SETFL, flags) ? -errno : 0;
}
