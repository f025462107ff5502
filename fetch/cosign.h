/* SPDX-License-Identifier: ISC */
/*
 * Signatures as `cosign sign --key` stores them in the .sig form: a manifest whose layers are the
 * signed payloads ("simple signing" JSON), each with its signature in an annotation. Pure.
 */
#ifndef PINTLE_FETCH_COSIGN_H
#define PINTLE_FETCH_COSIGN_H

#include "fetch/desc.h"
#include "fetch/sig.h"
#include "runtime/base/arena.h"

#define COSIGN_SIGS_MAX 32 /* signatures looked at in one manifest; more are passed over */
#define COSIGN_BASE64_MAX                                                                          \
	160 /* base64 of a DER signature (72 bytes: 96 digits) and more, with the NUL */

struct cosign_sig {
	struct desc payload;
	char base64[COSIGN_BASE64_MAX];	/* as stored; "" if none or too long */
};

struct cosign {
	unsigned n;
	struct cosign_sig sigs[COSIGN_SIGS_MAX];
};

/* Reads a .sig manifest. 0, or -errno with e naming `what`. */
int cosign_read(struct arena *a, const void *doc, size_t n, const char *what, struct cosign *ret,
	struct err *e);

/*
 * Decodes a stored signature into der[SIG_DER_MAX] and checks that it is strict DER. Length, or
 * -EBADMSG with e set.
 */
int cosign_decode(const struct cosign_sig *sig, uint8_t *der, struct err *e);

/*
 * Reads a payload whose signature is good: its type must be cosign's. 0 with the digest it speaks
 * for, or -EBADMSG with e set.
 */
int cosign_payload(struct arena *a, const void *doc, size_t n, struct digest *ret, struct err *e);

#endif
