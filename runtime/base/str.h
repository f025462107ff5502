/* SPDX-License-Identifier: ISC */
/*
 * Bounded strings: a builder over the caller's bytes that cuts instead of overrunning and
 * remembers that it did, and the formatter that stands in for printf (no locale, no floats,
 * no allocation). Pure; safe in PID 1 and after clone.
 */
#ifndef PINTLE_RUNTIME_BASE_STR_H
#define PINTLE_RUNTIME_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/compiler.h"

struct str {
	char *buf;	/* always NUL-terminated when cap > 0 */
	size_t len;	/* without the NUL; < cap */
	size_t cap;
	bool cut;	/* something did not fit */
};

/* Starts an empty string over buf[cap]; cap >= 1. */
void str_init(struct str *s, char *buf, size_t cap);

/* Appends n bytes, a C string, one byte. What does not fit is dropped and s->cut is set. */
void str_put(struct str *s, const char *bytes, size_t n);
void str_puts(struct str *s, const char *text);
void str_putc(struct str *s, char c);

/*
 * Appends by a format. Conversions: %% %c %s %.*s %.Ns %d %i %u %x %X %o, with h hh l ll z j t
 * lengths, a minimum width (also *), '-' and '0' flags, and %p as hex. Anything else is copied as
 * it stands. %s of NULL prints "(null)".
 */
void str_fmt(struct str *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void str_vfmt(struct str *s, const char *fmt, va_list ap);

/*
 * Formats into buf[cap] from the start. Returns the length without the NUL, or -ENAMETOOLONG when
 * it was cut (buf then holds the part that fits).
 */
int str_print(char *buf, size_t cap, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Copies a C string into buf[cap]. 0, or -ENAMETOOLONG (buf then holds an empty string). */
int str_copy(char *buf, size_t cap, const char *text);

/* Whether text begins or ends with the given part. */
bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);

/* A span of n bytes equals a C string. */
bool str_is(const char *span, size_t n, const char *text);

/*
 * Length of the multi-byte UTF-8 sequence at the start of text (n >= 1 bytes), 0 if there is none
 * (RFC 3629 section 4).
 */
size_t str_utf8_len(const char *text, size_t n);

/*
 * Appends n foreign bytes so that a terminal stays safe: control bytes, DEL and bytes that are
 * not valid UTF-8 become \xNN; the rest is copied.
 */
void str_put_escaped(struct str *s, const char *bytes, size_t n);

#endif
