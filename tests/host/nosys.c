/* SPDX-License-Identifier: ISC */
/*
 * nosys NAME[,NAME]... COMMAND...: runs a command as on a kernel that lacks these system calls (a
 * seccomp filter says ENOSYS).
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned nr;
} calls[] = {
	{ "clone3", 435 },	  { "pidfd_open", 434 }, { "pidfd_send_signal", 424 },
	{ "close_range", 436 },	  { "openat2", 437 },	 { "open_tree", 428 },
	{ "move_mount", 429 },	  { "fsopen", 430 },	 { "fsmount", 432 },
	{ "mount_setattr", 442 }, { "faccessat2", 439 }, { "epoll_pwait2", 441 },
	{ "memfd_create", 319 },  { "execveat", 322 },
};

int main(int argc, char **argv)
{
	struct sock_filter ops[64] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						offsetof(struct seccomp_data, nr)) };
	struct sock_fprog program = { .filter = ops };
	unsigned short n = 1;
	char *name;
	size_t i;

	if (argc < 3)
		return 2;
	for (name = strtok(argv[1], ","); name; name = strtok(NULL, ",")) {
		for (i = 0; i < sizeof(calls) / sizeof(calls[0]) && strcmp(name, calls[i].name);
		     i++)
			;
		if (i == sizeof(calls) / sizeof(calls[0])) {
			fprintf(stderr, "nosys: %s?\n", name);
			return 2;
		}
		ops[n++] =
			(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].nr, 0, 1);
		ops[n++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	}
	ops[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	program.len = n;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) {
		perror("nosys: seccomp");
		return 2;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 2;
}
