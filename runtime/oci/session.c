/* SPDX-License-Identifier: ISC */
/*
 * Creator, child and starter: see session.h. session_at() runs in the child, all else in a command.
 */
#include "runtime/oci/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/oci/hooks.h"
#include "runtime/oci/notify.h"

#define AT_ROOT 'r'
#define AT_EXEC 'x'

static NORETURN void die_of(int sig)
{
	_exit(128 + sig);
}

/*
 * The first process of a pid namespace is deaf to signals it does not handle, also from outside:
 * while it waits for start, a signal that would end the command ends it.
 */
static void heed_signals(void)
{
	static const int ends[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
				    SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE };
	struct sigaction a = { .sa_handler = die_of };
	size_t i;

	for (i = 0; i < ARRAY_LEN(ends); i++)
		sigaction(ends[i], &a, NULL);
}

/* The creator's pid for us goes into the state that our own hooks read. */
static int ask(struct session *s, char what, struct err *e)
{
	int32_t pid = 0;

	if (send(s->theirs, &what, 1, MSG_NOSIGNAL) != 1)
		return err_set(e, errno, "create", "the creator is gone");
	if (recv(s->theirs, &pid, sizeof(pid), 0) != sizeof(pid) || pid <= 0)
		return err_set(e, ECANCELED, "create", "called off");
	s->box->pid = pid;
	return 0;
}

static int wait_for_start(struct session *s, struct err *e)
{
	char what = AT_EXEC;
	int fd, rc;

	if (s->listen_fd < 0)
		return ask(s, AT_EXEC, e);
	heed_signals();
	if (send(s->theirs, &what, 1, MSG_NOSIGNAL) != 1)
		return err_set(e, errno, "create", "the creator is gone");
	do
		fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	rc = fd < 0 ? -errno : ctr_report_to(fd);
	return rc ? err_set(e, rc, "start", "wait") : 0;
}

static int session_at(void *ctx, enum spec_stage stage, struct err *e)
{
	struct session *s = ctx;
	const struct oci_config *c = s->config;
	int rc = 0;

	io_close(&s->ours);	/* the creator's end alone keeps the talk open */
	io_close(&s->box->fd);	/* and our copy of the folder would keep its lock */
	if (stage == SPEC_AT_EXEC) {
		rc = wait_for_start(s, e);
		s->box->status = BOX_CREATED;
		return rc ?: hooks_run(c, OCI_START_CONTAINER, s->box, e);
	}
	if (s->spec.listener_fd >= 0 || c->n_hooks[OCI_PRESTART] ||
	    c->n_hooks[OCI_CREATE_RUNTIME] || c->n_hooks[OCI_CREATE_CONTAINER])
		rc = ask(s, AT_ROOT, e);
	return rc ?: hooks_run(c, OCI_CREATE_CONTAINER, s->box, e);
}

/* The creator's pid for us is known from SPEC_AT_ROOT. */
static int session_state(void *ctx, const char **ret_text, size_t *ret_len, struct err *e)
{
	const struct session *s = ctx;

	return notify_state(s->box, s->config, s->box->pid, ret_text, ret_len, e);
}

/* A unix path holds 107 bytes: the folder goes by its fd. */
static int start_address(const struct box *b, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return str_print(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/start.sock",
			 b->fd) < 0
		       ? -ENAMETOOLONG
		       : 0;
}

static int listen_for_start(struct session *s, struct err *e)
{
	struct sockaddr_un at;

	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->listen_fd < 0 || start_address(s->box, &at) ||
	    bind(s->listen_fd, (struct sockaddr *)&at, sizeof(at)) || listen(s->listen_fd, 1))
		return err_set(e, errno, "create", "start.sock of %s", s->box->id);
	return 0;
}

int session_open(struct session *s, struct box *b, const struct oci_config *c, bool wait_for_start,
		 struct err *e)
{
	int pair[2];

	*s = (struct session){
		.config = c,
		.box = b,
		.ours = -1,
		.theirs = -1,
		.listen_fd = -1,
		.spec = { .at = session_at,
			  .listener_state = session_state,
			  .ctx = s,
			  .console_fd = -1,
			  .listener_fd = -1,
			  .terminal = c->terminal,
			  .rows = c->rows,
			  .cols = c->cols },
	};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_set(e, errno, "create", "socket pair");
	s->ours = pair[0];
	s->theirs = pair[1];
	return wait_for_start ? listen_for_start(s, e) : 0;
}

static int answer(struct session *s, int32_t pid, struct err *e)
{
	if (send(s->ours, &pid, sizeof(pid), MSG_NOSIGNAL) == sizeof(pid))
		return 0;
	return err_set(e, errno, "create", "answer the container");
}

int session_release(struct session *s, struct err *e)
{
	return answer(s, s->box->pid, e);
}

/* What the child said last: its place, 0 when it is gone. */
static char next_word(struct session *s)
{
	char what = 0;
	ssize_t n;

	do
		n = recv(s->ours, &what, 1, 0);
	while (n < 0 && errno == EINTR);
	return n == 1 ? what : 0;
}

static int host_hooks(struct session *s, struct err *e)
{
	int rc;

	/*
	 * What prestart hooks were told before they became the deprecated ones; tools still look
	 * for it.
	 */
	s->box->status = BOX_CREATED;
	rc = hooks_run(s->config, OCI_PRESTART, s->box, e);
	s->box->status = BOX_CREATING;
	rc = rc ?: hooks_run(s->config, OCI_CREATE_RUNTIME, s->box, e);
	/*
	 * Called off by our closing: the child must not report before the hook's reason is known.
	 */
	return rc ?: answer(s, s->box->pid, e);
}

int session_follow(struct session *s, const struct ctr_proc *p, struct err *e)
{
	io_close(&s->theirs);
	io_set_nonblock(p->report_fd, 0);
	for (;;) {
		switch (next_word(s)) {
		case AT_EXEC:
			return 0;
		case AT_ROOT: {
			int rc = host_hooks(s, e);

			if (rc)
				return rc;
			break;
		}
		default: {
			/* It is gone: its report, if it had the time for one, says why. */
			int rc = ctr_report(p->report_fd, e);

			return rc < 0 ? rc
				      : err_set(e, ECHILD, "create",
						"the container's first process was killed");
		}
		}
	}
}

int session_start(struct box *b, struct err *e)
{
	int fd AUTO_CLOSE = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), rc;
	struct sockaddr_un at;

	if (fd < 0 || start_address(b, &at) || connect(fd, (struct sockaddr *)&at, sizeof(at)))
		return err_set(e, errno, "start", "%s does not wait for it", b->id);
	/* One start is all there is. */
	at_remove(b->fd, "start.sock", 0);
	rc = ctr_report(fd, e);
	return rc < 0 ? rc : 0;
}

void session_close(struct session *s)
{
	io_close(&s->ours);
	io_close(&s->theirs);
	io_close(&s->listen_fd);
	io_close(&s->spec.console_fd);
	io_close(&s->spec.listener_fd);
}
