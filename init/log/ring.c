/* SPDX-License-Identifier: ISC */
/* A ring of lines. See ring.h. */
#include "init/log/ring.h"

#include <string.h>

#define NO_LINE UINT64_MAX

#define MARK 0x6c52	/* "Rl" */

struct head {		/* in front of each record's text; copied in and out, never pointed at */
	uint64_t mono_ms, wall_ms;
	uint16_t len, mark;
	uint8_t stream, severity, partial, reserved;
};

_Static_assert(sizeof(struct head) == 24, "no hole that a check would not see");

_Static_assert(sizeof(struct ring) == CONFIG_LOG_RING_KB * 1024u, "whole pages");

_Static_assert(RING_BYTES >= 3 * (RING_LINE_MAX + sizeof(struct head)),
	       "a ring holds a few of the longest lines");

void ring_init(struct ring *r)
{
	/* Every page is touched now: a line that comes later takes no new memory. */
	memset(r->bytes, 0, sizeof(r->bytes));
	r->first = r->end = 0;
	r->open = NO_LINE;
}

static void copy_in(struct ring *r, uint64_t at, const void *bytes, unsigned n)
{
	unsigned from = (unsigned)(at % RING_BYTES), part = RING_BYTES - from;

	if (part > n)
		part = n;
	memcpy(r->bytes + from, bytes, part);
	memcpy(r->bytes, (const char *)bytes + part, n - part);
}

static void copy_out(const struct ring *r, uint64_t at, void *bytes, unsigned n)
{
	unsigned from = (unsigned)(at % RING_BYTES), part = RING_BYTES - from;

	if (part > n)
		part = n;
	memcpy(bytes, r->bytes + from, part);
	memcpy((char *)bytes + part, r->bytes, n - part);
}

static struct head head_at(const struct ring *r, uint64_t at)
{
	struct head h;

	copy_out(r, at, &h, sizeof(h));
	return h;
}

static void make_room(struct ring *r, unsigned n)
{
	while (r->end + n - r->first > RING_BYTES)
		r->first += sizeof(struct head) + head_at(r, r->first).len;
}

/* The record that the stream's next bytes go to: the open one, or a new one behind it. */
static void open_line(struct ring *r, const struct ring_from *from)
{
	struct head h = { .mono_ms = from->mono_ms,
			  .wall_ms = from->wall_ms,
			  .mark = MARK,
			  .stream = from->stream,
			  .severity = from->severity };

	if (r->open != NO_LINE && r->open_stream == from->stream &&
	    head_at(r, r->open).len < RING_LINE_MAX)
		return;
	if (r->open != NO_LINE) {
		struct head before = head_at(r, r->open);

		before.partial = 1;
		copy_in(r, r->open, &before, sizeof(before));
	}
	make_room(r, sizeof(h));
	r->open = r->end;
	r->open_stream = from->stream;
	copy_in(r, r->end, &h, sizeof(h));
	r->end += sizeof(h);
}

static unsigned append(struct ring *r, const char *bytes, unsigned n)
{
	struct head h = head_at(r, r->open);
	unsigned room = RING_LINE_MAX - h.len;

	if (n > room)
		n = room;
	/*
	 * The open record is the newest: older ones make room, never itself (see the assertion
	 * above).
	 */
	make_room(r, n);
	copy_in(r, r->end, bytes, n);
	r->end += n;
	h.len = (uint16_t)(h.len + n);
	copy_in(r, r->open, &h, sizeof(h));
	return n;
}

void ring_write(struct ring *r, const struct ring_from *from, const char *bytes, unsigned n)
{
	while (n) {
		const char *newline = memchr(bytes, '\n', n);
		unsigned line = newline ? (unsigned)(newline - bytes) : n;

		open_line(r, from);
		while (line) {
			unsigned put = append(r, bytes, line);

			bytes += put;
			n -= put;
			line -= put;
			if (line)
				open_line(r, from);
		}
		if (newline) {
			r->open = NO_LINE;
			bytes++;
			n--;
		}
	}
}

void ring_skip(struct ring *r, uint64_t n)
{
	r->end += n;
	r->first = r->end;
	r->open = NO_LINE;
}

static bool is_sound(const struct head *h, uint64_t left)
{
	return h->mark == MARK && h->len <= RING_LINE_MAX && h->partial <= 1 && h->severity <= 7 &&
	       !h->reserved && sizeof(*h) + h->len <= left;
}

unsigned ring_check(struct ring *r)
{
	uint64_t at = r->first, last = NO_LINE;
	unsigned n = 0;

	if (r->end < r->first || r->end - r->first > RING_BYTES) {
		ring_init(r);
		return 0;
	}
	while (r->end - at >= sizeof(struct head)) {
		struct head h = head_at(r, at);

		if (!is_sound(&h, r->end - at))
			break;
		last = at;
		at += sizeof(h) + h.len;
		n++;
	}
	r->end = at;
	/* Only the newest line can go on. */
	if (r->open != last)
		r->open = NO_LINE;
	return n;
}

bool ring_read(const struct ring *r, uint64_t *at, bool whole, struct ring_line *ret)
{
	uint64_t from = *at < r->first ? r->first : *at;
	struct head h;

	if (from >= r->end || (whole && from == r->open))
		return false;
	h = head_at(r, from);
	ret->mono_ms = h.mono_ms;
	ret->wall_ms = h.wall_ms;
	ret->severity = h.severity;
	ret->lost = from - *at;
	ret->len = h.len;
	ret->stream = h.stream;
	ret->partial = h.partial;
	copy_out(r, from + sizeof(h), ret->text, h.len);
	*at = from + sizeof(h) + h.len;
	return true;
}

bool ring_peek(const struct ring *r, uint64_t at, bool whole, uint64_t *ret_mono_ms)
{
	uint64_t from = at < r->first ? r->first : at;

	if (from >= r->end || (whole && from == r->open))
		return false;
	*ret_mono_ms = head_at(r, from).mono_ms;
	return true;
}

uint64_t ring_tail(const struct ring *r, unsigned n)
{
	uint64_t at;
	unsigned lines = 0;

	if (!n)
		return r->first;
	for (at = r->first; at < r->end; at += sizeof(struct head) + head_at(r, at).len)
		lines++;
	for (at = r->first; at < r->end && lines > n; lines--)
		at += sizeof(struct head) + head_at(r, at).len;
	return at;
}
