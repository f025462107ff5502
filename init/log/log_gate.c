/* SPDX-License-Identifier: ISC */
/* Prefix, level and rate of a unit's lines. See log_gate.h; pure. */
#include "init/log/log_gate.h"

#include <string.h>

/* Whether n bytes at the start of a line are "<", "<N" or "<N>". */
static bool may_be_prefix(const char *at, unsigned n)
{
	return at[0] == '<' && (n < 2 || (at[1] >= '0' && at[1] <= '7')) && (n < 3 || at[2] == '>');
}

/* A line begins: is it one to be dropped? */
static bool is_unwanted(struct log_gate *g, const struct log_rule *rule,
			const struct ring_from *from)
{
	if (from->severity > rule->level_max)
		return true;
	if (!rule->rate_ms || !rule->rate_burst)
		return false;
	if (!g->lines || from->mono_ms - g->window_ms >= rule->rate_ms) {
		g->window_ms = from->mono_ms;
		g->lines = 0;
	}
	if (g->lines < rule->rate_burst) {
		g->lines++;
		return false;
	}
	g->dropped++;
	return true;
}

static void begin_line(struct log_gate *g, const struct log_rule *rule, struct ring_from *from,
		       log_gate_put *put, void *ctx)
{
	struct log_gate_stream *s = &g->of[from->stream - 1];
	bool prefix = s->n_held == sizeof(s->held);
	unsigned n = prefix ? 0 : s->n_held;

	s->severity = prefix ? (uint8_t)(s->held[1] - '0') : LOG_GATE_SEVERITY;
	s->n_held = 0;
	s->in_line = true;
	from->severity = s->severity;
	s->dropping = is_unwanted(g, rule, from);
	if (n && !s->dropping)
		put(ctx, from, s->held, n);
}

/*
 * The bytes at the start of a line, one at a time until it is clear whether a prefix is there. How
 * many were taken.
 */
static unsigned look_at_start(struct log_gate *g, const struct log_rule *rule,
			      struct ring_from *from, char byte, log_gate_put *put, void *ctx)
{
	struct log_gate_stream *s = &g->of[from->stream - 1];

	s->held[s->n_held] = byte;
	if (!may_be_prefix(s->held, s->n_held + 1u)) {
		begin_line(g, rule, from, put, ctx);
		return 0;
	}
	if (++s->n_held == sizeof(s->held))
		begin_line(g, rule, from, put, ctx);
	return 1;
}

void log_gate_take(struct log_gate *g, const struct log_rule *rule, struct ring_from from,
		   const char *bytes, unsigned n, log_gate_put *put, void *ctx)
{
	struct log_gate_stream *s = &g->of[from.stream - 1];

	while (n) {
		const char *newline;
		unsigned part;

		if (!s->in_line) {
			part = look_at_start(g, rule, &from, *bytes, put, ctx);
			bytes += part;
			n -= part;
			continue;
		}
		newline = memchr(bytes, '\n', n);
		part = newline ? (unsigned)(newline - bytes) + 1 : n;
		from.severity = s->severity;
		if (!s->dropping)
			put(ctx, &from, bytes, part);
		s->in_line = !newline;
		bytes += part;
		n -= part;
	}
}

void log_gate_flush(struct log_gate *g, const struct log_rule *rule, struct ring_from from,
		    log_gate_put *put, void *ctx)
{
	if (g->of[from.stream - 1].n_held)
		begin_line(g, rule, &from, put, ctx);
}

uint32_t log_gate_dropped(struct log_gate *g, const struct log_rule *rule, uint64_t now_ms)
{
	uint32_t n = g->dropped;

	if (!n || now_ms - g->window_ms < rule->rate_ms)
		return 0;
	g->dropped = 0;
	return n;
}
