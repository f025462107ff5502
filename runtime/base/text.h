/* SPDX-License-Identifier: ISC */
/*
 * Bytes as text: hexadecimal (lower case) and base64 (RFC 4648 section 4, padding required). Pure.
 */
#ifndef PINTLE_RUNTIME_BASE_TEXT_H
#define PINTLE_RUNTIME_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Writes 2 * n digits and a NUL to out. */
void text_hex(const void *bytes, size_t n, char *out);
/*
 * Reads exactly 2 * n lower-case digits into out[n]. 0 or -EINVAL (upper case is refused: OCI
 * digests).
 */
int text_unhex(const char *digits, size_t len, void *out, size_t n);
/*
 * Decodes base64 strictly: no white space, padding as the RFC has it, unused bits zero.
 * Returns the number of bytes, -EINVAL, or -ENOSPC when cap is too small.
 */
ssize_t text_unbase64(const char *in, size_t len, void *out, size_t cap);

/*
 * Whether n bytes are UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing above
 * U+10FFFF.
 */
bool text_is_utf8(const void *bytes, size_t n);

#endif
