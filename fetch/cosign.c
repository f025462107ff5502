/* SPDX-License-Identifier: ISC */
/* The .sig manifest and the simple-signing payload. See cosign.h. */
#include "fetch/cosign.h"

#include <errno.h>
#include <string.h>

#include "runtime/base/str.h"
#include "runtime/base/text.h"

#define SIGNATURE "layers[].annotations.dev.cosignproject.cosign/signature"

struct reading {
	struct cosign *c;
	const char *what;
	struct cosign_sig now;
};

static int layer_edge(struct reading *r, const struct json_value *v, struct err *e)
{
	int rc;

	if (v->type == JSON_OBJECT)
		memset(&r->now, 0, sizeof(r->now));
	if (v->type != JSON_END)
		return v->type == JSON_OBJECT
			       ? 0
			       : err_set(e, EBADMSG, r->what, "a layer is no object");
	rc = desc_check(&r->now.payload, r->what, e);
	if (rc || r->now.payload.media != MEDIA_COSIGN || r->c->n == COSIGN_SIGS_MAX)
		return rc;
	r->c->sigs[r->c->n++] = r->now;
	return 0;
}

static int on_value(void *ctx, const char *path, const struct json_value *v, struct err *e)
{
	struct reading *r = ctx;

	if (json_at(path, v, "mediaType", 1) &&
		(v->type != JSON_STRING || media_of(v->text) != MEDIA_MANIFEST))
		return err_set(
			e, EBADMSG, r->what, "its own media type is not an image manifest's");
	if (json_at(path, v, "manifests", 1))
		return err_set(e, EBADMSG, r->what, "a manifest that also has \"manifests\"");
	if (json_at(path, v, "layers[]", 2))
		return layer_edge(r, v, e);
	if (json_at(path, v, SIGNATURE, 4) && v->type == JSON_STRING)
		str_copy(r->now.base64, sizeof(r->now.base64), v->text);
	if (v->depth == 3 && str_starts(path, "layers[]."))
		return desc_take(&r->now.payload, path + 9, v, r->what, e);
	return 0;
}

int cosign_read(struct arena *a, const void *doc, size_t n, const char *what, struct cosign *ret,
	struct err *e)
{
	struct reading r = { .c = ret, .what = what };

	ret->n = 0;
	return json_read(a, doc, n, on_value, &r, what, e);
}

int cosign_decode(const struct cosign_sig *sig, uint8_t *der, struct err *e)
{
	ssize_t n;

	if (!sig->base64[0])
		return err_set(e, EBADMSG, "signature",
			"the signature annotation is missing, empty or too long");
	n = text_unbase64(sig->base64, strlen(sig->base64), der, SIG_DER_MAX);
	if (n < 0 && n != -ENOSPC)
		return err_set(e, EBADMSG, "signature", "not base64");
	if (n < 0 || der_check_sig(der, (size_t)n))
		return err_set(e, EBADMSG, "signature", "not strict DER");
	return (int)n;
}

struct payload {
	struct digest digest;
	bool digest_seen, type_ok;
};

static int on_payload(void *ctx, const char *path, const struct json_value *v, struct err *e)
{
	struct payload *p = ctx;

	if (json_at(path, v, "critical.type", 2)) {
		if (v->type != JSON_STRING || strcmp(v->text, "cosign container image signature"))
			return err_set(
				e, EBADMSG, "signature", "the payload's type is not cosign's");
		p->type_ok = true;
	}
	if (json_at(path, v, "critical.image.docker-manifest-digest", 3)) {
		if (v->type != JSON_STRING || digest_parse(v->text, v->len, &p->digest))
			return err_set(e, EBADMSG, "signature", "the payload's digest is none");
		p->digest_seen = true;
	}
	return 0;
}

int cosign_payload(struct arena *a, const void *doc, size_t n, struct digest *ret, struct err *e)
{
	struct payload p = { .digest_seen = false };
	int rc = json_read(a, doc, n, on_payload, &p, "signature payload", e);

	if (rc)
		return rc;
	if (!p.type_ok || !p.digest_seen)
		return err_set(e, EBADMSG, "signature", "the payload lacks a type or a digest");
	*ret = p.digest;
	return 0;
}
