/* SPDX-License-Identifier: ISC */
/*
 * A unit's last output: a ring of bytes that holds whole records, one a line, the oldest given up
 * first. Pure: no I/O, no clock. Positions count bytes ever written, so a reader can tell what it
 * missed.
 */
#ifndef PINTLE_INIT_LOG_RING_H
#define PINTLE_INIT_LOG_RING_H

#include <stdbool.h>
#include <stdint.h>

#define RING_HEAD 32u		/* what stands before the bytes: together they are whole pages */
#define RING_BYTES (CONFIG_LOG_RING_KB * 1024u - RING_HEAD)
#define RING_LINE_MAX 1024	/* a longer line becomes several records */

struct ring {
	uint64_t first, end;	/* positions of the oldest record and after the newest */
	uint64_t open; /* position of the newest record while its line goes on, else UINT64_MAX */
	uint8_t open_stream;
	/* the same layout everywhere: a ring outlives the binary that began it */
	uint8_t unused[7];
	char bytes[RING_BYTES];
};

/* Where bytes come from, and when. */
struct ring_from {
	uint64_t mono_ms;
	uint64_t wall_ms;	/* since 1970; 0 = the clock is not set */
	uint8_t stream;		/* as struct ring_line's */
	uint8_t severity;	/* 0 emerg to 7 debug (syslog(3)) */
};

struct ring_line {
	uint64_t mono_ms, wall_ms;
	uint64_t lost;		/* bytes given up between the reader's position and this line */
	uint16_t len;
	uint8_t stream;		/* 1 stdout, 2 stderr, 0 pintle's own */
	uint8_t severity;
	bool partial;		/* the line goes on in the next record */
	char text[RING_LINE_MAX];
};

/* Empties the ring and touches all of its memory. */
void ring_init(struct ring *r);
/* Takes n bytes as a stream had them; splits at newlines; a line may come in any pieces. */
void ring_write(struct ring *r, const struct ring_from *from, const char *bytes, unsigned n);
/* Gives up all it has and n bytes more that never came in: a reader is told how many it missed. */
void ring_skip(struct ring *r, uint64_t n);
/*
 * After a crash: walks the records and cuts at the first that is not sound; positions that make no
 * sense empty the ring. How many records it holds then.
 */
unsigned ring_check(struct ring *r);
/*
 * The record at *at (or the oldest there is, if that one is gone); *at moves behind it. false at
 * the end, or at a line that still goes on when `whole` is set.
 */
bool ring_read(const struct ring *r, uint64_t *at, bool whole, struct ring_line *ret);
/* When the record that ring_read() would give came in; false where it gives none. */
bool ring_peek(const struct ring *r, uint64_t at, bool whole, uint64_t *ret_mono_ms);
/* The position from which there are n lines to the end (0 = all). */
uint64_t ring_tail(const struct ring *r, unsigned n);

#endif
