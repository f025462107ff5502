/* SPDX-License-Identifier: ISC */
/*
 * System calls that musl 1.2.3 has no wrapper for, raw: each returns the kernel's result or
 * -errno (never touches errno), -ENOSYS where the kernel lacks it. Structures are as the kernel
 * has them (clone(2), openat2(2), mount_setattr(2)). Safe everywhere; no allocation.
 */
#ifndef PINTLE_RUNTIME_BASE_SYS_H
#define PINTLE_RUNTIME_BASE_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sys_clone_args {		/* struct clone_args, Linux 5.7 (88 bytes) */
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size, cgroup;
} __attribute__((aligned(8)));

struct sys_open_how {		/* struct open_how, Linux 5.6 */
	uint64_t flags, mode, resolve;
};

#define SYS_RESOLVE_NO_XDEV 0x01
#define SYS_RESOLVE_NO_MAGICLINKS 0x02
#define SYS_RESOLVE_NO_SYMLINKS 0x04
#define SYS_RESOLVE_BENEATH 0x08
#define SYS_RESOLVE_IN_ROOT 0x10
#define SYS_CLONE_PIDFD 0x00001000ull
#define SYS_CLONE_NEWCGROUP 0x02000000ull
#define SYS_CLONE_NEWTIME 0x00000080ull
#define SYS_CLONE_INTO_CGROUP 0x200000000ull

struct sys_mount_attr {
	uint64_t attr_set, attr_clr, propagation, userns_fd;
};

/* clone3(2) with fork semantics (stack = 0). Pid in the parent, 0 in the child. Linux 5.3. */
long sys_clone3(struct sys_clone_args *args, size_t size);
/*
 * clone(2) with fork semantics: the fallback before 5.3. flags are CLONE_* without CLONE_VM, the
 * low byte is the exit signal; *pidfd is set when CLONE_PIDFD is among them (5.2).
 */
long sys_clone(unsigned long flags, int *pidfd);
long sys_openat2(int dirfd, const char *path, const struct sys_open_how *how);	/* 5.6 */
long sys_pidfd_open(pid_t pid, unsigned flags);					/* 5.3 */
long sys_pidfd_send_signal(int pidfd, int sig, unsigned flags);			/* 5.1 */
/* Marks fds first..last close-on-exec (falls back to a loop over fcntl below 5.11). 0 or -errno. */
int sys_cloexec_range(unsigned first, unsigned last);
/* Closes fds first..last (falls back to a loop below 5.9). 0 or -errno. */
int sys_close_range(unsigned first, unsigned last);
long sys_pivot_root(const char *new_root, const char *put_old);
long sys_finit_module(int fd, const char *params, int flags);
long sys_capset(const void *header, const void *data);
long sys_seccomp(unsigned op, unsigned flags, void *args);
long sys_execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags);
long sys_mount_setattr(int dirfd, const char *path, unsigned flags, struct sys_mount_attr *a,
		       size_t size);		   /* 5.12 */
long sys_fsopen(const char *type, unsigned flags); /* 5.2, as the next four */
long sys_fsconfig(int fd, unsigned cmd, const char *key, const void *value, int aux);
long sys_fsmount(int fd, unsigned flags, unsigned attrs);
long sys_open_tree(int dirfd, const char *path, unsigned flags);
long sys_move_mount(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned flags);
#define SYS_OPEN_TREE_CLONE 1u
#define SYS_OPEN_TREE_CLOEXEC 02000000u	/* O_CLOEXEC, the same on all our architectures */
#define SYS_AT_RECURSIVE 0x8000u
#define SYS_AT_EMPTY_PATH 0x1000u
#define SYS_MOVE_MOUNT_F_EMPTY_PATH 0x4u
#define SYS_MOVE_MOUNT_T_EMPTY_PATH 0x40u
#define SYS_MOUNT_ATTR_IDMAP 0x00100000u

struct sys_sched_attr {		/* struct sched_attr, 56 bytes (5.3) */
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
	uint32_t util_min, util_max;
};
long sys_sched_setattr(pid_t pid, const struct sys_sched_attr *a);
/* ioprio_set(2) for the calling thread. */
long sys_ioprio_set(int ioprio);
long sys_memfd_create(const char *name, unsigned flags);
/* reboot(2) with the two magic numbers; cmd is LINUX_REBOOT_CMD_*. */
long sys_reboot(unsigned cmd);

/* Monotonic and boot clocks in ms; never fail. */
uint64_t sys_now_ms(void);
uint64_t sys_boot_ms(void);

#endif
