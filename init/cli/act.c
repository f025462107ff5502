/* SPDX-License-Identifier: ISC */
/*
 * The words that change something: start, stop, restart, kill, reboot, poweroff, halt. See cli.h.
 */
#include <signal.h>

#include "init/cli/cli.h"

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

int word_reexec(const struct call *c)
{
	return one(c, CTL_REEXEC, "", 0);
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
