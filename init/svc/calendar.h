/* SPDX-License-Identifier: ISC */
/*
 * Calendar events of systemd.time(7): "Mon..Fri *-*-* 06:30", "daily", "*-02~1", "*:0/15". Times
 * are UTC: a device has no other zone. Pure; no recursion, a bounded search.
 */
#ifndef PINTLE_INIT_SVC_CALENDAR_H
#define PINTLE_INIT_SVC_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_YEARS_MAX 4
#define CALENDAR_LAST_YEAR 2199	/* the search ends there, as systemd's does */

struct calendar {
	uint8_t weekdays;		/* bit 0 = Monday; 0 = any */
	bool from_end;			/* days count from the month's last: '~' */
	uint16_t months;		/* bit 0 = January */
	uint32_t days, hours;		/* bit 0 = the 1st (the last with from_end); hour 0 */
	uint64_t minutes, seconds;
	struct {
		uint16_t first, last, step;
	} years[CALENDAR_YEARS_MAX];	/* step 0 ends the list; none = any */
};

/* Reads an expression. 0 or -EINVAL. */
int calendar_parse(const char *text, struct calendar *ret);
/* The first time after `after` (seconds since 1970) that fits; UINT64_MAX = none. */
uint64_t calendar_next(const struct calendar *c, uint64_t after);

#endif
