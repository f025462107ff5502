/* SPDX-License-Identifier: ISC */
/*
 * Signatures and keys: whatever passes as strict DER is safe to give to BearSSL; references and PEM
 * come along.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/ref.h"
#include "fetch/sig.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const uint8_t hash[32] = { 1 };
	static struct ref r;
	struct sig_key key = { .point = { 4 } };
	struct digest d;
	char text[257];

	memcpy(d.b, hash, sizeof(d.b));
	if (pem_read_key((const char *)bytes, n, &key) == 0 && key.point[0] != 4)
		abort();
	if (der_check_sig(bytes, n) == 0) {
		if (n > SIG_DER_MAX)
			abort();
		/* No key made a random signature. */
		if (sig_verify(&key, &d, bytes, n) == 0)
			abort();
	}
	if (n < sizeof(text)) {
		memcpy(text, bytes, n);
		text[n] = '\0';
		ref_parse(text, &r, NULL);
	}
	return 0;
}
