/* SPDX-License-Identifier: ISC */
/*
 * The boot helper: modules, then /etc/fstab, each result told to PID 1. A process of its own: it
 * may wait for disks and devices as long as it takes, PID 1 has its own clock.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "board/board.h"
#include "init/boot/boot_helper.h"
#include "init/boot/fstab.h"
#include "init/guard/critical.h"
#include "init/svc/timers.h"
#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

#define DEVICE_POLL_MS 20
#define FSTAB_MAX 4096

static int to_init;

static void tell(enum boot_kind kind, const struct err *e)
{
	struct boot_message m = { .kind = kind };

	if (e)
		m.err = *e;
	io_write_full(to_init, &m, sizeof(m));
}

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
		poll(NULL, 0, DEVICE_POLL_MS);
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

	return strncmp(CONFIG_STORE, target, n) == 0 &&
	       (CONFIG_STORE[n] == '\0' || CONFIG_STORE[n] == '/');
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

/* When the Persistent= timers elapsed last, before the device was off. */
static void tell_stamps(void)
{
	struct boot_message m = { .kind = BOOT_STAMP };
	struct dir_entry entry;
	struct dir d;
	struct stat st;
	int fd AUTO_CLOSE = open(TIMERS_STAMPS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || dir_start(&d, fd))
		return;
	while (dir_next(&d, &entry) > 0)
		if (!fstatat(fd, entry.name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode) &&
		    st.st_mtime > 0 &&
		    str_print(m.err.text, sizeof(m.err.text), "%s", entry.name) > 0) {
			m.stamp = (uint64_t)st.st_mtime;
			io_write_full(to_init, &m, sizeof(m));
		}
}

int boot_help(void *ctx, struct err *e)
{
	int loaded;

	to_init = *(const int *)ctx;
	loaded = board_load_modules(module_failed, NULL);
	if (loaded < 0) {
		err_set(e, loaded, "modules", "%s", CONFIG_MODULES_ORDER);
		tell(BOOT_WARNING, e);
	}
	do_fstab();
	tell_stamps();
	critical_collect();
	tell(BOOT_DONE, NULL);
	_exit(0);	/* not exec: this process was for itself */
	return 0;
}
