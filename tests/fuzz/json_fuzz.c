/* SPDX-License-Identifier: ISC */
/* The JSON reader: what it takes whole it takes in pieces, and every value keeps its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static int on_value(void *ctx, const char *path, const struct json_value *v, struct err *e)
{
	unsigned *count = ctx;

	(void)e;
	if (strlen(path) >= JSON_PATH_MAX || v->depth > JSON_DEPTH_MAX || v->n_index > v->depth)
		abort();
	if (v->type == JSON_STRING && strlen(v->text) != v->len)
		abort();
	++*count;
	return 0;
}

static int run(const uint8_t *bytes, size_t n, size_t piece, unsigned *count)
{
	static _Alignas(16) unsigned char memory[40960];
	struct json_reader *r;
	struct err e = { 0 };
	struct arena a;
	int rc = 0;

	*count = 0;
	arena_init(&a, memory, sizeof(memory));
	r = json_start(&a, on_value, count, "fuzz");
	if (!r)
		abort();
	for (size_t at = 0; at < n && !rc; at += piece)
		rc = json_feed(r, bytes + at, n - at < piece ? n - at : piece, &e);
	return rc ? rc : json_finish(r, &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	unsigned whole, pieces;
	int rc;

	if (n > 4096)	/* beyond it memory may run dry in one way and not in the other */
		return 0;
	rc = run(bytes, n, n ? n : 1, &whole);
	if (run(bytes, n, 3, &pieces) != rc || (!rc && whole != pieces))
		abort();
	return 0;
}
