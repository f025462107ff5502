/* SPDX-License-Identifier: ISC */
/* Descriptors and media types. See desc.h. */
#include "fetch/desc.h"

#include <errno.h>
#include <string.h>

#include "runtime/base/compiler.h"

static const struct {
	const char *text;
	enum media media;
} medias[] = {
	{ "application/vnd.oci.image.index.v1+json", MEDIA_INDEX },
	{ "application/vnd.docker.distribution.manifest.list.v2+json", MEDIA_INDEX },
	{ "application/vnd.oci.image.manifest.v1+json", MEDIA_MANIFEST },
	{ "application/vnd.docker.distribution.manifest.v2+json", MEDIA_MANIFEST },
	{ "application/vnd.oci.image.config.v1+json", MEDIA_CONFIG },
	{ "application/vnd.docker.container.image.v1+json", MEDIA_CONFIG },
	{ "application/vnd.oci.image.layer.v1.tar", MEDIA_TAR },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar", MEDIA_TAR },
	{ "application/vnd.oci.image.layer.v1.tar+gzip", MEDIA_TAR_GZIP },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", MEDIA_TAR_GZIP },
	{ "application/vnd.docker.image.rootfs.diff.tar.gzip", MEDIA_TAR_GZIP },
	{ "application/vnd.dev.cosign.simplesigning.v1+json", MEDIA_COSIGN },
};

enum media media_of(const char *text)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(medias); i++)
		if (strcmp(text, medias[i].text) == 0)
			return medias[i].media;
	return MEDIA_OTHER;
}

int desc_take(struct desc *d, const char *name, const struct json_value *v, const char *what,
	struct err *e)
{
	if (strcmp(name, "digest") == 0) {
		if (v->type != JSON_STRING || digest_parse(v->text, v->len, &d->digest))
			return err_set(e, EBADMSG, what, "bad digest: %.100s",
				v->type == JSON_STRING ? v->text : "no string");
		d->seen |= DESC_DIGEST;
	} else if (strcmp(name, "size") == 0) {
		if (v->type != JSON_INT || v->integer < 0)
			return err_set(e, EBADMSG, what, "bad size: not a count of bytes");
		d->size = (uint64_t)v->integer;
		d->seen |= DESC_SIZE;
	} else if (strcmp(name, "mediaType") == 0) {
		if (v->type != JSON_STRING)
			return err_set(e, EBADMSG, what, "bad mediaType: no string");
		d->media = media_of(v->text);
	}
	return 0;
}

int desc_check(const struct desc *d, const char *what, struct err *e)
{
	if (!(d->seen & DESC_DIGEST))
		return err_set(e, EBADMSG, what, "no digest");
	if (!(d->seen & DESC_SIZE))
		return err_set(e, EBADMSG, what, "no size");
	return 0;
}
