/* SPDX-License-Identifier: ISC */
/*
 * How a unit is brought down: who gets which signal by KillMode=, when nothing is left, and the
 * clocks that make every step of it end. See svc_act.h; PID 1.
 */
#include <errno.h>
#include <signal.h>

#include "init/svc/svc_act.h"
#include "init/svc/svc_exit.h"
#include "init/svc/svc_proc.h"

#define EMPTY_POLL_MS 10	/* how often a dying group is looked at */

static int stop_signal(const struct svc *s)
{
	const struct unit *u = s->unit;

	if (s->result == SVC_R_WATCHDOG)
		return u->watchdog_signal ? u->watchdog_signal : SIGABRT;
	if (s->again && u->restart_kill_signal)
		return u->restart_kill_signal;
	return u->stop_signal	      ? u->stop_signal
	       : s->image_stop_signal ? s->image_stop_signal
				      : SIGTERM;
}

static void ask(struct svc *s, enum svc_role role, int sig)
{
	/*
	 * On its way to exec it has no handlers yet, and as process 1 of a container it would
	 * ignore the signal.
	 */
	if (s->proc[role].report_fd >= 0)
		sig = SIGKILL;
	svc_proc_signal(s, role, sig);
	if (sig != SIGKILL)
		svc_proc_signal(s, role, SIGCONT);
	if (s->unit->send_sighup)
		svc_proc_signal(s, role, SIGHUP);
}

void svc_act_term(struct svc *s)
{
	enum unit_kill_mode mode = s->unit->kill_mode;
	int sig = stop_signal(s);

	if (mode != UNIT_KILL_NONE) {
		ask(s, SVC_MAIN, sig);
		ask(s, SVC_CONTROL, sig);
	}
	if (mode == UNIT_KILL_GROUP && s->has_cg && cg_populated(&s->cg) > 0) {
		cg_signal(&s->cg, sig);
		cg_signal(&s->cg, SIGCONT);
	}
	svc_act_look(s);
}

/* Whether all is gone that KillMode= has the state wait for. */
static bool is_empty(const struct svc *s)
{
	enum unit_kill_mode mode = s->unit->kill_mode;

	if (mode == UNIT_KILL_NONE)
		return true;
	if (s->proc[SVC_MAIN].pid || s->proc[SVC_CONTROL].pid)
		return false;
	/*
	 * Asked to end, KillMode=mixed waits for the main process alone: the rest is killed next.
	 */
	if (mode == UNIT_KILL_PROCESS || (mode == UNIT_KILL_MIXED && s->state == SVC_STOPPING))
		return true;
	return !s->has_cg || cg_populated(&s->cg) <= 0;
}

static void leave_alone(struct svc *s)
{
	unsigned role;

	for (role = 0; role < SVC_ROLES; role++)
		if (s->proc[role].pid)
			svc_proc_forget(s, (enum svc_role)role);
}

static void look(unsigned index)
{
	struct svc *s = &svcs[index];

	if (s->state != SVC_STOPPING && s->state != SVC_CLOSING && s->state != SVC_SWEEPING)
		return;
	if (!is_empty(s)) {
		if (s->state != SVC_STOPPING && s->has_cg && s->unit->send_sigkill &&
		    s->unit->kill_mode <= UNIT_KILL_MIXED)
			cg_kill(&cgroups, &s->cg);
		loop_timer(look, index, loop_now() + EMPTY_POLL_MS);
		return;
	}
	loop_timer_off(look, index);
	if (s->unit->kill_mode == UNIT_KILL_NONE)
		leave_alone(s);
	svc_event(s, s->state == SVC_SWEEPING ? s->goal : EV_EMPTY);
}

void svc_act_look(struct svc *s)
{
	look(svc_index(s));
}

void svc_act_kill(struct svc *s)
{
	if (s->unit->send_sigkill && s->unit->kill_mode != UNIT_KILL_NONE) {
		svc_proc_signal(s, SVC_MAIN, SIGKILL);
		svc_proc_signal(s, SVC_CONTROL, SIGKILL);
		if (s->unit->kill_mode != UNIT_KILL_PROCESS && s->has_cg &&
		    cg_populated(&s->cg) > 0)
			cg_kill(&cgroups, &s->cg);
	}
	look(svc_index(s));
}

static uint64_t clock_ms(const struct svc *s)
{
	const struct unit *u = s->unit;

	switch (svc_state_clock(s->state)) {
	/*
	 * A oneshot may take as long as it likes unless it says a time: the reader of units knows.
	 */
	case SVC_CLOCK_START: return u->timeout_start_ms;
	case SVC_CLOCK_STOP: return u->timeout_stop_ms;
	case SVC_CLOCK_RUNTIME: return u->runtime_max_ms;
	case SVC_CLOCK_STUCK: return SVC_STUCK_MS;
	default: return UINT64_MAX;
	}
}

static void not_in_time(struct svc *s)
{
	unsigned long long ms = clock_ms(s);
	struct err e = { 0 };

	switch (s->state) {
	case SVC_RUNNING:
		err_set(&e, ETIMEDOUT, "runtime", "ran for %llu ms (RuntimeMaxSec=)", ms);
		break;
	case SVC_RELOADING:
	case SVC_STOP:
	case SVC_STOP_POST:
		svc_say(s, "%s: not done in %llu ms", svc_state_word(s->state), ms);
		return;
	case SVC_STOPPING:
		s->kill_timed_out = true;
		svc_say(s, "did not stop in %llu ms: killed", ms);
		return;
	case SVC_CLOSING:
	case SVC_SWEEPING:
		err_set(&e, ETIMEDOUT, "kill", "a process of the unit does not die");
		break;
	default:
		err_set(&e, ETIMEDOUT, "start", "%s: not up in %llu ms", svc_state_word(s->state),
			ms);
	}
	svc_reason(s, &e);
	s->result = SVC_R_TIMEOUT;
	s->goal = svc_goal(s, BACKOFF_TIMEOUT);
}

static void on_clock(unsigned index)
{
	struct svc *s = &svcs[index];

	not_in_time(s);
	if (s->state == SVC_STOP || s->state == SVC_STOP_POST)
		svc_proc_signal(s, SVC_CONTROL, SIGKILL);
	svc_event(s, EV_TIMEOUT);
}

void svc_clock_start(struct svc *s)
{
	uint64_t ms = clock_ms(s);

	if (ms == UINT64_MAX)
		loop_timer_off(on_clock, svc_index(s));
	else
		loop_timer(on_clock, svc_index(s), loop_now() + ms);
}

void svc_clock_move(struct svc *s, uint64_t at_ms)
{
	uint64_t due = loop_timer_at(on_clock, svc_index(s));

	if (due && at_ms > due)
		loop_timer(on_clock, svc_index(s), at_ms);
}

void svc_clock_restore(struct svc *s, uint64_t at_ms)
{
	if (at_ms)
		loop_timer(on_clock, svc_index(s), at_ms);
}

uint64_t svc_clock_due(const struct svc *s)
{
	return loop_timer_at(on_clock, svc_index(s));
}
