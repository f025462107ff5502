/* SPDX-License-Identifier: ISC */
/* SHA-256 (BearSSL's) and digests as OCI writes them: "sha256:" and 64 lower-case digits. Pure. */
#ifndef PINTLE_FETCH_SHA256_H
#define PINTLE_FETCH_SHA256_H

#include <bearssl_hash.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_TEXT_MAX 72	/* "sha256:", 64 digits, NUL */

struct digest {
	uint8_t b[32];
};

struct sha256 {
	br_sha256_context c;
};

/* Starts, adds n bytes, and ends a hash. */
void sha256_init(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *bytes, size_t n);
void sha256_end(struct sha256 *h, struct digest *ret);
/* The hash of n bytes at once. */
void sha256_of(const void *bytes, size_t n, struct digest *ret);

/* Reads "sha256:<64 lower-case digits>". 0, or -EINVAL for any other text. */
int digest_parse(const char *text, size_t n, struct digest *ret);
/* Writes the digest with its prefix into out[DIGEST_TEXT_MAX]; returns out. */
const char *digest_text(const struct digest *d, char *out);
/* Writes the 64 digits alone into out[65]; returns out. */
const char *digest_hex(const struct digest *d, char *out);
/* Whether two digests are the same. Not in constant time: digests are no secrets. */
bool digest_same(const struct digest *a, const struct digest *b);

#endif
