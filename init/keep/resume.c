/* SPDX-License-Identifier: ISC */
/* PID 1 after an exec of itself. See resume.h. */
#include "init/keep/resume.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "init/boot/boot.h"
#include "init/boot/degraded.h"
#include "init/boot/shutdown.h"
#include "init/console_mgr.h"
#include "init/ctl/ctl_server.h"
#include "init/guard/critical.h"
#include "init/guard/watchdog.h"
#include "init/keep/crash.h"
#include "init/keep/svc_saved.h"
#include "init/log/events.h"
#include "init/loop.h"
#include "init/reload.h"
#include "init/sig.h"
#include "init/svc/fdstore.h"
#include "init/worker.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

static struct {
	int argc;
	char **argv;
	bool limits, resumed, safe_mode, asked;
	int asked_fd;
} me = { .limits = true, .asked_fd = -1 };

static struct saved_system last;	/* as it lies in the region */

static int number(const char *text, size_t n)
{
	uint64_t v;

	return num_u64(text, n, 1023, &v) ? -1 : (int)v;
}

static void read_words(int *state_fd, int *exe_fd)
{
	int i;

	for (i = 1; i < me.argc; i++) {
		const char *word = me.argv[i];

		if (str_starts(word, "--resume=")) {
			size_t n = strcspn(word + 9, ",");

			*state_fd = number(word + 9, n);
			*exe_fd = word[9 + n] ? number(word + 10 + n, strlen(word + 10 + n)) : -1;
		} else if (strcmp(word, "--crash-limit=0") == 0) {
			me.limits = false;
		}
	}
}

bool resume_is_wanted(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (str_starts(argv[i], "--resume="))
			return true;
	return false;
}

void resume_guard(int exe_fd)
{
	crash_guard(exe_fd, keep_fd(), me.argc, me.argv, me.limits);
}

void resume_begin(int argc, char **argv)
{
	int state_fd = -1, exe_fd = -1;
	struct err e = { 0 };

	me.argc = argc;
	me.argv = argv;
	read_words(&state_fd, &exe_fd);
	if (state_fd >= 0)
		crash_guard(exe_fd, state_fd, argc, argv, me.limits);
	if (keep_open(state_fd, &me.resumed, &e))
		degraded_note(&e);
	if (!me.resumed)
		return;
	resume_guard(exe_fd);
	me.safe_mode = me.limits && crash_recent(sys_now_ms()) > CRASH_SAFE;
	if (!me.safe_mode)
		saved_sweep(exe_fd, keep_fd());
}

bool resume_is_due(void)
{
	return me.resumed;
}

bool resume_is_safe_mode(void)
{
	return me.safe_mode;
}

uint32_t resume_units(void)
{
	struct saved_system r;

	return me.resumed && keep_get(KEEP_SYSTEM, 0, &r, sizeof(r)) > 0 ? r.units : 0;
}

static void say_crash(uint32_t known)
{
	const struct keep_crash *c = &keep_crashes()->last;
	struct err e = { 0 };

	if (keep_crashes()->count == known) {
		events_add(EVENT_REEXEC, NULL, NULL, PINTLE_VERSION, "asked for");
		return;
	}
	events_add(EVENT_REEXEC, NULL, NULL, PINTLE_VERSION, "PID 1 fell");
	err_set(&e, EFAULT, "PID 1 fell",
		"signal %d, address 0x%llx, pc 0x%llx; %u in the last minute; taken up again",
		c->signal, (unsigned long long)c->address, (unsigned long long)c->pc,
		crash_recent(loop_now()));
	log_err(LOG_LVL_ERR, "crash", &e);
}

/* A minute without a fault: once more with everything. */
static void leave_safe_mode(unsigned arg)
{
	(void)arg;
	resume_ask(-1);
}

static void enter_safe_mode(void)
{
	struct err e = { 0 };

	err_set(&e, EFAULT, "safe mode",
		"PID 1 fell %u times in a minute: units run on, nobody looks after them for a "
		"minute",
		crash_recent(loop_now()));
	degraded_note(&e);
	loop_timer(leave_safe_mode, 0, loop_now() + CRASH_WINDOW_MS);
}

static void take_up(const struct saved_system *r, void (*booted)(void))
{
	char text[sizeof(r->degraded)];

	str_copy(text, sizeof(text), r->degraded);
	degraded_restore(text, &r->store, r->policy_insecure);
	ctl_resume(saved_fd(r->listen));
	console_resume(r->consoles, SAVED_CONSOLES);
	boot_resume(r->boot_over, r->boot_helper, saved_fd(r->boot_pipe), booted);
	critical_load(r);
	watchdog_resume(saved_fd(r->watchdog), !me.safe_mode);
	sig_resume(r->orphans);
	/* It works for a unit whose record says so: that asks for a new one. */
	if (r->worker > 0)
		kill(r->worker, SIGKILL);
}

void resume_all(void (*booted)(void))
{
	struct saved_system r;

	keep_get(KEEP_SYSTEM, 0, &r, sizeof(r));
	take_up(&r, booted);
	say_crash(r.crashes);
	if (me.safe_mode) {
		enter_safe_mode();
		return;
	}
	fdstore_load();
	svc_resume();
	if (r.shutdown)
		shutdown_start((enum shutdown_kind)(r.shutdown - 1), "the one before");
}

static void fill(struct saved_system *r)
{
	memset(r, 0, sizeof(*r));
	r->listen = saved_number(ctl_fd());
	r->boot_over = boot_is_over();
	r->boot_helper = boot_helper_pid();
	r->boot_pipe = saved_number(boot_pipe());
	r->shutdown = (uint8_t)(shutdown_begun() ? shutdown_what() + 1u : 0u);
	console_pids(r->consoles, SAVED_CONSOLES);
	r->worker = worker_pid();
	r->orphans = sig_orphans();
	r->units = reload_generation();
	r->crashes = keep_crashes()->count;
	r->policy_insecure = degraded_is_insecure();
	str_copy(r->degraded, sizeof(r->degraded), degraded_text());
	r->watchdog = saved_number(watchdog_held()->fd);
	critical_save(r);
	if (degraded_store())
		r->store = *degraded_store();
}

void resume_after_turn(void)
{
	struct saved_system r;
	struct err e = { 0 };
	int rc;

	fill(&r);
	if (memcmp(&r, &last, sizeof(r))) {
		keep_put(KEEP_SYSTEM, 0, &r, sizeof(r));
		last = r;
	}
	if (!me.asked)
		return;
	me.asked = false;
	rc = crash_reexec(me.asked_fd);
	err_set(&e, rc, "reexec", "the binary");
	log_err(LOG_LVL_ERR, "reexec", &e);
	io_close(&me.asked_fd);
}

void resume_ask(int fd)
{
	io_close(&me.asked_fd);
	me.asked = true;
	me.asked_fd = fd;
}
