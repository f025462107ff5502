/* SPDX-License-Identifier: ISC */
/* Orderly shutdown. See shutdown.h. */
#include "init/boot/shutdown.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include "init/boot/umount.h"
#include "init/guard/critical.h"
#include "init/guard/watchdog.h"
#include "init/loop.h"
#include "init/report.h"
#include "init/svc/svc_want.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/sys.h"
#include "runtime/container.h"

#define UNITS_SLACK_MS 10000u	/* beyond the longest TimeoutStopSec= */
#define TERM_MS 500u		/* for processes that are no unit's: consoles, orphans */
#define HELPER_MS 10000u	/* sync and unmount */
#define LAST_MS 5000u		/* reboot(2) that came back: the kernel's own way */

static enum shutdown_kind kind;
static enum { PHASE_NONE, PHASE_UNITS, PHASE_TERM, PHASE_KILL, PHASE_DISKS, PHASE_LAST } phase;
static pid_t helper;

static void next_phase(unsigned arg);

bool shutdown_begun(void)
{
	return phase != PHASE_NONE;
}

enum shutdown_kind shutdown_what(void)
{
	return kind;
}

static bool is_down(const struct svc *s)
{
	return svc_state_class(s->state) == SVC_IS_DOWN;
}

static void enter(int next, uint64_t in_ms)
{
	phase = next;
	loop_timer(next_phase, 0, loop_now() + in_ms);
}

void shutdown_look(void)
{
	unsigned i, up = 0;

	if (phase != PHASE_UNITS)
		return;
	for (i = 0; i < n_svcs; i++) {
		struct svc *s = &svcs[i];

		if (is_down(s) && !s->want_start)
			continue;
		up++;
		s->again = false;
		if (svc_state_class(s->state) == SVC_IS_FALLING)
			s->goal = EV_DONE;
		else if (!s->want_stop)
			svc_want_stop(s, false);
	}
	if (!up)
		enter(PHASE_TERM, 0);
}

void shutdown_start(enum shutdown_kind what, const char *why)
{
	uint64_t longest = 0;
	unsigned i;

	kind = what;
	if (phase != PHASE_NONE)
		return;
	log_line(LOG_LVL_NOTICE, "%s, by %s",
		 what == SHUTDOWN_REBOOT ? "rebooting"
		 : what == SHUTDOWN_HALT ? "halting"
					 : "powering off",
		 why);
	for (i = 0; i < n_svcs; i++)
		if (!is_down(&svcs[i]) && svcs[i].unit->timeout_stop_ms > longest &&
		    svcs[i].unit->timeout_stop_ms != UINT64_MAX)
			longest = svcs[i].unit->timeout_stop_ms;
	enter(PHASE_UNITS, longest + UNITS_SLACK_MS);
	shutdown_look();
}

static int put_disks_away(void *ctx, struct err *e)
{
	(void)ctx;
	(void)e;
	critical_goodbye();
	sync();
	umount_all();
	sync();
	_exit(0);
	return 0;
}

static void start_helper(void)
{
	struct ctr_place place = { .cgroup_fd = -1, .netns_fd = -1 };
	struct ctr_proc proc;
	struct err e = { 0 };

	if (ctr_spawn(&place, put_disks_away, NULL, &proc, &e)) {
		log_err(LOG_LVL_ERR, "shutdown", &e);
		enter(PHASE_LAST, 0);
		return;
	}
	io_close(&proc.pidfd);
	report_keep(&proc);
	helper = proc.pid;
	enter(PHASE_DISKS, HELPER_MS);
}

bool shutdown_reaped(pid_t pid)
{
	struct err e = { 0 };

	if (!helper || pid != helper)
		return false;
	if (report_take(pid, &e))
		log_err(LOG_LVL_ERR, "shutdown", &e);
	helper = 0;
	if (phase == PHASE_DISKS)
		enter(PHASE_LAST, 0);
	return true;
}

/*
 * reboot(2) does not come back, or it failed: then the kernel's own emergency way, for as long as
 * it takes.
 */
static void last(void)
{
	static const unsigned commands[] = {
		[SHUTDOWN_REBOOT] = LINUX_REBOOT_CMD_RESTART,
		[SHUTDOWN_POWEROFF] = LINUX_REBOOT_CMD_POWER_OFF,
		[SHUTDOWN_HALT] = LINUX_REBOOT_CMD_HALT,
	};
	long rc;

	/* A board that is to be off must stay off; one that reboots is watched until it does. */
	watchdog_last(kind != SHUTDOWN_REBOOT);
	rc = sys_reboot(commands[kind]);

	log_line(LOG_LVL_ERR, "reboot: %s", err_reason((int)-rc));
	io_write_file(AT_FDCWD, "/proc/sysrq-trigger", kind == SHUTDOWN_REBOOT ? "b" : "o");
	enter(PHASE_LAST, LAST_MS);
}

static void next_phase(unsigned arg)
{
	(void)arg;
	switch (phase) {
	case PHASE_UNITS:
		log_line(LOG_LVL_WARN, "units are still not down: they are killed");
		enter(PHASE_TERM, 0);
		return;
	case PHASE_TERM:
		kill(-1, SIGTERM);
		kill(-1, SIGCONT);
		enter(PHASE_KILL, kill(-1, 0) ? 0 : TERM_MS);
		return;
	case PHASE_KILL:
		kill(-1, SIGKILL);
		start_helper();
		return;
	default:
		last();
	}
}
