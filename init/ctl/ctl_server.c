/* SPDX-License-Identifier: ISC */
/* The control socket's server. See ctl_server.h. */
#include "init/ctl/ctl_server.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "init/ctl/ctl_access.h"
#include "init/ctl/ctl_verbs.h"
#include "init/log/events.h"
#include "runtime/base/io.h"
#include "runtime/send_fd.h"

#define CLIENTS_MAX 12
#define ROOT_PLACES 2
#define IDLE_MAX_MS 30000u	/* without taking a row; a console at 9600 baud is quicker */
#define SEND_BUFFER 8192	/* of a client, in the kernel's memory; the default pins 212 KB */
#define ROWS_PER_TURN 64	/* then the others have their turn */
#define TOKENS_MAX 20u		/* requests that a client may make at once, */
#define TOKEN_MS 50u		/* and then one in this time; a flood waits in its own socket */

_Static_assert(RING_LINE_MAX == CTL_LOG_MAX, "a line of the ring is a row");

static struct client clients[CLIENTS_MAX];
static int listen_fd = -1;

static void on_idle(unsigned index);
static void on_token(unsigned index);

static void drop(struct client *c)
{
	loop_unwatch(&c->watch);
	loop_timer_off(on_idle, (unsigned)(c - clients));
	loop_timer_off(on_token, (unsigned)(c - clients));
	io_close(&c->fd);
}

static void on_idle(unsigned index)
{
	drop(&clients[index]);
}

/* What the loop waits for: requests unless the client is held, and room for rows that are due. */
static void want(struct client *c, bool sending)
{
	c->sending = sending;
	loop_change(c->watch, (c->held ? 0 : EPOLLIN) | (sending ? EPOLLOUT : 0));
}

static void on_token(unsigned index)
{
	clients[index].held = false;
	want(&clients[index], clients[index].sending);
}

/* Takes a token; without one the client's requests stay where they are until there is one. */
static bool may_ask(struct client *c)
{
	uint64_t more = (loop_now() - c->filled_ms) / TOKEN_MS;

	c->filled_ms += more * TOKEN_MS;
	c->tokens = more > TOKENS_MAX - c->tokens ? TOKENS_MAX : c->tokens + (unsigned)more;
	if (c->tokens) {
		c->tokens--;
		return true;
	}
	c->held = loop_timer(on_token, (unsigned)(c - clients), c->filled_ms + TOKEN_MS);
	want(c, c->sending);
	return false;
}

/* 1 sent, 0 not now, -1 the client is gone. */
static int send_row(struct client *c, const void *row, size_t n)
{
	ssize_t rc = send(c->fd, row, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (rc == (ssize_t)n) {
		loop_timer_off(on_idle, (unsigned)(c - clients));
		return 1;
	}
	if (rc < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
		c->blocked = true;
		want(c, true);
		if (!loop_timer_at(on_idle, (unsigned)(c - clients)))
			loop_timer(on_idle, (unsigned)(c - clients), loop_now() + IDLE_MAX_MS);
		return 0;
	}
	drop(c);
	return -1;
}

static int serve_system(struct client *c)
{
	struct ctl_system row;
	int rc;

	ctl_fill_system(&row);
	rc = send_row(c, &row, sizeof(row));
	if (rc > 0)
		c->stage = STAGE_UNITS;
	return rc;
}

static int serve_units(struct client *c)
{
	struct ctl_unit row;
	int rc;

	while (!c->unit && c->next < n_svcs && !svcs[c->next].unit->name[0])
		c->next++;
	if (c->next == n_svcs || (c->unit && c->next)) {
		if (c->unit && c->q.verb == CTL_STATUS && c->q.count) {
			ctl_begin_logs(c, c->q.count);
		} else {
			ctl_end_with(c, c->unit && !svc_state_active(c->unit->state) ? 3 : 0, NULL);
		}
		return 1;
	}
	ctl_fill_unit(&row, c->unit ? c->unit : &svcs[c->next]);
	rc = send_row(c, &row, sizeof(row));
	c->next += rc > 0;
	return rc;
}

/* 2: nothing to do until there are new lines. */
static int serve_logs(struct client *c)
{
	bool follow = c->q.flags & CTL_F_FOLLOW;
	struct ctl_log row;
	int rc;

	if (!ctl_next_log(c, &row)) {
		if (follow)
			return 2;
		ctl_end_with(c,
			     c->q.verb == CTL_STATUS && !svc_state_active(c->unit->state) ? 3 : 0,
			     NULL);
		return 1;
	}
	rc = send_row(c, &row, sizeof(row));
	if (rc > 0)
		ctl_took_log(c);
	return rc;
}

static int serve_events(struct client *c)
{
	uint64_t at = c->log_at;
	struct ctl_event row;
	int rc;

	memset(&row, 0, sizeof(row));
	ctl_head_fill(&row.head, CTL_R_EVENT, sizeof(row));
	if (!events_get(events_all(), &at, &row.body)) {
		if (c->q.flags & CTL_F_FOLLOW)
			return 2;
		ctl_end_with(c, 0, NULL);
		return 1;
	}
	rc = send_row(c, &row, sizeof(row));
	if (rc > 0)
		c->log_at = at;
	return rc;
}

static int serve_end(struct client *c)
{
	int rc = send_row(c, &c->end, sizeof(c->end));

	if (rc > 0) {
		/* The next request may come on the same connection: a console keeps one. */
		c->stage = STAGE_REQUEST;
		return 2;
	}
	return rc;
}

/* Sends what is due, until the client is full, waits, or has had its share of the turn. */
static void serve(struct client *c)
{
	unsigned n;
	int rc = 1;

	for (n = 0; n < ROWS_PER_TURN && rc == 1; n++) {
		switch (c->stage) {
		case STAGE_SYSTEM: rc = serve_system(c); break;
		case STAGE_UNITS: rc = serve_units(c); break;
		case STAGE_LOGS: rc = serve_logs(c); break;
		case STAGE_EVENTS: rc = serve_events(c); break;
		case STAGE_WAIT:
			if (svc_unsettled(c->unit))
				return;
			ctl_end_by_state(c);
			break;
		case STAGE_END: rc = serve_end(c); break;
		default: return;
		}
	}
	if (rc == 1)
		want(c, true);
}

/* Reads a request if the client may ask. False when it was dropped. */
static bool hear(struct client *c)
{
	struct ctl_request q;
	int fd AUTO_CLOSE = -1;
	ssize_t n;

	if (!may_ask(c))
		return true;
	n = receive_with_fd(c->fd, &q, sizeof(q), MSG_DONTWAIT | MSG_TRUNC, &fd);
	/* End of file, an error, or a request that is none: no answer is owed. */
	if (n == 0 || (n < 0 && n != -EAGAIN) || (n > 0 && ctl_request_check(&q, (uint32_t)n))) {
		drop(c);
		return false;
	}
	/* A second one ends the first. */
	if (n > 0) {
		c->q = q;
		c->passed_fd = fd;
		ctl_begin(c);
		fd = c->passed_fd;	/* -1: it was taken */
	}
	return true;
}

static void on_client(unsigned index, uint32_t events)
{
	struct client *c = &clients[index];

	if (events & EPOLLOUT) {
		c->blocked = false;
		want(c, false);
	}
	if (events & (EPOLLHUP | EPOLLERR) && c->held) {
		drop(c);	/* a flood that nobody waits for any more */
		return;
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !hear(c))
		return;
	if (!c->blocked)
		serve(c);
}

static void on_connect(unsigned arg, uint32_t events)
{
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	const int send_buffer = SEND_BUFFER;
	bool root;
	unsigned i;

	(void)arg;
	(void)events;
	if (fd < 0)
		return;
	if (!ctl_access_may_look(fd, &root)) {
		close(fd);
		return;
	}
	/* The last places are root's: readers cannot lock him out. */
	for (i = 0; i < CLIENTS_MAX && clients[i].fd >= 0; i++)
		;
	if (i >= (root ? CLIENTS_MAX : CLIENTS_MAX - ROOT_PLACES)) {
		close(fd);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof(send_buffer));
	clients[i] = (struct client){
		.fd = fd, .may_act = root, .tokens = TOKENS_MAX, .filled_ms = loop_now()
	};
	clients[i].watch = loop_watch(fd, EPOLLIN, on_client, i);
	if (clients[i].watch == LOOP_NONE)
		io_close(&clients[i].fd);
}

void ctl_settled(unsigned index)
{
	unsigned i;

	for (i = 0; i < CLIENTS_MAX; i++)
		if (clients[i].fd >= 0 && clients[i].stage == STAGE_WAIT &&
		    clients[i].unit == &svcs[index])
			want(&clients[i], true);
}

void ctl_reloaded(const struct err *e)
{
	unsigned i;

	for (i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &clients[i];

		if (c->fd < 0)
			continue;
		/*
		 * Places may have changed hands: who waits for a unit is told that it must ask
		 * again.
		 */
		if (c->stage == STAGE_RELOAD) {
			ctl_end_with(c, e->code ? 1 : 0, e->code ? e : NULL);
			want(c, true);
		}
	}
}

void ctl_new_lines(const struct ring *r)
{
	unsigned i;

	for (i = 0; i < CLIENTS_MAX; i++)
		if (clients[i].fd >= 0 && clients[i].stage == STAGE_LOGS &&
		    (clients[i].ring == r || !clients[i].ring) && !clients[i].blocked)
			want(&clients[i], true);
}

void ctl_new_events(void)
{
	unsigned i;

	for (i = 0; i < CLIENTS_MAX; i++)
		if (clients[i].fd >= 0 && clients[i].stage == STAGE_EVENTS && !clients[i].blocked)
			want(&clients[i], true);
}

static void begin_clients(void)
{
	unsigned i;

	ctl_access_start();
	for (i = 0; i < CLIENTS_MAX; i++)
		clients[i].fd = -1;
}

int ctl_fd(void)
{
	return listen_fd;
}

void ctl_resume(int fd)
{
	if (fd < 0) {
		ctl_listen();
		return;
	}
	begin_clients();
	listen_fd = fd;
	loop_watch(fd, EPOLLIN, on_connect, 0);
}

int ctl_listen(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX, .sun_path = CTL_PATH };

	begin_clients();
	listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unlink(CTL_PATH);
	if (listen_fd < 0 || bind(listen_fd, (struct sockaddr *)&at, sizeof(at)))
		return -errno;
	/* Who may connect is decided by SO_PEERCRED; the path lets everybody try. */
	if (chmod(CTL_PATH, 0666) || listen(listen_fd, 8))
		return -errno;
	return loop_watch(listen_fd, EPOLLIN, on_connect, 0) == LOOP_NONE ? -ENOSPC : 0;
}
