/* SPDX-License-Identifier: ISC */
/*
 * The container's terminal: a pair made in its own devpts, the master sent to whoever asked, the
 * other end its standard streams and /dev/console. Everything goes by fds that were checked
 * (CVE-2025-52565). Runs in the child.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/enter.h"
#include "runtime/send_fd.h"

#define DEVPTS_MAGIC 0x1cd1
#define GET_PEER 0x5441		/* TIOCGPTPEER, Linux 4.13 */
#if defined(__mips__)
#undef GET_PEER
#define GET_PEER 0x20005441
#endif

/* Whatever the image or a volume put there: only a master of a devpts will do. */
static int open_master(struct enter *c, struct err *e)
{
	int fd = inroot_open_nolink(c->root_fd, "/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK, 0);
	struct statfs fs;
	struct stat st;

	if (fd < 0)
		return err_set(e, fd, "terminal", "/dev/pts/ptmx");
	if (!fstatfs(fd, &fs) && fs.f_type == DEVPTS_MAGIC && !fstat(fd, &st) &&
	    S_ISCHR(st.st_mode) && st.st_rdev == makedev(5, 2)) {
		io_set_nonblock(fd, 0);
		return fd;
	}
	close(fd);
	return err_set(e, EINVAL, "terminal", "/dev/pts/ptmx is not devpts's");
}

static int open_peer(int master, struct err *e)
{
	int unlocked = 0, fd;

	if (ioctl(master, TIOCSPTLCK, &unlocked))
		return err_set(e, errno, "terminal", "unlock");
	fd = ioctl(master, GET_PEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? err_set(e, errno, "terminal", "open the container's end") : fd;
}

static int set_up(struct enter *c, int master, struct err *e)
{
	const struct spec_session *s = c->spec->session;
	struct winsize size = { .ws_row = s->rows, .ws_col = s->cols };

	if (s->rows && s->cols)
		ioctl(master, TIOCSWINSZ, &size);
	if (c->spec->numeric_user && c->spec->uid && fchown(c->tty_fd, c->spec->uid, (gid_t)-1))
		return err_set(e, errno, "terminal", "give it to user %u", c->spec->uid);
	return 0;
}

/* A file to mount on is made in the container's /dev; a symlink there is no place for it. */
static int bind_console(struct enter *c, struct err *e)
{
	char from[48];
	const char *name;
	int dev AUTO_CLOSE = inroot_parent(c->root_fd, "/dev/console", 0, 0, &name),
		target AUTO_CLOSE = -1, rc;

	if (dev < 0)
		return err_set(e, dev, "terminal", "/dev");
	rc = at_open(dev, name, O_CREAT | O_EXCL | O_WRONLY, 0620);
	io_close(&rc);
	target = inroot_open_nolink(c->root_fd, "/dev/console", O_PATH, 0);
	if (target < 0)
		return err_set(e, target, "terminal", "/dev/console");
	at_fd_path(from, sizeof(from), c->tty_fd);
	rc = at_mount(from, target, NULL, MS_BIND, NULL);
	return rc ? err_set(e, rc, "terminal", "/dev/console") : 0;
}

int console_open(struct enter *c, struct err *e)
{
	const struct spec_session *s = c->spec->session;
	int master AUTO_CLOSE = -1, rc;

	if (!s || !s->terminal)
		return 0;
	master = open_master(c, e);
	if (master < 0)
		return master;
	c->tty_fd = open_peer(master, e);
	rc = c->tty_fd < 0 ? c->tty_fd : set_up(c, master, e);
	/* An exec'd process finds the container's console in place. */
	if (!rc && !s->joined)
		rc = bind_console(c, e);
	if (!rc && s->console_fd >= 0) {
		rc = send_fd(s->console_fd, master, "/dev/ptmx", strlen("/dev/ptmx"));
		if (rc)
			err_set(e, rc, "terminal", "send it over the console socket");
	}
	return rc;
}
