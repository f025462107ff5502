/* SPDX-License-Identifier: ISC */
/*
 * What stands between a unit's pipes and its ring: the severity prefix "<N>" of a line
 * (sd-daemon(3)), LogLevelMax=, and the rate limit. Push parser over foreign bytes: takes any split
 * of them, holds three bytes at most. Pure.
 */
#ifndef PINTLE_INIT_LOG_LOG_GATE_H
#define PINTLE_INIT_LOG_LOG_GATE_H

#include "init/log/ring.h"

#define LOG_GATE_STREAMS 2
#define LOG_GATE_SEVERITY 6	/* of a line without a prefix, as systemd has it for both streams */

struct log_rule {
	uint64_t rate_ms;	/* LogRateLimitIntervalSec=, 0 = no limit */
	uint32_t rate_burst;	/* lines in it */
	uint8_t level_max;	/* lines of a higher number are dropped */
};

struct log_gate_stream {
	char held[3];		/* what may become a prefix */
	uint8_t n_held, severity;
	bool in_line, dropping;
};

struct log_gate {		/* all zero at first */
	uint64_t window_ms;	/* when it began */
	uint32_t lines, dropped;	/* in it */
	struct log_gate_stream of[LOG_GATE_STREAMS];
};

/* Takes what goes on, as ring_write() does. */
typedef void log_gate_put(void *ctx, const struct ring_from *from, const char *bytes, unsigned n);

/*
 * n bytes of stream from->stream (1 or 2); from->severity is filled in here. Calls put in their
 * order.
 */
void log_gate_take(struct log_gate *g, const struct log_rule *rule, struct ring_from from,
		   const char *bytes, unsigned n, log_gate_put *put, void *ctx);
/* The stream has ended or pauses long: what is held was no prefix. */
void log_gate_flush(struct log_gate *g, const struct log_rule *rule, struct ring_from from,
		    log_gate_put *put, void *ctx);
/* Lines dropped by a rate limit whose time is over, once: to be told. 0 = none. */
uint32_t log_gate_dropped(struct log_gate *g, const struct log_rule *rule, uint64_t now_ms);

#endif
