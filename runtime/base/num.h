/* SPDX-License-Identifier: ISC */
/*
 * Checked numbers: text to integers, sizes and spans of time, and arithmetic that says when it
 * overflows. Whole-string: trailing junk is an error. Pure.
 */
#ifndef PINTLE_RUNTIME_BASE_NUM_H
#define PINTLE_RUNTIME_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decimal digits only (no sign, no blanks), n bytes at text, value <= max.
 * 0, -EINVAL (empty or a byte that is no digit), -ERANGE (above max).
 */
int num_u64(const char *text, size_t n, uint64_t max, uint64_t *ret);
/* As num_u64 with an optional '-' or '+'; min <= value <= max. */
int num_i64(const char *text, size_t n, int64_t min, int64_t max, int64_t *ret);
/* Octal digits (a mode: "0755"), value <= max. */
int num_octal(const char *text, size_t n, uint64_t max, uint64_t *ret);

/*
 * A size in bytes as systemd and podman write it: digits and an optional K M G T (powers of 1024,
 * either case, optional trailing B as in "64MB", "64MiB", podman's "64m"); "infinity" gives
 * UINT64_MAX. 0, -EINVAL, -ERANGE.
 */
int num_size(const char *text, uint64_t *ret_bytes);

/*
 * A span of time, systemd.time(7): "5", "1.5s", "100ms", "2min 3s", "1h", "1d", "1w"; a bare number
 * is seconds; "infinity" gives UINT64_MAX. Result in ms, rounded up. 0, -EINVAL, -ERANGE.
 */
int num_span_ms(const char *text, uint64_t *ret_ms);

/* yes/no, true/false, on/off, 1/0 in any case. 0 or -EINVAL. */
int num_bool(const char *text, bool *ret);

/* a + b and a * b in size_t and uint64_t; false when they would overflow (then *ret is kept). */
bool num_add(uint64_t a, uint64_t b, uint64_t *ret);
bool num_mul(uint64_t a, uint64_t b, uint64_t *ret);

#endif
