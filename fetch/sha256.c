/* SPDX-License-Identifier: ISC */
/* SHA-256 and digests as text. See sha256.h. */
#include "fetch/sha256.h"

#include <errno.h>
#include <string.h>

#include "runtime/base/text.h"

#define PREFIX "sha256:"
#define PREFIX_LEN (sizeof(PREFIX) - 1)

void sha256_init(struct sha256 *h)
{
	br_sha256_init(&h->c);
}

void sha256_add(struct sha256 *h, const void *bytes, size_t n)
{
	br_sha256_update(&h->c, bytes, n);
}

void sha256_end(struct sha256 *h, struct digest *ret)
{
	br_sha256_out(&h->c, ret->b);
}

void sha256_of(const void *bytes, size_t n, struct digest *ret)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, bytes, n);
	sha256_end(&h, ret);
}

int digest_parse(const char *text, size_t n, struct digest *ret)
{
	if (n != PREFIX_LEN + 64 || memcmp(text, PREFIX, PREFIX_LEN))
		return -EINVAL;
	return text_unhex(text + PREFIX_LEN, 64, ret->b, sizeof(ret->b));
}

const char *digest_hex(const struct digest *d, char *out)
{
	text_hex(d->b, sizeof(d->b), out);
	return out;
}

const char *digest_text(const struct digest *d, char *out)
{
	memcpy(out, PREFIX, PREFIX_LEN);
	digest_hex(d, out + PREFIX_LEN);
	return out;
}

bool digest_same(const struct digest *a, const struct digest *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}
