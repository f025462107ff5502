/* SPDX-License-Identifier: ISC */
/* Restart policy, delay, start limit. See backoff.h; pure, integers only. */
#include "init/svc/backoff.h"

#include <signal.h>

#define FRACTION 32	/* fixed point: 32 bits behind the point */

enum backoff_exit backoff_class(int exit_code, int exit_signal, bool core)
{
	if (!exit_signal)
		return exit_code ? BACKOFF_EXIT_CODE : BACKOFF_CLEAN;
	if (exit_signal == SIGHUP || exit_signal == SIGINT || exit_signal == SIGTERM ||
	    exit_signal == SIGPIPE)
		return BACKOFF_CLEAN;
	/* An abort is a core dump even where core dumps are off. */
	return core || exit_signal == SIGABRT || exit_signal == SIGSEGV || exit_signal == SIGBUS ||
		exit_signal == SIGILL || exit_signal == SIGFPE ? BACKOFF_CORE : BACKOFF_SIGNAL;
}

/* The table of systemd.service(5), "Restart=": a bit a policy. */
bool backoff_wanted(enum unit_restart policy, enum backoff_exit how)
{
#define ON(p) (1u << UNIT_RESTART_##p)
	static const unsigned wanted[] = {
		[BACKOFF_CLEAN] = ON(ALWAYS) | ON(ON_SUCCESS),
		[BACKOFF_EXIT_CODE] = ON(ALWAYS) | ON(ON_FAILURE),
		[BACKOFF_SIGNAL] = ON(ALWAYS) | ON(ON_FAILURE) | ON(ON_ABNORMAL) | ON(ON_ABORT),
		[BACKOFF_CORE] = ON(ALWAYS) | ON(ON_FAILURE) | ON(ON_ABNORMAL) | ON(ON_ABORT),
		[BACKOFF_TIMEOUT] = ON(ALWAYS) | ON(ON_FAILURE) | ON(ON_ABNORMAL),
		[BACKOFF_WATCHDOG] =
			ON(ALWAYS) | ON(ON_FAILURE) | ON(ON_ABNORMAL) | ON(ON_WATCHDOG),
	};
#undef ON

	return wanted[how] >> policy & 1;
}

/* log2 of v >= 1 as fixed point, bit by bit: squaring the mantissa doubles its logarithm. */
static uint64_t log2_fixed(uint64_t v)
{
	unsigned whole = 63 - (unsigned)__builtin_clzll(v), bit;
	uint64_t m = whole > 31 ? v >> (whole - 31) : v << (31 - whole);	/* 1.31 */
	uint64_t result = (uint64_t)whole << FRACTION;

	for (bit = 0; bit < 24; bit++) {
		m = m * m >> 31;
		if (m >> 32) {
			m >>= 1;
			result |= 1ull << (FRACTION - 1 - bit);
		}
	}
	return result;
}

/* 2^x for a fixed-point x below 63. */
static uint64_t exp2_fixed(uint64_t x)
{
	/* 2^(1/2^k) in 1.31, k = 1 to 16. */
	static const uint32_t roots[] = {
		3037000500u, 2553802834u, 2341847524u, 2242560872u, 2194507417u, 2170868212u,
		2159144272u, 2153306067u, 2150392887u, 2148937775u, 2148210589u, 2147847087u,
		2147665360u, 2147574502u, 2147529075u, 2147506361u,
	};
	unsigned whole = (unsigned)(x >> FRACTION), k;
	uint64_t m = 1ull << 31;

	for (k = 0; k < 16; k++)
		if (x >> (FRACTION - 1 - k) & 1)
			m = m * roots[k] >> 31;
	return whole > 31 ? m << (whole - 31)
			  : (m + (whole < 31 ? 1ull << (30 - whole) : 0)) >> (31 - whole);
}

/*
 * base × (max / base)^(n / steps): systemd's interpolation (unit_restart_usec_next in spirit),
 * integers only.
 */
static uint64_t interpolate(uint64_t base, uint64_t max, uint32_t n, uint32_t steps)
{
	uint64_t ratio;

	if (n >= steps)
		return max;
	ratio = log2_fixed(max) - log2_fixed(base);
	ratio = exp2_fixed(log2_fixed(base) + ratio / steps * n);
	return ratio < base ? base : ratio > max ? max : ratio;
}

uint64_t backoff_delay(struct backoff *b, const struct unit *u, uint64_t ran_ms)
{
	uint64_t base = u->restart_ms, max = u->restart_max_ms;
	uint64_t healthy = max != UINT64_MAX ? max : BACKOFF_HEALTHY_MS;
	uint32_t n;

	if (ran_ms >= healthy)
		b->tries = 0;
	n = b->tries;
	if (b->tries < UINT32_MAX)
		b->tries++;
	if (!n || !u->restart_steps || max == UINT64_MAX || base >= max)
		return base;
	return interpolate(base ? base : 1, max, n, u->restart_steps);
}

bool backoff_may_start(struct backoff *b, const struct unit *u, uint64_t now_ms)
{
	if (!u->start_limit_ms || !u->start_limit_burst)
		return true;
	if (!b->starts || now_ms - b->window_ms > u->start_limit_ms) {
		b->window_ms = now_ms;
		b->starts = 0;
	}
	if (b->starts >= u->start_limit_burst)
		return false;
	b->starts++;
	return true;
}

void backoff_reset(struct backoff *b)
{
	*b = (struct backoff){ 0 };
}
