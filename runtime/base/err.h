/* SPDX-License-Identifier: ISC */
/*
 * The error record: what failed, where, and why, in fixed space. It is filled at the line that
 * fails, travels unchanged (also between processes, as bytes) and is put into words only by the
 * policy file that reports it. Same layout on every board: it is the wire form.
 */
#ifndef PINTLE_RUNTIME_BASE_ERR_H
#define PINTLE_RUNTIME_BASE_ERR_H

#include <stdint.h>

#include "runtime/base/compiler.h"

#define ERR_STEP_MAX 24		/* bytes with the NUL */
#define ERR_TEXT_MAX 228	/* bytes with the NUL: one digest, one path tail, one reason */

struct err {
	int32_t code;			/* 0 = no error, else a positive errno value */
	char step[ERR_STEP_MAX];	/* what was being done: "layer", "mount /proc", "exec" */
	char text[ERR_TEXT_MAX];	/* subject and reason, UTF-8, no newline, cut with "..." */
};

_Static_assert(sizeof(struct err) == 256, "the error record is a wire form of 256 bytes");

/*
 * Fills e (may be NULL: then only the code is returned) with an errno value (either sign), a step
 * and a text made by str_fmt's rules. Keeps the first error: a record that already holds one is
 * left as it is. Control characters in the text become '?', so a foreign name cannot write to a
 * terminal. Returns -code, for `return err_set(...)`. Pure; safe in PID 1 and after clone.
 */
int err_set(struct err *e, int code, const char *step, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Forgets what e holds. e may be NULL. */
void err_clear(struct err *e);

/*
 * Makes a record that came from another process safe to use: strings NUL-terminated and without
 * control characters, code positive. Returns 0, or -EPROTO when the code was not an errno value.
 */
int err_check(struct err *e);

/*
 * The name of an errno value ("ENOENT") and its short English reason ("No such file or
 * directory") without libc's locale machinery. Static storage, never NULL.
 */
const char *err_name(int code);
const char *err_reason(int code);

/*
 * Writes "step: text: reason" into buf (cap bytes, NUL-terminated, cut if need be); parts that are
 * empty are left out, and so is the reason of a code that stands for pintle's own verdict (EBADMSG,
 * EPROTO, ENOKEY, EKEYREJECTED, EKEYREVOKED, ECHILD, EINTR, ECANCELED: the text says it all).
 * Returns buf.
 */
const char *err_say(const struct err *e, char *buf, unsigned cap);

#endif
