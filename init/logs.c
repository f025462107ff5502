/* SPDX-License-Identifier: ISC */
/*
 * The units' output: two pipes a unit, kept over restarts, read into its ring. So many bytes a
 * turn, so that a flood has the reader at work but every other unit, too; the writer waits only for
 * that. PID 1's own lines have a ring, too, from its first one on.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/ctl_server.h"
#include "init/keep/keep.h"
#include "init/logs.h"
#include "init/svc.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/sys.h"

#define BYTES_PER_TURN 4096
#define DRAIN_MAX (1024 * 1024)	/* a pipe's largest size: what a dead process can have left */

static struct ring *own;

/* Also called before the loop is there: the clock is asked, nobody reads yet. */
static void keep_own(enum log_level level, const char *line)
{
	(void)level;
	ring_write(own, 0, sys_now_ms(), line, (unsigned)strlen(line));
	ring_write(own, 0, sys_now_ms(), "\n", 1);
	ctl_new_lines(own);
}

void logs_keep_own(void)
{
	own = keep_ring(0);
	if (!keep_has_rings())
		ring_init(own);
	log_set_hook(keep_own);
}

const struct ring *logs_own(void)
{
	return own;
}

static unsigned take(struct svc *s, unsigned stream)
{
	char buf[BYTES_PER_TURN];
	ssize_t n = read(s->log_fd[stream][0], buf, sizeof(buf));

	if (n <= 0)
		return 0;
	ring_write(s->ring, (uint8_t)(stream + 1), loop_now(), buf, (unsigned)n);
	ctl_new_lines(s->ring);
	return (unsigned)n;
}

static void on_output(unsigned arg, uint32_t events)
{
	(void)events;
	take(&svcs[arg / 2], arg % 2);
}

int logs_open(struct svc *s, const int fds[4])
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		s->log_fd[i][0] = fds[2 * i];
		s->log_fd[i][1] = fds[2 * i + 1];
		if (s->log_fd[i][0] < 0 && pipe2(s->log_fd[i], O_CLOEXEC))
			return -errno;
		/* The two ends of a pipe have flags of their own: only ours must not block. */
		io_set_nonblock(s->log_fd[i][0], 1);
		/* /dev/stdout in a container of another user is this very pipe, opened by name. */
		fchmod(s->log_fd[i][1], 0666);
		s->log_watch[i] =
			loop_watch(s->log_fd[i][0], EPOLLIN, on_output, 2 * svc_index(s) + i);
		if (s->log_watch[i] == LOOP_NONE)
			return -ENOSPC;
	}
	return 0;
}

void logs_drain(struct svc *s)
{
	unsigned i, got, sum;

	for (i = 0; i < 2; i++)
		for (sum = 0; sum < DRAIN_MAX && (got = take(s, i)); sum += got)
			;
}
