/* SPDX-License-Identifier: ISC */
/* The datagrams of sd_notify(3), from a unit's processes: untrusted bytes. Pure. */
#ifndef PINTLE_INIT_SVC_NOTIFY_PARSE_H
#define PINTLE_INIT_SVC_NOTIFY_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#define NOTIFY_MAX	  4096 /* bytes of a datagram; a longer one is refused */
#define NOTIFY_STATUS_MAX 80
#define NOTIFY_NAME_MAX 32

struct notify_msg {
	bool ready, reloading, stopping, watchdog, watchdog_trigger, barrier;
	bool fdstore, fdstore_remove;
	bool has_status;
	uint32_t main_pid;		/* 0 = not said */
	uint64_t extend_us, watchdog_us;	/* UINT64_MAX = not said */
	char status[NOTIFY_STATUS_MAX];	/* printable; cut */
	char fd_name[NOTIFY_NAME_MAX];	/* "" = not said */
};

/*
 * Reads NAME=value lines; unknown names and bad values are passed over. False when it says nothing
 * that is known.
 */
bool notify_parse(const char *text, uint32_t n, struct notify_msg *ret);

#endif
