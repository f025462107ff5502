/* SPDX-License-Identifier: ISC */
/* The boot helper and what PID 1 hears from it. See boot.h. */
#include "init/boot/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "init/boot/boot_helper.h"
#include "init/boot/degraded.h"
#include "init/loop.h"
#include "init/report.h"
#include "init/svc/timers.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/container.h"

#define HELPER_MAX_MS 90000u	/* then the boot goes on without it */

static pid_t helper;
static int from_helper = -1;
static loop_handle watch;
static void (*when_done)(void);
static bool over;

static void on_timeout(unsigned arg);

static void finish(void)
{
	loop_unwatch(&watch);
	io_close(&from_helper);
	loop_timer_off(on_timeout, 0);
	over = true;
	if (when_done)
		when_done();
	when_done = NULL;
}

static void on_timeout(unsigned arg)
{
	struct err e = { 0 };

	(void)arg;
	err_set(&e, ETIMEDOUT, "boot", "modules and mounts are not done in %u s",
		HELPER_MAX_MS / 1000);
	degraded_note_store(&e);
	finish();
}

static void hear(struct boot_message *m)
{
	err_check(&m->err);
	switch (m->kind) {
	case BOOT_WARNING:
		log_err(LOG_LVL_WARN, "boot", &m->err);
		return;
	case BOOT_FAILED:
		degraded_note(&m->err);
		return;
	case BOOT_STORE_FAILED:
		degraded_note_store(&m->err);
		return;
	case BOOT_STAMP:
		timers_stamp(m->err.text, m->stamp);
		return;
	default:
		finish();
	}
}

static void on_message(unsigned arg, uint32_t events)
{
	struct err e = { 0 };
	struct boot_message m;
	ssize_t n = read(from_helper, &m, sizeof(m));

	(void)arg;
	(void)events;
	if (n == (ssize_t)sizeof(m)) {
		hear(&m);
		return;
	}
	if (n < 0)
		return;
	/* It died before its last word: what it did stands. */
	if (report_take(helper, &e))
		degraded_note(&e);
	finish();
}

static int start(struct err *e)
{
	struct ctr_place place = { .cgroup_fd = -1, .netns_fd = -1 };
	struct ctr_proc proc;
	int fds[2], rc;

	if (pipe2(fds, O_CLOEXEC))
		return err_set(e, errno, "boot", "pipe");
	rc = ctr_spawn(&place, boot_help, &fds[1], &proc, e);
	io_close(&fds[1]);
	if (rc) {
		close(fds[0]);
		return rc;
	}
	io_close(&proc.pidfd);
	report_keep(&proc);
	helper = proc.pid;
	from_helper = fds[0];
	io_set_nonblock(from_helper, 1);
	watch = loop_watch(from_helper, EPOLLIN, on_message, 0);
	loop_timer(on_timeout, 0, loop_now() + HELPER_MAX_MS);
	return 0;
}

void boot_start(void (*done)(void))
{
	struct err e = { 0 };

	when_done = done;
	if (start(&e)) {
		degraded_note(&e);
		finish();
	}
}

pid_t boot_helper_pid(void)
{
	return helper;
}

int boot_pipe(void)
{
	return from_helper;
}

void boot_resume(bool was_over, pid_t pid, int pipe, void (*done)(void))
{
	helper = pid;
	over = was_over;
	if (was_over)
		return;
	when_done = done;
	from_helper = pipe;
	if (pipe < 0) {
		boot_start(done);
		return;
	}
	watch = loop_watch(pipe, EPOLLIN, on_message, 0);
	loop_timer(on_timeout, 0, loop_now() + HELPER_MAX_MS);
}

bool boot_is_over(void)
{
	return over;
}

bool boot_reaped(pid_t pid)
{
	struct err e = { 0 };

	if (!helper || pid != helper)
		return false;
	if (report_take(pid, &e))
		degraded_note(&e);
	helper = 0;
	return true;
}
