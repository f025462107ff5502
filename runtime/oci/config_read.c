/* SPDX-License-Identifier: ISC */
/*
 * The engine that reads config.json by tables: see config_int.h. Numbers and strings go where a
 * row says, arrays are chained while they are read and laid flat at their end. The document is
 * foreign.
 */
#include <errno.h>
#include <string.h>

#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/oci/config_int.h"

#define SCRATCH_BYTES  (512u * 1024) /* what the JSON reader works in: names, the longest string */
#define PATH_MAX_BYTES (JSON_PATH_MAX + 32)

struct run {
	struct config_reader *r;
	const char *prefix;
	const struct config_row
		*row; /* the last one used: the items of a long array have the same */
	char path[PATH_MAX_BYTES];
};

int config_full(const char *path, struct err *e)
{
	return err_set(e, E2BIG, CONFIG_STEP, "%s: there is no room left", path);
}

int config_wrong(const char *path, const char *want, struct err *e)
{
	return err_set(e, EINVAL, CONFIG_STEP, "%s: %s", path, want);
}

char *config_copy(struct config_reader *r, const struct json_value *v)
{
	return arena_text(r->a, v->text, v->len);
}

/* In how many arrays that have rows the value stands: items[] it belongs to. */
static unsigned nesting(const char *path)
{
	unsigned n = 0;

	while ((path = strstr(path, "[]"))) {
		path += 2;
		n++;
	}
	return n;
}

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

static int end_list(struct config_reader *r, struct config_list *l, const struct config_row *row,
		    size_t size, struct err *e)
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

static int store_signed(unsigned char *to, const struct config_row *row, const struct json_value *v,
			const char *path, struct err *e)
{
	int32_t small = (int32_t)v->integer;

	if (v->type != JSON_INT)
		return config_wrong(path, "no 64-bit whole number", e);
	if (row->kind == CONFIG_I32 && small != v->integer)
		return config_wrong(path, "no 32-bit number", e);
	if (row->kind == CONFIG_I32)
		memcpy(to, &small, sizeof(small));
	else
		memcpy(to, &v->integer, sizeof(v->integer));
	return 0;
}

static int store_number(unsigned char *to, const struct config_row *row, const struct json_value *v,
			const char *path, struct err *e)
{
	bool is_small = row->kind == CONFIG_U32;
	uint32_t small;
	uint64_t u;

	if (v->type != JSON_INT && v->type != JSON_OTHER_NUMBER)
		return config_wrong(path, "a number is wanted", e);
	if (row->kind == CONFIG_I64 || row->kind == CONFIG_I32)
		return store_signed(to, row, v, path, e);
	if (num_u64(v->text, v->len, is_small ? UINT32_MAX : UINT64_MAX, &u))
		return config_wrong(
			path, is_small ? "no unsigned 32-bit number" : "no unsigned 64-bit number",
			e);
	small = (uint32_t)u;
	memcpy(to, is_small ? (const void *)&small : &u, is_small ? sizeof(small) : sizeof(u));
	return 0;
}

static int store_text(struct config_reader *r, unsigned char *to, const struct config_row *row,
		      const struct json_value *v, const char *path, struct err *e)
{
	char *text;

	if (v->type != JSON_STRING)
		return config_wrong(path, "a string is wanted", e);
	if (row->kind == CONFIG_PATH && (!v->len || v->text[0] != '/'))
		return err_set(e, EINVAL, CONFIG_STEP, "%s: \"%.*s\" is no absolute path", path,
			       (int)v->len, v->text);
	text = config_copy(r, v);
	if (!text)
		return config_full(path, e);
	/* What Go leaves empty it may write as "". */
	if (row->kind == CONFIG_NAME && !v->len)
		text = NULL;
	memcpy(to, &text, sizeof(text));
	return 0;
}

static int store(struct config_reader *r, const struct config_row *row, const struct json_value *v,
		 const char *path, struct err *e)
{
	unsigned char *to;

	/* No item need be there for what a function takes: "process.capabilities.bounding[]". */
	if (row->kind == CONFIG_OTHER || row->kind == CONFIG_SUBTREE)
		return 0;
	to = (unsigned char *)base_of(r, row) + row->at;
	switch (row->kind) {
	case CONFIG_TEXT:
	case CONFIG_NAME:
	case CONFIG_PATH:
		return store_text(r, to, row, v, path, e);
	case CONFIG_BOOL:
		if (v->type != JSON_BOOL)
			return config_wrong(path, "true or false is wanted", e);
		*(bool *)to = v->boolean;
		return 0;
	case CONFIG_I32:
	case CONFIG_I64:
	case CONFIG_U32:
	case CONFIG_U64:
		return store_number(to, row, v, path, e);
	default:
		return 0;
	}
}

/* The array itself, then each item: "mounts", "mounts[]". */
static int list_value(struct config_reader *r, const struct config_row *row, bool item,
		      const struct json_value *v, const char *path, struct err *e)
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
		r->known[level] = 0;
		return row->begin ? row->begin(r, v, path, e) : 0;
	}
	if (v->type == JSON_END)
		return row->take ? row->take(r, v, path, e) : 0;
	return config_wrong(path, "an object is wanted", e);
}

static int texts_value(struct config_reader *r, const struct config_row *row, bool item,
		       const struct json_value *v, const char *path, struct err *e)
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
static int pairs_value(struct config_reader *r, const struct config_row *row, const char *member,
		       const struct json_value *v, const char *path, struct err *e)
{
	struct oci_pair *pair;

	if (!member && v->type == JSON_OBJECT) {
		r->texts = (struct config_list){ 0 };
		return 0;
	}
	if (!member && v->type == JSON_END)
		return end_list(r, &r->texts, row, sizeof(*pair), e);
	if (member && !*member)
		return config_wrong(path, "an empty name", e);
	if (!member || v->type != JSON_STRING)
		return config_wrong(path, member ? "a string is wanted" : "an object is wanted", e);
	pair = push(r, &r->texts, sizeof(*pair));
	if (pair) {
		pair->name = arena_text(r->a, member, strlen(member));
		pair->value = config_copy(r, v);
	}
	return pair && pair->name && pair->value ? 0 : config_full(path, e);
}

static int use(struct config_reader *r, const struct config_row *row, const char *rest,
	       const struct json_value *v, const char *path, struct err *e)
{
	int rc;

	/*
	 * What Go leaves empty it may write as null: as if it were not there. But an item is there.
	 */
	if (v->type == JSON_NULL && !str_ends(path, "[]"))
		return 0;
	if (!*rest && v->type != JSON_END)
		r->known[nesting(row->path)]++;
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

static int take_value(struct run *run, const char *path, unsigned depth, const struct json_value *v,
		      struct err *e)
{
	const struct config_row *below = NULL;

	if (!run->row || strcmp(path, run->path)) {
		run->row = config_find(path, depth, &below);
		str_copy(run->path, sizeof(run->path), path);
	}
	if (!run->r->profile && config_is_profile(run->row ?: below))
		return 0;
	if (run->row) {
		const char *rest = config_match(run->row, path, depth);

		return rest ? use(run->r, run->row, rest, v, path, e) : 0;
	}
	return below ? config_check_shape(below, path, depth, v, e) : 0;
}

/*
 * "mounts[].type" says the value of no mount in particular: puts the numbers into the error's text.
 */
static void put_numbers(const char *path, const struct json_value *v, struct err *e)
{
	char text[ERR_TEXT_MAX], tail[ERR_TEXT_MAX];
	unsigned i = 0;
	struct str s;

	if (!str_starts(e->text, path))
		return;
	str_copy(tail, sizeof(tail), e->text + strlen(path));
	str_init(&s, text, sizeof(text));
	for (; *path; path++) {
		str_putc(&s, *path);
		if (path[0] == '[' && path[1] == ']' && i < v->n_index)
			str_fmt(&s, "%u", v->index[i++]);
	}
	str_puts(&s, tail);
	str_copy(e->text, sizeof(e->text), text);
}

static int take(void *ctx, const char *said, const struct json_value *v, struct err *e)
{
	struct run *run = ctx;
	char longer[PATH_MAX_BYTES];
	const char *path = said;
	int rc;

	if (*run->prefix) {
		str_print(longer, sizeof(longer), "%s%s%s", run->prefix, *said ? "." : "", said);
		path = longer;
	}
	rc = take_value(run, path, run->r->depth + v->depth, v, e);
	if (rc < 0 && e)
		put_numbers(path, v, e);
	return rc;
}

int config_say(int rc, const char *what, struct err *e)
{
	struct str s;

	if (rc < 0 && e && !strcmp(e->step, CONFIG_STEP)) {
		str_init(&s, e->step, sizeof(e->step));
		str_puts(&s, what);
	}
	return rc;
}

int config_read_with(struct config_reader *r, const char *prefix, const void *bytes, size_t n,
		     const char *what, struct err *e)
{
	struct run run = { .r = r, .prefix = prefix };
	struct arena scratch;
	int rc;

	/*
	 * The arena's end, as it is: zeroing it would touch pages that the document may never need.
	 */
	if (r->a->cap - r->a->used < 2 * SCRATCH_BYTES)
		return err_set(e, E2BIG, what, "the arena is too small");
	r->a->cap -= SCRATCH_BYTES;
	arena_init(&scratch, r->a->base + r->a->cap, SCRATCH_BYTES);
	r->items[0] = r->c;
	r->depth = config_depth(prefix);
	rc = json_read(&scratch, bytes, n, take, &run, what, e);
	r->a->cap += SCRATCH_BYTES;
	return rc;
}
