/* SPDX-License-Identifier: ISC */
/* The gzip frame. The deflate data inside is zlib's work; all bytes are foreign. See gunzip.h. */
#include "fetch/gunzip.h"

#include <errno.h>
#include <string.h>

enum { G_START, G_HEAD, G_EXTRA_LEN, G_EXTRA, G_NAME, G_COMMENT, G_HEAD_CRC, G_DEFLATE, G_TAIL };

#define FLAG_HCRC 2u
#define FLAG_EXTRA 4u
#define FLAG_NAME 8u
#define FLAG_COMMENT 16u
#define FLAG_RESERVED 0xe0u

static int bad(const struct gunzip *g, const char *why, struct err *e)
{
	return err_set(e, EBADMSG, "gzip", "offset %llu: %s", (unsigned long long)g->offset, why);
}

static void *block_get(void *ctx, uInt items, uInt size)
{
	return arena_get(ctx, (size_t)items * size);
}

static void block_put(void *ctx, void *block)
{
	(void)ctx;
	(void)block;
}

int gunzip_init(struct gunzip *g, void *memory, unsigned char *out, size_t out_cap,
	int (*put)(void *ctx, const void *bytes, size_t n, struct err *e), void *ctx)
{
	memset(g, 0, sizeof(*g));
	arena_init(&g->memory, memory, GUNZIP_MEMORY);
	g->put = put;
	g->ctx = ctx;
	g->out = out;
	g->out_cap = out_cap;
	g->state = G_START;
	g->need = 10;
	g->z.zalloc = block_get;
	g->z.zfree = block_put;
	g->z.opaque = &g->memory;
	return inflateInit2(&g->z, -MAX_WBITS) == Z_OK ? 0 : -ENOMEM;
}

static uint32_t le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void expect(struct gunzip *g, unsigned state, unsigned bytes)
{
	g->state = state;
	g->need = bytes;
	g->have = 0;
}

/* The next part of the header that the flags announce. */
static void next_part(struct gunzip *g)
{
	if (g->flags & FLAG_EXTRA) {
		g->flags &= ~FLAG_EXTRA;
		expect(g, G_EXTRA_LEN, 2);
	} else if (g->flags & FLAG_NAME) {
		g->flags &= ~FLAG_NAME;
		expect(g, G_NAME, 0);
	} else if (g->flags & FLAG_COMMENT) {
		g->flags &= ~FLAG_COMMENT;
		expect(g, G_COMMENT, 0);
	} else if (g->flags & FLAG_HCRC) {
		g->flags &= ~FLAG_HCRC;
		expect(g, G_HEAD_CRC, 2);
	} else {
		g->crc = g->length = 0;
		expect(g, G_DEFLATE, 0);
	}
}

static int field_whole(struct gunzip *g, struct err *e)
{
	const unsigned char *f = g->field;

	switch (g->state) {
	case G_START:
	case G_HEAD:
		if (f[2] != 8 || f[3] & FLAG_RESERVED)
			return bad(g, "not a gzip header", e);
		g->flags = f[3];
		next_part(g);
		return 0;
	case G_EXTRA_LEN:
		expect(g, G_EXTRA, f[0] | (unsigned)f[1] << 8);
		if (!g->need)
			next_part(g);
		return 0;
	case G_HEAD_CRC:
		next_part(g);
		return 0;
	default:	/* G_TAIL */
		if (le32(f) != g->crc)
			return bad(g, "wrong CRC", e);
		if (le32(f + 4) != g->length)
			return bad(g, "wrong length in the trailer", e);
		if (inflateReset(&g->z) != Z_OK)
			return bad(g, "inflate", e);
		expect(g, G_START, 10);
		g->flags = 1;	/* a member is behind us */
		return 0;
	}
}

/* Header and trailer fields, one byte. */
static int take_byte(struct gunzip *g, unsigned char c, struct err *e)
{
	static const unsigned char magic[2] = { 0x1f, 0x8b };

	switch (g->state) {
	case G_NAME:
	case G_COMMENT:
		if (!c)
			next_part(g);
		return 0;
	case G_EXTRA:
		if (!--g->need)
			next_part(g);
		return 0;
	case G_START:
	case G_HEAD:
		if (g->have < 2 && c != magic[g->have])
			return bad(g, g->flags ? "trailing garbage" : "not a gzip header", e);
		g->state = G_HEAD;
		break;
	default:
		break;
	}
	g->field[g->have++] = c;
	return g->have == g->need ? field_whole(g, e) : 0;
}

/* Gives what inflate made to the receiver. */
static int drain(struct gunzip *g, struct err *e)
{
	size_t made = g->out_cap - g->z.avail_out;

	if (!made)
		return 0;
	g->crc = crc32_add(g->crc, g->out, made);
	g->length += (uint32_t)made;
	return g->put(g->ctx, g->out, made, e);
}

/* Bytes of p that inflate took, or -errno. */
static long inflate_some(struct gunzip *g, const unsigned char *p, size_t n, struct err *e)
{
	int z = Z_OK, rc = 0;

	g->z.next_in = p;
	g->z.avail_in = (uInt)n;
	do {
		g->z.next_out = g->out;
		g->z.avail_out = (uInt)g->out_cap;
		z = inflate(&g->z, Z_NO_FLUSH);
		if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR) {
			g->offset += n - g->z.avail_in;
			return bad(g, g->z.msg ? g->z.msg : "inflate", e);
		}
		rc = drain(g, e);
	} while (!rc && z == Z_OK && (g->z.avail_in || !g->z.avail_out));
	if (rc)
		return rc;
	if (z == Z_STREAM_END)
		expect(g, G_TAIL, 8);
	return (long)(n - g->z.avail_in);
}

#define PIECE 32768u

int gunzip_feed(struct gunzip *g, const void *bytes, size_t n, struct err *e)
{
	const unsigned char *p = bytes;

	while (n && !g->failed) {
		long took = 1;

		if (g->state == G_DEFLATE) {
			took = inflate_some(g, p, n < PIECE ? n : PIECE, e);
			if (took < 0) {
				g->failed = (int)took;
				break;
			}
		} else {
			g->failed = take_byte(g, *p, e);
		}
		p += took;
		n -= (size_t)took;
		g->offset += (uint64_t)took;
	}
	return g->failed;
}

int gunzip_finish(struct gunzip *g, struct err *e)
{
	if (g->failed)
		return g->failed;
	if (g->state == G_START && g->flags)
		return 0;
	return bad(g, "truncated: the data ends inside a gzip member", e);
}
