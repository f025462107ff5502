/* SPDX-License-Identifier: ISC */
/* gzip frames around zlib's inflate: any split gives the same bytes. */
#include <stdint.h>
#include <stdlib.h>

#include "fetch/gunzip.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static int on_bytes(void *ctx, const void *bytes, size_t n, struct err *e)
{
	uint64_t *made = ctx;

	*made += n;
	if (*made > 1 << 20)
		return err_set(e, 27, "fuzz", "enough");
	return bytes && n ? 0 : -1;
}

static int run(const uint8_t *bytes, size_t n, size_t piece, uint64_t *made, uint32_t *crc)
{
	static _Alignas(16) unsigned char memory[GUNZIP_MEMORY];
	static unsigned char out[4096];
	static struct gunzip g;
	struct err e = { 0 };
	int rc = gunzip_init(&g, memory, out, sizeof(out), on_bytes, made);

	*made = 0;
	for (size_t at = 0; at < n && !rc; at += piece)
		rc = gunzip_feed(&g, bytes + at, n - at < piece ? n - at : piece, &e);
	if (!rc)
		rc = gunzip_finish(&g, &e);
	*crc = g.crc;
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	uint64_t a, b;
	uint32_t crc_a, crc_b;
	int rc = run(bytes, n, n ? n : 1, &a, &crc_a);

	if (run(bytes, n, 13, &b, &crc_b) != rc || (!rc && (a != b || crc_a != crc_b)))
		abort();
	return 0;
}
