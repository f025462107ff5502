/* SPDX-License-Identifier: ISC */
/* How a unit's process ended: the exec report, the exit status, Restart=. See svc_exit.h; PID 1. */
#include "init/svc_exit.h"

#include <errno.h>
#include <string.h>

#include "init/shutdown.h"
#include "runtime/base/signals.h"
#include "runtime/base/io.h"
#include "runtime/container.h"

void svc_ended(struct svc *s, enum svc_event event)
{
	s->goal = event;
	svc_event(s, event);
}

enum svc_event svc_restart_event(const struct svc *s, enum backoff_exit how)
{
	if (!shutdown_begun() && backoff_wanted(s->unit->restart, how))
		return EV_AGAIN;
	if (how != BACKOFF_CLEAN)
		return EV_BROKEN;
	return s->unit->type == UNIT_ONESHOT && s->unit->remain_after_exit ? EV_STAYS : EV_DONE;
}

bool svc_is_main_command(const struct svc *s)
{
	const struct unit_argv *a;

	for (a = s->unit->exec_start; a && a != s->command; a = a->next)
		;
	return a != NULL;
}

static void close_report(struct svc *s)
{
	loop_unwatch(&s->report_watch);
	io_close(&s->report_fd);
}

void svc_on_report(unsigned index, uint32_t events)
{
	struct svc *s = &svcs[index];
	struct err e = { 0 };
	int rc;

	(void)events;
	if (s->report_fd < 0)
		return;
	rc = ctr_report(s->report_fd, &e);
	if (rc == 0)
		return;
	close_report(s);
	if (rc > 0) {
		svc_event(s, EV_EXECUTED);
		return;
	}
	s->exec_failed = true;
	svc_reason(s, &e);
}

static void set_exit_reason(struct svc *s)
{
	struct err e = { 0 };

	if (s->oom_killed)
		err_set(&e, ECHILD, "oom-kill", "over its memory limit");
	else if (s->exit_signal)
		err_set(&e, EINTR, "killed", "by SIG%s", signal_name(s->exit_signal));
	else if (s->exit_code)
		err_set(&e, ECHILD, "exited", "with status %d", s->exit_code);
	else
		return;
	/* The code is only a carrier here: the words say it all. */
	s->reason = e;
	svc_say(s, "%s %s", e.step, e.text);
}

/* An ExecStartPre= or a oneshot's ExecStart= ended: the next one, or what follows the last. */
static bool next_command(struct svc *s, enum backoff_exit how)
{
	const struct unit_argv *a = s->command;
	bool pre = s->state == SVC_PRE;

	if (!a || s->state == SVC_STOPPING || (how != BACKOFF_CLEAN && !a->ignore_failure))
		return false;
	if (!pre && s->unit->type != UNIT_ONESHOT)
		return false;
	if (pre && !a->next) {
		s->command = NULL;
		svc_event(s, EV_PRE_DONE);
		return true;
	}
	if (!a->next)
		return false;
	s->command = a->next;
	if (pre)
		svc_run_pre_again(s);
	else
		svc_event(s, EV_NEXT);
	return true;
}

static void main_ended(struct svc *s, enum backoff_exit how)
{
	if (next_command(s, how))
		return;
	if (s->command && s->command->ignore_failure)
		how = BACKOFF_CLEAN;
	if (how != BACKOFF_CLEAN && !s->exec_failed && s->state != SVC_STOPPING)
		set_exit_reason(s);
	if (s->state == SVC_STOPPING)
		svc_ended(s, EV_DONE);
	else if (s->state == SVC_CLOSING)
		svc_look_empty(s);	/* its end was decided before: a kill, a failed start */
	else
		svc_ended(s, svc_restart_event(s, how));
}

bool svc_reaped(pid_t pid, int code, int sig, bool core)
{
	struct svc *s = svcs, *end = svcs + n_svcs;

	while (s < end && s->pid != pid)
		s++;
	if (s == end)
		return false;
	logs_drain(s);
	/* The report may still lie in its pipe: first how the start went, then how it ended. */
	svc_on_report(svc_index(s), 0);
	close_report(s);
	io_close(&s->pidfd);
	s->pid = 0;
	s->exit_code = sig ? -1 : code;
	s->exit_signal = sig;
	s->oom_killed = sig && s->has_cg && cg_oom_kills(&s->cg) > s->oom_kills;
	main_ended(s, backoff_class(code, sig, core));
	return true;
}
