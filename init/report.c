/* SPDX-License-Identifier: ISC */
/* The exec reports of PID 1's own helpers. See report.h. */
#include "init/report.h"

#include <sys/epoll.h>

#include "board/board.h"
#include "init/loop.h"
#include "runtime/base/io.h"

#define REPORTS_MAX (BOARD_CONSOLES_MAX + 3) /* one worker, the boot's helper, the shutdown's */

static struct report {
	pid_t pid;		/* 0 = free */
	int fd;
	loop_handle watch;
	struct err said;
} reports[REPORTS_MAX];

/* Reads what there is; an exec frees the place, a failure is kept for the one who asks. */
static void look(unsigned index, uint32_t events)
{
	struct report *r = &reports[index];
	int rc;

	(void)events;
	if (r->fd < 0)
		return;
	rc = ctr_report(r->fd, &r->said);
	if (rc == 0)
		return;
	loop_unwatch(&r->watch);
	io_close(&r->fd);
	if (rc > 0)
		r->pid = 0;
}

void report_keep(struct ctr_proc *proc)
{
	unsigned i;

	for (i = 0; i < REPORTS_MAX && reports[i].pid; i++)
		;
	if (i == REPORTS_MAX) {
		io_close(&proc->report_fd);
		return;
	}
	reports[i] = (struct report){ .pid = proc->pid, .fd = proc->report_fd };
	reports[i].watch = loop_watch(reports[i].fd, EPOLLIN, look, i);
	proc->report_fd = -1;
}

bool report_take(pid_t pid, struct err *ret)
{
	unsigned i;

	for (i = 0; i < REPORTS_MAX && reports[i].pid != pid; i++)
		;
	if (!pid || i == REPORTS_MAX)
		return false;
	look(i, 0);
	/* Still open: somebody holds the other end, who is not the one we asked about. */
	loop_unwatch(&reports[i].watch);
	io_close(&reports[i].fd);
	if (!reports[i].pid)
		return false;
	reports[i].pid = 0;
	if (!reports[i].said.code)
		return false;
	*ret = reports[i].said;
	return true;
}
