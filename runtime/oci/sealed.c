/* SPDX-License-Identifier: ISC */
/* The runtime runs from a sealed copy: see sealed.h. */
#include "runtime/oci/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/sys.h"

#define MFD_FLAGS (1u | 2u)	/* MFD_CLOEXEC | MFD_ALLOW_SEALING */
#define SEALS 0xf		/* SEAL, SHRINK, GROW, WRITE */

#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#define F_GET_SEALS 1034
#endif

extern char **environ;

static bool is_safe(int self)
{
	struct statvfs fs;

	return fcntl(self, F_GET_SEALS) == SEALS || (!fstatvfs(self, &fs) && fs.f_flag & ST_RDONLY);
}

static int copy(int from, int to)
{
	struct stat st;
	ssize_t n = 1;
	off_t at = 0;

	if (fstat(from, &st))
		return -errno;
	while (at < st.st_size && n > 0)
		n = sendfile(to, from, &at, (size_t)(st.st_size - at));
	if (n <= 0)
		return n < 0 ? -errno : -EIO;
	return fcntl(to, F_ADD_SEALS, SEALS) ? -errno : 0;
}

int sealed_exec(char **argv, struct err *e)
{
	int self AUTO_CLOSE = path_open(AT_FDCWD, "/proc/self/exe", O_RDONLY, 0),
		 fd AUTO_CLOSE = -1, rc;

	if (self < 0)
		return err_set(e, errno, "self", "/proc/self/exe");
	if (is_safe(self))
		return 0;
	fd = (int)sys_memfd_create("pintle-runc", MFD_FLAGS);
	rc = fd < 0 ? fd : copy(self, fd);
	if (!rc)
		rc = (int)sys_execveat(fd, "", argv, environ, 0x1000 /* AT_EMPTY_PATH */);
	return err_set(e, rc, "self", "run from a sealed copy");
}
