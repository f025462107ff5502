/* SPDX-License-Identifier: ISC */
/*
 * PID 1's event loop: epoll over a fixed table of watches and a fixed table of timers. A handle is
 * an index and a generation: an event of a watch that is gone, or of its place's next owner, is
 * dropped. Nothing here blocks but the wait itself; nothing allocates.
 */
#ifndef PINTLE_INIT_LOOP_H
#define PINTLE_INIT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#define LOOP_NONE 0u

typedef uint32_t loop_handle;
/* events are EPOLL*; arg is what the watcher gave. */
typedef void loop_event(unsigned arg, uint32_t events);
typedef void loop_tick(unsigned arg);

/* Makes the epoll fd. 0 or -errno. */
int loop_init(void);
/*
 * Watches an fd (not owned) for EPOLL* events. The handle, or LOOP_NONE when the table is full or
 * epoll refuses.
 */
loop_handle loop_watch(int fd, uint32_t events, loop_event *call, unsigned arg);
/* Changes what is watched for; a stale handle does nothing. */
void loop_change(loop_handle h, uint32_t events);
/* Stops watching; before the fd is closed. *h becomes LOOP_NONE. */
void loop_unwatch(loop_handle *h);

/*
 * One timer a (call, arg) pair: sets it to a monotonic time in ms, or moves it. false when the
 * table is full.
 */
bool loop_timer(loop_tick *call, unsigned arg, uint64_t at_ms);
void loop_timer_off(loop_tick *call, unsigned arg);
/* When the timer is due, 0 = not set. */
uint64_t loop_timer_at(loop_tick *call, unsigned arg);

/* The time the current turn began, monotonic ms: one clock a turn. */
uint64_t loop_now(void);
/* When the loop was made, monotonic ms: OnStartupSec= counts from it. */
uint64_t loop_started(void);
/* Calls a function once every turn, after the events: where postponed work is done. */
void loop_after_events(void (*call)(void));
/* Runs for ever. */
_Noreturn void loop_run(void);

#endif
