/* SPDX-License-Identifier: ISC */
/*
 * What units say of themselves: sd_notify(3) by a socket of the unit's own, bound before its first
 * process (the socket tells who speaks, not a pid), s6's newline on a descriptor, and WatchdogSec=.
 * PID 1 only.
 */
#ifndef PINTLE_INIT_SVC_NOTIFY_H
#define PINTLE_INIT_SVC_NOTIFY_H

#include "init/svc/svc.h"

struct env;

#define NOTIFY_DIR "/run/pintle/notify"
#define NOTIFY_INSIDE                                                                              \
	"/run/notify/notify.sock" /* where a container finds its socket: podman's place */

struct notify {
	int fd, ready_fd[2];	/* the socket; the pipe of NotifyFD=, made for each run */
	loop_handle watch, ready_watch;
	bool ready, own_reload;	/* READY=1 was said in this run; RELOADING=1 without our asking */
	uint64_t watchdog_ms;	/* WatchdogSec=, or what WATCHDOG_USEC= made of it */
	char status[80];	/* STATUS=, printable */
};

/* A unit that may speak gets its socket. 0, or -errno with e: it runs without. */
int notify_open(struct svc *s, struct err *e);
/* The unit is gone for good. */
void notify_close(struct svc *s);
/* Before a run's first process. */
void notify_begin(struct svc *s);
/* It is up: its watchdog's time begins. */
void notify_watch(struct svc *s);
/* The run is over. */
void notify_end(struct svc *s);
/* It is executed, and up only when it says so. */
bool notify_is_awaited(const struct svc *s);
/* The same of a reload. */
bool notify_reload_is_awaited(const struct svc *s);
/* A reload begins: Type=notify-reload has it told by a signal. */
void notify_reload(struct svc *s);
/* Whether the reload is the unit's own: no ExecReload= is run. */
bool notify_own_reload(const struct svc *s);
struct saved_unit;
/* To the unit's record, and back: the socket is there already, or is made. */
void notify_save(const struct svc *s, struct saved_unit *r);
void notify_load(struct svc *s, const struct saved_unit *r);
/* What it said last, "" if nothing. */
const char *notify_status(const struct svc *s);

/* In the child: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID. 0 or -E2BIG. */
int notify_env(const struct svc *s, struct env *env);
/* In the child: the write end for NotifyFD=, -1 = none. */
int notify_child_fd(const struct svc *s);
/* In the child: the socket on the host that a container gets at NOTIFY_INSIDE, NULL = none. */
const char *notify_path(const struct svc *s, char *buf, unsigned cap);

#endif
