/* SPDX-License-Identifier: ISC */
/* Public keys from PEM, RFC 7468. The file is the operator's own. See sig.h. */
#include <errno.h>
#include <string.h>

#include "fetch/sig.h"
#include "runtime/base/text.h"

#define BEGIN "-----BEGIN PUBLIC KEY-----"
#define END "-----END PUBLIC KEY-----"

static const uint8_t spki_head[26] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
	0x01, /* id-ecPublicKey */
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42,
	0x00, /* prime256v1 */
};

static const char *find(const char *text, size_t n, const char *mark)
{
	return memmem(text, n, mark, strlen(mark));
}

int pem_read_key(const char *text, size_t n, struct sig_key *ret)
{
	const char *p = find(text, n, BEGIN), *end;
	uint8_t spki[SIG_SPKI_LEN + 3];
	char b64[128];
	size_t len = 0;

	if (!p)
		return -EBADMSG;
	p += sizeof(BEGIN) - 1;
	end = find(p, n - (size_t)(p - text), END);
	if (!end)
		return -EBADMSG;
	for (; p < end; p++) {
		if (*p == '\n' || *p == '\r' || *p == ' ' || *p == '\t')
			continue;
		if (len == sizeof(b64))
			return -EKEYREJECTED;	/* longer than any P-256 key */
		b64[len++] = *p;
	}
	if (text_unbase64(b64, len, spki, sizeof(spki)) != SIG_SPKI_LEN)
		return -EKEYREJECTED;
	if (memcmp(spki, spki_head, sizeof(spki_head)) || spki[sizeof(spki_head)] != 0x04)
		return -EKEYREJECTED;
	memcpy(ret->point, spki + sizeof(spki_head), sizeof(ret->point));
	sha256_of(spki, SIG_SPKI_LEN, &ret->id);
	return 0;
}
