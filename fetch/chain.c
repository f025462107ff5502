/* SPDX-License-Identifier: ISC */
/*
 * From a reference to the manifest: index.json, an entry of it, any indexes below it, each document
 * checked against its descriptor before a byte of it is believed. See work.h.
 */
#include <errno.h>
#include <string.h>

#include "fetch/work.h"
#include "runtime/base/str.h"

#define WHAT "index.json"

int chain_read(struct work *w, const struct desc *d, const char *what)
{
	char want[DIGEST_TEXT_MAX], got[DIGEST_TEXT_MAX];
	struct digest found;
	struct blob b;
	size_t have = 0;
	int n, rc;

	if (d->size > DOC_MAX)
		return err_set(w->e, EFBIG, what, "%s: %llu bytes, larger than the limit of %u",
			digest_text(&d->digest, want), (unsigned long long)d->size, DOC_MAX);
	rc = layout_blob(&w->layout, d, what, &b, w->e);
	if (rc)
		return rc;
	while ((n = blob_read(&b, w->doc + have, DOC_MAX - have)) > 0)
		have += (size_t)n;
	blob_close(&b);
	if (n < 0)
		return err_set(w->e, n, what, "%s", digest_text(&d->digest, want));
	w->res->bytes_read += have;
	sha256_of(w->doc, have, &found);
	if (!digest_same(&found, &d->digest))
		return err_set(w->e, EBADMSG, what, "digest is %s (expected %s)",
			digest_text(&found, got), digest_text(&d->digest, want));
	w->doc[have] = '\0';
	return (int)have;
}

static int on_version(void *ctx, const char *path, const struct json_value *v, struct err *e)
{
	bool *ok = ctx;

	if (!json_at(path, v, "imageLayoutVersion", 1))
		return 0;
	if (v->type != JSON_STRING || strcmp(v->text, "1.0.0"))
		return err_set(e, EBADMSG, "layout", "oci-layout: version is not 1.0.0");
	*ok = true;
	return 0;
}

static int check_version(struct work *w)
{
	bool ok = false;
	int n = layout_read_version(&w->layout, w->doc, 4096, w->e), rc;

	if (n < 0)
		return n;
	rc = json_read(&w->json, w->doc, (size_t)n, on_version, &ok, "oci-layout", w->e);
	if (rc)
		return rc;
	return ok ? 0 : err_set(w->e, EBADMSG, "layout", "oci-layout: no version");
}

struct choice {
	const struct ref *ref;
	unsigned found;		/* entries that fit */
	unsigned best;		/* platform rank */
	struct desc desc;
};

/*
 * Entries that are about an image instead of being one: signatures, attestations, bills of
 * materials.
 */
static bool is_attachment(const struct index_entry *n)
{
	if (str_starts(n->ref, "sha256-"))
		return true;
	return n->kind[0] && strcmp(n->kind, "dev.cosignproject.cosign/image") &&
		strcmp(n->kind, "dev.cosignproject.cosign/imageIndex");
}

/* An entry's name is a tag, or as some tools write it NAME:TAG. */
static bool names(const struct index_entry *n, const struct ref *ref)
{
	const char *colon = strrchr(n->ref, ':');

	return strcmp(n->ref, ref->tag) == 0 || (colon && strcmp(colon + 1, ref->tag) == 0);
}

static int choose_named(void *ctx, const struct index_entry *n, struct err *e)
{
	struct choice *c = ctx;

	(void)e;
	if (n->desc.media != MEDIA_INDEX && n->desc.media != MEDIA_MANIFEST)
		return 0;
	if (c->ref->pinned && !digest_same(&n->desc.digest, &c->ref->pin))
		return 0;
	if (c->ref->tag[0] ? !names(n, c->ref) : is_attachment(n))
		return 0;
	/* Two names for one image are one image. */
	if (c->found && digest_same(&c->desc.digest, &n->desc.digest))
		return 0;
	if (!c->found)
		c->desc = n->desc;
	c->found++;
	return 0;
}

static int choose_platform(void *ctx, const struct index_entry *n, struct err *e)
{
	struct choice *c = ctx;
	unsigned rank = n->has_platform ? platform_rank(n->os, n->arch, n->variant) : 1;

	(void)e;
	if (n->desc.media != MEDIA_INDEX && n->desc.media != MEDIA_MANIFEST)
		return 0;
	/*
	 * An index without platforms wraps another index; the config of a manifest is compared
	 * later.
	 */
	if (n->os_features || is_attachment(n) || rank <= c->best)
		return 0;
	c->best = rank;
	c->desc = n->desc;
	c->found++;
	return 0;
}

static int choose(struct work *w, struct desc *ret)
{
	struct choice c = { .ref = &w->ref };
	int n = layout_read_index(&w->layout, w->doc, DOC_MAX, w->e), rc;

	if (n < 0)
		return n;
	rc = index_read(&w->json, w->doc, (size_t)n, WHAT, choose_named, &c, w->e);
	if (rc)
		return rc;
	if (!c.found)
		return err_set(w->e, ENOENT, "image", "%.120s: no image%s%.60s%s in it",
			w->ref.path, w->ref.tag[0] ? " with tag " : "", w->ref.tag,
			w->ref.pinned ? " of that digest" : "");
	if (c.found > 1)
		return err_set(w->e, EINVAL, "image",
			"%.120s: %u images%s in it: say which by a tag", w->ref.path, c.found,
			w->ref.tag[0] ? " of that tag" : "");
	*ret = c.desc;
	return 0;
}

static int descend(struct work *w, struct desc *d, size_t n)
{
	struct choice c = { .ref = &w->ref };
	char name[24];
	int rc;

	str_print(name, sizeof(name), "index-%u.json", w->n_chain - 1);
	rc = store_put(&w->store, name, w->doc, n, w->e);
	if (!rc)
		rc = index_read(&w->json, w->doc, n, "index", choose_platform, &c, w->e);
	if (rc)
		return rc;
	if (!c.found)
		return err_set(
			w->e, ENOEXEC, "index", "no image for platform %s in it", platform_name());
	*d = c.desc;
	return 0;
}

int chain_resolve(struct work *w)
{
	struct desc d;
	int rc = check_version(w), n;

	if (!rc)
		rc = choose(w, &d);
	while (!rc) {
		bool index = d.media == MEDIA_INDEX;

		if (w->n_chain == CHAIN_MAX)
			return err_set(w->e, ELOOP, "index",
				"indexes nested too deep: more than %d", CHAIN_MAX - 1);
		n = chain_read(w, &d, index ? "index" : "manifest");
		if (n < 0)
			return n;
		w->chain[w->n_chain++] = d.digest;
		if (!index)
			break;
		rc = descend(w, &d, (size_t)n);
	}
	if (rc)
		return rc;
	memcpy(w->res->manifest, d.digest.b, sizeof(d.digest.b));
	rc = store_put(&w->store, "manifest.json", w->doc, (size_t)n, w->e);
	return rc ? rc : manifest_read(&w->json, w->doc, (size_t)n, "manifest", &w->manifest, w->e);
}
