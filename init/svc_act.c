/* SPDX-License-Identifier: ISC */
/*
 * Carries out what svc_fsm decided: the supervisor's only system calls. Every function here may lead to the
 * next event, never to a wait.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>

#include "init/ctl_server.h"
#include "init/svc.h"
#include "init/svc_exit.h"
#include "runtime/base/signals.h"
#include "init/worker.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/sys.h"
#include "runtime/container.h"

#define EMPTY_POLL_MS 10	/* how often a dying group is looked at */
#define EMPTY_MAX_MS 10000	/* a group that SIGKILL does not empty in this time is stuck in the kernel */
#define NEW_CGROUP ((uint64_t)0x02000000)

static void act_wait(struct svc *s)
{
	deps_pull(s);
}

static void act_prepare(struct svc *s)
{
	if (!s->unit->image || s->prepared)
		svc_event(s, EV_PREPARED);
	else
		worker_queue(s);
}

static void apply_limits(struct svc *s)
{
	const struct unit *u = s->unit;
	struct cg_limits l = { u->memory_max, u->pids_max, u->cpu_quota_percent };
	struct err e = { 0 };
	char said[sizeof(e) + 64];

	if (s->has_cg && cg_limit(&cgroups, &s->cg, &l, &e))
		svc_say(s, "%s", err_say(&e, said, sizeof(said)));
	s->oom_kills = s->has_cg ? cg_oom_kills(&s->cg) : 0;
}

/* Starts a process of the unit and listens for how its way to exec ends. */
static void start_process(struct svc *s, uint64_t namespaces, ctr_child *child)
{
	struct ctr_place place = {
		.namespaces = namespaces, .cgroup_fd = s->has_cg ? s->cg.fd : -1,
		.cgroup = s->has_cg ? &s->cg : NULL, .netns_fd = -1,
	};
	struct ctr_proc proc;
	struct err e = { 0 };

	if ((namespaces & CLONE_NEWNET) && s->netns_fd >= 0) {
		place.namespaces &= ~(uint64_t)CLONE_NEWNET;
		place.netns_fd = s->netns_fd;
	}
	s->exec_failed = s->oom_killed = s->kill_timed_out = false;
	s->up_ms = 0;
	err_clear(&s->reason);
	apply_limits(s);
	if (ctr_spawn(&place, child, s, &proc, &e)) {
		svc_reason(s, &e);
		svc_ended(s, svc_restart_event(s, BACKOFF_EXIT_CODE));
		return;
	}
	s->pid = proc.pid;
	s->pidfd = proc.pidfd;
	s->report_fd = proc.report_fd;
	s->report_watch = loop_watch(s->report_fd, EPOLLIN, svc_on_report, svc_index(s));
	if ((place.namespaces & CLONE_NEWNET) && s->netns_fd < 0) {
		s->netns_fd = ctr_netns(s->pid);
		if (s->netns_fd < 0)
			s->netns_fd = -1;
	}
}

static void act_run_pre(struct svc *s)
{
	struct err e = { 0 };

	if (!backoff_may_start(&s->backoff, s->unit, loop_now())) {
		err_set(&e, ECANCELED, "start limit", "more than %u starts in %llu ms", s->unit->start_limit_burst,
			(unsigned long long)s->unit->start_limit_ms);
		svc_reason(s, &e);
		svc_ended(s, EV_BROKEN);
		return;
	}
	s->command = s->unit->exec_start_pre;
	if (s->command)
		start_process(s, 0, svc_child_command);
	else
		svc_event(s, EV_PRE_DONE);
}

void svc_run_pre_again(struct svc *s)
{
	start_process(s, 0, svc_child_command);
}

static void act_spawn(struct svc *s)
{
	uint64_t namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | NEW_CGROUP;

	if (s->unit->kind == UNIT_SERVICE) {
		/* A oneshot comes here once a command: svc_exit.c moves on to the next. */
		if (!s->command || s->state != SVC_STARTING || !svc_is_main_command(s))
			s->command = s->unit->exec_start;
		start_process(s, 0, svc_child_command);
		return;
	}
	s->command = NULL;
	if (s->unit->network == UNIT_NET_NONE)
		namespaces |= CLONE_NEWNET;
	start_process(s, namespaces, svc_child_container);
}

static void act_note_up(struct svc *s)
{
	s->up_ms = loop_now();
}

static void act_cancel(struct svc *s)
{
	worker_cancel(s);
}

void svc_signal(struct svc *s, int sig)
{
	if (!s->pid)
		return;
	if (s->pidfd < 0 || sys_pidfd_send_signal(s->pidfd, sig, 0) == -ENOSYS)
		kill(s->pid, sig);	/* not reaped yet, so still ours */
}

static void on_stop_timeout(unsigned index)
{
	struct svc *s = &svcs[index];

	s->kill_timed_out = true;
	svc_say(s, "did not stop in %llu ms: killed", (unsigned long long)s->unit->timeout_stop_ms);
	s->goal = EV_DONE;
	svc_event(s, EV_TIMEOUT);
}

static void act_term(struct svc *s)
{
	int sig = s->unit->stop_signal ? s->unit->stop_signal : s->image_stop_signal ? s->image_stop_signal : SIGTERM;

	loop_timer_off(svc_on_retry, svc_index(s));
	if (!s->pid) {
		svc_ended(s, EV_DONE);
		return;
	}
	/* On its way to exec it has no handlers yet, and as process 1 of a container it would ignore the signal. */
	if (s->report_fd >= 0)
		sig = SIGKILL;
	svc_signal(s, sig);
	if (sig != SIGKILL)
		svc_signal(s, SIGCONT);
	if (s->unit->timeout_stop_ms != UINT64_MAX)
		loop_timer(on_stop_timeout, svc_index(s), loop_now() + s->unit->timeout_stop_ms);
}

static bool is_empty(const struct svc *s)
{
	return !s->pid && (!s->has_cg || cg_populated(&s->cg) <= 0);
}

static void look_empty(unsigned index)
{
	struct svc *s = &svcs[index];
	struct err e = { 0 };

	if (s->state != SVC_CLOSING)
		return;
	if (is_empty(s)) {
		svc_event(s, s->goal);
	} else if (loop_now() - s->since_ms > EMPTY_MAX_MS) {
		err_set(&e, ETIMEDOUT, "kill", "a process of the unit does not die");
		svc_reason(s, &e);
		svc_event(s, EV_TIMEOUT);
	} else {
		if (s->has_cg)
			cg_kill(&cgroups, &s->cg);
		loop_timer(look_empty, index, loop_now() + EMPTY_POLL_MS);
	}
}

void svc_look_empty(struct svc *s)
{
	look_empty(svc_index(s));
}

static void act_kill(struct svc *s)
{
	loop_timer_off(on_stop_timeout, svc_index(s));
	svc_signal(s, SIGKILL);
	if (s->has_cg && cg_populated(&s->cg) > 0)
		cg_kill(&cgroups, &s->cg);
	/* Asked by a timer, not here: the caller may still be on its way out of this state's event. */
	loop_timer(look_empty, svc_index(s), is_empty(s) ? loop_now() : loop_now() + EMPTY_POLL_MS);
}

void svc_on_retry(unsigned index)
{
	svc_event(&svcs[index], EV_RETRY);
}

static void act_delay(struct svc *s)
{
	uint64_t ran = s->up_ms ? s->since_ms - s->up_ms : 0;

	s->restarts++;
	loop_timer(svc_on_retry, svc_index(s), loop_now() + backoff_delay(&s->backoff, s->unit, ran));
}

static void act_settled(struct svc *s)
{
	if (!svc_state_active(s->state))
		s->up_ms = 0;
	if (s->state == SVC_INACTIVE)
		err_clear(&s->reason);
	loop_timer_off(svc_on_retry, svc_index(s));
	ctl_settled(svc_index(s));
}

void svc_act(struct svc *s, uint32_t actions)
{
	static void (*const act[])(struct svc *s) = {
		[ACT_WAIT] = act_wait, [ACT_PREPARE] = act_prepare, [ACT_RUN_PRE] = act_run_pre, [ACT_SPAWN] = act_spawn,
		[ACT_NOTE_UP] = act_note_up, [ACT_CANCEL] = act_cancel, [ACT_TERM] = act_term, [ACT_KILL] = act_kill,
		[ACT_DELAY] = act_delay, [ACT_SETTLED] = act_settled,
	};
	unsigned i;

	_Static_assert(ARRAY_LEN(act) == SVC_ACTIONS, "a function an action");
	for (i = 0; i < SVC_ACTIONS; i++)
		if (actions >> i & 1)
			act[i](s);
}
