/* SPDX-License-Identifier: ISC */
/* The signature check itself. BearSSL's generic prime code is 5 KB smaller than its P-256 one. */
#include "fetch/sig.h"

#include <bearssl_ec.h>
#include <errno.h>

int sig_verify(const struct sig_key *key, const struct digest *hash, const uint8_t *der, size_t n)
{
	/* BearSSL wants a writable point, and only reads it. */
	uint8_t point[sizeof(key->point)];
	br_ec_public_key pk = { BR_EC_secp256r1, point, sizeof(point) };

	for (size_t i = 0; i < sizeof(point); i++)
		point[i] = key->point[i];
	return br_ecdsa_i31_vrfy_asn1(&br_ec_prime_i31, hash->b, sizeof(hash->b), &pk, der, n) == 1
		       ? 0
		       : -EKEYREJECTED;
}
