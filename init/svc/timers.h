/* SPDX-License-Identifier: ISC */
/*
 * .timer units: when they elapse they start another unit; systemd.timer(5). Monotonic lines follow
 * the monotonic clock and the units' states, OnCalendar= the wall clock: a jump of it (1970 to
 * today) has every calendar line looked at again. PID 1 only.
 */
#ifndef PINTLE_INIT_SVC_TIMERS_H
#define PINTLE_INIT_SVC_TIMERS_H

#include "init/svc/svc.h"

/* Watches the wall clock for jumps. Once, at boot. */
void timers_init(void);
/* A .timer is up: its time is set. Other units: nothing. */
void timers_begin(struct svc *s);
/* It is stopped. */
void timers_end(struct svc *s);
/* Any unit has settled: the timers that count from it look again. */
void timers_told(const struct svc *s);
struct saved_unit;
void timers_save(const struct svc *s, struct saved_unit *r);
void timers_load(struct svc *s, const struct saved_unit *r);
/* When the timer elapses next, monotonic ms; 0 = never. */
uint64_t timers_next(const struct svc *s);
/* A file a Persistent= timer, its time the last elapse. Written and read by helper processes. */
#define TIMERS_STAMPS CONFIG_STORE "/timers"
/* What the disk remembers of such a timer: when it elapsed last, seconds of the wall clock. */
void timers_stamp(const char *unit, uint64_t unix_seconds);
/* The unit that a .timer starts, NULL if there is none. */
struct svc *timers_unit(const struct svc *s);

#endif
