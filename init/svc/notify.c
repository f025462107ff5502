/* SPDX-License-Identifier: ISC */
/* What units say of themselves. See notify.h. */
#include "init/svc/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "init/keep/svc_saved.h"
#include "init/spec/env.h"
#include "init/svc/fdstore.h"
#include "init/svc/notify_parse.h"
#include "init/svc/svc_exit.h"
#include "init/svc/svc_proc.h"
#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

#define PER_TURN 8	/* datagrams of one unit: then the others have their turn */
#define FDS_PER_MESSAGE 8

static struct notify places[UNITS_MAX];

static bool may_speak(const struct unit *u)
{
	return u->type == UNIT_NOTIFY || u->notify_access != UNIT_NOTIFY_NONE || u->watchdog_ms ||
	       u->fd_store_max;
}

const char *notify_path(const struct svc *s, char *buf, unsigned cap)
{
	if (!s->notify || s->notify->fd < 0)
		return NULL;
	return str_print(buf, cap, NOTIFY_DIR "/%s", s->unit->name) < 0 ? NULL : buf;
}

static void on_message(unsigned index, uint32_t events);

int notify_open(struct svc *s, struct err *e)
{
	struct notify *n = &places[svc_index(s)];
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const int on = 1;

	if (!may_speak(s->unit) && !s->unit->notify_fd)
		return 0;
	*n = (struct notify){ .fd = -1,
			      .ready_fd = { -1, -1 },
			      .watchdog_ms = s->unit->watchdog_ms };
	s->notify = n;
	if (!may_speak(s->unit))
		return 0;
	if (str_print(at.sun_path, sizeof(at.sun_path), NOTIFY_DIR "/%s", s->unit->name) < 0)
		return err_set(e, ENAMETOOLONG, "notify", "%s", s->unit->name);
	mkdir(NOTIFY_DIR, 0755);
	unlink(at.sun_path);
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (n->fd < 0 || setsockopt(n->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    bind(n->fd, (struct sockaddr *)&at, sizeof(at)) || chmod(at.sun_path, 0666)) {
		err_set(e, errno, "notify", "%s", at.sun_path);
		io_close(&n->fd);
		return -e->code;
	}
	n->watch = loop_watch(n->fd, EPOLLIN, on_message, svc_index(s));
	return 0;
}

void notify_close(struct svc *s)
{
	char path[108];

	if (!s->notify)
		return;
	notify_end(s);
	if (notify_path(s, path, sizeof(path)))
		unlink(path);
	loop_unwatch(&s->notify->watch);
	io_close(&s->notify->fd);
	s->notify = NULL;
}

static void on_watchdog(unsigned index)
{
	struct svc *s = &svcs[index];
	struct err e = { 0 };

	if (s->state != SVC_RUNNING && s->state != SVC_RELOADING)
		return;
	err_set(&e, ETIMEDOUT, "watchdog", "no WATCHDOG=1 for %llu ms",
		(unsigned long long)s->notify->watchdog_ms);
	svc_reason(s, &e);
	svc_fail(s, SVC_R_WATCHDOG, BACKOFF_WATCHDOG);
}

void notify_watch(struct svc *s)
{
	if (s->notify && s->notify->watchdog_ms)
		loop_timer(on_watchdog, svc_index(s), loop_now() + s->notify->watchdog_ms);
}

static void close_ready(struct notify *n)
{
	loop_unwatch(&n->ready_watch);
	io_close(&n->ready_fd[0]);
	io_close(&n->ready_fd[1]);
}

static void say_ready(struct svc *s)
{
	bool was_ready = s->notify->ready;

	s->notify->ready = true;
	if (s->state == SVC_LAUNCHED && s->unit->type == UNIT_NOTIFY && !s->unit->notify_healthy) {
		svc_event(s, EV_UP);
	} else if (s->state == SVC_RELOADING && !s->proc[SVC_CONTROL].pid && was_ready) {
		s->notify->own_reload = false;
		svc_event(s, EV_RELOADED);
	}
}

/*
 * s6: a newline means ready; an end of file without one means nothing (the start's clock decides).
 */
static void on_ready(unsigned index, uint32_t events)
{
	struct svc *s = &svcs[index];
	char buf[64];
	ssize_t n = read(s->notify->ready_fd[0], buf, sizeof(buf));

	(void)events;
	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0 && !memchr(buf, '\n', (size_t)n))
		return;
	close_ready(s->notify);
	if (n > 0)
		say_ready(s);
}

void notify_begin(struct svc *s)
{
	struct notify *n = s->notify;

	if (!n)
		return;
	n->ready = n->own_reload = false;
	n->status[0] = '\0';
	n->watchdog_ms = s->unit->watchdog_ms;
	close_ready(n);
	if (!s->unit->notify_fd || pipe2(n->ready_fd, O_CLOEXEC | O_NONBLOCK))
		return;
	n->ready_watch = loop_watch(n->ready_fd[0], EPOLLIN, on_ready, svc_index(s));
}

void notify_end(struct svc *s)
{
	loop_timer_off(on_watchdog, svc_index(s));
	if (s->notify)
		close_ready(s->notify);
}

bool notify_is_awaited(const struct svc *s)
{
	return s->unit->type == UNIT_NOTIFY && !s->unit->notify_healthy && s->notify &&
	       !s->notify->ready;
}

bool notify_reload_is_awaited(const struct svc *s)
{
	return s->unit->notify_reload || notify_own_reload(s);
}

bool notify_own_reload(const struct svc *s)
{
	return s->notify && s->notify->own_reload;
}

void notify_reload(struct svc *s)
{
	if (s->unit->notify_reload && !notify_own_reload(s))
		svc_signal(s, s->unit->reload_signal ? s->unit->reload_signal : SIGHUP);
}

const char *notify_status(const struct svc *s)
{
	return s->notify ? s->notify->status : "";
}

/* A container's socket is seen by it alone; on the host NotifyAccess= says who may speak. */
static bool may_say(const struct svc *s, pid_t pid)
{
	if (s->unit->kind == UNIT_CONTAINER || s->unit->notify_access == UNIT_NOTIFY_ALL)
		return true;
	if (pid == s->proc[SVC_MAIN].pid)
		return true;
	return s->unit->notify_access == UNIT_NOTIFY_EXEC && pid == s->proc[SVC_CONTROL].pid;
}

static void set_watchdog(struct svc *s, uint64_t us)
{
	s->notify->watchdog_ms = us / 1000 + (us && us < 1000);
	if (s->notify->watchdog_ms)
		notify_watch(s);
	else
		loop_timer_off(on_watchdog, svc_index(s));
}

static void trigger_watchdog(struct svc *s)
{
	if (s->notify->watchdog_ms)
		loop_timer(on_watchdog, svc_index(s), loop_now());
}

static void obey(struct svc *s, const struct notify_msg *m)
{
	if (m->has_status)
		str_copy(s->notify->status, sizeof(s->notify->status), m->status);
	if (m->main_pid)
		svc_proc_adopt(s, (pid_t)m->main_pid);
	if (m->extend_us != UINT64_MAX)
		svc_clock_move(s, loop_now() + m->extend_us / 1000);
	if (m->watchdog_us != UINT64_MAX)
		set_watchdog(s, m->watchdog_us);
	else if (m->watchdog && loop_timer_at(on_watchdog, svc_index(s)))
		notify_watch(s);
	if (m->watchdog_trigger)
		trigger_watchdog(s);
	if (m->reloading && !m->ready && s->state == SVC_RUNNING) {
		s->notify->own_reload = true;
		svc_event(s, EV_RELOAD);
	}
	if (m->ready)
		say_ready(s);
}

struct received {
	pid_t pid;
	int fds[FDS_PER_MESSAGE];
	unsigned n_fds;
};

static void read_control(struct msghdr *h, struct received *r)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		size_t n = c->cmsg_len - CMSG_LEN(0);

		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_CREDENTIALS && n >= sizeof(struct ucred)) {
			struct ucred who;

			memcpy(&who, CMSG_DATA(c), sizeof(who));
			r->pid = who.pid;
		} else if (c->cmsg_type == SCM_RIGHTS) {
			r->n_fds = (unsigned)(n / sizeof(int));
			memcpy(r->fds, CMSG_DATA(c), r->n_fds * sizeof(int));
		}
	}
}

/* 1 a message, 0 none or one that says nothing. Whatever fds came are the store's or closed. */
static int receive(struct svc *s)
{
	static SCRATCH char text[NOTIFY_MAX];
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred)) +
					      CMSG_SPACE(FDS_PER_MESSAGE * sizeof(int))];
	struct iovec part = { text, sizeof(text) };
	struct msghdr h = { .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct received r = { 0 };
	struct notify_msg m;
	ssize_t n = recvmsg(s->notify->fd, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC | MSG_PEEK);
	unsigned i;
	bool good;

	if (n < 0)
		return 0;
	read_control(&h, &r);
	good = !(h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) && may_say(s, r.pid) &&
	       notify_parse(text, (uint32_t)n, &m);
	if (good && m.fdstore)
		fdstore_add(s, r.fds, r.n_fds, m.fd_name);
	else
		for (i = 0; i < r.n_fds; i++)
			io_close(&r.fds[i]);
	if (good && m.fdstore_remove)
		fdstore_remove(s, m.fd_name);
	if (good)
		obey(s, &m);
	/* Only what is noted is taken: a fault before this has it read again. */
	svc_save(s);
	recv(s->notify->fd, text, 0, MSG_DONTWAIT | MSG_TRUNC);
	return 1;
}

static void on_message(unsigned index, uint32_t events)
{
	unsigned i;

	(void)events;
	for (i = 0; i < PER_TURN && svcs[index].notify && receive(&svcs[index]); i++)
		;
}

void notify_save(const struct svc *s, struct saved_unit *r)
{
	const struct notify *n = s->notify;

	if (!n)
		return;
	r->notify = saved_number(n->fd);
	r->ready[0] = saved_number(n->ready_fd[0]);
	r->ready[1] = saved_number(n->ready_fd[1]);
	r->flags |= (n->ready ? SAVED_READY : 0) | (n->own_reload ? SAVED_OWN_RELOAD : 0);
	r->watchdog_ms = n->watchdog_ms;
	r->watchdog_due_ms = loop_timer_at(on_watchdog, svc_index(s));
	str_copy(r->status, sizeof(r->status), n->status);
}

void notify_load(struct svc *s, const struct saved_unit *r)
{
	struct notify *n = &places[svc_index(s)];
	struct err e = { 0 };

	if (!r->notify && !r->ready[0]) {
		if (notify_open(s, &e))
			log_err(LOG_LVL_WARN, s->unit->name, &e);
		return;
	}
	*n = (struct notify){
		.fd = saved_fd(r->notify),
		.ready_fd = { saved_fd(r->ready[0]), saved_fd(r->ready[1]) },
		.ready = r->flags & SAVED_READY,
		.own_reload = r->flags & SAVED_OWN_RELOAD,
		.watchdog_ms = r->watchdog_ms,
	};
	memcpy(n->status, r->status, sizeof(n->status) - 1);
	s->notify = n;
	if (n->fd >= 0)
		n->watch = loop_watch(n->fd, EPOLLIN, on_message, svc_index(s));
	if (n->ready_fd[0] >= 0)
		n->ready_watch = loop_watch(n->ready_fd[0], EPOLLIN, on_ready, svc_index(s));
	if (r->watchdog_due_ms)
		loop_timer(on_watchdog, svc_index(s), r->watchdog_due_ms);
}

int notify_env(const struct svc *s, struct env *env)
{
	char text[160];
	int rc = 0;

	if (!s->notify || s->notify->fd < 0)
		return 0;
	if (s->unit->kind == UNIT_CONTAINER)
		str_print(text, sizeof(text), "NOTIFY_SOCKET=" NOTIFY_INSIDE);
	else
		str_print(text, sizeof(text), "NOTIFY_SOCKET=" NOTIFY_DIR "/%s", s->unit->name);
	rc = env_set(env, text);
	if (!rc && s->unit->watchdog_ms) {
		str_print(text, sizeof(text), "WATCHDOG_USEC=%llu",
			  (unsigned long long)s->unit->watchdog_ms * 1000);
		rc = env_set(env, text);
		str_print(text, sizeof(text), "WATCHDOG_PID=%d", (int)getpid());
		/* Inside a container it is process 1. */
		rc = rc ?: env_set(env, s->unit->kind == UNIT_CONTAINER ? "WATCHDOG_PID=1" : text);
	}
	return rc;
}

int notify_child_fd(const struct svc *s)
{
	return s->notify ? s->notify->ready_fd[1] : -1;
}
