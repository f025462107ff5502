/* SPDX-License-Identifier: ISC */
/*
 * The words that change something: start, stop, restart, kill, reboot, poweroff, halt. See cli.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/cli/cli.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

#define PROBE_S 5u	/* a program may take to say its version */

static void no_rows(void *ctx, const union ctl_reply *r)
{
	(void)ctx;
	(void)r;
}

static int one(const struct call *c, enum ctl_verb verb, const char *unit, unsigned count)
{
	char said[sizeof(struct err) + 64];
	struct err e = { 0 };
	int status = ask(c, verb, unit, c->nowait ? CTL_F_NOWAIT : 0, count, no_rows, NULL, &e);

	if (status == 4)
		sink_error(c->out, c->word, "%s: no such unit", unit);
	else if (e.code)
		sink_error(c->out, c->word, "%s%s%s", unit, *unit ? ": " : "",
			   err_say(&e, said, sizeof(said)));
	return status;
}

/* All are tried; the worst outcome is the status. */
static int each(const struct call *c, enum ctl_verb verb)
{
	int worst = 0, i;

	for (i = 0; i < c->n_args; i++) {
		int status = one(c, verb, c->args[i], 0);

		if (status > worst)
			worst = status;
	}
	return worst;
}

int word_start(const struct call *c)
{
	return each(c, CTL_START);
}

int word_stop(const struct call *c)
{
	return each(c, CTL_STOP);
}

int word_restart(const struct call *c)
{
	return each(c, CTL_RESTART);
}

int word_reload(const struct call *c)
{
	return c->n_args ? each(c, CTL_RELOAD) : one(c, CTL_RELOAD, "", 0);
}

int word_kill(const struct call *c)
{
	return one(c, CTL_KILL, c->args[0], (unsigned)(c->signal ? c->signal : SIGTERM));
}

/* "--version" of it, as a program that runs here would answer. */
static bool is_pintle(int fd)
{
	static char *const argv[] = { (char *)"pintle", (char *)"--version", NULL };
	static char *const env[] = { NULL };
	int fds[2], status = -1;
	char said[8] = "";
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return false;
	pid = fork();
	if (pid == 0) {
		alarm(PROBE_S);
		if (dup2(fds[1], 1) == 1)
			sys_execveat(fd, "", argv, env, AT_EMPTY_PATH);
		_exit(1);
	}
	close(fds[1]);
	if (pid > 0) {
		io_read_full(fds[0], said, sizeof(said) - 1);
		waitpid(pid, &status, 0);
	}
	close(fds[0]);
	return status == 0 && str_starts(said, "pintle ");
}

int word_reexec(const struct call *c)
{
	char said[sizeof(struct err) + 64];
	struct err e = { 0 };
	int fd AUTO_CLOSE = -1;
	struct call with = *c;

	if (!c->n_args)
		return one(c, CTL_REEXEC, "", 0);
	fd = open(c->args[0], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err_set(&e, errno, "open", "%s", c->args[0]);
	else if (!is_pintle(fd))
		err_set(&e, ENOEXEC, "run", "%s: no pintle of this board", c->args[0]);
	if (e.code) {
		sink_error(c->out, c->word, "%s", err_say(&e, said, sizeof(said)));
		return 1;
	}
	with.pass_fd = fd;
	return one(&with, CTL_REEXEC, "", 0);
}

int word_reboot(const struct call *c)
{
	return one(c, CTL_REBOOT, "", 0);
}

int word_poweroff(const struct call *c)
{
	return one(c, CTL_POWEROFF, "", 0);
}

int word_halt(const struct call *c)
{
	return one(c, CTL_HALT, "", 0);
}
