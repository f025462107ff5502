/* SPDX-License-Identifier: ISC */
/*
 * gzip, RFC 1952, as a push parser around zlib's raw inflate: members may follow each other, each
 * one's CRC and length are checked, anything else behind a member is refused. No I/O; zlib's memory
 * comes from the caller.
 */
#ifndef PINTLE_FETCH_GUNZIP_H
#define PINTLE_FETCH_GUNZIP_H

#include <stddef.h>
#include <stdint.h>
#define ZLIB_CONST
#include <zlib.h>

#include "runtime/base/arena.h"
#include "runtime/base/err.h"

/* zlib 1.2.13: inflate's state is below 8 KiB on 32 and 64 bits, its window 32 KiB. */
#define GUNZIP_MEMORY (8192 + 32768 + 64)

struct gunzip {			/* the caller's; private to gunzip.c */
	z_stream z;
	struct arena memory;
	int (*put)(void *ctx, const void *bytes, size_t n, struct err *e);
	void *ctx;
	unsigned char *out;
	size_t out_cap;
	int failed;
	unsigned state;
	unsigned flags, need, have;	/* of the member's header */
	unsigned char field[10];
	uint32_t crc, length;		/* of the member so far */
	uint64_t offset;		/* of the next byte of input */
};

/*
 * Starts; memory[GUNZIP_MEMORY] and out[out_cap] are the caller's until the end. put receives what
 * comes out: 0, or -errno after err_set(). 0 or -ENOMEM.
 */
int gunzip_init(struct gunzip *g, void *memory, unsigned char *out, size_t out_cap,
	int (*put)(void *ctx, const void *bytes, size_t n, struct err *e), void *ctx);
/*
 * Takes the next n bytes, in pieces of any split. 0, or -errno with e naming the offset and reason.
 */
int gunzip_feed(struct gunzip *g, const void *bytes, size_t n, struct err *e);
/* The input has ended: 0 if that is behind a whole member, else -EBADMSG. */
int gunzip_finish(struct gunzip *g, struct err *e);

/* CRC-32 of RFC 1952 section 8 over n more bytes; starts at 0. Pure. */
uint32_t crc32_add(uint32_t crc, const void *bytes, size_t n);

#endif
