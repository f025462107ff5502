/* SPDX-License-Identifier: ISC */
/*
 * What PID 1 keeps over an exec of itself: one memfd, mapped shared. Small records lie in it twice,
 * each with a number and a CRC: whatever instruction a fault hits, one of the two is whole. The log
 * rings are used where they lie. PID 1 only.
 */
#ifndef PINTLE_INIT_KEEP_KEEP_H
#define PINTLE_INIT_KEEP_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "init/log/events.h"
#include "init/log/ring.h"
#include "runtime/base/err.h"

enum keep_kind {	/* of records; their order and meaning are for ever */
	KEEP_SYSTEM,	/* one */
	KEEP_FDSTORE,	/* one */
	KEEP_UNIT,	/* one a place of svcs[] */
	KEEP_KINDS,
};
#define KEEP_SYSTEM_MAX 768u
#define KEEP_FDSTORE_MAX 3072u
#define KEEP_UNIT_MAX 736u
#define KEEP_CRASHES 32u	/* whose times are kept */

struct keep_crash {		/* the last one */
	int32_t signal, code;	/* siginfo: number and si_code */
	uint64_t address, pc;
	uint64_t mono_ms;
};

/* Written by the fault's handler, too: every field is a word of its own. */
struct keep_crashes {
	uint32_t count;			/* ever */
	uint32_t reexecs;		/* by command */
	uint64_t times_ms[KEEP_CRASHES];	/* of crash n at n % KEEP_CRASHES */
	struct keep_crash last;
};

/*
 * Makes the region (fd < 0), or takes over that of the pintle that was here before; where its
 * layout is another, its records are carried into a new one; rings and events, too, unless their
 * own size is another. *ret_resumed: there is something to take up. 0, or -errno with e: without a
 * memfd the region is plain memory, and a fault of PID 1 is the last.
 */
int keep_open(int fd, bool *ret_resumed, struct err *e);
/* False before keep_open(): a fault that early has nothing to note. */
bool keep_is_open(void);
/* The memfd, -1 = none. */
int keep_fd(void);
/* Stores record i of a kind; len at most its maximum. */
void keep_put(enum keep_kind kind, unsigned i, const void *record, uint32_t len);
/*
 * The newest whole record: at most cap bytes go to ret, the rest of ret is zero (a record of an
 * older pintle is shorter). Its length, or -ENOENT.
 */
int keep_get(enum keep_kind kind, unsigned i, void *ret, uint32_t cap);
/* There is no such record any more. */
void keep_drop(enum keep_kind kind, unsigned i);
/* Ring 0 is PID 1's own, ring 1 + i that of svcs[i]. */
struct ring *keep_ring(unsigned i);
/* The ring of events, used where it lies; all zero at first. */
struct events *keep_events(void);
/* Whether the rings hold what was there before this life. */
bool keep_has_rings(void);
struct keep_crashes *keep_crashes(void);

#endif
