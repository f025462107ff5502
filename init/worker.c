/* SPDX-License-Identifier: ISC */
/* Runs image jobs in a process of their own and takes one fixed-size record back. See worker.h. */
#include "init/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "fetch/job.h"
#include "init/boot/degraded.h"
#include "init/report.h"
#include "init/self.h"
#include "runtime/base/io.h"
#include "runtime/base/signals.h"
#include "runtime/base/str.h"

#define WORKER_MAX_MS (10 * 60 * 1000u)	/* a job that takes longer is stuck on its medium */

static struct {
	struct svc *unit;	/* it works for this one; NULL after a cancel */
	pid_t pid;		/* 0 = no worker */
	int pidfd, result_fd;
	loop_handle watch;
	unsigned have;
	bool timed_out;
	union {
		struct job_result record;
		char bytes[sizeof(struct job_result)];
	} result;
} worker = { .pidfd = -1, .result_fd = -1 };

static bool queued[UNITS_MAX];

static void refuse(struct svc *s, const struct err *e)
{
	svc_reason(s, e);
	svc_event(s, EV_REFUSED);
}

/* Takes in what is there of the record; the pipe's other end may come in pieces. */
static void take(void)
{
	while (worker.have < sizeof(worker.result)) {
		ssize_t n = read(worker.result_fd, worker.result.bytes + worker.have,
				 sizeof(worker.result) - worker.have);

		if (n <= 0)
			break;
		worker.have += (unsigned)n;
	}
}

static void on_result(unsigned arg, uint32_t events)
{
	(void)arg;
	take();
	/*
	 * A hung-up pipe would wake the loop for ever; the end of the process is told by its
	 * reaping.
	 */
	if (worker.have == sizeof(worker.result) || events & (EPOLLHUP | EPOLLERR))
		loop_unwatch(&worker.watch);
}

static void on_timeout(unsigned arg)
{
	(void)arg;
	worker.timed_out = true;
	if (worker.pid)
		kill(worker.pid, SIGKILL);
}

static int fill_request(struct job_request *q, const struct svc *s, struct err *e)
{
	memset(q, 0, sizeof(*q));
	q->magic = JOB_MAGIC;
	q->version = JOB_VERSION;
	q->kind = JOB_PREPARE;
	if (str_copy(q->image, sizeof(q->image), s->unit->image) ||
	    str_copy(q->conf, sizeof(q->conf), CONFIG_CONF_FILE) ||
	    str_copy(q->store, sizeof(q->store), CONFIG_STORE))
		return err_set(e, ENAMETOOLONG, "image", "%s", s->unit->image);
	return 0;
}

/* The request fits a pipe's buffer: writing it cannot block. */
static int start(struct svc *s, struct err *e)
{
	static char *const argv[] = { (char *)"pintle-worker", NULL };
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, rc;
	struct job_request request;
	struct ctr_proc proc;

	rc = fill_request(&request, s, e);
	if (!rc && (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)))
		rc = err_set(e, errno, "worker", "pipe");
	rc = rc ?: io_write_full(in[1], &request, sizeof(request));
	rc = rc ?: self_spawn(argv, in[0], out[1], &proc, e);
	io_close(&in[0]);
	io_close(&in[1]);
	io_close(&out[1]);
	if (rc) {
		io_close(&out[0]);
		return rc;
	}
	report_keep(&proc);
	io_set_nonblock(out[0], 1);
	worker.unit = s;
	worker.pid = proc.pid;
	worker.pidfd = proc.pidfd;
	worker.result_fd = out[0];
	worker.have = 0;
	worker.timed_out = false;
	worker.watch = loop_watch(out[0], EPOLLIN, on_result, 0);
	loop_timer(on_timeout, 0, loop_now() + WORKER_MAX_MS);
	return 0;
}

static void start_next(void)
{
	unsigned i;

	for (i = 0; i < n_svcs && !worker.pid; i++) {
		struct err e = { 0 };

		if (!queued[i])
			continue;
		queued[i] = false;
		if (svcs[i].state == SVC_PREPARING && start(&svcs[i], &e))
			refuse(&svcs[i], &e);
	}
}

void worker_queue(struct svc *s)
{
	queued[svc_index(s)] = true;
	start_next();
}

void worker_cancel(struct svc *s)
{
	queued[svc_index(s)] = false;
	if (worker.unit != s)
		return;
	worker.unit = NULL;
	kill(worker.pid, SIGKILL);
}

static int check(struct job_result *r, int code, int sig, struct err *e)
{
	if (e->code)
		return -e->code;
	if (worker.timed_out)
		return err_set(e, ETIMEDOUT, "worker", "not done in %u s", WORKER_MAX_MS / 1000);
	if (worker.have != sizeof(*r))
		return sig ? err_set(e, ECHILD, "worker", "ended by SIG%s", signal_name(sig)) :
			err_set(e, ECHILD, "worker", "ended with status %d and no result", code);
	if (job_result_check(r, JOB_PREPARE))
		return err_set(e, EPROTO, "worker", "its result is no record");
	if (r->status) {
		*e = r->err;
		return r->status;
	}
	return 0;
}

static void accept_result(struct svc *s, const struct job_result *r)
{
	memcpy(s->digest, r->manifest, sizeof(s->digest));
	s->cached = r->flags & JOB_R_CACHED;
	s->insecure = r->flags & JOB_R_INSECURE;
	s->image_stop_signal = r->stop_signal > 0 && r->stop_signal <= 64 ? r->stop_signal : 0;
	s->prepared = true;
	if (s->insecure)
		degraded_insecure();
	svc_say(s, "image verified, %s in %u ms", s->cached ? "found in the store" : "unpacked",
		r->elapsed_ms);
	svc_event(s, EV_PREPARED);
}

bool worker_reaped(pid_t pid, int code, int sig)
{
	struct svc *s = worker.unit;
	struct err e = { 0 };

	if (!worker.pid || pid != worker.pid)
		return false;
	take();
	loop_unwatch(&worker.watch);
	loop_timer_off(on_timeout, 0);
	io_close(&worker.result_fd);
	io_close(&worker.pidfd);
	report_take(pid, &e);
	worker.pid = 0;
	worker.unit = NULL;
	if (s && s->state == SVC_PREPARING) {
		if (check(&worker.result.record, code, sig, &e))
			refuse(s, &e);
		else
			accept_result(s, &worker.result.record);
	}
	start_next();
	return true;
}

pid_t worker_pid(void)
{
	return worker.pid;
}
