/* SPDX-License-Identifier: ISC */
/* OCI descriptors: a digest, an exact size, a media type. image-spec, descriptor.md. Pure. */
#ifndef PINTLE_FETCH_DESC_H
#define PINTLE_FETCH_DESC_H

#include <stdint.h>

#include "fetch/sha256.h"
#include "runtime/base/err.h"
#include "runtime/base/json.h"

#define DOC_MAX 65536u		/* bytes of an index, manifest, config or signature payload */
#define LAYERS_MAX 127u		/* of an image */

enum media {
	MEDIA_NONE,
	MEDIA_OTHER,
	MEDIA_INDEX,
	MEDIA_MANIFEST,
	MEDIA_CONFIG,
	MEDIA_TAR,
	MEDIA_TAR_GZIP,
	MEDIA_COSIGN
};

struct desc {
	struct digest digest;
	uint64_t size;
	enum media media;	/* MEDIA_NONE: not said */
	uint8_t seen;		/* DESC_DIGEST | DESC_SIZE */
};
#define DESC_DIGEST 1u
#define DESC_SIZE 2u

/* What a media type means here; Docker's names of the same things count. */
enum media media_of(const char *text);

/*
 * Takes one member of a descriptor ("digest", "size", "mediaType"; others are passed over) into d.
 * 0, or -EBADMSG with e naming `what` and the reason.
 */
int desc_take(struct desc *d, const char *name, const struct json_value *v, const char *what,
	struct err *e);
/* Whether a descriptor that has ended is whole. 0, or -EBADMSG. */
int desc_check(const struct desc *d, const char *what, struct err *e);

#endif
