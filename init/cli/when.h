/* SPDX-License-Identifier: ISC */
/*
 * Points in time as users write them, systemd.time(7) in UTC, and back. Pure: the caller says what
 * time it is.
 */
#ifndef PINTLE_INIT_CLI_WHEN_H
#define PINTLE_INIT_CLI_WHEN_H

#include <stddef.h>
#include <stdint.h>

struct when_now {
	uint64_t mono_ms;	/* since boot */
	uint64_t wall_ms;	/* since 1970; 0 = the clock is not set */
};

/*
 * Reads "10min ago", "-1h", "now", "today", "yesterday", "@1700000000", "2026-11-24[ 10:00[:00]]",
 * "10:00[:00]" (today), and
 * "+5min": so long after boot, which needs no clock. *ret_mono_ms is since boot, 0 for what was
 * before it. 0, -EINVAL, or -ENODATA: a time of day on a device whose clock is not set.
 */
int when_parse(const char *text, const struct when_now *now, uint64_t *ret_mono_ms);
/* "2026-11-24T10:00:00.123Z" into buf[cap >= 25]. */
void when_format(char *buf, size_t cap, uint64_t wall_ms);

#endif
