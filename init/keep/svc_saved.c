/* SPDX-License-Identifier: ISC */
/* Units to records and back. See svc_saved.h. */
#include "init/keep/svc_saved.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "init/svc/fdstore.h"
#include "init/svc/health.h"
#include "init/svc/notify.h"
#include "init/svc/svc_act.h"
#include "init/svc/svc_place.h"
#include "init/svc/svc_proc.h"
#include "init/svc/timers.h"
#include "init/unit/unit.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

#define FDS_MAX 1024

/* The command lists of a unit: their order is in records. */
static const size_t lists[] = {
	0,
	offsetof(struct unit, exec_condition),
	offsetof(struct unit, exec_start_pre),
	offsetof(struct unit, exec_start),
	offsetof(struct unit, exec_start_post),
	offsetof(struct unit, exec_reload),
	offsetof(struct unit, exec_stop),
	offsetof(struct unit, exec_stop_post),
};

static const struct unit_argv *list_of(const struct unit *u, size_t list)
{
	return *(struct unit_argv *const *)(const void *)((const char *)u + lists[list]);
}

/* The bools of a record, once. */
static const struct {
	uint32_t flag;
	size_t at;
} flags[] = {
	{ SAVED_PREPARED, offsetof(struct svc, prepared) },
	{ SAVED_AGAIN, offsetof(struct svc, again) },
	{ SAVED_WANT_START, offsetof(struct svc, want_start) },
	{ SAVED_WANT_STOP, offsetof(struct svc, want_stop) },
	{ SAVED_ASKED_DOWN, offsetof(struct svc, asked_down) },
	{ SAVED_TOLD_FAILURE, offsetof(struct svc, told_failure) },
	{ SAVED_CACHED, offsetof(struct svc, cached) },
	{ SAVED_INSECURE, offsetof(struct svc, insecure) },
	{ SAVED_OOM_KILLED, offsetof(struct svc, oom_killed) },
	{ SAVED_KILL_TIMED_OUT, offsetof(struct svc, kill_timed_out) },
};

int saved_fd(uint16_t number)
{
	return (int)number - 1;
}

uint16_t saved_number(int fd)
{
	return fd < 0 || fd >= FDS_MAX ? 0 : (uint16_t)(fd + 1);
}

static void save_proc(const struct unit *u, const struct svc_proc *p, struct saved_proc *r)
{
	const struct unit_argv *a;
	uint8_t list, at;

	r->pid = p->pid;
	r->pidfd = saved_number(p->pidfd);
	r->report = saved_number(p->report_fd);
	r->failed = p->failed;
	r->launching = p->launching;
	for (list = 1; p->command && list < ARRAY_LEN(lists); list++)
		for (at = 0, a = list_of(u, list); a; a = a->next, at++)
			if (a == p->command) {
				r->list = list;
				r->at = at;
			}
}

static void load_proc(const struct unit *u, struct svc_proc *p, const struct saved_proc *r)
{
	const struct unit_argv *a =
		r->list && r->list < ARRAY_LEN(lists) ? list_of(u, r->list) : NULL;
	uint8_t at;

	svc_proc_clear(p);
	p->pid = r->pid;
	p->pidfd = saved_fd(r->pidfd);
	p->report_fd = saved_fd(r->report);
	p->failed = r->failed;
	p->launching = r->launching;
	for (at = 0; a && at < r->at; at++)
		a = a->next;
	p->command = a;
}

void svc_remap(struct svc *s, const struct unit *u)
{
	struct saved_proc at;
	unsigned i;

	for (i = 0; i < SVC_ROLES; i++) {
		struct svc_proc *p = &s->proc[i];
		loop_handle watch = p->watch;

		at = (struct saved_proc){ 0 };
		save_proc(s->unit, p, &at);
		load_proc(u, p, &at);
		p->watch = watch;
	}
	s->unit = u;
	s->dirty = true;
	if (u->bad)
		s->reason = u->why_bad;
}

static void save_marks(const struct svc *s, struct saved_unit *r)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(flags); i++)
		if (*((const bool *)s + flags[i].at))
			r->flags |= flags[i].flag;
}

void svc_save(struct svc *s)
{
	struct saved_unit r = { 0 };
	unsigned i;

	s->dirty = false;
	str_copy(r.name, sizeof(r.name), s->unit->name);
	r.state = (uint8_t)s->state;
	r.goal = (uint8_t)s->goal;
	r.result = (uint8_t)s->result;
	save_marks(s, &r);
	for (i = 0; i < SVC_ROLES; i++)
		save_proc(s->unit, &s->proc[i], &r.proc[i]);
	r.netns = saved_number(s->netns_fd);
	for (i = 0; i < 4; i++)
		r.logs[i] = saved_number(s->log_fd[i / 2][i % 2]);
	r.exit_code = s->exit_code;
	r.exit_signal = s->exit_signal;
	r.image_stop_signal = s->image_stop_signal;
	r.restarts = s->restarts;
	r.backoff_tries = s->backoff.tries;
	r.backoff_starts = s->backoff.starts;
	r.backoff_window_ms = s->backoff.window_ms;
	r.since_ms = s->since_ms;
	r.up_ms = s->up_ms;
	r.active_ms = s->active_ms;
	r.down_ms = s->down_ms;
	r.clock_ms = svc_clock_due(s);
	r.retry_ms = svc_next_start(s);
	r.oom_kills = s->oom_kills;
	r.shed = s->shed;
	memcpy(r.digest, s->digest, sizeof(r.digest));
	r.reason = s->reason;
	notify_save(s, &r);
	health_save(s, &r);
	timers_save(s, &r);
	keep_put(KEEP_UNIT, svc_index(s), &r, sizeof(r));
}

void svc_save_changed(void)
{
	unsigned i;

	for (i = 0; i < n_svcs; i++)
		if (svcs[i].dirty)
			svc_save(&svcs[i]);
}

static void load(struct svc *s, const struct saved_unit *r)
{
	unsigned i;

	s->state = r->state < SVC_STATES ? (enum svc_state)r->state : SVC_FAILED;
	s->goal = r->goal < SVC_EVENTS ? (enum svc_event)r->goal : EV_BROKEN;
	s->result = r->result < SVC_RESULTS ? (enum svc_result)r->result : SVC_R_SUCCESS;
	for (i = 0; i < ARRAY_LEN(flags); i++)
		*((bool *)s + flags[i].at) = r->flags & flags[i].flag;
	for (i = 0; i < SVC_ROLES; i++)
		load_proc(s->unit, &s->proc[i], &r->proc[i]);
	s->netns_fd = saved_fd(r->netns);
	s->exit_code = r->exit_code;
	s->exit_signal = r->exit_signal;
	s->image_stop_signal = r->image_stop_signal;
	s->restarts = r->restarts;
	s->backoff = (struct backoff){
		.tries = r->backoff_tries,
		.starts = r->backoff_starts,
		.window_ms = r->backoff_window_ms,
	};
	s->since_ms = r->since_ms;
	s->up_ms = r->up_ms;
	s->active_ms = r->active_ms;
	s->down_ms = r->down_ms;
	s->oom_kills = r->oom_kills;
	s->shed = r->shed;
	memcpy(s->digest, r->digest, sizeof(s->digest));
	s->reason = r->reason;
	err_check(&s->reason);
}

/* What the unit's clocks and processes were at when PID 1 left. */
static void take_up(struct svc *s, const struct saved_unit *r)
{
	unsigned role;

	notify_load(s, r);
	health_load(s, r);
	timers_load(s, r);
	svc_clock_restore(s, r->clock_ms);
	svc_retry_restore(s, r->retry_ms);
	for (role = 0; role < SVC_ROLES; role++)
		svc_proc_restore(s, (enum svc_role)role);
	svc_act_resume(s);
}

static void kill_lost(const char *name)
{
	struct err e = { 0 };
	struct cg cg;

	log_line(LOG_LVL_WARN, "%s: its file is gone: what runs of it is killed", name);
	if (cg_open(&cgroups, name, &cg, &e))
		return;
	cg_kill(&cgroups, &cg);
	cg_close(&cgroups, &cg, true);
}

void svc_resume(void)
{
	static struct saved_unit r;
	unsigned i;
	int logs[4], k;

	/* Places first, so that every unit that others look for is there. */
	for (i = 0; i < UNITS_MAX; i++) {
		const struct unit *u;

		if (keep_get(KEEP_UNIT, i, &r, sizeof(r)) < 0)
			continue;
		r.name[sizeof(r.name) - 1] = '\0';
		u = unit_find(&units, r.name);
		if (!u || strcmp(u->name, r.name)) {
			kill_lost(r.name);
			keep_drop(KEEP_UNIT, i);
			continue;
		}
		for (k = 0; k < 4; k++)
			logs[k] = saved_fd(r.logs[k]);
		svc_place(i, u, logs);
		load(&svcs[i], &r);
	}
	svc_place_rest();
	for (i = 0; i < n_svcs; i++)
		if (keep_get(KEEP_UNIT, i, &r, sizeof(r)) > 0)
			take_up(&svcs[i], &r);
}

struct used {
	unsigned char bits[FDS_MAX / 8];
};

static void mark(struct used *u, uint16_t number)
{
	if (number && number <= FDS_MAX)
		u->bits[(number - 1) / 8] =
			(unsigned char)(u->bits[(number - 1) / 8] | 1u << ((number - 1) % 8));
}

static void mark_unit(struct used *u, const struct saved_unit *r)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(r->proc); i++) {
		mark(u, r->proc[i].pidfd);
		mark(u, r->proc[i].report);
	}
	for (i = 0; i < ARRAY_LEN(r->logs); i++)
		mark(u, r->logs[i]);
	mark(u, r->netns);
	mark(u, r->notify);
	mark(u, r->ready[0]);
	mark(u, r->ready[1]);
}

void saved_sweep(int exe_fd, int state_fd)
{
	static struct saved_system system;
	static struct saved_fdstore stored;
	static struct saved_unit unit;
	struct used used = { 0 };
	unsigned i;
	int fd;

	mark(&used, saved_number(exe_fd));
	mark(&used, saved_number(state_fd));
	if (keep_get(KEEP_SYSTEM, 0, &system, sizeof(system)) > 0) {
		mark(&used, system.listen);
		mark(&used, system.boot_pipe);
		mark(&used, system.watchdog);
	}
	if (keep_get(KEEP_FDSTORE, 0, &stored, sizeof(stored)) > 0)
		for (i = 0; i < ARRAY_LEN(stored.fds); i++)
			mark(&used, stored.fds[i].fd);
	for (i = 0; i < UNITS_MAX; i++)
		if (keep_get(KEEP_UNIT, i, &unit, sizeof(unit)) > 0)
			mark_unit(&used, &unit);
	for (fd = 3; fd < FDS_MAX; fd++) {
		if (used.bits[fd / 8] >> (fd % 8) & 1)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
		else
			close(fd);
	}
}
