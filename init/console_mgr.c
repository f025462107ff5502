/* SPDX-License-Identifier: ISC */
/* Keeps a console process on every serial line. See console_mgr.h. */
#include "init/console_mgr.h"

#include <signal.h>

#include "board/board.h"
#include "init/boot/early.h"
#include "init/boot/shutdown.h"
#include "init/loop.h"
#include "init/report.h"
#include "init/self.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"

#define AGAIN_MS 2000
#define FIRST_MS                                                                                   \
	100 /* the first containers go first: on one slow core a console costs them 20 ms */

static char ttys[BOARD_CONSOLES_MAX][BOARD_TTY_MAX];
static pid_t pids[BOARD_CONSOLES_MAX];
static bool complained[BOARD_CONSOLES_MAX];	/* one that cannot start is told once */
static size_t n_ttys;

static void complain(unsigned index, const struct err *e)
{
	if (!complained[index])
		log_err(LOG_LVL_ERR, ttys[index], e);
	complained[index] = true;
}

static void start(unsigned index)
{
	char *argv[] = { (char *)"pintle-console", ttys[index], NULL };
	struct ctr_proc proc;
	struct err e = { 0 };

	if (shutdown_begun())
		return;
	if (self_spawn(argv, -1, -1, &proc, &e)) {
		complain(index, &e);
		loop_timer(start, index, loop_now() + AGAIN_MS);
		return;
	}
	pids[index] = proc.pid;
	io_close(&proc.pidfd);
	report_keep(&proc);
}

void console_start(const char *cmdline)
{
	unsigned i;

	n_ttys = board_consoles(cmdline, ttys);
	for (i = 0; i < n_ttys; i++)
		loop_timer(start, i, loop_now() + FIRST_MS);
}

void console_pids(int32_t *ret, unsigned cap)
{
	unsigned i;

	for (i = 0; i < cap && i < n_ttys; i++)
		ret[i] = pids[i];
}

void console_resume(const int32_t *had, unsigned n)
{
	unsigned i;

	n_ttys = board_consoles(early_cmdline(), ttys);
	for (i = 0; i < n_ttys; i++) {
		pids[i] = i < n ? had[i] : 0;
		if (!pids[i] || kill(pids[i], 0))
			loop_timer(start, i, loop_now() + AGAIN_MS);
	}
}

bool console_reaped(pid_t pid)
{
	struct err e = { 0 };
	unsigned i;

	for (i = 0; i < n_ttys; i++) {
		if (pids[i] != pid)
			continue;
		pids[i] = 0;
		if (report_take(pid, &e))
			complain(i, &e);
		else
			complained[i] = false;
		loop_timer(start, i, loop_now() + AGAIN_MS);
		return true;
	}
	return false;
}
