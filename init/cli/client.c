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

#define ANSWER_MS 10000		/* PID 1 answers at once; a start or stop may take its unit's own time */
#define ACTION_MS 600000

static int open_socket(const char *path, struct err *e)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (str_copy(at.sun_path, sizeof(at.sun_path), path))
		return err_set(e, ENAMETOOLONG, "connect", "%s", path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at))) {
		int code = errno;

		io_close(&fd);
		return err_set(e, code, "connect", "%s", path);
	}
	return fd;
}

/* 1 a reply is there, 0 the user stopped it, -errno. */
static int wait_reply(int fd, int stop_fd, int timeout_ms)
{
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .fd = stop_fd, .events = POLLIN } };
	int n;

	do
		n = poll(p, 2, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n == 0)
		return -ETIMEDOUT;
	return p[0].revents ? 1 : 0;
}

static int is_whole(const union ctl_reply *r, ssize_t n)
{
	static const size_t sizes[] = {
		[CTL_R_SYSTEM] = sizeof(struct ctl_system), [CTL_R_UNIT] = sizeof(struct ctl_unit),
		[CTL_R_LOG] = sizeof(struct ctl_log), [CTL_R_END] = sizeof(struct ctl_end),
	};

	return n >= (ssize_t)sizeof(r->head) && r->head.magic == CTL_MAGIC && r->head.version == CTL_VERSION &&
		r->head.row >= CTL_R_SYSTEM && r->head.row <= CTL_R_END && (size_t)n == sizes[r->head.row];
}

static int read_replies(int fd, const struct call *c, unsigned flags, int timeout_ms, reply_row *row, void *ctx, struct err *e)
{
	bool follow = flags & CTL_F_FOLLOW;
	union ctl_reply r;

	for (;;) {
		int rc = wait_reply(fd, follow ? c->out->stop_fd : -1, follow ? -1 : timeout_ms);
		ssize_t n = rc > 0 ? recv(fd, &r, sizeof(r), 0) : 0;

		if (rc == 0)
			return 0;
		if (rc < 0 || n < 0)
			return err_set(e, rc < 0 ? -rc : errno, "answer", "from PID 1"), 1;
		if (n == 0)
			return err_set(e, ECONNRESET, "answer", "PID 1 hung up"), 1;
		if (!is_whole(&r, n))
			return err_set(e, EPROTO, "answer", "not understood: is PID 1 of another version?"), 1;
		if (r.head.row == CTL_R_END) {
			*e = r.end.err;
			err_check(e);
			return r.end.exit;
		}
		row(ctx, &r);
	}
}

int ask(const struct call *c, enum ctl_verb verb, const char *unit, unsigned flags, unsigned count, reply_row *row,
	void *ctx, struct err *e)
{
	struct ctl_request q = { .magic = CTL_MAGIC, .version = CTL_VERSION, .verb = (uint16_t)verb, .flags = flags, .count = count };
	bool acts = verb == CTL_START || verb == CTL_STOP || verb == CTL_RESTART;
	int fd AUTO_CLOSE = -1;

	if (str_copy(q.unit, sizeof(q.unit), unit))
		return err_set(e, ENOENT, "unit", "%s", unit), 4;
	fd = open_socket(c->socket, e);
	if (fd < 0)
		return 1;
	if (send(fd, &q, sizeof(q), MSG_NOSIGNAL) != (ssize_t)sizeof(q))
		return err_set(e, errno, "ask", "PID 1"), 1;
	return read_replies(fd, c, flags, acts ? ACTION_MS : ANSWER_MS, row, ctx, e);
}
