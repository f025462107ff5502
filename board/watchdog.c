/* SPDX-License-Identifier: ISC */
/* The hardware watchdog. See watchdog.h. */
#include "board/watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "runtime/base/io.h"

static void read_driver(struct watchdog *w)
{
	struct watchdog_info info;
	unsigned i;
	int n = 0;

	memset(&info, 0, sizeof(info));
	if (!ioctl(w->fd, WDIOC_GETSUPPORT, &info)) {
		for (i = 0; i < sizeof(info.identity) && info.identity[i]; i++)
			w->identity[i] = info.identity[i] >= ' ' && info.identity[i] < 127
						 ? (char)info.identity[i]
						 : '?';
		w->magic_close = info.options & WDIOF_MAGICCLOSE;
	}
	if (!ioctl(w->fd, WDIOC_GETBOOTSTATUS, &n) && n > 0)
		w->boot_flags = (uint32_t)n;
	n = 0;
	if (!ioctl(w->fd, WDIOC_GETTIMEOUT, &n) && n > 0)
		w->timeout_s = (uint32_t)n;
	n = 0;
	if (!ioctl(w->fd, WDIOC_GETPRETIMEOUT, &n) && n > 0)
		w->pretimeout_s = (uint32_t)n;
}

void watchdog_set(struct watchdog *w, uint32_t timeout_s, uint32_t pretimeout_s)
{
	int want = (int)timeout_s, pre = (int)pretimeout_s, none = 0;

	/*
	 * A pretimeout that is left from before may not be longer than the new timeout: off, then
	 * both.
	 */
	if (w->pretimeout_s)
		ioctl(w->fd, WDIOC_SETPRETIMEOUT, &none);
	if (want)
		ioctl(w->fd, WDIOC_SETTIMEOUT, &want);
	if (pre)
		ioctl(w->fd, WDIOC_SETPRETIMEOUT, &pre);
	/*
	 * What SETTIMEOUT returns is rounded by some drivers and not by others: only this is the
	 * truth.
	 */
	read_driver(w);
}

int watchdog_open(const char *device, uint32_t timeout_s, uint32_t pretimeout_s,
		  struct watchdog *ret, struct err *e)
{
	struct watchdog w = { .fd = open(device, O_WRONLY | O_CLOEXEC | O_NOCTTY) };

	if (w.fd < 0)
		return err_set(e, errno == ENXIO || errno == ENODEV ? ENOENT : errno, "watchdog",
			       "%s", device);
	read_driver(&w);
	watchdog_set(&w, timeout_s, pretimeout_s);
	*ret = w;
	return 0;
}

void watchdog_adopt(int fd, struct watchdog *ret)
{
	*ret = (struct watchdog){ .fd = fd };
	if (fd >= 0)
		read_driver(ret);
}

int watchdog_feed(const struct watchdog *w)
{
	ssize_t n;

	if (w->fd < 0)
		return -EBADF;
	do
		n = write(w->fd, "\0", 1);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

void watchdog_release(struct watchdog *w)
{
	if (w->fd >= 0)
		io_write_full(w->fd, "V", 1);
	io_close(&w->fd);
}
