/* SPDX-License-Identifier: ISC */
/*
 * Carries out what svc_fsm decided: the supervisor's only system calls. Every function here may
 * lead to the next event, never to a wait.
 */
#include "init/svc/svc_act.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/random.h>

#include "init/ctl/ctl_server.h"
#include "init/svc/deps.h"
#include "init/svc/health.h"
#include "init/svc/notify.h"
#include "init/svc/svc_child.h"
#include "init/svc/svc_exit.h"
#include "init/svc/svc_proc.h"
#include "init/svc/timers.h"
#include "init/worker.h"
#include "runtime/base/io.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_res.h"

#define NEW_CGROUP ((uint64_t)0x02000000)

bool svc_has_process(const struct svc *s)
{
	return s->unit->kind == UNIT_CONTAINER || s->unit->exec_start ||
	       s->unit->kind == UNIT_VOLUME;
}

static void start_limit_hit(struct svc *s)
{
	struct err e = { 0 };

	err_set(&e, ECANCELED, "start limit", "more than %u starts in %llu ms",
		s->unit->start_limit_burst, (unsigned long long)s->unit->start_limit_ms);
	svc_reason(s, &e);
	s->result = SVC_R_START_LIMIT;
	svc_event(s, EV_REFUSED);
}

static void on_retry(unsigned index)
{
	svc_event(&svcs[index], EV_RETRY);
}

static void act_wait(struct svc *s)
{
	if (backoff_may_start(&s->backoff, s->unit, loop_now()))
		deps_pull(s);
	else
		start_limit_hit(s);
}

static void act_prepare(struct svc *s)
{
	if (!s->unit->image || s->prepared)
		svc_event(s, EV_PREPARED);
	else
		worker_queue(s);
}

static void begin_run(struct svc *s)
{
	s->oom_killed = s->kill_timed_out = s->asked_down = false;
	s->result = SVC_R_SUCCESS;
	s->up_ms = 0;
	s->goal = EV_DONE;
	err_clear(&s->reason);
}

/* No process could be made: the reason is told already. */
static void not_started(struct svc *s)
{
	if (svc_state_class(s->state) == SVC_IS_FALLING || s->state == SVC_RELOADING)
		svc_run_next(s, s->proc[SVC_CONTROL].command);
	else
		svc_fail(s, SVC_R_RESOURCES, BACKOFF_EXIT_CODE);
}

static void run_control(struct svc *s, const struct unit_argv *command)
{
	if (svc_proc_start(s, SVC_CONTROL, command, 0, svc_child_command))
		not_started(s);
}

void svc_run_next(struct svc *s, const struct unit_argv *after)
{
	const struct unit_argv *next = svc_next_command(s, after);

	if (next) {
		run_control(s, next);
		return;
	}
	switch (s->state) {
	case SVC_PRE: svc_event(s, EV_PRE_DONE); return;
	case SVC_POST: svc_event(s, EV_POST_DONE); return;
	case SVC_RELOADING:
		if (!notify_reload_is_awaited(s))
			svc_event(s, EV_RELOADED);
		return;
	case SVC_STOP: svc_event(s, EV_STOP_DONE); return;
	default: svc_event(s, EV_STOP_POSTED); return;
	}
}

static void act_run_pre(struct svc *s)
{
	begin_run(s);
	if (!s->unit->conditions)
		svc_run_next(s, NULL);
	else if (svc_proc_start(s, SVC_CONTROL, NULL, 0, svc_child_conditions))
		not_started(s);
}

static const struct unit_argv *main_command(const struct svc *s)
{
	const struct unit_argv *done = s->proc[SVC_MAIN].command;
	const struct unit_argv *a = s->unit->exec_start;

	/* A oneshot comes here once a command. */
	while (a && a != done)
		a = a->next;
	return s->up_ms && a && a->next ? a->next : s->unit->exec_start;
}

static int start_container(struct svc *s)
{
	uint64_t namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | NEW_CGROUP;

	if (s->unit->network == UNIT_NET_NONE)
		namespaces |= CLONE_NEWNET;
	return svc_proc_start(s, SVC_MAIN, NULL, namespaces, svc_child_container);
}

static void act_spawn(struct svc *s)
{
	enum svc_role role = s->unit->type == UNIT_FORKING ? SVC_CONTROL : SVC_MAIN;
	int rc;

	if (!svc_has_process(s)) {
		svc_event(s, EV_EXECUTED);
		return;
	}
	notify_begin(s);
	if (s->unit->kind == UNIT_CONTAINER)
		rc = start_container(s);
	else
		rc = svc_proc_start(s, role, main_command(s), 0, svc_child_command);
	if (rc)
		not_started(s);
}

void svc_relaunch(struct svc *s, enum svc_role role)
{
	const struct unit_argv *command = s->proc[role].command;
	int rc;

	if (role == SVC_MAIN && s->unit->kind == UNIT_CONTAINER)
		rc = start_container(s);
	else
		rc = svc_proc_start(s, role, command, 0,
				    command ? svc_child_command : svc_child_conditions);
	if (rc)
		not_started(s);
}

void svc_act_resume(struct svc *s)
{
	switch (s->state) {
	case SVC_PREPARING:
		worker_queue(s);
		return;
	case SVC_BACKOFF:
		if (!svc_next_start(s))
			loop_timer(on_retry, svc_index(s), loop_now());
		return;
	case SVC_STOPPING:
	case SVC_CLOSING:
	case SVC_SWEEPING:
		svc_act_look(s);
		return;
	default:
		timers_told(s);
	}
}

static void act_note_up(struct svc *s)
{
	s->up_ms = loop_now() ? loop_now() : 1;
}

static void act_check_up(struct svc *s)
{
	bool waits = svc_has_process(s) &&
		     (s->unit->type == UNIT_ONESHOT || s->unit->type == UNIT_FORKING);

	if (!waits && !notify_is_awaited(s) && !health_is_awaited(s))
		svc_event(s, EV_UP);
	else if (health_is_awaited(s))
		health_begin(s);
}

static int pid_from_file(const struct unit *u)
{
	char text[24];
	uint64_t pid;
	ssize_t n;
	size_t len = 0;

	/* Only from our own tmpfs: any other file system may keep PID 1 waiting. */
	if (!str_starts(u->pid_file, "/run/"))
		return -ENOTSUP;
	n = io_read_file(AT_FDCWD, u->pid_file, text, sizeof(text) - 1);
	if (n <= 0)
		return n ? (int)n : -ENODATA;
	while (len < (size_t)n && text[len] >= '0' && text[len] <= '9')
		len++;
	return num_u64(text, len, 4194304, &pid) ? -EINVAL : (int)pid;
}

static int note_pid(pid_t pid, void *ctx)
{
	*(pid_t *)ctx = pid;
	return 0;
}

void svc_find_main(struct svc *s)
{
	struct err e = { 0 };
	pid_t only = 0;
	int pid = 0;

	if (s->unit->pid_file) {
		pid = pid_from_file(s->unit);
		if (pid < 0 || svc_proc_adopt(s, pid))
			err_set(&e, pid < 0 ? -pid : EPERM, "PIDFile=", "%s", s->unit->pid_file);
	} else if (s->has_cg && cg_each(&s->cg, note_pid, &only) == 1) {
		svc_proc_adopt(s, only);	/* systemd's GuessMainPID= */
	}
	if (!e.code && !s->proc[SVC_MAIN].pid && s->has_cg && cg_populated(&s->cg) == 0)
		err_set(&e, ESRCH, "fork", "nothing of the service is left");
	if (e.code) {
		svc_reason(s, &e);
		svc_fail(s, SVC_R_PROTOCOL, BACKOFF_EXIT_CODE);
	} else {
		svc_event(s, EV_UP);
	}
}

static void act_run_post(struct svc *s)
{
	svc_run_next(s, NULL);
}

static void act_alive(struct svc *s)
{
	bool alone = svc_has_process(s) && !s->proc[SVC_MAIN].pid && s->unit->type != UNIT_FORKING;

	if (alone && s->unit->remain_after_exit) {
		svc_event(s, EV_STAYS);
	} else if (alone) {
		s->goal = svc_goal(s, BACKOFF_CLEAN);
		svc_event(s, EV_ENDED);
	} else {
		notify_watch(s);
		health_begin(s);
		timers_begin(s);
	}
}

static void act_run_reload(struct svc *s)
{
	notify_reload(s);
	if (!notify_own_reload(s))
		svc_run_next(s, NULL);
}

static void act_halt_reload(struct svc *s)
{
	svc_proc_signal(s, SVC_CONTROL, SIGKILL);
}

static void act_cancel(struct svc *s)
{
	worker_cancel(s);
}

static void act_run_stop(struct svc *s)
{
	health_end(s);
	timers_end(s);
	/* ExecStop= is for a service that works: not after a failed run (systemd.service(5)). */
	if (s->result == SVC_R_SUCCESS)
		svc_run_next(s, NULL);
	else
		svc_event(s, EV_STOP_DONE);
}

static void act_run_stop_post(struct svc *s)
{
	svc_run_next(s, NULL);
}

/* 0 to most, at random: a fleet whose server fell does not come back all at once. */
static uint64_t jitter(uint64_t most)
{
	uint32_t r = 0;

	if (!most || getrandom(&r, sizeof(r), GRND_NONBLOCK) != sizeof(r))
		return 0;
	return r % (most + 1);
}

static void act_delay(struct svc *s)
{
	uint64_t ran = s->up_ms ? s->since_ms - s->up_ms : 0;
	uint64_t delay = backoff_delay(&s->backoff, s->unit, ran);

	s->restarts++;
	loop_timer(on_retry, svc_index(s),
		   loop_now() + delay + jitter(delay * s->unit->restart_jitter_percent / 100));
	deps_fell(s);
}

uint64_t svc_next_start(const struct svc *s)
{
	return s->state == SVC_BACKOFF ? loop_timer_at(on_retry, svc_index(s)) : 0;
}

void svc_retry_restore(struct svc *s, uint64_t at_ms)
{
	if (at_ms)
		loop_timer(on_retry, svc_index(s), at_ms);
}

static void act_settled(struct svc *s)
{
	enum svc_class class = svc_state_class(s->state);

	if (class == SVC_IS_DOWN) {
		s->up_ms = 0;
		health_end(s);
		timers_end(s);
		notify_end(s);
	}
	if (s->state == SVC_INACTIVE && (s->result == SVC_R_SUCCESS || s->asked_down))
		err_clear(&s->reason);
	loop_timer_off(on_retry, svc_index(s));
	timers_told(s);
	if (class == SVC_IS_DOWN)
		deps_fell(s);
	ctl_settled(svc_index(s));
}

void svc_act(struct svc *s, uint32_t actions)
{
	static void (*const act[])(struct svc * s) = {
		[ACT_WAIT] = act_wait,
		[ACT_PREPARE] = act_prepare,
		[ACT_RUN_PRE] = act_run_pre,
		[ACT_SPAWN] = act_spawn,
		[ACT_NOTE_UP] = act_note_up,
		[ACT_CHECK_UP] = act_check_up,
		[ACT_RUN_POST] = act_run_post,
		[ACT_ALIVE] = act_alive,
		[ACT_RUN_RELOAD] = act_run_reload,
		[ACT_HALT_RELOAD] = act_halt_reload,
		[ACT_CANCEL] = act_cancel,
		[ACT_RUN_STOP] = act_run_stop,
		[ACT_TERM] = svc_act_term,
		[ACT_LOOK] = svc_act_look,
		[ACT_KILL] = svc_act_kill,
		[ACT_RUN_STOP_POST] = act_run_stop_post,
		[ACT_DELAY] = act_delay,
		[ACT_SETTLED] = act_settled,
	};
	unsigned i;

	_Static_assert(ARRAY_LEN(act) == SVC_ACTIONS, "a function an action");
	for (i = 0; i < SVC_ACTIONS; i++)
		if (actions >> i & 1)
			act[i](s);
}
