/* SPDX-License-Identifier: ISC */
/* The tar parser, whole and in pieces: both must see the same archive. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct sum {
	uint64_t h;
};

static void add(struct sum *s, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	while (n--)
		s->h = (s->h ^ *p++) * 0x100000001b3u;
}

static int on_entry(void *ctx, const struct tar_entry *n, struct err *e)
{
	(void)e;
	if (strlen(n->path) > TAR_PATH_MAX || strlen(n->link) > TAR_PATH_MAX || n->mode > 07777 ||
		n->size > INT64_MAX)
		abort();
	add(ctx, n->path, strlen(n->path) + 1);
	add(ctx, n->link, strlen(n->link) + 1);
	add(ctx, &n->size, sizeof(n->size));
	for (unsigned i = 0; i < n->n_xattrs; i++) {
		add(ctx, n->xattrs[i].name, strlen(n->xattrs[i].name));
		add(ctx, n->xattrs[i].value, n->xattrs[i].len);
	}
	return 0;
}

static int on_data(void *ctx, const void *bytes, size_t n, struct err *e)
{
	(void)e;
	add(ctx, bytes, n);
	return 0;
}

static int on_end(void *ctx, struct err *e)
{
	(void)e;
	add(ctx, "]", 1);
	return 0;
}

static int run(const uint8_t *bytes, size_t n, size_t piece, uint64_t *sum)
{
	static const struct tar_ops ops = { on_entry, on_data, on_end };
	static struct tar t;
	struct sum s = { 1 };
	struct err e = { 0 };
	int rc = 0;

	tar_init(&t, &ops, &s);
	for (size_t at = 0; at < n && !rc; at += piece)
		rc = tar_feed(&t, bytes + at, n - at < piece ? n - at : piece, &e);
	if (!rc)
		rc = tar_finish(&t, &e);
	if ((rc != 0) != (e.code != 0))
		abort();
	*sum = s.h;
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	uint64_t whole, pieces;
	int rc = run(bytes, n, n ? n : 1, &whole);

	if (run(bytes, n, 97, &pieces) != rc || (!rc && whole != pieces))
		abort();
	return 0;
}
