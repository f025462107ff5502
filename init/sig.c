/* SPDX-License-Identifier: ISC */
/*
 * Signals as other inits take them (busybox's meanings): SIGINT (Ctrl-Alt-Del) and SIGTERM reboot,
 * SIGUSR2 and SIGPWR power off, SIGUSR1 halts; everything else is noted. Every wake reaps until
 * there is nothing to reap: many exits are one SIGCHLD.
 */
#include "init/guard/critical.h"
#include "init/sig.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/boot/boot.h"
#include "init/boot/shutdown.h"
#include "init/console_mgr.h"
#include "init/keep/svc_saved.h"
#include "init/loop.h"
#include "init/reload.h"
#include "init/svc/health.h"
#include "init/svc/svc.h"
#include "init/worker.h"
#include "runtime/base/log.h"
#include "runtime/base/signals.h"

#define REAP_PER_TURN 256	/* a burst of exits does not keep the loop from its other work */

static int signal_fd = -1;
static uint32_t orphans;

uint32_t sig_orphans(void)
{
	return orphans;
}

static void book(pid_t pid, const siginfo_t *info)
{
	int sig = info->si_code == CLD_EXITED ? 0 : info->si_status;
	int code = info->si_code == CLD_EXITED ? info->si_status : 0;

	if (!svc_reaped(pid, code, sig, info->si_code == CLD_DUMPED) &&
	    !worker_reaped(pid, code, sig) && !health_reaped(pid, code, sig) &&
	    !reload_reaped(pid, code, sig) && !critical_reaped(pid) && !console_reaped(pid) &&
	    !boot_reaped(pid) && !shutdown_reaped(pid))
		orphans++;
}

/*
 * Looked at first, booked and noted, and only then taken from the kernel: a fault of PID 1 in
 * between loses no end of a process.
 */
static void reap(unsigned arg)
{
	unsigned n;

	(void)arg;
	for (n = 0; n < REAP_PER_TURN; n++) {
		siginfo_t info = { 0 };
		int status;

		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT)) {
			if (errno == EINTR)
				continue;
			return;
		}
		if (!info.si_pid)
			return;
		book(info.si_pid, &info);
		svc_save_changed();
		waitpid(info.si_pid, &status, WNOHANG);
	}
	loop_timer(reap, 0, loop_now());
}

void sig_resume(uint32_t had_orphans)
{
	orphans = had_orphans;
	loop_timer(reap, 0, loop_now());
}

static void obey(int sig)
{
	switch (sig) {
	case SIGCHLD:
		return;
	case SIGINT:
	case SIGTERM:
		shutdown_start(SHUTDOWN_REBOOT, "a signal");
		return;
	case SIGUSR2:
	case SIGPWR:
		shutdown_start(SHUTDOWN_POWEROFF, "a signal");
		return;
	case SIGUSR1:
		shutdown_start(SHUTDOWN_HALT, "a signal");
		return;
	default:
		log_line(LOG_LVL_NOTICE, "SIG%s ignored", signal_name(sig));
	}
}

static void on_signal(unsigned arg, uint32_t events)
{
	struct signalfd_siginfo info[8];
	ssize_t n = read(signal_fd, info, sizeof(info)), i;

	(void)events;
	for (i = 0; i < n / (ssize_t)sizeof(info[0]); i++)
		obey((int)info[i].ssi_signo);
	reap(arg);
}

int sig_init(void)
{
	sigset_t all;

	sigfillset(&all);
	/* Faults cannot be taken by an fd: blocked, they would end us without a word. */
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGABRT);
	if (sigprocmask(SIG_SETMASK, &all, NULL))
		return -errno;
	signal_fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signal_fd < 0)
		return -errno;
	return loop_watch(signal_fd, EPOLLIN, on_signal, 0) == LOOP_NONE ? -ENOSPC : 0;
}
