/* SPDX-License-Identifier: ISC */
/* Folder walk by getdents64. See dir.h. */
#include "runtime/base/dir.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * struct linux_dirent64: 8 bytes inode, 8 bytes offset, 2 bytes record length, 1 byte type, name.
 */
#define RECLEN_AT 16
#define TYPE_AT 18
#define NAME_AT 19

int dir_start(struct dir *d, int fd)
{
	d->fd = fd;
	d->have = d->at = 0;
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

static int refill(struct dir *d)
{
	long n;

	do
		n = syscall(SYS_getdents64, d->fd, d->buf, sizeof(d->buf));
	while (n < 0 && errno == EINTR);
	d->at = 0;
	d->have = n > 0 ? (int)n : 0;
	return n < 0 ? -errno : (int)n;
}

int dir_next(struct dir *d, struct dir_entry *ret)
{
	for (;;) {
		unsigned short len;
		const char *rec;
		int rc;

		if (d->at >= d->have) {
			rc = refill(d);
			if (rc <= 0)
				return rc;
		}
		rec = d->buf + d->at;
		memcpy(&len, rec + RECLEN_AT, sizeof(len));
		d->at += len;
		ret->name = rec + NAME_AT;
		ret->type = (unsigned char)rec[TYPE_AT];
		if (strcmp(ret->name, ".") && strcmp(ret->name, ".."))
			return 1;
	}
}
