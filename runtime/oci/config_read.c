/* SPDX-License-Identifier: ISC */
/*
 * The engine that reads config.json by tables: see config_int.h. Numbers and strings go where a row says, arrays are
 * chained while they are read and laid flat at their end. The document is foreign.
 */
#include <errno.h>
#include <string.h>

#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/oci/config_int.h"

#define SCRATCH_BYTES (512u * 1024)	/* what the JSON reader works in: names, the longest string */
#define PATH_MAX_BYTES (JSON_PATH_MAX + 32)

struct config_node {
	struct config_node *next;
	_Alignas(8) unsigned char bytes[];
};

struct run {
	struct config_reader *r;
	const char *prefix;
};

static const struct config_row *const tables[] = {
	config_process_rows, config_mount_rows, config_linux_rows, config_resource_rows, config_seccomp_rows, config_hook_rows,
};

int config_full(const char *path, struct err *e)
{
	return err_set(e, E2BIG, "config.json", "%s: there is no room left", path);
}

int config_wrong(const char *path, const char *want, struct err *e)
{
	return err_set(e, EINVAL, "config.json", "%s: %s", path, want);
}

char *config_copy(struct config_reader *r, const struct json_value *v)
{
	return arena_text(r->a, v->text, v->len);
}

static unsigned nesting(const char *path)
{
	unsigned n = 0;

	while ((path = strstr(path, "[]"))) {
		path += 2;
		n++;
	}
	return n;
}

/* Rows of an item end in a property after "[]": the item they belong to is one level up for a list of its own. */
static void *base_of(struct config_reader *r, const struct config_row *row)
{
	return r->items[nesting(row->path)];
}

static void *push(struct config_reader *r, struct config_list *l, size_t size)
{
	struct config_node *n = arena_get(r->a, sizeof(*n) + size);

	if (!n)
		return NULL;
	if (l->last)
		l->last->next = n;
	else
		l->first = n;
	l->last = n;
	l->n++;
	return n->bytes;
}

/* The items one behind the other, with room for a zero one at the end. */
static void *flatten(struct config_reader *r, struct config_list *l, size_t size)
{
	unsigned char *all = arena_get(r->a, (l->n + 1) * size), *at = all;
	struct config_node *n;

	for (n = l->first; all && n; n = n->next, at += size)
		memcpy(at, n->bytes, size);
	return all;
}

static int end_list(struct config_reader *r, struct config_list *l, const struct config_row *row, size_t size, struct err *e)
{
	unsigned char *base = base_of(r, row);
	void *all = flatten(r, l, size);

	if (!all)
		return config_full(row->path, e);
	memcpy(base + row->at, &all, sizeof(all));
	if (row->count)
		memcpy(base + row->count, &l->n, sizeof(l->n));
	*l = (struct config_list){ 0 };
	return 0;
}

static int store_number(unsigned char *to, const struct config_row *row, const struct json_value *v, const char *path, struct err *e)
{
	uint64_t u;
	int64_t i;

	if (v->type != JSON_INT && v->type != JSON_OTHER_NUMBER)
		return config_wrong(path, "a number is wanted", e);
	if (row->kind == CONFIG_I64) {
		if (v->type != JSON_INT)
			return config_wrong(path, "no 64-bit whole number", e);
		i = v->integer;
		memcpy(to, &i, sizeof(i));
		return 0;
	}
	if (num_u64(v->text, v->len, row->kind == CONFIG_U32 ? UINT32_MAX : UINT64_MAX, &u))
		return config_wrong(path, row->kind == CONFIG_U32 ? "no unsigned 32-bit number" : "no unsigned 64-bit number", e);
	if (row->kind == CONFIG_U32) {
		uint32_t small = (uint32_t)u;

		memcpy(to, &small, sizeof(small));
	} else {
		memcpy(to, &u, sizeof(u));
	}
	return 0;
}

static int store_text(struct config_reader *r, unsigned char *to, const struct config_row *row, const struct json_value *v,
		      const char *path, struct err *e)
{
	char *text;

	if (v->type != JSON_STRING)
		return config_wrong(path, "a string is wanted", e);
	if (row->kind == CONFIG_PATH && (!v->len || v->text[0] != '/'))
		return err_set(e, EINVAL, "config.json", "%s: \"%.*s\" is no absolute path", path, (int)v->len, v->text);
	text = config_copy(r, v);
	if (!text)
		return config_full(path, e);
	memcpy(to, &text, sizeof(text));
	return 0;
}

static int store(struct config_reader *r, const struct config_row *row, const struct json_value *v, const char *path, struct err *e)
{
	unsigned char *to = row->kind == CONFIG_OTHER || row->kind == CONFIG_SUBTREE ? NULL : (unsigned char *)base_of(r, row) + row->at;

	switch (row->kind) {
	case CONFIG_TEXT:
	case CONFIG_PATH:
		return store_text(r, to, row, v, path, e);
	case CONFIG_BOOL:
		if (v->type != JSON_BOOL)
			return config_wrong(path, "true or false is wanted", e);
		*(bool *)to = v->boolean;
		return 0;
	case CONFIG_I64:
	case CONFIG_U32:
	case CONFIG_U64:
		return store_number(to, row, v, path, e);
	default:
		return 0;
	}
}

/* The array itself, then each item: "mounts", "mounts[]". */
static int list_value(struct config_reader *r, const struct config_row *row, bool item, const struct json_value *v, const char *path,
		      struct err *e)
{
	unsigned level = nesting(row->path) + 1;
	struct config_list *l = &r->lists[level];

	if (!item && v->type == JSON_ARRAY) {
		*l = (struct config_list){ 0 };
		return 0;
	}
	if (!item && v->type == JSON_END)
		return end_list(r, l, row, row->size, e);
	if (!item)
		return config_wrong(path, "an array is wanted", e);
	if (v->type == JSON_OBJECT) {
		r->items[level] = push(r, l, row->size);
		if (!r->items[level])
			return config_full(path, e);
		return row->begin ? row->begin(r, v, path, e) : 0;
	}
	if (v->type == JSON_END)
		return row->take ? row->take(r, v, path, e) : 0;
	return config_wrong(path, "an object is wanted", e);
}

static int texts_value(struct config_reader *r, const struct config_row *row, bool item, const struct json_value *v, const char *path,
		       struct err *e)
{
	char **slot;

	if (!item && v->type == JSON_ARRAY) {
		r->texts = (struct config_list){ 0 };
		return 0;
	}
	if (!item && v->type == JSON_END) {
		int rc = end_list(r, &r->texts, row, sizeof(char *), e);

		return rc ? rc : row->take ? row->take(r, v, path, e) : 0;
	}
	if (!item || v->type != JSON_STRING)
		return config_wrong(path, item ? "a string is wanted" : "an array is wanted", e);
	slot = push(r, &r->texts, sizeof(*slot));
	if (slot)
		*slot = config_copy(r, v);
	return slot && *slot ? 0 : config_full(path, e);
}

/* member is the name below the object, NULL for the object itself. */
static int pairs_value(struct config_reader *r, const struct config_row *row, const char *member, const struct json_value *v,
		       const char *path, struct err *e)
{
	struct oci_pair *pair;

	if (!member && v->type == JSON_OBJECT) {
		r->texts = (struct config_list){ 0 };
		return 0;
	}
	if (!member && v->type == JSON_END)
		return end_list(r, &r->texts, row, sizeof(*pair), e);
	if (!member || v->type != JSON_STRING)
		return config_wrong(path, member ? "a string is wanted" : "an object is wanted", e);
	pair = push(r, &r->texts, sizeof(*pair));
	if (pair) {
		pair->name = arena_text(r->a, member, strlen(member));
		pair->value = config_copy(r, v);
	}
	return pair && pair->name && pair->value ? 0 : config_full(path, e);
}

static int use(struct config_reader *r, const struct config_row *row, const char *rest, const struct json_value *v, const char *path,
	       struct err *e)
{
	int rc;

	/* What Go leaves empty it may write as null: as if it were not there. */
	if (v->type == JSON_NULL)
		return 0;
	switch (row->kind) {
	case CONFIG_ITEMS:
		return list_value(r, row, *rest != '\0', v, path, e);
	case CONFIG_TEXTS:
		return texts_value(r, row, *rest != '\0', v, path, e);
	case CONFIG_PAIRS:
		return pairs_value(r, row, *rest ? rest + 1 : NULL, v, path, e);
	default:
		rc = store(r, row, v, path, e);
		return rc ? rc : row->take ? row->take(r, v, path, e) : 0;
	}
}

/* What follows the row's own path in the value's: "" for itself, "[]" for its items, ".name" for a pair. NULL: another's. */
static const char *match(const struct config_row *row, const char *path)
{
	size_t n = strlen(row->path);

	if (strncmp(path, row->path, n))
		return NULL;
	if (!path[n])
		return path + n;
	if ((row->kind == CONFIG_ITEMS || row->kind == CONFIG_TEXTS) && !strcmp(path + n, "[]"))
		return path + n;
	return (row->kind == CONFIG_PAIRS || row->kind == CONFIG_SUBTREE) && path[n] == '.' ? path + n : NULL;
}

/*
 * How many containers are around a value that the row means. A name may hold dots and brackets itself: {"mounts[]":{…}} has the
 * path of an item and is none.
 */
static unsigned depth_of(const struct config_row *row, const char *rest)
{
	unsigned n = 1 + nesting(row->path) + (*rest != '\0');
	const char *p;

	for (p = row->path; *p; p++)
		n += *p == '.';
	return n;
}

static bool is_place(const struct run *run, const struct config_row *row, const char *rest, const struct json_value *v)
{
	unsigned want = depth_of(row, rest), have = v->depth;
	const char *p;

	for (p = run->prefix; *p; p++)
		have += *p == '.';
	have += *run->prefix != '\0';
	return row->kind == CONFIG_SUBTREE ? have >= want : have == want;
}

static int take(void *ctx, const char *said, const struct json_value *v, struct err *e)
{
	struct run *run = ctx;
	char path[PATH_MAX_BYTES];
	size_t i;

	str_print(path, sizeof(path), "%s%s%s", run->prefix, *run->prefix && *said ? "." : "", said);
	for (i = 0; i < ARRAY_LEN(tables); i++) {
		const struct config_row *row;

		for (row = tables[i]; row->path; row++) {
			const char *rest = match(row, path);

			if (rest && is_place(run, row, rest, v))
				return use(run->r, row, rest, v, path, e);
		}
	}
	return 0;
}

int config_read_with(struct config_reader *r, const char *prefix, const void *bytes, size_t n, const char *what, struct err *e)
{
	struct run run = { .r = r, .prefix = prefix };
	struct arena scratch;

	/* The arena's end, as it is: zeroing it would touch pages that the document may never need. */
	if (r->a->cap - r->a->used < 2 * SCRATCH_BYTES)
		return err_set(e, E2BIG, what, "the arena is too small");
	r->a->cap -= SCRATCH_BYTES;
	arena_init(&scratch, r->a->base + r->a->cap, SCRATCH_BYTES);
	r->items[0] = r->c;
	return json_read(&scratch, bytes, n, take, &run, what, e);
}
