/* SPDX-License-Identifier: ISC */
/*
 * The built-in system call profiles, run in a small interpreter of classic BPF: what they say of
 * calls, arguments and capabilities.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "runtime/base/compiler.h"
#include "runtime/seccomp.h"
#include "runtime/seccomp_names.h"
#include "tests/unit/bpf.h"

#define ADMIN (1ull << 21)
#define DOCKER 0xa80425fbull	/* what Docker gives a container */
#define ALLOW SECCOMP_RET_ALLOW
#define PERM (SECCOMP_RET_ERRNO | EPERM)
#define NOSYS (SECCOMP_RET_ERRNO | ENOSYS)
#define HIGH (1ull << 32)	/* of a 64-bit argument where the kernel takes 32 bits */

static void compile_profile(enum seccomp_profile profile, uint64_t caps)
{
	compile(seccomp_profile_policy(profile, caps));
}

static const struct {
	const char *name;
	uint64_t args[3];
	uint32_t plain, admin,
		hardened; /* "default" without and with CAP_SYS_ADMIN, "hardened" with it */
} profile_rows[] = {
	{ "read", { 0 }, ALLOW, ALLOW, ALLOW },
	{ "execve", { 0 }, ALLOW, ALLOW, ALLOW },
	{ "exit_group", { 0 }, ALLOW, ALLOW, ALLOW },
	{ "mount", { 0 }, PERM, ALLOW, PERM },
	{ "umount2", { 0 }, PERM, ALLOW, PERM },
	{ "fsopen", { 0 }, PERM, ALLOW, PERM },
	{ "move_mount", { 0 }, PERM, ALLOW, PERM },
	{ "pivot_root", { 0 }, PERM, PERM, PERM },
	{ "unshare", { CLONE_NEWUSER }, PERM, ALLOW, PERM },
	{ "setns", { 0 }, PERM, ALLOW, PERM },
	{ "sethostname", { 0 }, PERM, ALLOW, PERM },
	{ "clone3", { 0 }, NOSYS, ALLOW, NOSYS },
	{ "clone", { 17 }, ALLOW, ALLOW, ALLOW },
	{ "clone", { 0x3d0f00 }, ALLOW, ALLOW, ALLOW },
	{ "clone", { CLONE_NEWUSER | 17 }, PERM, ALLOW, PERM },
	{ "clone", { CLONE_NEWNS }, PERM, ALLOW, PERM },
	{ "clone", { CLONE_NEWPID | CLONE_NEWNET }, PERM, ALLOW, PERM },
	{ "ptrace", { 0 }, ALLOW, ALLOW, PERM },
	{ "process_vm_writev", { 0 }, ALLOW, ALLOW, PERM },
	{ "keyctl", { 0 }, PERM, PERM, PERM },
	{ "add_key", { 0 }, PERM, PERM, PERM },
	{ "request_key", { 0 }, PERM, PERM, PERM },
	{ "bpf", { 0 }, PERM, ALLOW, PERM },
	{ "perf_event_open", { 0 }, PERM, ALLOW, PERM },
	{ "userfaultfd", { 0 }, PERM, PERM, PERM },
	{ "io_uring_setup", { 0 }, PERM, PERM, PERM },
	{ "io_uring_enter", { 0 }, PERM, PERM, PERM },
	{ "init_module", { 0 }, PERM, PERM, PERM },
	{ "finit_module", { 0 }, PERM, PERM, PERM },
	{ "kexec_load", { 0 }, PERM, PERM, PERM },
	{ "open_by_handle_at", { 0 }, PERM, PERM, PERM },
	{ "reboot", { 0 }, PERM, PERM, PERM },
	{ "swapon", { 0 }, PERM, PERM, PERM },
	{ "chroot", { 0 }, ALLOW, PERM, PERM },
	{ "clock_settime", { 0 }, PERM, PERM, PERM },
	{ "memfd_create", { 0 }, ALLOW, ALLOW, PERM },
	{ "socket", { AF_UNIX }, ALLOW, ALLOW, ALLOW },
	{ "socket", { AF_INET6 }, ALLOW, ALLOW, ALLOW },
	{ "socket", { AF_NETLINK, 3, 0 }, ALLOW, ALLOW, ALLOW },
	{ "socket", { AF_NETLINK, 3, 12 }, ALLOW, ALLOW, PERM },
	{ "socket", { AF_PACKET }, ALLOW, ALLOW, PERM },
	{ "socket", { AF_ALG }, ALLOW, ALLOW, PERM },
	{ "socket", { AF_ALG | HIGH }, ALLOW, ALLOW, PERM },
	{ "socket", { AF_VSOCK }, PERM, PERM, PERM },
	{ "socket", { AF_VSOCK | HIGH }, PERM, PERM, PERM },
	{ "socketpair", { AF_UNIX }, ALLOW, ALLOW, ALLOW },
	{ "socketpair", { AF_TIPC }, ALLOW, ALLOW, PERM },
	{ "personality", { 0 }, ALLOW, ALLOW, ALLOW },
	{ "personality", { 0xffffffff }, ALLOW, ALLOW, ALLOW },
	{ "personality", { 8 }, ALLOW, ALLOW, PERM },
	{ "personality", { 0x20008 }, ALLOW, ALLOW, PERM },
	{ "personality", { 0x40000 }, PERM, PERM, PERM },	/* ADDR_NO_RANDOMIZE */
	{ "ioctl", { 0, TCGETS }, ALLOW, ALLOW, ALLOW },
	{ "ioctl", { 0, TIOCSTI }, ALLOW, ALLOW, PERM },
	{ "ioctl", { 0, TIOCSTI | HIGH }, ALLOW, ALLOW, PERM },
	{ "ioctl", { 0, TIOCLINUX }, ALLOW, ALLOW, PERM },
};

static void check_rows(enum seccomp_profile profile, uint64_t caps, unsigned column)
{
	size_t i;

	compile_profile(profile, caps);
	print_message("%s: %u instructions\n", seccomp_profile_name(profile), n_ops);
	for (i = 0; i < ARRAY_LEN(profile_rows); i++) {
		int64_t nr = seccomp_number(0, profile_rows[i].name);
		struct seccomp_data d = { .nr = (int)nr, .arch = seccomp_own_arch(0) };
		uint32_t want = (&profile_rows[i].plain)[column];

		if (nr < 0)
			continue;
		d.args[0] = profile_rows[i].args[0];
		d.args[1] = profile_rows[i].args[1];
		d.args[2] = profile_rows[i].args[2];
		if (verdict(&d) != want)
			fail_msg("%s: %s(%llx, %llx): 0x%x, not 0x%x",
				 seccomp_profile_name(profile), profile_rows[i].name,
				 (unsigned long long)d.args[0], (unsigned long long)d.args[1],
				 verdict(&d), want);
	}
}

static void built_in_profiles(void **state)
{
	(void)state;
	check_rows(SECCOMP_DEFAULT, DOCKER, 0);
	check_rows(SECCOMP_DEFAULT, ADMIN, 1);
	check_rows(SECCOMP_HARDENED, ADMIN, 2);
}

static uint32_t verdict_of(const char *name)
{
	return on(seccomp_number(0, name), 0, 0);
}

static void capabilities_lift(void **state)
{
	(void)state;
	compile_profile(SECCOMP_DEFAULT, 1ull << 16 | 1ull << 25 | 1ull << 34 | 1ull << 39);
	assert_int_equal(verdict_of("init_module"), ALLOW);
	assert_int_equal(verdict_of("clock_settime"), ALLOW);
	assert_int_equal(verdict_of("syslog"), ALLOW);
	assert_int_equal(verdict_of("bpf"), ALLOW);
	assert_int_equal(verdict_of("reboot"), PERM);
	assert_int_equal(verdict_of("mount"), PERM);
	compile_profile(SECCOMP_HARDENED, ~0ull);
	assert_int_equal(verdict_of("clock_settime"), ALLOW);
	assert_int_equal(verdict_of("chroot"), ALLOW);
	assert_int_equal(verdict_of("init_module"), PERM);
	assert_int_equal(verdict_of("bpf"), PERM);
	assert_int_equal(verdict_of("reboot"), PERM);
	assert_int_equal(verdict_of("mount"), PERM);
}

/* Every call there is: allowed where the list has it, and nothing else is. */
static void every_number_of_the_profiles(void **state)
{
	static const char *const by_argument[] = { "clone",	  "clone3", "ioctl",
						   "personality", "socket", "socketpair" };
	static unsigned char allowed[8192];
	unsigned profile, k, top = 0;
	int64_t nr;
	size_t i;

	(void)state;
	for (profile = SECCOMP_DEFAULT; profile <= SECCOMP_HARDENED; profile++) {
		memset(allowed, 0, sizeof(allowed));
		for (k = 0; seccomp_profile_call(0, k, profile == SECCOMP_HARDENED, DOCKER, &nr);
		     k++)
			if (nr >= 0 && nr < 8192)
				allowed[nr] = 1;
		for (i = 0; i < ARRAY_LEN(by_argument); i++)
			if (seccomp_number(0, by_argument[i]) >= 0)
				allowed[seccomp_number(0, by_argument[i])] = 2;
		for (k = 0; k < 8192; k++)
			top = allowed[k] ? k : top;
		compile_profile(profile, DOCKER);
		for (k = 0; k < 8192; k++)
			if (allowed[k] < 2)
				assert_int_equal(on(k, 0, 0), allowed[k] ? ALLOW
							      : k > top	 ? NOSYS
									 : PERM);
	}
}

#if defined(__x86_64__)
static void other_word_sizes(void **state)
{
	struct seccomp_data d = { .nr = 20, .arch = AUDIT_ARCH_I386 },
			    x32 = { .nr = 39 | SECCOMP_X32_BIT, .arch = AUDIT_ARCH_X86_64 };

	(void)state;
	compile_profile(SECCOMP_DEFAULT, DOCKER);
	assert_int_equal(verdict(&d), ALLOW);
	assert_int_equal(verdict(&x32), ALLOW);
	compile_profile(SECCOMP_HARDENED, DOCKER);
	assert_int_equal(verdict(&d), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(verdict(&x32), SECCOMP_RET_KILL_PROCESS);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_profiles),
		cmocka_unit_test(capabilities_lift),
		cmocka_unit_test(every_number_of_the_profiles),
#if defined(__x86_64__)
		cmocka_unit_test(other_word_sizes),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
