/* SPDX-License-Identifier: ISC */
/*
 * The hardware watchdog: the one descriptor of /dev/watchdog, and what its driver tells. Linux
 * Documentation/watchdog/ watchdog-api.rst. PID 1 only; open and feed are the driver's own few
 * register or bus accesses.
 */
#ifndef PINTLE_BOARD_WATCHDOG_H
#define PINTLE_BOARD_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/err.h"

struct watchdog {
	int fd;			/* -1 = none */
	uint32_t timeout_s;	/* what the driver took: it may round, or refuse and keep its own */
	uint32_t pretimeout_s;	/* 0 = none */
	uint32_t boot_flags;	/* WDIOF_* of the last reset, 0 = the driver tells nothing */
	/* the driver stops at a 'V' (WDIOF_MAGICCLOSE); with nowayout it does not even so */
	bool magic_close;
	char identity[33];	/* the driver's name, printable */
};

/*
 * Opens a device (close-on-exec) and asks for both times in seconds. From here on the board is
 * reset unless watchdog_feed() is called in time. 0; -ENOENT when there is no device; -EBUSY when
 * another program holds it; -errno; e filled.
 */
int watchdog_open(const char *device, uint32_t timeout_s, uint32_t pretimeout_s,
		  struct watchdog *ret, struct err *e);
/*
 * The same for a descriptor that was open before an exec of PID 1: nothing is set, the times are
 * read.
 */
void watchdog_adopt(int fd, struct watchdog *ret);
/*
 * Takes the times that the configuration asks for; what the driver made of them is in w. A driver
 * that cannot keeps its own.
 */
void watchdog_set(struct watchdog *w, uint32_t timeout_s, uint32_t pretimeout_s);
/* Keeps the board alive for another timeout. 0 or -errno. */
int watchdog_feed(const struct watchdog *w);
/*
 * Magic close: the board is no longer watched. Only for an orderly poweroff's or halt's very last
 * step; with nowayout the watchdog goes on, and bites. w->fd becomes -1.
 */
void watchdog_release(struct watchdog *w);

#endif
