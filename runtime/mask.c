/* SPDX-License-Identifier: ISC */
/*
 * Hides and write-protects parts of /proc and /sys, as users of Docker expect: a masked file is
 * covered by the container's own null device, a masked folder by an empty read-only tmpfs. Runs in
 * the container's child.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/container.h"
#include "runtime/enter.h"

static const char *const masked_by_default[] = {
	"/proc/acpi",
	"/proc/asound",
	"/proc/interrupts",
	"/proc/kcore",
	"/proc/keys",
	"/proc/latency_stats",
	"/proc/sched_debug",
	"/proc/scsi",
	"/proc/timer_list",
	"/proc/timer_stats",
	"/sys/devices/virtual/powercap",
	"/sys/firmware",
	NULL,
};

static const char *const readonly_by_default[] = {
	"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger", NULL,
};

const char *const *ctr_default_masked(void)
{
	return masked_by_default;
}

const char *const *ctr_default_readonly(void)
{
	return readonly_by_default;
}

/* The null device that devices_make() made, proved to be one (CVE-2025-31133). */
static int open_null(struct enter *c, struct err *e)
{
	int fd = inroot_open_nolink(c->root_fd, "/dev/null", O_PATH, 0);
	struct stat st;

	if (fd < 0)
		return err_set(e, fd, "mask", "/dev/null");
	if (fstat(fd, &st) || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3)) {
		close(fd);
		return err_set(e, EINVAL, "mask", "/dev/null is not the null device");
	}
	return fd;
}

static int mask(struct enter *c, const char *path, int null_fd, struct err *e)
{
	int fd AUTO_CLOSE = inroot_open_nolink(c->root_fd, path, O_PATH, 0), rc;
	char null[48];
	struct stat st;

	/* Not there, or a link (no such in a kernel's own file systems): nothing to hide. */
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0;
	if (fd < 0 || fstat(fd, &st))
		return err_set(e, fd < 0 ? -fd : errno, "mask", "%s", path);
	at_fd_path(null, sizeof(null), null_fd);
	if (S_ISDIR(st.st_mode))
		rc = at_mount("tmpfs", fd, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
			      "size=0k,mode=0555");
	else
		rc = at_mount(null, fd, NULL, MS_BIND, NULL);
	return rc ? err_set(e, rc, "mask", "%s", path) : 0;
}

static int protect(struct enter *c, const char *path, struct err *e)
{
	int fd AUTO_CLOSE = inroot_open_nolink(c->root_fd, path, O_PATH, 0), again AUTO_CLOSE = -1,
	       rc;
	char self[48];

	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0;
	if (fd < 0)
		return err_set(e, fd, "read-only", "%s", path);
	at_fd_path(self, sizeof(self), fd);
	rc = at_mount(self, fd, NULL, MS_BIND | MS_REC, NULL);
	again = rc ? -1 : inroot_open_nolink(c->root_fd, path, O_PATH, 0);
	if (!rc)
		rc = again < 0 ? again
			       : enter_remount_fd(again,
						  MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC);
	return rc ? err_set(e, rc, "read-only", "%s", path) : 0;
}

int mask_paths(struct enter *c, struct err *e)
{
	const char *const *at = c->spec->masked ? c->spec->masked : masked_by_default;
	int null_fd AUTO_CLOSE = -1, rc = 0;

	if (*at) {
		null_fd = open_null(c, e);
		if (null_fd < 0)
			return null_fd;
	}
	for (; *at && !rc; at++)
		rc = mask(c, *at, null_fd, e);
	at = c->spec->readonly ? c->spec->readonly : readonly_by_default;
	for (; *at && !rc; at++)
		rc = protect(c, *at, e);
	return rc;
}
