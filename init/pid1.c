/* SPDX-License-Identifier: ISC */
/*
 * PID 1 from its first instruction to the loop. Up to unit_read() it may read the initial RAM disk;
 * from the line marked below nothing may end, block or allocate.
 */
#include "init/pid1.h"

#include <stddef.h>
#include <sys/mman.h>

#include "board/board.h"
#include "init/boot/boot.h"
#include "init/boot/degraded.h"
#include "init/boot/early.h"
#include "init/conf.h"
#include "init/console_mgr.h"
#include "init/ctl/ctl_server.h"
#include "init/guard/critical.h"
#include "init/guard/pressure.h"
#include "init/guard/watchdog.h"
#include "init/keep/resume.h"
#include "init/log/events.h"
#include "init/log/logs.h"
#include "init/loop.h"
#include "init/reload.h"
#include "init/self.h"
#include "init/sig.h"
#include "init/svc/svc.h"
#include "init/svc/svc_place.h"
#include "init/svc/timers.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

static const char *cgroup_parent(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (str_starts(argv[i], "--cgroup="))
			return argv[i] + 9;
	return "pintle";
}

static void must(int rc, const char *what)
{
	struct err e = { 0 };

	if (!rc)
		return;
	/* There is no better place to go: what works goes on working. */
	err_set(&e, rc, what, "PID 1");
	degraded_note(&e);
}

/*
 * A flash that dies must not take PID 1 with it by a page that cannot be read: the code is read in
 * now and stays, data as it is touched (MCL_ONFAULT, Linux 4.4). Without the right to, things are
 * as they were.
 */
static void lock_memory(void)
{
	extern const char __executable_start[], etext[];

	mlock(__executable_start, (size_t)(etext - __executable_start));
	mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

static void booted(void)
{
	log_line(LOG_LVL_NOTICE, "%s on %s ready: %u units", PINTLE_VERSION, board_name(), n_svcs);
	watchdog_begin();
	if (!critical_booted())
		svc_start_enabled();
	reload_keep();
}

static void after_turn(void)
{
	svc_after_turn();
	critical_after_turn();
	pressure_after_turn();
	resume_after_turn();
}

/* What an exec leaves as it is: descriptors, mounts, children. */
static void set_up_system(void)
{
	if (!resume_is_due())
		early_setup();
	else
		early_resume();
	must(self_open(), "open");
	resume_guard(self_fd());
	must(loop_init(), "epoll");
	must(sig_init(), "signalfd");
	timers_init();
	pressure_begin();
	conf_load(degraded_report, NULL);
	if (!resume_is_safe_mode())
		reload_first(resume_units());
}

int pid1_main(int argc, char **argv)
{
	struct err e = { 0 };

	if (!resume_is_wanted(argc, argv))
		early_fds();
	resume_begin(argc, argv);
	logs_keep_own();
	events_keep();
	set_up_system();
	if (cg_tree_open(&cgroups, cgroup_parent(argc, argv), &e))
		degraded_note(&e);
	loop_after_events(after_turn);
	/* --- from here on PID 1 may not end --- */
	if (resume_is_due()) {
		resume_all(booted);
	} else {
		watchdog_begin();
		svc_init();
		must(ctl_listen(), "listen");
		console_start(early_cmdline());
		boot_start(booted);
	}
	lock_memory();
	loop_run();
}
