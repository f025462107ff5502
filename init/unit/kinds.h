/* SPDX-License-Identifier: ISC */
/*
 * What units without a process of their own consist of: timers, sockets, volumes. Names as in
 * systemd.timer(5), systemd.socket(5), podman-systemd.unit(5). Pointers lead into the set's arena.
 */
#ifndef PINTLE_INIT_UNIT_KINDS_H
#define PINTLE_INIT_UNIT_KINDS_H

#include <stdbool.h>
#include <stdint.h>

/* One line of a timer. */
enum unit_timer_base {
	UNIT_TIMER_BOOT,
	UNIT_TIMER_STARTUP,
	UNIT_TIMER_ACTIVE,
	UNIT_TIMER_UNIT_ACTIVE,
	UNIT_TIMER_UNIT_INACTIVE,
	UNIT_TIMER_CALENDAR
};
struct unit_timer_line {
	enum unit_timer_base base;
	uint64_t span_ms;
	const struct calendar *calendar;	/* UNIT_TIMER_CALENDAR: init/svc/calendar.h */
	struct unit_timer_line *next;
};
struct unit_timer {
	struct unit_timer_line *lines;
	const char *unit; /* Unit=; default: the service or container of the same name */
	uint64_t random_ms;		/* RandomizedDelaySec= */
	uint64_t accuracy_ms; /* AccuracySec=, default 1 min: wake-ups are put together within it */
	bool persistent, wake_system, remain_after_elapse, fixed_random;
};

/* One ListenStream=, ListenDatagram=, ListenSequentialPacket=, ListenFIFO= of a .socket. */
struct unit_listen {
	uint8_t type;		/* SOCK_*; 0 = FIFO */
	uint8_t family;		/* AF_UNIX, AF_INET, AF_INET6 */
	uint16_t port;
	uint8_t address[16];	/* network order; all zero = any */
	const char *path;	/* AF_UNIX, FIFO; '@' first = abstract */
	struct unit_listen *next;
};
struct unit_socket {
	struct unit_listen *listen;
	const char *unit, *user, *group, *fd_name;
	uint32_t mode, backlog;		/* SocketMode= (0666), Backlog= (SOMAXCONN) */
	bool accept, remove_on_stop;	/* Accept=: refused with a reason when yes */
};

struct unit_volume {
	const char *name, *device, *type, *options, *user, *group;
	bool copy;
};

#endif
