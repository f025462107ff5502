/* SPDX-License-Identifier: ISC */
/* Health checks. See health.h. */
#include "init/svc/health.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>

#include "init/keep/svc_saved.h"
#include "init/svc/svc_exit.h"
#include "init/svc/svc_proc.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

static struct health places[UNITS_MAX];

static void on_due(unsigned index);
static void on_late(unsigned index);

bool health_is_awaited(const struct svc *s)
{
	return s->unit->notify_healthy && s->unit->health.probe.kind != UNIT_PROBE_NONE &&
	       health_of(s) != HEALTH_GOOD;
}

enum health_word health_of(const struct svc *s)
{
	return s->health && s->health->begun ? s->health->state.word : HEALTH_NONE;
}

const char *health_word(const struct svc *s)
{
	static const char *const words[] = { "", "starting", "healthy", "unhealthy" };

	return words[health_of(s)];
}

static void forget_probe(struct health *h)
{
	loop_unwatch(&h->proc.watch);
	io_close(&h->proc.report_fd);
	io_close(&h->proc.pidfd);
	h->proc.pid = 0;
}

static void set_due(struct svc *s, const struct health_verdict *v)
{
	if (v->next_ms != UINT64_MAX)
		loop_timer(on_due, svc_index(s), loop_now() + v->next_ms);
}

static void act_bad(struct svc *s)
{
	struct err e = { 0 };

	err_set(&e, ECHILD, "unhealthy", "%u probes failed in a row", s->health->state.failures);
	svc_reason(s, &e);
	svc_changed();
	switch (s->unit->health.on_failure) {
	case UNIT_HEALTH_KILL:
		s->result = SVC_R_HEALTH;
		svc_signal(s, SIGKILL);
		return;
	case UNIT_HEALTH_RESTART:
		s->result = SVC_R_HEALTH;
		s->goal = EV_AGAIN;
		svc_event(s, EV_ENDED);
		return;
	case UNIT_HEALTH_STOP:
		s->result = SVC_R_HEALTH;
		s->goal = EV_BROKEN;
		svc_event(s, EV_ENDED);
		return;
	default:
		return;
	}
}

static void judge(struct svc *s, bool ok)
{
	struct health *h = s->health;
	const char *before = health_word(s);
	bool was_startup = h->state.startup;
	struct health_verdict v = health_rule_step(&s->unit->health, &h->state, ok, loop_now());

	s->dirty = true;
	if (health_word(s) != before)
		events_add(EVENT_HEALTH, s->unit->name, before, health_word(s), NULL);
	set_due(s, &v);
	if (v.became_good) {
		svc_say(s, "healthy");
		svc_changed();
		if (s->state == SVC_LAUNCHED)
			svc_event(s, EV_UP);
	}
	if (v.became_bad && was_startup) {
		/* podman: a container that never starts up is restarted. */
		svc_fail(s, SVC_R_HEALTH, BACKOFF_TIMEOUT);
	} else if (v.became_bad) {
		act_bad(s);
	}
}

static void start_probe(struct svc *s)
{
	struct health *h = s->health;
	struct ctr_place place = { .cgroup_fd = -1, .netns_fd = -1 };
	struct ctr_proc proc;
	struct err e = { 0 };

	if (h->has_cg) {
		place.cgroup = &h->cg;
		place.cgroup_fd = h->cg.fd;
	}
	svc_proc_clear(&h->proc);
	h->timed_out = false;
	h->probes++;
	if (ctr_spawn(&place, svc_child_probe, s, &proc, &e)) {
		svc_reason(s, &e);
		judge(s, false);
		return;
	}
	h->proc.pid = proc.pid;
	h->proc.pidfd = proc.pidfd;
	h->proc.report_fd = proc.report_fd;
	s->dirty = true;
	loop_timer(on_late, svc_index(s),
		   loop_now() + health_rule_probe(&s->unit->health, &h->state)->timeout_ms);
}

static void on_due(unsigned index)
{
	struct svc *s = &svcs[index];
	bool lives = s->state == SVC_LAUNCHED || s->state == SVC_POST || svc_state_active(s->state);

	if (lives && s->health && !s->health->proc.pid)
		start_probe(s);
}

static void kill_probe(struct health *h)
{
	if (h->proc.pid)
		kill(h->proc.pid, SIGKILL);
	if (h->has_cg && cg_populated(&h->cg) > 0)
		cg_kill(&cgroups, &h->cg);
}

static void on_late(unsigned index)
{
	struct health *h = svcs[index].health;

	if (!h || !h->proc.pid)
		return;
	h->timed_out = true;
	kill_probe(h);
}

static void open_group(struct svc *s, struct health *h)
{
	char name[sizeof(s->cg.name)];
	struct err e = { 0 };

	if (!h->has_cg && str_print(name, sizeof(name), "%s:health", s->unit->name) > 0)
		h->has_cg = cg_open(&cgroups, name, &h->cg, &e) == 0;
}

void health_begin(struct svc *s)
{
	struct health_verdict v;
	struct health *h;

	if (s->unit->health.probe.kind == UNIT_PROBE_NONE || (s->health && s->health->begun))
		return;
	h = s->health = &places[svc_index(s)];
	open_group(s, h);
	h->begun = true;
	h->probes = 0;
	v = health_rule_begin(&s->unit->health, loop_now(), &h->state);
	set_due(s, &v);
}

void health_end(struct svc *s)
{
	loop_timer_off(on_due, svc_index(s));
	loop_timer_off(on_late, svc_index(s));
	if (!s->health)
		return;
	kill_probe(s->health);
	s->health->begun = false;
}

void health_save(const struct svc *s, struct saved_unit *r)
{
	const struct health *h = s->health;

	if (!h || !h->begun)
		return;
	r->flags |= SAVED_HEALTH_BEGUN | (h->state.startup ? SAVED_HEALTH_STARTUP : 0);
	r->health = (uint8_t)h->state.word;
	r->health_failures = h->state.failures;
	r->health_successes = h->state.successes;
	r->health_begun_ms = h->state.begun_ms;
	r->proc[2].pid = h->proc.pid;
	r->proc[2].pidfd = saved_number(h->proc.pidfd);
	r->proc[2].report = saved_number(h->proc.report_fd);
	r->probe_late_ms = loop_timer_at(on_late, svc_index(s));
}

void health_load(struct svc *s, const struct saved_unit *r)
{
	struct health *h = &places[svc_index(s)];

	if (!(r->flags & SAVED_HEALTH_BEGUN))
		return;
	s->health = h;
	open_group(s, h);
	svc_proc_clear(&h->proc);
	h->begun = true;
	h->state = (struct health_state){
		.word = r->health <= HEALTH_BAD ? (enum health_word)r->health : HEALTH_NONE,
		.startup = r->flags & SAVED_HEALTH_STARTUP, .failures = r->health_failures,
		.successes = r->health_successes, .begun_ms = r->health_begun_ms,
	};
	h->proc.pid = r->proc[2].pid;
	h->proc.pidfd = saved_fd(r->proc[2].pidfd);
	h->proc.report_fd = saved_fd(r->proc[2].report);
	if (h->proc.pid)
		loop_timer(on_late, svc_index(s), r->probe_late_ms ? r->probe_late_ms : loop_now());
	else
		loop_timer(on_due, svc_index(s), loop_now());
}

void health_close(struct svc *s)
{
	health_end(s);
	if (s->health && s->health->has_cg)
		cg_close(&cgroups, &s->health->cg, true);
	if (s->health)
		s->health->has_cg = false;
	s->health = NULL;
}

static void probe_ended(struct svc *s, bool ok)
{
	struct health *h = s->health;
	struct err e = { 0 };

	loop_timer_off(on_late, svc_index(s));
	if (h->proc.report_fd >= 0 && ctr_report(h->proc.report_fd, &e) < 0 && h->begun)
		svc_reason(s, &e);
	forget_probe(h);
	/* What it left running is nobody's. */
	kill_probe(h);
	if (h->begun)
		judge(s, ok && !h->timed_out && !e.code);
}

bool health_reaped(pid_t pid, int code, int sig)
{
	unsigned i;

	for (i = 0; i < n_svcs; i++)
		if (svcs[i].health && svcs[i].health->proc.pid == pid) {
			probe_ended(&svcs[i], !sig && !code);
			return true;
		}
	return false;
}
