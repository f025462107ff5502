/* SPDX-License-Identifier: ISC */
/* The manifest reader. See manifest.h. */
#include "fetch/manifest.h"

#include <errno.h>
#include <string.h>

struct reading {
	struct manifest *m;
	const char *what;
	bool schema, config, layers;
};

static int wrong(const struct reading *r, const char *why, struct err *e)
{
	return err_set(e, EBADMSG, r->what, "%s", why);
}

static int top_value(struct reading *r, const char *path, const struct json_value *v, struct err *e)
{
	if (strcmp(path, "schemaVersion") == 0) {
		if (v->type != JSON_INT || v->integer != 2)
			return wrong(r, "schemaVersion is not 2", e);
		r->schema = true;
	} else if (strcmp(path, "mediaType") == 0) {
		if (v->type != JSON_STRING || media_of(v->text) != MEDIA_MANIFEST)
			return wrong(r, "its own media type is not an image manifest's", e);
	} else if (strcmp(path, "manifests") == 0) {
		return wrong(r, "a manifest that also has \"manifests\"", e);
	} else if (strcmp(path, "config") == 0) {
		r->config = v->type == JSON_OBJECT || v->type == JSON_END;
		return r->config ? 0 : wrong(r, "config is no object", e);
	} else if (strcmp(path, "layers") == 0) {
		r->layers = v->type == JSON_ARRAY || v->type == JSON_END;
		return r->layers ? 0 : wrong(r, "layers is no array", e);
	}
	return 0;
}

static int layer_value(
	struct reading *r, const char *path, const struct json_value *v, struct err *e)
{
	struct manifest *m = r->m;
	char what[24] = "layer";

	if (json_at(path, v, "layers[]", 2)) {
		if (v->type == JSON_END)
			return desc_check(&m->layers[m->n_layers - 1], what, e);
		if (v->type != JSON_OBJECT)
			return wrong(r, "a layer is no object", e);
		if (m->n_layers == LAYERS_MAX)
			return wrong(r, "too many layers: more than 127", e);
		memset(&m->layers[m->n_layers++], 0, sizeof(m->layers[0]));
		return 0;
	}
	if (v->depth == 3 && strncmp(path, "layers[].", 9) == 0 && m->n_layers)
		return desc_take(&m->layers[m->n_layers - 1], path + 9, v, what, e);
	return 0;
}

static int on_value(void *ctx, const char *path, const struct json_value *v, struct err *e)
{
	struct reading *r = ctx;

	if (v->depth == 0)
		return v->type == JSON_OBJECT || v->type == JSON_END
			       ? 0
			       : wrong(r, "no JSON object", e);
	if (v->depth == 1)
		return top_value(r, path, v, e);
	if (v->depth == 2 && strncmp(path, "config.", 7) == 0)
		return desc_take(&r->m->config, path + 7, v, "config", e);
	return layer_value(r, path, v, e);
}

static int check(const struct reading *r, struct err *e)
{
	const struct manifest *m = r->m;
	unsigned i;
	int rc;

	if (!r->schema)
		return wrong(r, "no schemaVersion", e);
	if (!r->config || !r->layers)
		return wrong(r, "no config or no layers", e);
	rc = desc_check(&m->config, "config", e);
	if (rc)
		return rc;
	if (m->config.media != MEDIA_CONFIG)
		return wrong(r,
			"the config's media type is not an image's: an artifact, not an image", e);
	for (i = 0; i < m->n_layers; i++)
		if (m->layers[i].media != MEDIA_TAR && m->layers[i].media != MEDIA_TAR_GZIP)
			return err_set(e, EBADMSG, r->what, "layer %u: unknown media type", i);
	return 0;
}

int manifest_read(struct arena *a, const void *doc, size_t n, const char *what,
	struct manifest *ret, struct err *e)
{
	struct reading r = { .m = ret, .what = what };
	int rc;

	ret->n_layers = 0;	/* the table itself is not touched: memory costs when it is used */
	memset(&ret->config, 0, sizeof(ret->config));
	rc = json_read(a, doc, n, on_value, &r, what, e);
	return rc ? rc : check(&r, e);
}
