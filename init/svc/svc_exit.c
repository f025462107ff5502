/* SPDX-License-Identifier: ISC */
/* How a unit's processes ended: the exec report, the exit status, Restart=. See svc_exit.h. */
#include "init/log/events.h"
#include "init/svc/svc_exit.h"

#include <errno.h>
#include <string.h>

#include "init/boot/shutdown.h"
#include "init/log/logs.h"
#include "init/svc/notify.h"
#include "init/svc/svc_act.h"
#include "init/svc/svc_proc.h"
#include "runtime/base/signals.h"

const char *svc_result_word(enum svc_result result)
{
	static const char *const words[] = {
#define RESULT(name, word) word,
#include "init/svc/svc_result.def"
#undef RESULT
	};

	return words[result];
}

void svc_executed(struct svc *s, enum svc_role role)
{
	/* A forking service's first process comes to exec under the control role. */
	if (role == SVC_MAIN || s->state == SVC_STARTING)
		svc_event(s, EV_EXECUTED);
}

static bool has_status(const struct unit_statuses *set, int code, int sig)
{
	if (sig)
		return sig <= 64 && (set->signals >> (sig - 1) & 1);
	return code >= 0 && code < 256 && (set->codes[code / 64] >> (code % 64) & 1);
}

enum svc_event svc_goal(const struct svc *s, enum backoff_exit how)
{
	const struct unit *u = s->unit;
	bool own = how != BACKOFF_TIMEOUT && how != BACKOFF_WATCHDOG;
	bool again = backoff_wanted(u->restart, how);

	if (shutdown_begun() || s->asked_down || u->gone)
		return how == BACKOFF_CLEAN ? EV_DONE : EV_BROKEN;
	if (own && has_status(&u->restart_prevent, s->exit_code, s->exit_signal))
		again = false;
	if (own && has_status(&u->restart_force, s->exit_code, s->exit_signal))
		again = true;
	return again ? EV_AGAIN : how == BACKOFF_CLEAN ? EV_DONE : EV_BROKEN;
}

void svc_fail(struct svc *s, enum svc_result result, enum backoff_exit how)
{
	s->result = result;
	s->goal = svc_goal(s, how);
	svc_event(s, EV_ENDED);
}

const struct unit_argv *svc_next_command(const struct svc *s, const struct unit_argv *after)
{
	const struct unit *u = s->unit;
	const struct unit_argv *list = NULL;

	if (after && after->next)
		return after->next;
	switch (s->state) {
	case SVC_PRE:
		list = u->exec_condition;
		/* Two lists, one after the other: the last of the first leads to the second. */
		if (!after)
			return list ? list : u->exec_start_pre;
		for (; list && list != after; list = list->next)
			;
		return list ? u->exec_start_pre : NULL;
	case SVC_STARTING: list = u->exec_start; break;
	case SVC_POST: list = u->exec_start_post; break;
	case SVC_RELOADING: list = u->exec_reload; break;
	case SVC_STOP: list = u->exec_stop; break;
	case SVC_STOP_POST: list = u->exec_stop_post; break;
	default: break;
	}
	return after ? NULL : list;
}

static bool is_condition(const struct svc *s, const struct unit_argv *command)
{
	const struct unit_argv *a = s->unit->exec_condition;

	while (a && a != command)
		a = a->next;
	return a;
}

static void say_end(struct svc *s, const char *what, int code, int sig)
{
	struct err e = { 0 };

	/* The code is only a carrier here: the words say it all. */
	if (s->result == SVC_R_OOM_KILL)
		err_set(&e, ECHILD, "oom-kill", "over its memory limit");
	else if (sig)
		err_set(&e, EINTR, "killed", "%sby SIG%s", what, signal_name(sig));
	else
		err_set(&e, ECHILD, "exited", "%swith status %d", what, code);
	s->reason = e;
	svc_say(s, "%s %s", e.step, e.text);
}

static enum svc_result result_of(const struct svc *s, enum backoff_exit how)
{
	if (how == BACKOFF_CLEAN)
		return SVC_R_SUCCESS;
	if (s->oom_killed)
		return SVC_R_OOM_KILL;
	return how == BACKOFF_CORE     ? SVC_R_CORE_DUMP
	       : how == BACKOFF_SIGNAL ? SVC_R_SIGNAL
				       : SVC_R_EXIT_CODE;
}

/* The run is over by the main process's own doing. */
static void run_over(struct svc *s, enum backoff_exit how)
{
	if (s->result == SVC_R_SUCCESS)
		s->result = result_of(s, how);
	if (how != BACKOFF_CLEAN && !s->proc[SVC_MAIN].failed)
		say_end(s, "", s->exit_code, s->exit_signal);
	s->goal = svc_goal(s, how);
	svc_event(s, EV_ENDED);
}

static void end_before_up(struct svc *s, enum backoff_exit how)
{
	const struct unit *u = s->unit;

	if (s->state == SVC_LAUNCHED && how == BACKOFF_CLEAN && u->type == UNIT_ONESHOT) {
		svc_event(s, s->proc[SVC_MAIN].command && s->proc[SVC_MAIN].command->next ? EV_NEXT
											  : EV_UP);
		return;
	}
	if (s->state == SVC_LAUNCHED && how == BACKOFF_CLEAN && notify_is_awaited(s)) {
		struct err e = { 0 };

		err_set(&e, EPROTO, "notify", "ended without READY=1");
		svc_reason(s, &e);
		svc_fail(s, SVC_R_PROTOCOL, BACKOFF_EXIT_CODE);
		return;
	}
	run_over(s, how);
}

static void main_ended(struct svc *s, enum backoff_exit how)
{
	const struct unit_argv *command = s->proc[SVC_MAIN].command;

	if (command && command->ignore_failure)
		how = BACKOFF_CLEAN;
	switch (s->state) {
	case SVC_STARTING:
	case SVC_LAUNCHED:
		end_before_up(s, how);
		return;
	case SVC_POST:
		/* ALIVE looks when the commands are done. */
		if (how != BACKOFF_CLEAN || !s->unit->remain_after_exit)
			run_over(s, how);
		return;
	case SVC_RUNNING:
	case SVC_RELOADING:
		if (how == BACKOFF_CLEAN && s->unit->remain_after_exit)
			svc_event(s, EV_STAYS);
		else
			run_over(s, how);
		return;
	default:
		/* Its end was decided before: a stop, a kill, a failed start. */
		svc_event(s, EV_ENDED);
	}
}

static void pre_failed(struct svc *s, enum backoff_exit how, int code, int sig)
{
	const struct unit_argv *command = s->proc[SVC_CONTROL].command;
	bool failed = s->proc[SVC_CONTROL].failed;
	bool skip = command ? is_condition(s, command) && !sig && code < 255
			    : strcmp(s->reason.step, "condition") == 0;

	if (failed && command)
		skip = false;
	if (!failed)
		say_end(s,
			command && is_condition(s, command) ? "ExecCondition= " : "ExecStartPre= ",
			code, sig);
	if (skip) {
		s->result = SVC_R_CONDITION;
		s->goal = EV_DONE;
		svc_event(s, EV_ENDED);
	} else {
		svc_fail(s, failed && !command ? SVC_R_CONDITION : result_of(s, how),
			 command ? how : BACKOFF_EXIT_CODE);
	}
}

/* The first process of Type=forking is gone: what it left is the service. */
static void forked(struct svc *s, enum backoff_exit how, int code, int sig)
{
	if (how == BACKOFF_CLEAN) {
		svc_find_main(s);
		return;
	}
	if (!s->proc[SVC_CONTROL].failed)
		say_end(s, "", code, sig);
	svc_fail(s, result_of(s, how), how);
}

static void post_failed(struct svc *s, enum backoff_exit how, int code, int sig)
{
	if (!s->proc[SVC_CONTROL].failed)
		say_end(s, "ExecStartPost= ", code, sig);
	svc_fail(s, result_of(s, how), how);
}

static void control_ended(struct svc *s, enum backoff_exit how, int code, int sig)
{
	const struct unit_argv *command = s->proc[SVC_CONTROL].command;

	if (command && command->ignore_failure)
		how = BACKOFF_CLEAN;
	if (s->state == SVC_STARTING || s->state == SVC_LAUNCHED) {
		forked(s, how, code, sig);
	} else if (s->state == SVC_PRE && how != BACKOFF_CLEAN) {
		pre_failed(s, how, code, sig);
	} else if (s->state == SVC_POST && how != BACKOFF_CLEAN) {
		post_failed(s, how, code, sig);
	} else if (s->state == SVC_STOPPING || s->state == SVC_CLOSING ||
		   s->state == SVC_SWEEPING) {
		svc_event(s, EV_ENDED);
	} else {
		if (how != BACKOFF_CLEAN && !s->proc[SVC_CONTROL].failed)
			say_end(s,
				s->state == SVC_RELOADING ? "ExecReload= "
				: s->state == SVC_STOP	  ? "ExecStop= "
							  : "ExecStopPost= ",
				code, sig);
		svc_run_next(s, command);
	}
}

static enum backoff_exit classify(const struct svc *s, enum svc_role role, int code, int sig,
				  bool core)
{
	const struct unit_argv *command = s->proc[role].command;

	/* SuccessExitStatus= is about the service, not about its other commands. */
	if (role == SVC_MAIN && has_status(&s->unit->success, code, sig))
		return BACKOFF_CLEAN;
	/*
	 * A signal is a clean end only for what runs on and on; systemd's EXIT_CLEAN_COMMAND for
	 * the rest.
	 */
	if (sig && (role != SVC_MAIN || (command && s->unit->type == UNIT_ONESHOT)) &&
	    backoff_class(code, sig, core) == BACKOFF_CLEAN)
		return BACKOFF_SIGNAL;
	return backoff_class(code, sig, core);
}

static void book(struct svc *s, enum svc_role role, int code, int sig, bool core)
{
	enum backoff_exit how = classify(s, role, code, sig, core);

	logs_drain(s);
	/* The report may still lie in its pipe: first how the start went, then how it ended. */
	svc_proc_hear(s, role);
	svc_proc_forget(s, role);
	if (role == SVC_MAIN) {
		s->exit_code = sig ? -1 : code;
		s->exit_signal = sig;
		s->oom_killed = sig && s->has_cg && cg_oom_kills(&s->cg) > s->oom_kills;
		if (s->oom_killed)
			events_add(EVENT_OOM, s->unit->name, NULL, NULL, "over its memory limit");
		main_ended(s, how);
	} else {
		control_ended(s, how, code, sig);
	}
}

bool svc_reaped(pid_t pid, int code, int sig, bool core)
{
	unsigned i, role;

	for (i = 0; i < n_svcs; i++)
		for (role = 0; role < SVC_ROLES; role++)
			if (svcs[i].proc[role].pid == pid) {
				book(&svcs[i], (enum svc_role)role, code, sig, core);
				return true;
			}
	return false;
}
