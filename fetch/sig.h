/* SPDX-License-Identifier: ISC */
/* ECDSA P-256 over SHA-256: keys as PEM, signatures as strict DER, the check by BearSSL. Pure. */
#ifndef PINTLE_FETCH_SIG_H
#define PINTLE_FETCH_SIG_H

#include <stddef.h>
#include <stdint.h>

#include "fetch/sha256.h"

#define SIG_SPKI_LEN 91	/* SubjectPublicKeyInfo of an uncompressed P-256 point, RFC 5480 */
#define SIG_DER_MAX 72

struct sig_key {
	uint8_t point[65];
	struct digest id;	/* SHA-256 of the SPKI: what cosign calls the hint */
};

/*
 * Reads the first "PUBLIC KEY" of a PEM text of n bytes. 0, -EBADMSG (not PEM), -EKEYREJECTED (not
 * an uncompressed P-256 key).
 */
int pem_read_key(const char *text, size_t n, struct sig_key *ret);

/*
 * Whether n bytes are one ECDSA-Sig-Value in DER, X.690: minimal lengths, two minimal positive
 * INTEGERs of at most 32 bytes of value, nothing behind. BearSSL's own reader is laxer.
 * 0 or -EBADMSG.
 */
int der_check_sig(const uint8_t *der, size_t n);

/* 0 if the key made the signature (already checked DER) of a hash, else -EKEYREJECTED. */
int sig_verify(const struct sig_key *key, const struct digest *hash, const uint8_t *der, size_t n);

#endif
