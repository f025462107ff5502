/* SPDX-License-Identifier: ISC */
/* .timer units. See timers.h. */
#include "init/svc/timers.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "init/keep/saved.h"
#include "init/report.h"
#include "init/svc/calendar.h"
#include "init/svc/svc_want.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/container.h"

#define NEVER UINT64_MAX

static struct timer_state {
	uint64_t last_ms;	/* monotonic, of its last elapse; 0 = never in this life */
	uint64_t last_unix; /* wall clock, of its last elapse, also in lives before; 0 = never */
	uint64_t began_ms;	/* activated */
} states[UNITS_MAX];

static int clock_fd = -1;
static loop_handle clock_watch;

static uint64_t unix_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec > 0 ? (uint64_t)t.tv_sec : 0;
}

struct svc *timers_unit(const struct svc *s)
{
	return s->unit->of.timer.unit ? svc_find(s->unit->of.timer.unit) : NULL;
}

static bool is_up(const struct svc *s)
{
	return s->unit->kind == UNIT_TIMER && s->state == SVC_RUNNING;
}

/* What a line counts from, monotonic ms; NEVER while that has not happened. */
static uint64_t base_of(const struct svc *s, const struct unit_timer_line *l)
{
	const struct timer_state *t = &states[svc_index(s)];
	const struct svc *unit = timers_unit(s);
	uint64_t base;

	switch (l->base) {
	case UNIT_TIMER_BOOT: return 0;
	case UNIT_TIMER_STARTUP: return loop_started();
	case UNIT_TIMER_ACTIVE: return t->began_ms;
	case UNIT_TIMER_UNIT_ACTIVE:
		base = unit ? unit->active_ms : 0;
		break;
	default:
		base = unit ? unit->down_ms : 0;
	}
	if (t->last_ms > base)
		base = t->last_ms;
	return base ? base : NEVER;
}

static bool is_once(enum unit_timer_base base)
{
	return base == UNIT_TIMER_BOOT || base == UNIT_TIMER_STARTUP || base == UNIT_TIMER_ACTIVE;
}

/* The wall clock's next time as monotonic ms. */
static uint64_t calendar_due(const struct svc *s, const struct unit_timer_line *l,
			     uint64_t now_unix)
{
	const struct timer_state *t = &states[svc_index(s)];
	uint64_t from = now_unix, at;

	/*
	 * What was missed while the device was off, once: Persistent=. A stamp of the future is of
	 * a clock that was wrong.
	 */
	if (s->unit->of.timer.persistent && t->last_unix && t->last_unix < now_unix)
		from = t->last_unix;
	at = calendar_next(l->calendar, from);
	if (at == NEVER)
		return NEVER;
	return at <= now_unix ? loop_now() : loop_now() + (at - now_unix) * 1000;
}

static uint64_t line_due(const struct svc *s, const struct unit_timer_line *l)
{
	const struct timer_state *t = &states[svc_index(s)];
	uint64_t base;

	if (l->base == UNIT_TIMER_CALENDAR)
		return calendar_due(s, l, unix_now());
	base = base_of(s, l);
	if (base == NEVER)
		return NEVER;
	/* A line that happens once is over when its time is past and the timer has elapsed. */
	if (is_once(l->base) && t->last_ms && base + l->span_ms <= loop_now())
		return NEVER;
	return base + l->span_ms;
}

static uint64_t delay_of(const struct svc *s)
{
	const struct unit_timer *u = &s->unit->of.timer;
	uint64_t r = 0;
	const char *c;

	if (!u->random_ms)
		return 0;
	if (u->fixed_random)
		for (c = s->unit->name; *c; c++)
			r = r * 1099511628211u + (unsigned char)*c;
	else
		getrandom(&r, sizeof(r), GRND_NONBLOCK);
	return r % (u->random_ms + 1);
}

static void on_elapse(unsigned index);

static void set(struct svc *s)
{
	const struct unit_timer_line *l;
	const struct svc *unit = timers_unit(s);
	uint64_t due = NEVER, one;

	/*
	 * While what it starts is up, there is nothing to start: it looks again when that is down.
	 */
	if (!is_up(s) || !unit || svc_state_class(unit->state) != SVC_IS_DOWN) {
		loop_timer_off(on_elapse, svc_index(s));
		return;
	}
	for (l = s->unit->of.timer.lines; l; l = l->next) {
		one = line_due(s, l);
		due = one < due ? one : due;
	}
	if (due == NEVER)
		loop_timer_off(on_elapse, svc_index(s));
	else
		loop_timer(on_elapse, svc_index(s),
			   (due > loop_now() ? due : loop_now()) + delay_of(s));
}

/* The child: remembers on the disk when a Persistent= timer elapsed last. */
static int write_stamp(void *ctx, struct err *e)
{
	const struct svc *s = ctx;
	char path[160];
	int fd, dir;

	mkdir(TIMERS_STAMPS, 0755);
	str_print(path, sizeof(path), TIMERS_STAMPS "/%s", s->unit->name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0 || futimens(fd, NULL) || fsync(fd))
		return err_set(e, errno, "timer", "%s", path);
	dir = open(TIMERS_STAMPS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fsync(dir);
	_exit(0);
}

static void keep_stamp(struct svc *s)
{
	struct ctr_place place = { .cgroup_fd = -1, .netns_fd = -1 };
	struct ctr_proc proc;
	struct err e = { 0 };

	if (ctr_spawn(&place, write_stamp, s, &proc, &e)) {
		svc_reason(s, &e);
		return;
	}
	io_close(&proc.pidfd);
	report_keep(&proc);
}

/* When all units are there: what it starts may come after it in the table. */
static void set_again(unsigned index)
{
	set(&svcs[index]);
}

static void on_elapse(unsigned index)
{
	struct svc *s = &svcs[index], *unit = timers_unit(s);

	if (!is_up(s) || !unit)
		return;
	states[index].last_ms = loop_now();
	states[index].last_unix = unix_now();
	s->dirty = true;
	if (s->unit->of.timer.persistent)
		keep_stamp(s);
	svc_want_start(unit);
}

void timers_begin(struct svc *s)
{
	if (s->unit->kind != UNIT_TIMER)
		return;
	if (!timers_unit(s)) {
		struct err e = { 0 };

		err_set(&e, ENOENT, "timer", "no unit %s",
			s->unit->of.timer.unit ? s->unit->of.timer.unit : "");
		svc_reason(s, &e);
		return;
	}
	states[svc_index(s)].began_ms = loop_now();
	states[svc_index(s)].last_ms = 0;
	set(s);
}

void timers_end(struct svc *s)
{
	if (s->unit->kind == UNIT_TIMER)
		loop_timer_off(on_elapse, svc_index(s));
}

void timers_told(const struct svc *s)
{
	unsigned i;

	for (i = 0; i < n_svcs; i++)
		if (is_up(&svcs[i]) && timers_unit(&svcs[i]) == s)
			set(&svcs[i]);
}

uint64_t timers_next(const struct svc *s)
{
	return s->unit->kind == UNIT_TIMER ? loop_timer_at(on_elapse, svc_index(s)) : 0;
}

void timers_save(const struct svc *s, struct saved_unit *r)
{
	const struct timer_state *t = &states[svc_index(s)];

	r->timer_last_ms = t->last_ms;
	r->timer_last_unix = t->last_unix;
	r->timer_began_ms = t->began_ms;
}

void timers_load(struct svc *s, const struct saved_unit *r)
{
	states[svc_index(s)] =
		(struct timer_state){ r->timer_last_ms, r->timer_last_unix, r->timer_began_ms };
	if (is_up(s))
		loop_timer(set_again, svc_index(s), loop_now());
}

void timers_stamp(const char *unit, uint64_t unix_seconds)
{
	struct svc *s = svc_find(unit);

	if (s && s->unit->kind == UNIT_TIMER)
		states[svc_index(s)].last_unix = unix_seconds;
}

/* One that is set for the end of time is cancelled by every step of the clock. */
static void wait_for_jump(void)
{
	struct itimerspec far = { .it_value = { .tv_sec = sizeof(time_t) > 4 ? (time_t)(1ull << 40)
									     : INT32_MAX } };

	timerfd_settime(clock_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
}

static void on_jump(unsigned arg, uint32_t events)
{
	uint64_t n;
	unsigned i;

	(void)arg;
	(void)events;
	if (read(clock_fd, &n, sizeof(n)) < 0 && errno == EAGAIN)
		return;
	wait_for_jump();
	for (i = 0; i < n_svcs; i++)
		if (is_up(&svcs[i]))
			set(&svcs[i]);
}

void timers_init(void)
{
	clock_fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (clock_fd < 0)
		return;
	wait_for_jump();
	clock_watch = loop_watch(clock_fd, EPOLLIN, on_jump, 0);
}
