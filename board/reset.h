/* SPDX-License-Identifier: ISC */
/*
 * Why the board started: the watchdog driver's word, the kernel's dump in pstore, and pintle's own
 * record of how it went down.
 */
#ifndef PINTLE_BOARD_RESET_H
#define PINTLE_BOARD_RESET_H

#include <stdbool.h>
#include <stdint.h>

enum reset_cause {
	RESET_UNKNOWN,	/* nothing tells */
	RESET_ORDERLY,	/* by command, to its end */
	RESET_LADDER,	/* pintle itself: a critical unit, StartLimitAction=, FailureAction= */
	RESET_WATCHDOG,
	RESET_PANIC,	/* the kernel left a dump */
	RESET_HEAT,	/* the driver says so: overheated, a fan */
	RESET_POWER,	/* it was running and then it was not */
	RESET_CAUSES,
};

struct reset_signs {
	uint32_t watchdog_flags;	/* WDIOF_* of WDIOC_GETBOOTSTATUS */
	bool dump;			/* a panic's dump in pstore */
	bool has_record;		/* pintle's own record was read: what follows holds */
	bool was_running;		/* it does not say that the end was orderly */
	bool by_ladder;
	bool feeding_stopped;		/* the last word in it: the watchdog is left to bite */
};

/* The one cause that the signs speak for. Pure. */
enum reset_cause reset_judge(const struct reset_signs *s);
/* "watchdog"; "" for unknown. */
const char *reset_word(enum reset_cause cause);
/*
 * When the newest dump of a panic or an oops in the folder (/sys/fs/pstore, mounted) was made, Unix
 * time; 0 = there is none. Dumps stay until somebody removes them: who asks compares with what was
 * there before. Not in PID 1: the store may be flash.
 */
uint64_t reset_dump_time(const char *folder);

#endif
