/* SPDX-License-Identifier: ISC */
/* The boot helper and what PID 1 hears from it. See boot.h. */
#include "init/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "board/board.h"
#include "init/degraded.h"
#include "init/fstab.h"
#include "init/loop.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/container.h"

#define HELPER_MAX_MS 90000u	/* then the boot goes on without it */
#define DEVICE_POLL_MS 20
#define FSTAB_MAX 4096

enum boot_kind { BOOT_WARNING = 1, BOOT_FAILED, BOOT_STORE_FAILED, BOOT_DONE };

struct boot_message {		/* helper → PID 1, whole on a pipe: below PIPE_BUF */
	uint32_t kind;
	struct err err;
};

static pid_t helper;
static int from_helper = -1, to_init = -1;
static loop_handle watch;
static void (*when_done)(void);
static bool over;

static void tell(enum boot_kind kind, const struct err *e)
{
	struct boot_message m = { .kind = kind };

	if (e)
		m.err = *e;
	io_write_full(to_init, &m, sizeof(m));
}

/* --- in the helper ------------------------------------------------------------------------------- */

static void module_failed(void *ctx, const struct err *e)
{
	(void)ctx;
	tell(BOOT_WARNING, e);
}

static bool wait_for_device(const struct fstab *f)
{
	uint64_t until = sys_now_ms() + f->device_wait_ms;
	struct stat st;

	if (!str_starts(f->source, "/dev/"))
		return true;
	while (stat(f->source, &st)) {
		if (sys_now_ms() >= until)
			return false;
		usleep(DEVICE_POLL_MS * 1000);
	}
	return true;
}

static int mount_entry(const struct fstab *f, struct err *e)
{
	int rc;

	if (!wait_for_device(f))
		return err_set(e, ENODEV, "mount", "%s: %s", f->target, f->source);
	rc = io_mkdirs(AT_FDCWD, f->target, 0755);
	if (rc)
		return err_set(e, rc, "mount", "%s", f->target);
	if (mount(f->source, f->target, f->type, f->flags, f->data[0] ? f->data : NULL))
		return err_set(e, errno, "mount", "%s: %s", f->target, f->source);
	return 0;
}

/* Whether the store lies on or below the folder. */
static bool holds_store(const char *target)
{
	size_t n = strlen(target);

	return strncmp(CONFIG_STORE, target, n) == 0 && (CONFIG_STORE[n] == '\0' || CONFIG_STORE[n] == '/');
}

static void do_line(const char *line)
{
	struct err e = { 0 };
	struct fstab f;
	int rc = fstab_line(line, &f, &e);

	if (rc < 0) {
		tell(BOOT_FAILED, &e);
	} else if (rc > 0 && !f.noauto && mount_entry(&f, &e)) {
		if (f.nofail)
			tell(BOOT_WARNING, &e);
		else
			tell(holds_store(f.target) ? BOOT_STORE_FAILED : BOOT_FAILED, &e);
	}
}

static void do_fstab(void)
{
	char text[FSTAB_MAX], *line, *next;
	ssize_t n = io_read_file(AT_FDCWD, "/etc/fstab", text, sizeof(text));
	struct err e = { 0 };

	if (n < 0 && n != -ENOENT) {
		err_set(&e, (int)n, "fstab", "/etc/fstab");
		tell(BOOT_FAILED, &e);
	}
	for (line = text; n > 0 && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		do_line(line);
	}
}

static int help(void *ctx, struct err *e)
{
	int loaded = board_load_modules(module_failed, NULL);

	(void)ctx;
	if (loaded < 0) {
		err_set(e, loaded, "modules", "%s", CONFIG_MODULES_ORDER);
		tell(BOOT_WARNING, e);
	}
	do_fstab();
	tell(BOOT_DONE, NULL);
	_exit(0);	/* not exec: this process was for itself */
	return 0;
}

/* --- in PID 1 ------------------------------------------------------------------------------------ */

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
	err_set(&e, ETIMEDOUT, "boot", "modules and mounts are not done in %u s", HELPER_MAX_MS / 1000);
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
	default:
		finish();
	}
}

static void on_message(unsigned arg, uint32_t events)
{
	struct boot_message m;
	ssize_t n = read(from_helper, &m, sizeof(m));

	(void)arg;
	(void)events;
	if (n == (ssize_t)sizeof(m))
		hear(&m);
	else if (n >= 0)
		finish();	/* it died without a word: what it did stands */
}

static int start(struct err *e)
{
	struct ctr_place place = { .cgroup_fd = -1, .netns_fd = -1 };
	struct ctr_proc proc;
	int fds[2], rc;

	if (pipe2(fds, O_CLOEXEC))
		return err_set(e, errno, "boot", "pipe");
	to_init = fds[1];
	rc = ctr_spawn(&place, help, NULL, &proc, e);
	io_close(&to_init);
	if (rc) {
		close(fds[0]);
		return rc;
	}
	io_close(&proc.pidfd);
	io_close(&proc.report_fd);
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

bool boot_is_over(void)
{
	return over;
}

bool boot_reaped(pid_t pid)
{
	if (!helper || pid != helper)
		return false;
	helper = 0;
	return true;
}
