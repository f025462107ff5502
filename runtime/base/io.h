/* SPDX-License-Identifier: ISC */
/*
 * Whole reads and writes, small files, and changes on disk that survive a power cut.
 * Everything here can block on the file it is given: PID 1 calls it only for its own tmpfs,
 * procfs, sysfs and cgroupfs. All fds are opened close-on-exec.
 */
#ifndef PINTLE_RUNTIME_BASE_IO_H
#define PINTLE_RUNTIME_BASE_IO_H

#include <stddef.h>
#include <sys/types.h>

#include "runtime/base/compiler.h"

/* Reads until n bytes or end of file, restarting on EINTR. Bytes read, or -errno. */
ssize_t io_read_full(int fd, void *buf, size_t n);
/* Writes all n bytes, restarting on EINTR and short writes. 0 or -errno (EAGAIN included). */
int io_write_full(int fd, const void *buf, size_t n);

/*
 * Reads a whole small file at path below dirfd (AT_FDCWD is fine) into buf[cap] and ends it by a
 * NUL. Returns the length, or -errno; -EFBIG when it does not fit (cap - 1 bytes are there).
 */
ssize_t io_read_file(int dirfd, const char *path, char *buf, size_t cap);
/* Opens, writes in one write(2), closes: for procfs, sysfs and cgroupfs. 0 or -errno. */
int io_write_file(int dirfd, const char *path, const char *text);

/*
 * Replaces a file below dirfd so that after a power cut the old or the new content is there,
 * whole: NAME.tmp, write, fsync, rename, fsync of the folder. name has no '/'. 0 or -errno; the
 * temporary file is removed on failure.
 */
int io_replace_file(int dirfd, const char *name, const void *bytes, size_t n, mode_t mode);

/*
 * mkdir -p of path below dirfd; existing folders are fine. 0 or -errno. Follows symlinks: trusted
 * paths only.
 */
int io_mkdirs(int dirfd, const char *path, mode_t mode);

/*
 * Removes a tree (or a file) below dirfd: no symlink is followed, at most 16 fds are open however
 * deep it is. Stops at the first error. 0 or -errno (-ENOENT: there was none).
 */
int io_remove_tree(int dirfd, const char *name);

/* Closes *fd if it is >= 0 and sets it to -1; keeps errno. */
void io_close(int *fd);

/* Sets or clears O_NONBLOCK. 0 or -errno. */
int io_set_nonblock(int fd, int on);

#endif
