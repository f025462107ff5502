/* SPDX-License-Identifier: ISC */
/*
 * The ladder: what is done, step by step, when a Critical= unit stays sick. Pure: what was done
 * before and the time go in, the next thing to do comes out; the rungs with their order are in
 * ladder.def. Times are monotonic ms.
 */
#ifndef PINTLE_INIT_GUARD_LADDER_H
#define PINTLE_INIT_GUARD_LADDER_H

#include <stdbool.h>
#include <stdint.h>

enum ladder_rung {
#define RUNG(name, word) RUNG_##name,
#include "init/guard/ladder.def"
#undef RUNG
	RUNGS,
};

struct ladder_conf {
	/* how often each rung is tried; 0 = it is passed over; the last one's does not matter */
	uint32_t times[RUNGS];
	uint64_t patience_ms;	/* between two steps */
	uint64_t healthy_ms;	/* a spell without sickness that clears all */
};

struct ladder {
	uint32_t done[RUNGS];	/* those from RUNG_RELEASE on are kept over resets */
	uint64_t sick_ms;	/* since when something is sick, 0 = nothing is */
	uint64_t step_ms;	/* of the last step in this spell of sickness */
	uint64_t well_ms;	/* since when nothing is */
};

enum ladder_verdict { LADDER_WAIT, LADDER_STEP, LADDER_CLEARED };

/*
 * Looks. LADDER_STEP: *ret is the rung to take now, and it is counted; LADDER_CLEARED: a healthy
 * spell is over, the counters are 0 and were not before. The first step comes patience_ms after the
 * sickness began. When all is used up: RUNG_SAFE, once.
 */
enum ladder_verdict ladder_look(const struct ladder_conf *c, struct ladder *l, bool sick,
				uint64_t now_ms, enum ladder_rung *ret);
/* When ladder_look() will have something to say if nothing changes; UINT64_MAX = never. */
uint64_t ladder_due(const struct ladder_conf *c, const struct ladder *l);
/*
 * A reset that nobody asked for, with what was counted before it: true when the boot is to be in
 * safe mode.
 */
bool ladder_after_reset(const struct ladder_conf *c, struct ladder *l);
/*
 * Whether one more reboot may be tried; it is counted. For StartLimitAction=reboot and
 * FailureAction=reboot.
 */
bool ladder_take_reboot(const struct ladder_conf *c, struct ladder *l);
/* "restart unit" */
const char *ladder_word(enum ladder_rung rung);

/* How the last life ended, as the record says. */
enum ladder_end { LADDER_RUNNING, LADDER_ORDERLY, LADDER_OWN, LADDER_STARVED, LADDER_ENDS };

/* What is kept over resets: a few lines of text in a file of the data partition. */
struct ladder_record {
	enum ladder_end end;	/* RUNNING: until something better is written */
	bool safe;		/* the next boot is in safe mode */
	uint32_t releases, reboots;
	uint64_t dump_time;	/* reset_dump_time() when it was written */
	char unit[64];		/* whose sickness it was, "" = none */
};
#define LADDER_TEXT_MAX 256

/* Into text[cap], cap >= LADDER_TEXT_MAX. Its length. */
int ladder_record_print(const struct ladder_record *r, char *text, unsigned cap);
/*
 * 0, or -EBADMSG when it is not whole: *ret is then as if there was none. text is NUL-terminated;
 * untrusted: a flash may rot.
 */
int ladder_record_read(const char *text, struct ladder_record *ret);

#endif
