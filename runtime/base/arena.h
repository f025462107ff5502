/* SPDX-License-Identifier: ISC */
/*
 * A bump allocator over the caller's bytes: nothing is freed singly, the mark/release pair undoes.
 * Pure.
 */
#ifndef PINTLE_RUNTIME_BASE_ARENA_H
#define PINTLE_RUNTIME_BASE_ARENA_H

#include <stddef.h>

struct arena {
	unsigned char *base;
	size_t used, cap;
};

/* Starts an empty arena over the caller's bytes. */
void arena_init(struct arena *a, void *bytes, size_t cap);
/* n zeroed bytes, aligned for any type, or NULL when full (n = 0 gives a valid pointer). */
void *arena_get(struct arena *a, size_t n);
/* A NUL-terminated copy of n bytes, unaligned, or NULL when full. */
char *arena_text(struct arena *a, const char *bytes, size_t n);
/* Undo to an earlier a->used. */
size_t arena_mark(const struct arena *a);
void arena_release(struct arena *a, size_t mark);

#endif
