/* SPDX-License-Identifier: ISC */
/*
 * What happened to the units and to PID 1, the last EVENTS_MAX of it: fixed records in a ring of
 * their own, so that a flood of output does not push them out. The ring is pure; events_add() has
 * the clock and tells who follows. PID 1.
 */
#ifndef PINTLE_INIT_LOG_EVENTS_H
#define PINTLE_INIT_LOG_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "init/ctl/event.h"

#define EVENTS_MAX 40

struct events {
	uint64_t n;		/* ever added: an event's number is its count */
	struct event_body of[EVENTS_MAX];
};

/* Adds a copy; the oldest goes. Pure. */
void events_put(struct events *r, const struct event_body *e);
/* The event at *at, or the oldest there is; *at moves behind it. False at the end. Pure. */
bool events_get(const struct events *r, uint64_t *at, struct event_body *ret);
/* The number from which there are count to the end (0 = all there are). Pure. */
uint64_t events_tail(const struct events *r, unsigned count);

/* Notes an event now; texts are cut to their fields, NULL is "". unit "" = PID 1's own. */
void events_add(enum event_kind kind, const char *unit, const char *from, const char *to,
		const char *reason);
/* Has PID 1 use the ring that outlives it. Once keep_open() has been called. */
void events_keep(void);
/* The ring of PID 1. */
const struct events *events_all(void);

#endif
