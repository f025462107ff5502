/* SPDX-License-Identifier: ISC */
/* PID 1's event loop. See loop.h. */
#include "init/loop.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "init/unit/unit.h"
#include "runtime/base/compiler.h"
#include "runtime/base/sys.h"

/*
 * A unit has two log pipes, two exec reports, a notify socket, a pipe for NotifyFD=; clocks of its
 * state, its next try, its group, its watchdog, its probes or its timer. The rest is the control
 * socket's clients, workers, consoles.
 */
#define WATCHES (6 * UNITS_MAX + 32)
#define TIMERS (6 * UNITS_MAX + 48)
#define EVENTS_PER_TURN 32

struct watch {
	loop_event *call;	/* NULL: free */
	int fd;
	unsigned arg;
	uint16_t generation;
};

struct timer {
	loop_tick *call;	/* NULL: free */
	unsigned arg;
	uint64_t at_ms;
};

static struct watch watches[WATCHES];
static struct timer timers[TIMERS];
static void (*after_events)(void);
static uint64_t now_ms, started_ms;
static int epoll_fd = -1;

_Static_assert(WATCHES < 0xffff, "a handle has 16 bits of index");

int loop_init(void)
{
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	now_ms = started_ms = sys_now_ms();
	return epoll_fd < 0 ? -errno : 0;
}

static loop_handle handle_of(size_t index)
{
	return (loop_handle)(watches[index].generation << 16 | (index + 1));
}

static struct watch *find(loop_handle h)
{
	size_t index = (h & 0xffff) - 1;

	if (h == LOOP_NONE || index >= WATCHES || !watches[index].call || handle_of(index) != h)
		return NULL;
	return &watches[index];
}

loop_handle loop_watch(int fd, uint32_t events, loop_event *call, unsigned arg)
{
	struct epoll_event ev = { .events = events };
	size_t i;

	for (i = 0; i < WATCHES && watches[i].call; i++)
		;
	if (i == WATCHES)
		return LOOP_NONE;
	watches[i] = (struct watch){ call, fd, arg, (uint16_t)(watches[i].generation + 1) };
	ev.data.u32 = handle_of(i);
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev)) {
		watches[i].call = NULL;
		return LOOP_NONE;
	}
	return handle_of(i);
}

void loop_change(loop_handle h, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.u32 = h };
	struct watch *w = find(h);

	if (w)
		epoll_ctl(epoll_fd, EPOLL_CTL_MOD, w->fd, &ev);
}

void loop_unwatch(loop_handle *h)
{
	struct watch *w = find(*h);

	*h = LOOP_NONE;
	if (!w)
		return;
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
	w->call = NULL;
}

static struct timer *find_timer(loop_tick *call, unsigned arg)
{
	size_t i;

	for (i = 0; i < TIMERS; i++)
		if (timers[i].call == call && timers[i].arg == arg)
			return &timers[i];
	return NULL;
}

bool loop_timer(loop_tick *call, unsigned arg, uint64_t at_ms)
{
	struct timer *t = find_timer(call, arg);
	size_t i;

	for (i = 0; !t && i < TIMERS; i++)
		if (!timers[i].call)
			t = &timers[i];
	if (!t)
		return false;
	*t = (struct timer){ call, arg, at_ms };
	return true;
}

void loop_timer_off(loop_tick *call, unsigned arg)
{
	struct timer *t = find_timer(call, arg);

	if (t)
		t->call = NULL;
}

uint64_t loop_timer_at(loop_tick *call, unsigned arg)
{
	const struct timer *t = find_timer(call, arg);

	return t ? t->at_ms : 0;
}

uint64_t loop_now(void)
{
	return now_ms;
}

uint64_t loop_started(void)
{
	return started_ms;
}

void loop_after_events(void (*call)(void))
{
	after_events = call;
}

/*
 * Milliseconds until the next timer, -1 for none. A distant one is met in steps: the argument is an
 * int.
 */
static int next_wait(void)
{
	uint64_t soonest = UINT64_MAX;
	size_t i;

	for (i = 0; i < TIMERS; i++)
		if (timers[i].call && timers[i].at_ms < soonest)
			soonest = timers[i].at_ms;
	if (soonest == UINT64_MAX)
		return -1;
	if (soonest <= now_ms)
		return 0;
	return soonest - now_ms > 3600000 ? 3600000 : (int)(soonest - now_ms);
}

/* Each due timer once a turn, however late; one that sets itself again waits for the next. */
static void run_timers(void)
{
	uint64_t due = now_ms;
	size_t i;

	for (i = 0; i < TIMERS; i++) {
		loop_tick *call = timers[i].call;

		if (!call || timers[i].at_ms > due)
			continue;
		timers[i].call = NULL;
		call(timers[i].arg);
	}
}

static void turn(void)
{
	struct epoll_event events[EVENTS_PER_TURN];
	int n = epoll_wait(epoll_fd, events, EVENTS_PER_TURN, next_wait()), i;

	now_ms = sys_now_ms();
	for (i = 0; i < n; i++) {
		const struct watch *w = find(events[i].data.u32);

		if (w)
			w->call(w->arg, events[i].events);
	}
	run_timers();
	if (after_events)
		after_events();
}

NORETURN void loop_run(void)
{
	for (;;)
		turn();
}
