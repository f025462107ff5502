/* SPDX-License-Identifier: ISC */
/*
 * seccomp_probe refusals: tries, with harmless arguments, calls that a container has no business
 * with and prints "name errno", "name 0" for what went through. seccomp_probe daemon: does what
 * daemons do; prints "daemon ok" or the call that failed. Runs inside the container under test,
 * linked with musl.
 */
#include <errno.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#define NO_SUCH_YET 999	/* no kernel has so many calls */

struct attempt {
	const char *name;
	long nr;
	long args[5];
};

static const struct attempt attempts[] = {
	{ "mount", SYS_mount, { 0 } },
	{ "umount2", SYS_umount2, { 0 } },
	{ "pivot_root", SYS_pivot_root, { 0 } },
	{ "setns", SYS_setns, { -1, 0 } },
	{ "clone3", SYS_clone3, { 0 } },
	{ "clone_newuser", SYS_clone, { CLONE_NEWUSER | SIGCHLD } },
	{ "ptrace", SYS_ptrace, { 16 /* PTRACE_ATTACH */, -1 } },
	{ "keyctl", SYS_keyctl, { KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1 } },
	{ "add_key", SYS_add_key, { 0 } },
	{ "bpf", SYS_bpf, { 9999 } },
	{ "perf_event_open", SYS_perf_event_open, { 0 } },
	{ "userfaultfd", SYS_userfaultfd, { 1 } },
	{ "io_uring_setup", SYS_io_uring_setup, { 0 } },
	{ "init_module", SYS_init_module, { 0 } },
	{ "kexec_load", SYS_kexec_load, { 0 } },
	{ "swapon", SYS_swapon, { 0 } },
	{ "open_by_handle_at", SYS_open_by_handle_at, { -1, 0, 0 } },
	{ "process_vm_readv", SYS_process_vm_readv, { 1, 0, 0 } },
	{ "personality", SYS_personality, { 0x40000 } },
	{ "memfd_create", SYS_memfd_create, { (long)"x", 0 } },
	{ "socket_vsock", SYS_socket, { AF_VSOCK, SOCK_STREAM, 0 } },
	{ "socket_alg", SYS_socket, { AF_ALG, SOCK_SEQPACKET, 0 } },
	{ "socket_packet", SYS_socket, { AF_PACKET, SOCK_RAW, 0 } },
	{ "ioctl_tiocsti", SYS_ioctl, { -1, TIOCSTI, 0 } },
	{ "no_such_call", NO_SUCH_YET, { 0 } },
	/* Last: it changes what this process may. */
	{ "unshare", SYS_unshare, { CLONE_NEWUSER } },
};

static void refusals(void)
{
	size_t i;

	for (i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		const struct attempt *a = &attempts[i];
		long rc =
			syscall(a->nr, a->args[0], a->args[1], a->args[2], a->args[3], a->args[4]);

		if (a->nr == SYS_clone && rc == 0)
			_exit(0);
		printf("%s %s\n", a->name,
		       rc >= 0		 ? "0"
		       : errno == EPERM	 ? "EPERM"
		       : errno == ENOSYS ? "ENOSYS"
					 : "other");
		fflush(stdout);
	}
}

static void must(int ok, const char *what)
{
	if (ok)
		return;
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

static void *thread(void *arg)
{
	return arg;
}

static void processes(void)
{
	char *const argv[] = { "/bin/busybox", "true", NULL };
	pthread_t t;
	int got_in;
	void *got = NULL;
	pid_t pid;
	int status = -1;

	must(!pthread_create(&t, NULL, thread, &got_in) && !pthread_join(t, &got) && got == &got_in,
	     "pthread_create");
	must(!posix_spawn(&pid, argv[0], NULL, NULL, argv, NULL), "posix_spawn");
	must(waitpid(pid, &status, 0) == pid && status == 0, "waitpid");
}

static void descriptors(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int ep = epoll_create1(EPOLL_CLOEXEC), ev = eventfd(1, EFD_CLOEXEC);
	sigset_t set;

	sigemptyset(&set);
	must(ep >= 0 && ev >= 0 && !epoll_ctl(ep, EPOLL_CTL_ADD, ev, &event), "epoll_ctl");
	must(epoll_wait(ep, &event, 1, 1000) == 1, "epoll_wait");
	must(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC) >= 0, "timerfd_create");
	must(signalfd(-1, &set, SFD_CLOEXEC) >= 0, "signalfd");
	must(inotify_init1(IN_CLOEXEC) >= 0, "inotify_init1");
}

static void network(void)
{
	int pair[2];

	must(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
	must(send(pair[0], "x", 1, MSG_NOSIGNAL) == 1, "send");
	must(socket(AF_INET, SOCK_STREAM, 0) >= 0, "socket AF_INET");
	must(socket(AF_INET6, SOCK_DGRAM, 0) >= 0 || errno == EAFNOSUPPORT, "socket AF_INET6");
	must(socket(AF_NETLINK, SOCK_RAW, 0) >= 0, "socket AF_NETLINK");
}

int main(int argc, char **argv)
{
	char bytes[16];

	if (argc == 2 && !strcmp(argv[1], "refusals")) {
		refusals();
		return 0;
	}
	processes();
	descriptors();
	network();
	must(getrandom(bytes, sizeof(bytes), 0) == (ssize_t)sizeof(bytes), "getrandom");
	must(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		  0) != MAP_FAILED,
	     "mmap");
	must(!mlock(bytes, sizeof(bytes)), "mlock");
	must(!setgroups(0, NULL) && !setgid(0) && !setuid(0), "setuid");
	puts("daemon ok");
	return 0;
}
