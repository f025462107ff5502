/* SPDX-License-Identifier: ISC */
/* The index reader, and which platform of an index is ours. See manifest.h. */
#include <errno.h>
#include <string.h>

#include "fetch/manifest.h"
#include "runtime/base/compiler.h"
#include "runtime/base/str.h"

#define ENTRIES_MAX 512	/* an index of 64 KiB cannot hold more that are whole */

struct reading {
	struct index_entry entry;
	const char *what;
	index_each *each;
	void *ctx;
	bool schema, manifests, done;
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
		if (v->type != JSON_STRING || media_of(v->text) != MEDIA_INDEX)
			return wrong(r, "its own media type is not an image index's", e);
	} else if (strcmp(path, "layers") == 0 || strcmp(path, "config") == 0) {
		return wrong(r, "an index that also has \"layers\" or \"config\"", e);
	} else if (strcmp(path, "manifests") == 0) {
		r->manifests = v->type == JSON_ARRAY || v->type == JSON_END;
		return r->manifests ? 0 : wrong(r, "manifests is no array", e);
	}
	return 0;
}

static int entry_edge(struct reading *r, const struct json_value *v, struct err *e)
{
	int rc;

	if (v->type == JSON_OBJECT) {
		memset(&r->entry, 0, sizeof(r->entry));
		return v->index[0] < ENTRIES_MAX ? 0 : wrong(r, "too many entries", e);
	}
	if (v->type != JSON_END)
		return wrong(r, "an entry is no object", e);
	rc = desc_check(&r->entry.desc, r->what, e);
	if (rc || r->done)
		return rc;
	rc = r->each(r->ctx, &r->entry, e);
	r->done = rc > 0;
	return rc < 0 ? rc : 0;
}

/* A text that does not fit stands for nothing that we look for: it is kept as "?". */
static int keep(struct reading *r, char *to, size_t cap, const struct json_value *v, struct err *e)
{
	if (v->type != JSON_STRING)
		return wrong(r, "an annotation or platform is no string", e);
	if (str_copy(to, cap, v->text))
		str_copy(to, cap, "?");
	return 0;
}

static int member(struct reading *r, const char *name, const struct json_value *v, struct err *e)
{
	struct index_entry *n = &r->entry;

	if (v->depth == 3) {
		if (strcmp(name, "platform") == 0)
			n->has_platform = true;
		return desc_take(&n->desc, name, v, r->what, e);
	}
	if (v->depth != 4)
		return 0;
	if (strcmp(name, "annotations.org.opencontainers.image.ref.name") == 0)
		return keep(r, n->ref, sizeof(n->ref), v, e);
	if (strcmp(name, "annotations.kind") == 0)
		return keep(r, n->kind, sizeof(n->kind), v, e);
	if (strcmp(name, "platform.os") == 0)
		return keep(r, n->os, sizeof(n->os), v, e);
	if (strcmp(name, "platform.architecture") == 0)
		return keep(r, n->arch, sizeof(n->arch), v, e);
	if (strcmp(name, "platform.variant") == 0)
		return keep(r, n->variant, sizeof(n->variant), v, e);
	if (strcmp(name, "platform.os.features") == 0)
		n->os_features = true;
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
	if (json_at(path, v, "manifests[]", 2))
		return entry_edge(r, v, e);
	if (str_starts(path, "manifests[]."))
		return member(r, path + 12, v, e);
	return 0;
}

int index_read(struct arena *a, const void *doc, size_t n, const char *what, index_each *each,
	void *ctx, struct err *e)
{
	struct reading r = { .what = what, .each = each, .ctx = ctx };
	int rc = json_read(a, doc, n, on_value, &r, what, e);

	if (rc)
		return rc;
	if (!r.schema)
		return wrong(&r, "no schemaVersion", e);
	return r.manifests ? 0 : wrong(&r, "an index without manifests", e);
}

struct platform {
	const char *arch, *variant;
};

/* Best first. A kernel may be able to run more (arm on arm64); that is not for an init to guess. */
static const struct platform ours[] = {
#if defined(__x86_64__)
	{ "amd64", "" }, { "amd64", "v1" },
#elif defined(__aarch64__)
	{ "arm64", "v8" }, { "arm64", "" },
#elif defined(__arm__)
#if __ARM_ARCH >= 7
	{ "arm", "v7" },
#endif
#if __ARM_ARCH >= 6
	{ "arm", "v6" },
#endif
	{ "arm", "v5" }, { "arm", "" },
#elif defined(__mips__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	{ "mips", "" },
#elif defined(__mips__)
	{ "mipsle", "" },
#elif defined(__riscv)
	{ "riscv64", "" },
#else
#error "which OCI platform is this?"
#endif
};

unsigned platform_rank(const char *os, const char *arch, const char *variant)
{
	size_t i;

	if (os[0] && strcmp(os, "linux"))
		return 0;
	for (i = 0; i < ARRAY_LEN(ours); i++)
		if (strcmp(arch, ours[i].arch) == 0 && strcmp(variant, ours[i].variant) == 0)
			return (unsigned)(ARRAY_LEN(ours) - i);
	return 0;
}

const char *platform_name(void)
{
	static char name[32];

	str_print(name, sizeof(name), "linux/%s%s%s", ours[0].arch, ours[0].variant[0] ? "/" : "",
		ours[0].variant);
	return name;
}
