/* SPDX-License-Identifier: ISC */
/*
 * Writes JSON (RFC 8259) to an fd through a buffer of the caller's: commas and escapes are made
 * here, nesting is the caller's to keep even. Bytes that are no UTF-8 become \ufffd. For tools and
 * workers.
 */
#ifndef PINTLE_RUNTIME_BASE_JSONW_H
#define PINTLE_RUNTIME_BASE_JSONW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jsonw {
	int fd;
	bool more;		/* the next value wants a comma before it */
	int error;		/* the first -errno of a write */
	size_t n;
	char buf[1024];
};

/* Starts an empty document for fd. */
void jsonw_start(struct jsonw *w, int fd);
/* key is NULL for the top value and for the items of an array; it needs no escape. */
void jsonw_object(struct jsonw *w, const char *key);
void jsonw_array(struct jsonw *w, const char *key);
/* Closes the innermost: c is '}' or ']'. */
void jsonw_close(struct jsonw *w, char c);
/* A string; NULL is written as null. */
void jsonw_text(struct jsonw *w, const char *key, const char *text);
void jsonw_bytes(struct jsonw *w, const char *key, const char *bytes, size_t n);
/* A member whose name is foreign and must be escaped. */
void jsonw_pair(struct jsonw *w, const char *name, const char *value);
void jsonw_u64(struct jsonw *w, const char *key, uint64_t v);
void jsonw_i64(struct jsonw *w, const char *key, int64_t v);
/* 761 as 7.61. */
void jsonw_hundredths(struct jsonw *w, const char *key, uint64_t v);
void jsonw_bool(struct jsonw *w, const char *key, bool v);
void jsonw_null(struct jsonw *w, const char *key);
/* A newline, for the end of a document. */
void jsonw_newline(struct jsonw *w);
/* Writes what is held. 0 or the first -errno of all writes. */
int jsonw_flush(struct jsonw *w);

#endif
