/* SPDX-License-Identifier: ISC */
/*
 * A PID 1 that survives itself. See crash.h. Everything here but crash_guard() may run in a signal
 * handler.
 */
#include "init/keep/crash.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "init/keep/keep.h"
#include "runtime/base/compiler.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

#define STACK_BYTES                                                                                \
	65536 /* touched in need only; a frame with all vector registers takes up to 11 KiB */
#define FDS_MAX 1024	/* beyond all that PID 1 can have open: watches, units, clients */
#define WORDS_MAX 8

static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };

static SCRATCH _Alignas(16) char stack[STACK_BYTES];
static int exe = -1, state = -1;
static pid_t self;
static bool limited;
static volatile sig_atomic_t depth;
static char resume[32];
static char *words[WORDS_MAX + 3];

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

unsigned crash_recent(uint64_t now)
{
	const struct keep_crashes *c = keep_crashes();
	unsigned i, n = 0;

	for (i = 0; i < KEEP_CRASHES && i < c->count; i++)
		n += now - c->times_ms[(c->count - 1 - i) % KEEP_CRASHES] < CRASH_WINDOW_MS;
	return n;
}

static uint64_t pc_of(const void *context)
{
	const ucontext_t *u = context;

#if defined(__x86_64__)
	return (uint64_t)u->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return u->uc_mcontext.pc;
#elif defined(__arm__)
	return u->uc_mcontext.arm_pc;
#elif defined(__mips__)
	return u->uc_mcontext.pc;
#elif defined(__riscv)
	return u->uc_mcontext.__gregs[0];
#else
	(void)u;
	return 0;
#endif
}

static void note(const siginfo_t *info, const void *context)
{
	struct keep_crashes *c = keep_crashes();

	c->last.signal = info->si_signo;
	c->last.code = info->si_code;
	c->last.address = (uint64_t)(uintptr_t)info->si_addr;
	c->last.pc = pc_of(context);
	c->last.mono_ms = now_ms();
	c->times_ms[c->count % KEEP_CRASHES] = c->last.mono_ms;
	c->count++;
}

/* All descriptors go along: the next one knows which are whose, and closes the rest. */
static void keep_open_fds(bool on)
{
	int fd;

	for (fd = 3; fd < FDS_MAX; fd++)
		fcntl(fd, F_SETFD, on ? 0 : FD_CLOEXEC);
}

/*
 * All signals but the faults' own are PID 1's to read; those, too, wait from here to the handlers
 * of the next one: the mask and what is pending outlive exec.
 */
static void block(bool faults_too)
{
	sigset_t all;
	unsigned i;

	sigfillset(&all);
	for (i = 0; i < ARRAY_LEN(faults) && !faults_too; i++)
		sigdelset(&all, faults[i]);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

static long become(int fd)
{
	static char *const env[] = { NULL };
	long rc;

	block(true);
	rc = sys_execveat(fd, "", words, env, SYS_AT_EMPTY_PATH);
	block(false);
	return rc;
}

/* No binary can be had: what is left of PID 1's work is reaping, until the watchdog bites. */
static NORETURN void lie_down(void)
{
	const struct timespec tick = { .tv_nsec = 100000000 };

	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		nanosleep(&tick, NULL);
	}
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	static const char *const paths[] = { "/proc/self/exe", "/init", "/sbin/init",
					     "/sbin/pintle", "/usr/sbin/pintle" };
	static char *const env[] = { NULL };
	unsigned i;

	(void)sig;
	/* A child that has not come to reset_signals() yet. */
	if (getpid() != self)
		_exit(127);
	/*
	 * Somebody's signal while we are at it: we are at it. Answered, it would take one frame
	 * after the other.
	 */
	if (depth && info->si_code <= 0)
		return;
	/* A fault in here: no second note. A third: no more tries with what may be what hurts. */
	if (depth++ == 0 && keep_is_open())
		note(info, context);
	if (limited && keep_is_open() && crash_recent(now_ms()) > CRASH_REBOOT)
		sys_reboot(LINUX_REBOOT_CMD_RESTART);
	if (depth < 3) {
		keep_open_fds(true);
		become(exe);
		for (i = 0; i < ARRAY_LEN(paths); i++)
			execve(paths[i], words, env);
	}
	lie_down();
}

int crash_reexec(int fd)
{
	long rc;

	keep_open_fds(true);
	keep_crashes()->reexecs++;
	rc = become(fd < 0 ? exe : fd);
	keep_crashes()->reexecs--;
	keep_open_fds(false);
	return (int)rc;
}

void crash_state(int state_fd)
{
	state = state_fd;
	if (str_print(resume, sizeof(resume), "--resume=%d,%d", state, exe) < 0)
		resume[0] = '\0';
}

void crash_guard(int exe_fd, int state_fd, int argc, char **argv, bool limits)
{
	struct sigaction act = { .sa_sigaction = on_fault,
				 .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
	const stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	unsigned i, n = 0;

	exe = exe_fd;
	self = getpid();
	limited = limits;
	crash_state(state_fd);
	words[n++] = (char *)(uintptr_t)"pintle-init";
	words[n++] = resume;
	for (i = 1; i < (unsigned)argc && n < WORDS_MAX; i++)
		if (!str_starts(argv[i], "--resume="))
			words[n++] = argv[i];
	sigaltstack(&alternate, NULL);
	for (i = 0; i < ARRAY_LEN(faults); i++)
		sigaction(faults[i], &act, NULL);
	block(false);
}
