/* SPDX-License-Identifier: ISC */
/*
 * What happened, as PID 1 keeps it (init/log/events.h) and as clients get it (ctl.h): one fixed
 * record, the same over every exec of PID 1.
 */
#ifndef PINTLE_INIT_CTL_EVENT_H
#define PINTLE_INIT_CTL_EVENT_H

#include <stdint.h>

#define CTL_UNIT_MAX 64		/* a unit's name with the NUL */

/* EVENT(name, word): what can happen. */
#define EVENT_KINDS                                                                                \
	EVENT(EVENT_STATE, "state")                                                                \
	EVENT(EVENT_HEALTH, "health")                                                              \
	EVENT(EVENT_OOM, "oom-kill")                                                               \
	EVENT(EVENT_REEXEC, "reexec")                                                              \
	EVENT(EVENT_UPDATE, "update")                                                              \
	EVENT(EVENT_SYSTEM, "system")
#define EVENT(name, word) name,
enum event_kind { EVENT_KINDS };
#undef EVENT

struct event_body {
	uint64_t mono_ms, wall_ms;	/* as a log line's */
	char unit[CTL_UNIT_MAX];	/* "" = PID 1's own */
	char from[16], to[16];		/* states, health, versions */
	char reason[95];		/* err_say()'s words, cut */
	uint8_t kind;			/* enum event_kind */
};

#endif
