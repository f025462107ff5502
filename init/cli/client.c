/* SPDX-License-Identifier: ISC */
/* Talks to PID 1 over the control socket. See cli.h. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "init/cli/cli.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/send_fd.h"

#define ANSWER_MS 10000 /* PID 1 answers at once; a start or stop may take its unit's own time */
#define ACTION_MS 600000
#define QUEUE_MS 50		/* between two tries while PID 1 has all its clients */

/* A connect that would wait (PID 1 is busy, or hangs) is tried again until ANSWER_MS are over. */
static int connect_to(int fd, const struct sockaddr_un *at)
{
	uint64_t end_ms = sys_now_ms() + ANSWER_MS;

	while (connect(fd, (const struct sockaddr *)at, sizeof(*at))) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (sys_now_ms() >= end_ms)
			return -ETIMEDOUT;
		poll(NULL, 0, QUEUE_MS);
	}
	return 0;
}

static int open_socket(const char *path, struct err *e)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd, rc;

	if (str_copy(at.sun_path, sizeof(at.sun_path), path))
		return err_set(e, ENAMETOOLONG, "connect", "%s", path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	rc = fd < 0 ? -errno : connect_to(fd, &at);
	if (!rc)
		return fd;
	io_close(&fd);
	return err_set(e, rc, "connect", "%s", path);
}

/* 1 a reply is there, 0 the user ended the wait, -errno. timeout_ms -1 = as long as it takes. */
static int wait_reply(int fd, struct sink *out, bool follow, int timeout_ms)
{
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
			       { .fd = out->stop_fd, .events = POLLIN } };
	uint64_t end_ms = sys_now_ms() + (unsigned)timeout_ms;

	sink_flush(out);
	for (;;) {
		uint64_t now_ms = sys_now_ms();
		int left_ms = timeout_ms < 0 ? -1 : now_ms < end_ms ? (int)(end_ms - now_ms) : 0;
		int n = poll(p, 2, left_ms);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return -ETIMEDOUT;
		/* First the user: a flood of lines must not drown a ^C. */
		if (n > 0 && p[1].revents && out->stopped(out, follow))
			return 0;
		if (n > 0 && p[0].revents)
			return 1;
	}
}

static bool is_whole(const union ctl_reply *r, ssize_t n)
{
	static const size_t sizes[] = {
		[CTL_R_SYSTEM] = sizeof(struct ctl_system), [CTL_R_UNIT] = sizeof(struct ctl_unit),
		[CTL_R_LOG] = sizeof(struct ctl_log), [CTL_R_END] = sizeof(struct ctl_end),
		[CTL_R_EVENT] = sizeof(struct ctl_event),
	};

	return n >= (ssize_t)sizeof(r->head) && r->head.magic == CTL_MAGIC &&
	       r->head.version == CTL_VERSION && r->head.row >= CTL_R_SYSTEM &&
	       r->head.row <= CTL_R_EVENT && (size_t)n == sizes[r->head.row];
}

#define END_TEXT(field) ((field)[sizeof(field) - 1] = '\0')

static void tame(union ctl_reply *r)
{
	if (r->head.row == CTL_R_SYSTEM) {
		END_TEXT(r->system.version);
		END_TEXT(r->system.board);
		END_TEXT(r->system.degraded);
	} else if (r->head.row == CTL_R_UNIT) {
		END_TEXT(r->unit.name);
		END_TEXT(r->unit.description);
		END_TEXT(r->unit.state);
		err_check(&r->unit.reason);
	} else if (r->head.row == CTL_R_LOG) {
		END_TEXT(r->log.unit);
	} else if (r->head.row == CTL_R_EVENT) {
		END_TEXT(r->event.body.unit);
		END_TEXT(r->event.body.from);
		END_TEXT(r->event.body.to);
		END_TEXT(r->event.body.reason);
	} else if (r->head.row == CTL_R_END) {
		err_check(&r->end.err);
	}
}

static int read_replies(int fd, const struct call *c, bool follow, int timeout_ms, reply_row *row,
			void *ctx, struct err *e)
{
	union ctl_reply r;

	for (;;) {
		int rc = wait_reply(fd, c->out, follow, timeout_ms);
		ssize_t n = rc > 0 ? recv(fd, &r, sizeof(r), MSG_TRUNC) : 0;

		if (rc == 0)
			return 0;
		if (rc < 0 || n < 0)
			return err_set(e, rc < 0 ? -rc : errno, "answer", "from PID 1"), 1;
		if (n == 0)
			return err_set(e, ECONNRESET, "answer", "PID 1 hung up"), 1;
		if (!is_whole(&r, n))
			return err_set(e, EPROTO, "answer",
				       "not understood: is PID 1 of another version?"),
			       1;
		tame(&r);
		if (r.head.row == CTL_R_END) {
			*e = r.end.err;
			return r.end.exit;
		}
		row(ctx, &r);
	}
}

int ask(const struct call *c, enum ctl_verb verb, const char *unit, unsigned flags, unsigned count,
	reply_row *row, void *ctx, struct err *e)
{
	struct ctl_request q = { .magic = CTL_MAGIC,
				 .version = CTL_VERSION,
				 .verb = (uint16_t)verb,
				 .flags = flags,
				 .count = count };
	bool acts = verb == CTL_START || verb == CTL_STOP || verb == CTL_RESTART,
	     follow = flags & CTL_F_FOLLOW;
	int fd AUTO_CLOSE = -1;

	if (str_copy(q.unit, sizeof(q.unit), unit))
		return err_set(e, ENOENT, "unit", "%s", unit), 4;
	fd = open_socket(c->socket, e);
	if (fd < 0)
		return 1;
	if (c->pass_fd ? send_fd(fd, c->pass_fd, (const char *)&q, sizeof(q)) < 0
		       : send(fd, &q, sizeof(q), MSG_NOSIGNAL) != (ssize_t)sizeof(q))
		return err_set(e, errno, "ask", "PID 1"), 1;
	return read_replies(fd, c, follow, follow ? -1 : acts ? ACTION_MS : ANSWER_MS, row, ctx, e);
}
