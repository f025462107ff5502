/* SPDX-License-Identifier: ISC */
/*
 * JSON on yajl's streaming parser. yajl knows the grammar; this file keeps the path, refuses
 * duplicate names and bounds depth, names and memory. All bytes read here are foreign.
 * Names are remembered as 64-bit hashes: a collision can only refuse a document.
 */
#include "runtime/base/json.h"

#include <errno.h>
#include <setjmp.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/base/text.h"

#define BLOCK_HEAD 16	/* in front of each of yajl's blocks: its size, and alignment */

struct frame {
	bool is_array;
	uint16_t path_len;	/* of the container itself */
	uint16_t first_name;	/* in names[] */
	uint16_t count;		/* items so far */
};

struct json_reader {
	yajl_handle yajl;
	struct arena *a;
	json_callback *call;
	void *ctx;
	const char *what;
	struct err *e;
	int failed;
	jmp_buf dry;		/* where a full arena goes */
	uint64_t offset;
	unsigned depth, n_names;
	struct frame frames[JSON_DEPTH_MAX];
	uint64_t names[JSON_NAMES_MAX];
	char path[JSON_PATH_MAX];
	size_t path_len;
	bool path_lost;		/* the value at hand has a name that did not fit */
};

/*
 * yajl does not check what its allocator returns. A dry arena therefore jumps back to the caller of
 * yajl, which then refuses the document; yajl holds nothing but bytes of the same arena.
 */
static void *block_get(void *ctx, size_t n)
{
	struct json_reader *r = ctx;
	unsigned char *p = arena_get(r->a, n + BLOCK_HEAD);

	if (!p)
		longjmp(r->dry, 1);
	memcpy(p, &n, sizeof(n));
	return p + BLOCK_HEAD;
}

static void block_put(void *ctx, void *block)
{
	(void)ctx;
	(void)block;
}

/* Grows the last block where it stands, copies any other: a bump allocator takes nothing back. */
static void *block_resize(void *ctx, void *block, size_t n)
{
	struct json_reader *r = ctx;
	unsigned char *fresh, *old_block = block;
	size_t old = 0;

	if (old_block)
		memcpy(&old, old_block - BLOCK_HEAD, sizeof(old));
	if (old_block && n >= old && old_block + old == r->a->base + r->a->used &&
		n - old <= r->a->cap - r->a->used) {
		r->a->used += n - old;
		memcpy(old_block - BLOCK_HEAD, &n, sizeof(n));
		return block;
	}
	fresh = block_get(ctx, n);
	if (old_block)
		memcpy(fresh, old_block, old < n ? old : n);
	return fresh;
}

static int stop(struct json_reader *r, int rc)
{
	r->failed = rc;
	return 0;
}

/* Where in the document the parser is. */
static unsigned long long place(const struct json_reader *r)
{
	return r->offset + yajl_get_bytes_consumed(r->yajl);
}

static int refuse(struct json_reader *r, const char *why)
{
	return stop(r, err_set(r->e, EBADMSG, r->what, "JSON near byte %llu: %s", place(r), why));
}

/* Sets the path of the value that comes now; false when the document must be refused. */
static void enter_value(struct json_reader *r, struct json_value *v)
{
	unsigned i;

	memset(v, 0, sizeof(*v));
	v->depth = (uint8_t)r->depth;
	for (i = 0; i < r->depth; i++)
		if (r->frames[i].is_array)
			v->index[v->n_index++] = r->frames[i].count;
	if (r->depth && r->frames[r->depth - 1].is_array) {
		struct frame *f = &r->frames[r->depth - 1];

		r->path_len = f->path_len;
		if (r->path_len + 2 < sizeof(r->path)) {
			memcpy(r->path + r->path_len, "[]", 3);
			r->path_len += 2;
		} else {
			r->path_lost = true;
		}
	}
}

static void leave_value(struct json_reader *r)
{
	struct frame *f;

	if (!r->depth)
		return;
	f = &r->frames[r->depth - 1];
	if (f->count < UINT16_MAX)
		f->count++;
	r->path_len = f->path_len;
	r->path[r->path_len] = '\0';
}

static int report(struct json_reader *r, const struct json_value *v)
{
	int rc = r->call(r->ctx, r->path_lost ? "?" : r->path, v, r->e);

	return rc < 0 ? stop(r, rc) : 1;
}

static int scalar(struct json_reader *r, struct json_value *v, const struct json_value *what)
{
	int go;

	enter_value(r, v);
	v->type = what->type;
	v->boolean = what->boolean;
	v->integer = what->integer;
	v->text = what->text;
	v->len = what->len;
	go = report(r, v);
	r->path_lost = false;
	leave_value(r);
	return go;
}

static int on_null(void *ctx)
{
	struct json_value v, is = { .type = JSON_NULL };

	return scalar(ctx, &v, &is);
}

static int on_bool(void *ctx, int value)
{
	struct json_value v, is = { .type = JSON_BOOL, .boolean = value != 0 };

	return scalar(ctx, &v, &is);
}

static int on_number(void *ctx, const char *text, size_t n)
{
	struct json_value v, is = { .type = JSON_INT, .text = text, .len = n };

	if (num_i64(text, n, INT64_MIN, INT64_MAX, &is.integer))
		is.type = JSON_OTHER_NUMBER;
	return scalar(ctx, &v, &is);
}

static int on_string(void *ctx, const unsigned char *bytes, size_t n)
{
	struct json_reader *r = ctx;
	struct json_value v, is = { .type = JSON_STRING, .len = n };
	size_t mark = arena_mark(r->a);
	int go;

	if (memchr(bytes, 0, n))
		return refuse(r, "a string holds a NUL");
	if (!text_is_utf8(bytes, n))	/* yajl lets overlong forms and surrogates pass */
		return refuse(r, "invalid UTF8");
	is.text = arena_text(r->a, (const char *)bytes, n);
	if (!is.text)
		return refuse(r, "a string is too long");
	go = scalar(r, &v, &is);
	arena_release(r->a, mark);
	return go;
}

static int open_container(struct json_reader *r, bool is_array)
{
	struct json_value v;
	struct frame *f;

	if (r->depth == JSON_DEPTH_MAX)
		return refuse(r, "nested too deep");
	enter_value(r, &v);
	v.type = is_array ? JSON_ARRAY : JSON_OBJECT;
	if (!report(r, &v))
		return 0;
	f = &r->frames[r->depth++];
	f->is_array = is_array;
	f->path_len = (uint16_t)r->path_len;
	f->first_name = (uint16_t)r->n_names;
	f->count = 0;
	/*
	 * Below a name that did not fit every path is "?": the frame remembers by a length no path
	 * has.
	 */
	if (r->path_lost)
		f->path_len = JSON_PATH_MAX - 1;
	return 1;
}

static int close_container(struct json_reader *r)
{
	struct frame *f = &r->frames[--r->depth];
	struct json_value v;
	int go;

	r->n_names = f->first_name;
	r->path_len = f->path_len;
	r->path[r->path_len] = '\0';
	r->path_lost = f->path_len == JSON_PATH_MAX - 1;
	memset(&v, 0, sizeof(v));
	v.type = JSON_END;
	v.depth = (uint8_t)r->depth;
	for (unsigned i = 0; i < r->depth; i++)
		if (r->frames[i].is_array)
			v.index[v.n_index++] = r->frames[i].count;
	go = report(r, &v);
	r->path_lost = false;
	leave_value(r);
	return go;
}

static int on_object(void *ctx)
{
	return open_container(ctx, false);
}

static int on_array(void *ctx)
{
	return open_container(ctx, true);
}

static int on_end(void *ctx)
{
	return close_container(ctx);
}

static uint64_t name_hash(const unsigned char *p, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;	/* FNV-1a */

	while (n--)
		h = (h ^ *p++) * 0x100000001b3u;
	return h;
}

static int on_name(void *ctx, const unsigned char *name, size_t n)
{
	struct json_reader *r = ctx;
	struct frame *f = &r->frames[r->depth - 1];
	uint64_t h = name_hash(name, n);
	struct str s;
	unsigned i;

	for (i = f->first_name; i < r->n_names; i++)
		if (r->names[i] == h)
			return stop(r, err_set(r->e, EBADMSG, r->what,
					       "JSON near byte %llu: duplicate name \"%.*s\"",
					       place(r), n > 64 ? 64 : (int)n, (const char *)name));
	if (!text_is_utf8(name, n))
		return refuse(r, "invalid UTF8");
	if (r->n_names == JSON_NAMES_MAX)
		return refuse(r, "too many names");
	r->names[r->n_names++] = h;
	r->path_len = f->path_len;
	str_init(&s, r->path + r->path_len, sizeof(r->path) - r->path_len);
	if (r->depth > 1)
		str_putc(&s, '.');
	str_put(&s, (const char *)name, n);
	r->path_lost = s.cut || memchr(name, 0, n) || f->path_len == JSON_PATH_MAX - 1;
	r->path_len += s.len;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_object,
	.yajl_map_key = on_name,
	.yajl_end_map = on_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_end,
};

struct json_reader *json_start(struct arena *a, json_callback *call, void *ctx, const char *what)
{
	struct json_reader *r = arena_get(a, sizeof(*r));

	if (!r)
		return NULL;
	r->a = a;
	r->call = call;
	r->ctx = ctx;
	r->what = what;
	if (setjmp(r->dry))
		return NULL;
	r->yajl = yajl_alloc(
		&callbacks, &(yajl_alloc_funcs){ block_get, block_resize, block_put, r }, r);
	return r->yajl ? r : NULL;
}

/* yajl says "parse error: trailing garbage\n" and more: one line of it is ours. */
static int parse_error(struct json_reader *r)
{
	const char *said;

	if (r->failed)
		return r->failed;
	said = (const char *)yajl_get_error(r->yajl, 0, NULL, 0);
	r->failed = err_set(r->e, EBADMSG, r->what, "JSON near byte %llu: %.*s", place(r),
		(int)strcspn(said, "\n"), said);
	return r->failed;
}

int json_feed(struct json_reader *r, const void *bytes, size_t n, struct err *e)
{
	r->e = e;
	if (r->failed)
		return r->failed;
	if (setjmp(r->dry)) {
		refuse(r, "too large for the memory set aside");
		return r->failed;
	}
	if (yajl_parse(r->yajl, bytes, n) != yajl_status_ok)
		return parse_error(r);
	r->offset += n;
	return 0;
}

int json_finish(struct json_reader *r, struct err *e)
{
	r->e = e;
	if (r->failed)
		return r->failed;
	if (setjmp(r->dry)) {
		refuse(r, "too large for the memory set aside");
		return r->failed;
	}
	return yajl_complete_parse(r->yajl) == yajl_status_ok ? 0 : parse_error(r);
}

int json_read(struct arena *a, const void *bytes, size_t n, json_callback *call, void *ctx,
	const char *what, struct err *e)
{
	size_t mark = arena_mark(a);
	struct json_reader *r = json_start(a, call, ctx, what);
	int rc;

	if (!r)
		return err_set(e, ENOMEM, what, "no memory for JSON");
	rc = json_feed(r, bytes, n, e);
	if (!rc)
		rc = json_finish(r, e);
	arena_release(a, mark);
	return rc;
}

bool json_at(const char *path, const struct json_value *v, const char *want, unsigned depth)
{
	return v->depth == depth && strcmp(path, want) == 0;
}
