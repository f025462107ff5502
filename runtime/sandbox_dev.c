/* SPDX-License-Identifier: ISC */
/*
 * PrivateDevices=. See sandbox_dev.h: made beside the old /dev, whose nodes are bound into it, then
 * moved over it.
 */
#include "runtime/sandbox_dev.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/enter.h"

#define STAGE "/run/pintle/dev"

static const char *const nodes[] = { "null", "zero", "full", "random", "urandom", "tty", "log" };
static const char *const folders[] = { "pts", "shm", "mqueue", "hugepages" };
static const char *const links[][2] = {
	{ "/proc/self/fd", "fd" },	 { "/proc/self/fd/0", "stdin" },
	{ "/proc/self/fd/1", "stdout" }, { "/proc/self/fd/2", "stderr" },
	{ "pts/ptmx", "ptmx" },
};

/* What the host does not have the service does not get. */
static int bind_one(const char *name, bool folder, struct err *e)
{
	char from[32], to[64];
	struct stat st;
	int fd;

	str_print(from, sizeof(from), "/dev/%s", name);
	str_print(to, sizeof(to), STAGE "/%s", name);
	if (path_stat(from, &st) || folder != S_ISDIR(st.st_mode))
		return 0;
	if (folder) {
		path_mkdir(AT_FDCWD, to, st.st_mode & 07777);
	} else {
		fd = path_open(AT_FDCWD, to, O_WRONLY | O_CREAT, 0600);
		io_close(&fd);
	}
	return path_mount(from, to, NULL, MS_BIND | MS_REC, NULL)
		       ? err_set(e, errno, "PrivateDevices=", "%s", name)
		       : 0;
}

int sandbox_devices(int root_fd, struct err *e)
{
	char path[512];
	unsigned i;
	int dev AUTO_CLOSE = -1, rc = io_mkdirs(AT_FDCWD, STAGE, 0755);

	if (rc || path_mount("tmpfs", STAGE, "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k"))
		return err_set(e, rc ? rc : errno, "PrivateDevices=", STAGE);
	for (i = 0; i < ARRAY_LEN(nodes) && !rc; i++)
		rc = bind_one(nodes[i], false, e);
	for (i = 0; i < ARRAY_LEN(folders) && !rc; i++)
		rc = bind_one(folders[i], true, e);
	for (i = 0; i < ARRAY_LEN(links) && !rc; i++) {
		str_print(path, sizeof(path), STAGE "/%s", links[i][1]);
		rc = path_symlink(links[i][0], path)
			     ? err_set(e, errno, "PrivateDevices=", "%s", links[i][1])
			     : 0;
	}
	if (rc)
		return rc;
	dev = inroot_open(root_fd, "/dev", O_PATH | O_DIRECTORY, 0);
	if (dev < 0)
		return err_set(e, dev, "PrivateDevices=", "/dev");
	if (path_mount(NULL, STAGE, NULL,
		       MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC, NULL))
		return err_set(e, errno, "PrivateDevices=", "make it read-only");
	rc = at_mount(STAGE, dev, NULL, MS_MOVE, NULL);
	if (rc)
		return err_set(e, rc, "PrivateDevices=", "/dev");
	return 0;
}
