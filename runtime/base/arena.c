/* SPDX-License-Identifier: ISC */
/* Bump allocator. See arena.h. */
#include "runtime/base/arena.h"

#include <stdint.h>
#include <string.h>

#define ALIGN _Alignof(max_align_t)

void arena_init(struct arena *a, void *bytes, size_t cap)
{
	a->base = bytes;
	a->used = 0;
	a->cap = cap;
}

void *arena_get(struct arena *a, size_t n)
{
	size_t skew = ((uintptr_t)a->base + a->used) % ALIGN;
	size_t skip = skew ? ALIGN - skew : 0;
	unsigned char *p;

	if (skip > a->cap - a->used || n > a->cap - a->used - skip)
		return NULL;
	p = a->base + a->used + skip;
	a->used += skip + n;
	memset(p, 0, n);
	return p;
}

char *arena_text(struct arena *a, const char *bytes, size_t n)
{
	char *p = (char *)a->base + a->used;

	if (n >= a->cap - a->used)
		return NULL;
	memcpy(p, bytes, n);
	p[n] = '\0';
	a->used += n + 1;
	return p;
}

size_t arena_mark(const struct arena *a)
{
	return a->used;
}

void arena_release(struct arena *a, size_t mark)
{
	if (mark < a->used)
		a->used = mark;
}
