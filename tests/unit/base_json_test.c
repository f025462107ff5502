/* SPDX-License-Identifier: ISC */
/* runtime/base/json: what is reported, what is refused, and that no split of the input matters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/base/json.h"
#include "runtime/base/str.h"

static _Alignas(16) unsigned char memory[65536];
static char seen[4096];

struct watch {
	struct str log;
	const char *stop_at;
};

static int on_value(void *ctx, const char *path, const struct json_value *v, struct err *e)
{
	static const char *const names[] = { "null", "bool", "int", "number", "string", "{", "[",
		"end" };
	struct watch *w = ctx;

	if (w->stop_at && strcmp(path, w->stop_at) == 0)
		return err_set(e, EPERM, "test", "stopped");
	str_fmt(&w->log, "%u:%s", v->depth, path);
	for (unsigned i = 0; i < v->n_index; i++)
		str_fmt(&w->log, "#%u", v->index[i]);
	str_fmt(&w->log, "=%s", names[v->type]);
	if (v->type == JSON_STRING)
		str_fmt(&w->log, "(%s)", v->text);
	if (v->type == JSON_INT)
		str_fmt(&w->log, "(%lld)", (long long)v->integer);
	str_puts(&w->log, " ");
	return 0;
}

/* Reads text in pieces of `piece` bytes. */
static int read_by(const char *text, size_t n, size_t piece, struct err *e)
{
	struct watch w = { .stop_at = NULL };
	struct json_reader *r;
	struct arena a;
	int rc = 0;

	str_init(&w.log, seen, sizeof(seen));
	arena_init(&a, memory, sizeof(memory));
	r = json_start(&a, on_value, &w, "doc");
	assert_non_null(r);
	for (size_t at = 0; at < n && !rc; at += piece)
		rc = json_feed(r, text + at, n - at < piece ? n - at : piece, e);
	return rc ? rc : json_finish(r, e);
}

static void values_come_with_path_depth_and_index(void **state)
{
	const char *doc = "{\"a\":1,\"b\":[\"x\",{\"c.d\":null}],\"e\":{\"f\":true,\"g\":1.5}}";
	const char *want = "0:={ 1:a=int(1) 1:b=[ 2:b[]#0=string(x) 2:b[]#1={ 3:b[].c.d#1=null "
			   "2:b[]#1=end 1:b=end "
			   "1:e={ 2:e.f=bool 2:e.g=number 1:e=end 0:=end ";
	struct err e = { 0 };

	(void)state;
	for (size_t piece = 1; piece < 60; piece++) {
		assert_int_equal(read_by(doc, strlen(doc), piece, &e), 0);
		assert_string_equal(seen, want);
	}
}

static void depth_tells_dots_in_names_from_nesting(void **state)
{
	struct json_value v = { .depth = 2 };

	(void)state;
	assert_true(json_at("a.b", &v, "a.b", 2));
	v.depth = 1;
	assert_false(json_at("a.b", &v, "a.b", 2));
}

static const struct {
	const char *doc, *why;
} refused[] = {
	{ "{\"a\":1,\"a\":2}", "duplicate name \"a\"" },
	{ "{\"a\":1,\"\\u0061\":2}", "duplicate name" },
	{ "{\"x\":{\"a\":1,\"b\":{\"a\":1},\"a\":1}}", "duplicate" },
	{ "{}{}", "trailing" },
	{ "{\"a\":1", "" },
	{ "", "" },
	{ "{'a':1}", "" },
	{ "{\"a\":01}", "" },
	{ "[1,]", "" },
	{ "{\"a\" 1}", "" },
	{ "nul", "" },
	{ "/* */ {}", "" },
	{ "[\"\\u0000\"]", "NUL" },
	{ "[\"\xff\"]", "UTF8" },
	{ "[\"\xc0\xaf\"]", "UTF8" },
	{ "\xef\xbb\xbf{}", "" },
	{ "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "too deep" },
};

static void what_is_not_strict_json_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		for (size_t piece = 1; piece < 9; piece += 7) {
			struct err e = { 0 };

			if (read_by(refused[i].doc, strlen(refused[i].doc), piece, &e) != -EBADMSG)
				fail_msg("taken: %s", refused[i].doc);
			assert_string_equal(e.step, "doc");
			assert_non_null(strstr(e.text, refused[i].why));
		}
	}
}

static void same_names_in_other_objects_are_fine(void **state)
{
	const char *doc = "[{\"a\":{\"a\":1}},{\"a\":2}]";
	struct err e = { 0 };

	(void)state;
	assert_int_equal(read_by(doc, strlen(doc), 100, &e), 0);
}

static void integers_beyond_64_bits_are_not_integers(void **state)
{
	const char *doc = "[9223372036854775807,9223372036854775808,-9223372036854775808,1e3]";
	struct err e = { 0 };

	(void)state;
	assert_int_equal(read_by(doc, strlen(doc), 100, &e), 0);
	assert_string_equal(seen, "0:=[ 1:[]#0=int(9223372036854775807) 1:[]#1=number "
				  "1:[]#2=int(-9223372036854775808) "
				  "1:[]#3=number 0:=end ");
}

/* A name longer than any path: what is below it must not look like something else. */
static void a_name_too_long_hides_what_is_in_it(void **state)
{
	static char doc[2000];
	struct err e = { 0 };
	struct str s;

	(void)state;
	str_init(&s, doc, sizeof(doc));
	str_puts(&s, "{\"");
	for (int i = 0; i < 800; i++)
		str_putc(&s, 'n');
	str_puts(&s, "\":{\"b\":[1]},\"c\":2}");
	assert_int_equal(read_by(doc, s.len, 7, &e), 0);
	assert_string_equal(
		seen, "0:={ 1:?={ 2:?=[ 3:?#0=int(1) 2:?=end 1:?=end 1:c=int(2) 0:=end ");
}

static void memory_that_runs_dry_refuses_the_document(void **state)
{
	static char doc[70000];
	struct err e = { 0 };

	(void)state;
	memset(doc, 'x', sizeof(doc));
	memcpy(doc, "[\"\\n", 4);
	memcpy(doc + sizeof(doc) - 2, "\"]", 2);
	assert_int_equal(read_by(doc, sizeof(doc), sizeof(doc), &e), -EBADMSG);
	e.code = 0;
	assert_int_equal(read_by(doc, sizeof(doc), 100, &e), -EBADMSG);
}

static void a_callback_stops_the_parse_with_its_own_error(void **state)
{
	struct watch w = { .stop_at = "b" };
	struct err e = { 0 };
	struct arena a;

	(void)state;
	str_init(&w.log, seen, sizeof(seen));
	arena_init(&a, memory, sizeof(memory));
	assert_int_equal(json_read(&a, "{\"a\":1,\"b\":2}", 13, on_value, &w, "doc", &e), -EPERM);
	assert_string_equal(e.text, "stopped");
	assert_int_equal(a.used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_with_path_depth_and_index),
		cmocka_unit_test(depth_tells_dots_in_names_from_nesting),
		cmocka_unit_test(what_is_not_strict_json_is_refused),
		cmocka_unit_test(same_names_in_other_objects_are_fine),
		cmocka_unit_test(integers_beyond_64_bits_are_not_integers),
		cmocka_unit_test(a_name_too_long_hides_what_is_in_it),
		cmocka_unit_test(memory_that_runs_dry_refuses_the_document),
		cmocka_unit_test(a_callback_stops_the_parse_with_its_own_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
