/* SPDX-License-Identifier: ISC */
/* Raw system calls. See sys.h: every result is the kernel's or -errno. */
#include "runtime/base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/compiler.h"
#include "runtime/base/dir.h"
#include "runtime/base/num.h"

/*
 * Since Linux 5.1 new calls have one number on all architectures (mips adds its ABI's base).
 * musl 1.2.3 lacks the newest names.
 */
#if defined(__mips__) && _MIPS_SIM == _ABIO32
#define COMMON_NR(n) (4000 + (n))
#else
#define COMMON_NR(n) (n)
#endif
#define NR_pidfd_send_signal COMMON_NR(424)
#define NR_pidfd_open COMMON_NR(434)
#define NR_clone3 COMMON_NR(435)
#define NR_close_range COMMON_NR(436)
#define NR_openat2 COMMON_NR(437)
#define NR_open_tree COMMON_NR(428)
#define NR_move_mount COMMON_NR(429)
#define NR_fsopen COMMON_NR(430)
#define NR_fsconfig COMMON_NR(431)
#define NR_fsmount COMMON_NR(432)
#define NR_mount_setattr COMMON_NR(442)
#define RANGE_CLOEXEC 4u

static long result(long rc)
{
	return rc < 0 ? -errno : rc;
}

long sys_clone3(struct sys_clone_args *args, size_t size)
{
	return result(syscall(NR_clone3, args, size));
}

long sys_clone(unsigned long flags, int *pidfd)
{
	/*
	 * The first three arguments have the same order everywhere; tls and child_tid are not used.
	 */
	return result(syscall(SYS_clone, flags, 0, pidfd, 0, 0));
}

long sys_openat2(int dirfd, const char *path, const struct sys_open_how *how)
{
	return result(syscall(NR_openat2, dirfd, path, how, sizeof(*how)));
}

long sys_pidfd_open(pid_t pid, unsigned flags)
{
	return result(syscall(NR_pidfd_open, pid, flags));
}

long sys_pidfd_send_signal(int pidfd, int sig, unsigned flags)
{
	return result(syscall(NR_pidfd_send_signal, pidfd, sig, (void *)0, flags));
}

/* Before close_range(2): every fd that /proc/self/fd names, else every number that may be one. */
static int each_fd(unsigned first, unsigned last, void (*act)(int fd))
{
	int self = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dir_entry entry;
	struct dir d;
	uint64_t n;
	unsigned fd;

	if (self < 0) {
		for (fd = first; fd <= last && fd < 65536; fd++)
			act((int)fd);
		return 0;
	}
	dir_start(&d, self);
	while (dir_next(&d, &entry) > 0) {
		const char *end = entry.name;

		while (*end)
			end++;
		if (!num_u64(entry.name, (size_t)(end - entry.name), last, &n) && n >= first &&
		    (int)n != self)
			act((int)n);
	}
	close(self);
	return 0;
}

static void set_cloexec(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	if (flags >= 0 && !(flags & FD_CLOEXEC))
		fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
}

static void close_fd(int fd)
{
	close(fd);
}

int sys_cloexec_range(unsigned first, unsigned last)
{
	if (!syscall(NR_close_range, first, last, RANGE_CLOEXEC))
		return 0;
	return errno == ENOSYS || errno == EINVAL || errno == EPERM
		       ? each_fd(first, last, set_cloexec)
		       : -errno;
}

int sys_close_range(unsigned first, unsigned last)
{
	if (!syscall(NR_close_range, first, last, 0))
		return 0;
	return errno == ENOSYS || errno == EPERM ? each_fd(first, last, close_fd) : -errno;
}

long sys_pivot_root(const char *new_root, const char *put_old)
{
	return result(syscall(SYS_pivot_root, new_root, put_old));
}

long sys_finit_module(int fd, const char *params, int flags)
{
	return result(syscall(SYS_finit_module, fd, params, flags));
}

long sys_capset(const void *header, const void *data)
{
	return result(syscall(SYS_capset, header, data));
}

long sys_seccomp(unsigned op, unsigned flags, void *args)
{
	return result(syscall(SYS_seccomp, op, flags, args));
}

long sys_execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags)
{
	return result(syscall(SYS_execveat, dirfd, path, argv, envp, flags));
}

long sys_mount_setattr(int dirfd, const char *path, unsigned flags, struct sys_mount_attr *a,
		       size_t size)
{
	return result(syscall(NR_mount_setattr, dirfd, path, flags, a, size));
}

long sys_fsopen(const char *type, unsigned flags)
{
	return result(syscall(NR_fsopen, type, flags));
}

long sys_fsconfig(int fd, unsigned cmd, const char *key, const void *value, int aux)
{
	return result(syscall(NR_fsconfig, fd, cmd, key, value, aux));
}

long sys_fsmount(int fd, unsigned flags, unsigned attrs)
{
	return result(syscall(NR_fsmount, fd, flags, attrs));
}

long sys_open_tree(int dirfd, const char *path, unsigned flags)
{
	return result(syscall(NR_open_tree, dirfd, path, flags));
}

long sys_move_mount(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned flags)
{
	return result(syscall(NR_move_mount, from_dirfd, from, to_dirfd, to, flags));
}

long sys_sched_setattr(pid_t pid, const struct sys_sched_attr *a)
{
	return result(syscall(SYS_sched_setattr, pid, a, 0));
}

long sys_ioprio_set(int ioprio)
{
	return result(syscall(SYS_ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, 0, ioprio));
}

long sys_memfd_create(const char *name, unsigned flags)
{
	return result(syscall(SYS_memfd_create, name, flags));
}

long sys_reboot(unsigned cmd)
{
	return result(syscall(SYS_reboot, 0xfee1dead, 672274793, cmd, (void *)0));
}

static uint64_t clock_ms(clockid_t which)
{
	struct timespec t = { 0, 0 };

	clock_gettime(which, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t sys_now_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

uint64_t sys_boot_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}
