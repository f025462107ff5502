/* SPDX-License-Identifier: ISC */
/*
 * The units' output: two pipes a unit, kept over restarts, read into its ring. So much of a turn's
 * time, and of all time, so that a flood slows its writer only: not PID 1, not the other units. PID
 * 1's own lines have a ring, too, from its first one on.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "init/ctl/ctl_server.h"
#include "init/keep/keep.h"
#include "init/log/log_gate.h"
#include "init/log/logs.h"
#include "init/svc/svc.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/sys.h"

#define BYTES_AT_ONCE 4096
#define BYTES_PER_TURN (4 * BYTES_AT_ONCE)	/* of one pipe */
#define DRAIN_MAX (2 * RING_BYTES)	/* of a dead process; its pipe may hold a megabyte */
#define TURN_US 2000		/* of all pipes: what is due besides them is late by this at most */
#define PAUSE_FACTOR   5 /* a flood is read for 1 part of 6 of the time, however many there are */
#define PAUSE_MIN_US 1000
#define WALL_SET 1577836800	/* 2020: a clock before that has not been set */

static struct ring *own;

/* What a unit's pipes need between two readings; after a re-exec they begin anew. */
static struct log_state {
	struct log_gate gate;
	uint64_t resume_us[2];	/* a flood: not read until then, 0 = read */
} states[UNITS_MAX];
static uint64_t turn_ms, turn_us;	/* of this turn: the time spent on pipes */
static unsigned n_paused;

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t logs_wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec < WALL_SET ? 0 : (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void say(struct ring *r, uint8_t severity, const char *line, unsigned n)
{
	const struct ring_from from = { .mono_ms = sys_now_ms(),
					.wall_ms = logs_wall_ms(),
					.severity = severity };

	ring_write(r, &from, line, n);
	ring_write(r, &from, "\n", 1);
	ctl_new_lines(r);
}

/* Also called before the loop is there: the clock is asked, nobody reads yet. */
static void keep_own(enum log_level level, const char *line)
{
	say(own, (uint8_t)level, line, (unsigned)strlen(line));
}

void logs_say(struct svc *s, uint8_t severity, const char *line)
{
	say(s->ring, severity, line, (unsigned)strlen(line));
}

void logs_keep_own(void)
{
	own = keep_ring(0);
	if (keep_has_rings())
		ring_check(own);
	else
		ring_init(own);
	log_set_hook(keep_own);
}

const struct ring *logs_own(void)
{
	return own;
}

static void keep(void *ctx, const struct ring_from *from, const char *bytes, unsigned n)
{
	struct svc *s = ctx;

	ring_write(s->ring, from, bytes, n);
}

static struct log_rule rule_of(const struct svc *s)
{
	const struct unit_log *l = &s->unit->log;

	return (struct log_rule){ l->rate_ms, l->rate_burst, l->level_max };
}

static void tell_dropped(unsigned index)
{
	struct log_rule rule = rule_of(&svcs[index]);
	uint32_t n = log_gate_dropped(&states[index].gate, &rule, loop_now());

	if (n)
		svc_say(&svcs[index], "%u lines dropped: more than %u in %llu ms", n,
			rule.rate_burst, (unsigned long long)rule.rate_ms);
	else if (states[index].gate.dropped)
		loop_timer(tell_dropped, index, states[index].gate.window_ms + rule.rate_ms);
}

static unsigned take(struct svc *s, unsigned stream)
{
	struct log_state *state = &states[svc_index(s)];
	struct ring_from from = { .mono_ms = loop_now(),
				  .wall_ms = logs_wall_ms(),
				  .stream = (uint8_t)(stream + 1) };
	struct log_rule rule = rule_of(s);
	char buf[BYTES_AT_ONCE];
	ssize_t n = read(s->log_fd[stream][0], buf, sizeof(buf));

	if (n <= 0)
		return 0;
	if (s->unit->log.off)
		return (unsigned)n;
	if (state->gate.dropped && from.mono_ms - state->gate.window_ms >= rule.rate_ms)
		tell_dropped(svc_index(s));
	log_gate_take(&state->gate, &rule, from, buf, (unsigned)n, keep, s);
	if (state->gate.dropped && !loop_timer_at(tell_dropped, svc_index(s)))
		loop_timer(tell_dropped, svc_index(s), state->gate.window_ms + rule.rate_ms);
	ctl_new_lines(s->ring);
	return (unsigned)n;
}

/* Floods whose pause is over are read again; one timer for all, set to the next that is due. */
static void resume(unsigned arg)
{
	uint64_t now = now_us(), next = UINT64_MAX;
	unsigned i;

	(void)arg;
	for (i = 0; i < 2 * n_svcs; i++) {
		uint64_t *at = &states[i / 2].resume_us[i % 2];

		if (*at && *at <= now) {
			*at = 0;
			n_paused--;
			loop_change(svcs[i / 2].log_watch[i % 2], EPOLLIN);
		} else if (*at && *at < next) {
			next = *at;
		}
	}
	if (next != UINT64_MAX)
		loop_timer(resume, 0, loop_now() + (next - now) / 1000 + 1);
}

/*
 * The writer of a flood waits for five times as long as its bytes took us, times the number of
 * floods.
 */
static void pause_reading(struct svc *s, unsigned stream, uint64_t took_us)
{
	uint64_t us = took_us * PAUSE_FACTOR * (n_paused + 1), at_ms,
		 set_ms = loop_timer_at(resume, 0);

	us = us < PAUSE_MIN_US ? PAUSE_MIN_US : us;
	at_ms = loop_now() + us / 1000 + 1;
	if ((!set_ms || at_ms < set_ms) && !loop_timer(resume, 0, at_ms))
		return;
	states[svc_index(s)].resume_us[stream] = now_us() + us;
	n_paused++;
	loop_change(s->log_watch[stream], 0);
}

static void on_output(unsigned arg, uint32_t events)
{
	struct svc *s = &svcs[arg / 2];
	uint64_t begin = now_us(), took;
	unsigned sum = 0, got;

	(void)events;
	/* A reader that hung up is told whatever is watched for. */
	if (states[arg / 2].resume_us[arg % 2])
		return;
	if (turn_ms != loop_now()) {
		turn_ms = loop_now();
		turn_us = 0;
	}
	if (turn_us > TURN_US)
		return;		/* in the next turn */
	do {
		got = take(s, arg % 2);
		sum += got;
	} while (got == BYTES_AT_ONCE && sum < BYTES_PER_TURN);
	took = now_us() - begin;
	turn_us += took;
	if (sum >= BYTES_PER_TURN)
		pause_reading(s, arg % 2, took);
}

int logs_open(struct svc *s, const int fds[4])
{
	struct log_state *state = &states[svc_index(s)];
	unsigned i;

	n_paused -= (state->resume_us[0] != 0) + (state->resume_us[1] != 0);
	memset(state, 0, sizeof(*state));
	for (i = 0; i < 2; i++) {
		s->log_fd[i][0] = fds[2 * i];
		s->log_fd[i][1] = fds[2 * i + 1];
		if (s->log_fd[i][0] < 0 && pipe2(s->log_fd[i], O_CLOEXEC))
			return -errno;
		/* The two ends of a pipe have flags of their own: only ours must not block. */
		io_set_nonblock(s->log_fd[i][0], 1);
		/* /dev/stdout in a container of another user is this very pipe, opened by name. */
		fchmod(s->log_fd[i][1], 0666);
		s->log_watch[i] =
			loop_watch(s->log_fd[i][0], EPOLLIN, on_output, 2 * svc_index(s) + i);
		if (s->log_watch[i] == LOOP_NONE)
			return -ENOSPC;
	}
	return 0;
}

/*
 * What a ring could not hold anyway is read past, not looked at: a megabyte must not take a turn's
 * time.
 */
static void read_past(struct svc *s, unsigned stream)
{
	char buf[BYTES_AT_ONCE];
	uint64_t sum = 0;
	int left = 0;

	while (!ioctl(s->log_fd[stream][0], FIONREAD, &left) && left > (int)DRAIN_MAX) {
		ssize_t n = read(s->log_fd[stream][0], buf, sizeof(buf));

		if (n <= 0)
			break;
		sum += (uint64_t)n;
	}
	if (sum)
		ring_skip(s->ring, sum);
}

void logs_drain(struct svc *s)
{
	struct log_rule rule = rule_of(s);
	struct ring_from from = { .mono_ms = loop_now(), .wall_ms = logs_wall_ms() };
	unsigned i, got, sum;

	for (i = 0; i < 2; i++) {
		read_past(s, i);
		for (sum = 0; sum < DRAIN_MAX + BYTES_AT_ONCE && (got = take(s, i)); sum += got)
			;
		from.stream = (uint8_t)(i + 1);
		log_gate_flush(&states[svc_index(s)].gate, &rule, from, keep, s);
	}
}
