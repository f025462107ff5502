/* SPDX-License-Identifier: ISC */
/* First things first. See early.h. */
#include "init/boot/early.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "init/boot/degraded.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

#define SAFE (MS_NOSUID | MS_NODEV | MS_NOEXEC)

struct early_mount {
	const char *target, *type, *data;
	unsigned long flags;
	uint32_t magic;		/* what statfs(2) says when it is there already */
};

static const struct early_mount mounts[] = {
	{ "/proc", "proc", NULL, SAFE, 0x9fa0 },
	{ "/sys", "sysfs", NULL, SAFE, 0x62656572 },
	{ "/dev", "devtmpfs", "mode=0755", MS_NOSUID, 0x01021994 },
	{ "/dev/pts", "devpts", "mode=0620,gid=5,ptmxmode=0666", MS_NOSUID | MS_NOEXEC, 0x1cd1 },
	{ "/run", "tmpfs", "mode=0755", MS_NOSUID | MS_NODEV, 0x01021994 },
};

/* TOMOYO, on in Debian's older kernels, looks up /dev/fd/N when a program is executed by its fd. */
static const char *const links[][2] = {
	{ "/proc/self/fd", "/dev/fd" },
	{ "fd/0", "/dev/stdin" },
	{ "fd/1", "/dev/stdout" },
	{ "fd/2", "/dev/stderr" },
};

static const char *const v1_controllers[] = { "freezer", "memory", "pids", "cpu", "devices" };
static char cmdline[EARLY_CMDLINE_MAX];

const char *early_cmdline(void)
{
	return cmdline;
}

/*
 * A kernel without a console starts us with no fds at all: the next open would become standard
 * output.
 */
static void fill_stdio(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		/* No /dev yet: a node of our own on the initial RAM disk. */
		mkdir("/dev", 0755);
		mknod("/dev/null", S_IFCHR | 0666, 1 << 8 | 3);
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	}
	while (fd >= 0 && fd <= 2)
		fd = fcntl(fd, F_DUPFD, 0);
	if (fd > 2)
		close(fd);
}

static bool is_mounted(const char *path, uint32_t magic)
{
	struct statfs fs;
	struct stat st, up;
	char parent[64];

	if (statfs(path, &fs) || (uint32_t)fs.f_type != magic)
		return false;
	/*
	 * A tmpfs below a tmpfs (an initial RAM disk's /run) is only mounted when the device
	 * differs.
	 */
	str_print(parent, sizeof(parent), "%s/..", path);
	return !stat(path, &st) && !stat(parent, &up) && st.st_dev != up.st_dev;
}

static void mount_one(const struct early_mount *m)
{
	struct err e = { 0 };

	mkdir(m->target, 0755);
	if (is_mounted(m->target, m->magic) ||
	    !mount(m->type, m->target, m->type, m->flags, m->data))
		return;
	/* devtmpfs may have been mounted by the kernel itself. */
	if (errno == EBUSY)
		return;
	err_set(&e, errno, "mount", "%s", m->target);
	degraded_note(&e);
}

/* Version 1, where the unified hierarchy has no memory controller to offer. */
static void mount_cgroups_v1(void)
{
	char path[64];
	size_t i;

	if (mount("cgroup", "/sys/fs/cgroup", "tmpfs", SAFE, "mode=0755"))
		return;
	for (i = 0; i < ARRAY_LEN(v1_controllers); i++) {
		str_print(path, sizeof(path), "/sys/fs/cgroup/%s", v1_controllers[i]);
		mkdir(path, 0755);
		if (mount("cgroup", path, "cgroup", SAFE, v1_controllers[i]))
			rmdir(path);
	}
}

static bool has_memory_v2(void)
{
	char list[256];

	return io_read_file(AT_FDCWD, "/sys/fs/cgroup/cgroup.controllers", list, sizeof(list)) >
		       0 &&
	       strstr(list, "memory");
}

static void mount_cgroups(void)
{
	struct stat st, up;

	if (stat("/sys/fs/cgroup", &st) || stat("/sys/fs", &up) || st.st_dev != up.st_dev)
		return;		/* there is something already, or no place for it */
	if (!mount("cgroup2", "/sys/fs/cgroup", "cgroup2", SAFE, NULL)) {
		if (has_memory_v2() || !IS_ON(CONFIG_CGROUP_V1))
			return;
		umount("/sys/fs/cgroup");
	}
	if (IS_ON(CONFIG_CGROUP_V1))
		mount_cgroups_v1();
}

static void open_log(void)
{
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd >= 0) {
		log_to(fd, 1);
		return;
	}
	/* In a container: standard error, by a description of our own that does not block. */
	fd = open("/proc/self/fd/2", O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_APPEND);
	if (fd >= 0)
		log_to(fd, 0);
}

static void set_hostname(void)
{
	char name[65];
	ssize_t n = io_read_file(AT_FDCWD, "/etc/hostname", name, sizeof(name));

	while (n > 0 && strchr(" \t\r\n", name[n - 1]))
		n--;
	if (n > 0)
		(void)!sethostname(name, (size_t)n);
}

/*
 * pivot_root(2) refuses the kernel's own rootfs, where an initial RAM disk is unpacked: it has no
 * parent. So / becomes a bind mount of itself, moved over it. Any other root is left as it is.
 */
static void leave_rootfs(void)
{
	char table[1024] = "";

	mkdir("/proc", 0755);
	if (mount("proc", "/proc", "proc", SAFE, NULL))
		return;
	io_read_file(AT_FDCWD, "/proc/self/mounts", table, sizeof(table));
	if (!strstr(table, " / rootfs "))
		return;
	/* proc comes along: to unmount it would be to wait 10 ms for the kernel to let it go. */
	mkdir("/sys", 0755);
	if (!mount("/", "/sys", NULL, MS_BIND | MS_REC, NULL) && !chdir("/sys") &&
	    !mount(".", "/", NULL, MS_MOVE, NULL))
		(void)!chroot(".");
	(void)!chdir("/");
}

void early_fds(void)
{
	/* Whoever started us may have left fds of his own; the kernel leaves none. */
	sys_close_range(3, ~0u);
	fill_stdio();
}

void early_resume(void)
{
	umask(022);
	open_log();
	io_read_file(AT_FDCWD, "/proc/cmdline", cmdline, sizeof(cmdline));
}

void early_setup(void)
{
	struct err e = { 0 };
	size_t i;
	int rc;

	umask(022);
	(void)!chdir("/");
	leave_rootfs();
	for (i = 0; i < ARRAY_LEN(mounts); i++)
		mount_one(&mounts[i]);
	for (i = 0; i < ARRAY_LEN(links); i++)
		(void)!symlink(links[i][0], links[i][1]);
	open_log();
	mount_cgroups();
	rc = io_mkdirs(AT_FDCWD, "/run/pintle", 0755);
	if (rc) {
		err_set(&e, rc, "mkdir", "/run/pintle");
		degraded_note(&e);
	}
	io_read_file(AT_FDCWD, "/proc/cmdline", cmdline, sizeof(cmdline));
	set_hostname();
	/*
	 * Never the OOM killer's: a namespace without the right goes without. Children get their
	 * own value.
	 */
	io_write_file(AT_FDCWD, "/proc/self/oom_score_adj", "-1000");
	sys_reboot(LINUX_REBOOT_CMD_CAD_OFF);
}
