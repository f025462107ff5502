/* SPDX-License-Identifier: ISC */
/* fetch/tar: dialects, splits, and what is refused. Archives are built here block by block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "fetch/tar.h"
#include "runtime/base/compiler.h"
#include "runtime/base/str.h"

static unsigned char archive[65536];
static size_t len;
static struct str log_;
static char log_bytes[8192];
static struct tar parser;

/* One header with its checksum; size is the field's text. */
static unsigned char *header(char type, const char *name, const char *size)
{
	unsigned char *h = archive + len;
	unsigned sum = 0;

	memset(h, 0, 512);
	strncpy((char *)h, name, 100);
	memcpy(h + 100, "0000755", 8);
	memcpy(h + 108, "0001750", 8);
	memcpy(h + 116, "0000012", 8);
	memcpy(h + 124, size, strlen(size));
	memcpy(h + 136, "14524770400", 12);
	h[156] = (unsigned char)type;
	memcpy(h + 257, "ustar\00000", 8);
	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += h[i];
	str_print((char *)h + 148, 8, "%06o", sum);
	len += 512;
	return h;
}

/* The same as the first of an archive. */
static unsigned char *first_header(char type, const char *name, const char *size)
{
	len = 0;
	return header(type, name, size);
}

/* Makes the checksum right again after a field was changed. */
static void seal(unsigned char *h)
{
	unsigned sum = 0;

	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += h[i];
	str_print((char *)h + 148, 8, "%06o", sum);
}

static void body(const char *bytes, size_t n)
{
	memset(archive + len, 0, (n + 511) / 512 * 512);
	memcpy(archive + len, bytes, n);
	len += (n + 511) / 512 * 512;
}

static void end_marks(void)
{
	memset(archive + len, 0, 1024);
	len += 1024;
}

static int on_entry(void *ctx, const struct tar_entry *n, struct err *e)
{
	(void)ctx;
	(void)e;
	str_fmt(&log_, "%c %s", n->type, n->path);
	if (n->link[0])
		str_fmt(&log_, " -> %s", n->link);
	str_fmt(&log_, " %o %u:%u %lld.%09u %llu", n->mode, n->uid, n->gid, (long long)n->mtime_s,
		n->mtime_ns, (unsigned long long)n->size);
	for (unsigned i = 0; i < n->n_xattrs; i++)
		str_fmt(&log_, " %s=%.*s", n->xattrs[i].name, (int)n->xattrs[i].len,
			n->xattrs[i].value);
	str_puts(&log_, "[");
	return 0;
}

static int on_data(void *ctx, const void *bytes, size_t n, struct err *e)
{
	(void)ctx;
	(void)e;
	str_put(&log_, bytes, n);
	return 0;
}

static int on_end(void *ctx, struct err *e)
{
	(void)ctx;
	(void)e;
	str_puts(&log_, "]");
	return 0;
}

static int parse(size_t piece, struct err *e)
{
	static const struct tar_ops ops = { on_entry, on_data, on_end };
	int rc = 0;

	str_init(&log_, log_bytes, sizeof(log_bytes));
	tar_init(&parser, &ops, NULL);
	for (size_t at = 0; at < len && !rc; at += piece)
		rc = tar_feed(&parser, archive + at, len - at < piece ? len - at : piece, e);
	return rc ? rc : tar_finish(&parser, e);
}

static void gives(const char *want)
{
	static const size_t pieces[] = { 1, 3, 100, 511, 512, 513, 4096, sizeof(archive) };

	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct err e = { 0 };

		if (parse(pieces[i], &e))
			fail_msg("%s", e.text);
		assert_string_equal(log_bytes, want);
	}
}

static void refuses(const char *why)
{
	for (size_t piece = 1; piece <= 4096; piece += 4095) {
		struct err e = { 0 };

		assert_int_equal(parse(piece, &e), -EBADMSG);
		if (!strstr(e.text, why))
			fail_msg("\"%s\" lacks \"%s\"", e.text, why);
	}
}

static void files_and_folders_come_in_order(void **state)
{
	(void)state;
	first_header('5', "etc/", "0");
	header('0', "etc/a", "5");
	body("hello", 5);
	header('0', "etc/empty", "0");
	end_marks();
	gives("5 etc/ 755 1000:10 1700000000.000000000 0[]0 etc/a 755 1000:10 1700000000.000000000 "
	      "5[hello]"
	      "0 etc/empty 755 1000:10 1700000000.000000000 0[]");
}

static void ustar_prefix_goes_before_the_name(void **state)
{
	unsigned char *h;

	(void)state;
	len = 0;
	h = header('0', "name", "0");
	memcpy(h + 345, "a/b", 3);
	seal(h);
	gives("0 a/b/name 755 1000:10 1700000000.000000000 0[]");
	memcpy(h + 257, "ustar  ", 8);	/* GNU keeps other things there */
	seal(h);
	gives("0 name 755 1000:10 1700000000.000000000 0[]");
}

static void gnu_long_names_replace_the_header(void **state)
{
	(void)state;
	first_header('L', "././@LongLink", "14");
	body("a/long/path\0", 12);
	header('K', "././@LongLink", "7");
	body("target\0", 7);
	header('2', "short", "0");
	header('0', "next", "0");
	gives("2 a/long/path -> target 755 1000:10 1700000000.000000000 0[]0 next 755 1000:10 "
	      "1700000000.000000000 0[]");
}

static void a_pax_record_of_wrong_length_is_refused(void **state)
{
	static const char *const wrong[] = { "12 path=p/long\n", "999 path=a\n", "3 p\n",
		"path=a\n", "-5 a=b\n", "5 a=b", "" };
	char size[12];

	(void)state;
	for (size_t i = 0; wrong[i][0]; i++) {
		len = 0;
		str_print(size, sizeof(size), "%o", (unsigned)strlen(wrong[i]));
		header('x', "pax", size);
		body(wrong[i], strlen(wrong[i]));
		header('0', "short", "0");
		refuses("record");
	}
}

/* Appends one PAX record; its length counts its own digits. */
static void record(struct str *s, const char *key, const char *value)
{
	size_t n = strlen(key) + strlen(value) + 3;

	n += n + 2 > 99 ? 3 : n + 1 > 9 ? 2 : 1;
	str_fmt(s, "%u %s=%s\n", (unsigned)n, key, value);
}

static void pax_header(char type, const char *const pairs[])
{
	char text[4096], size[12];
	struct str s;

	str_init(&s, text, sizeof(text));
	for (size_t i = 0; pairs[i]; i += 2)
		record(&s, pairs[i], pairs[i + 1]);
	str_print(size, sizeof(size), "%o", (unsigned)s.len);
	header(type, "pax", size);
	body(text, s.len);
}

static void pax_records_replace_the_header(void **state)
{
	static const char *const pairs[] = { "path", "p/long", "mtime", "-1.5", "uid", "70000",
		"size", "3", "SCHILY.xattr.user.a", "b=c\nd", "comment", "ignored", NULL };

	(void)state;
	len = 0;
	pax_header('x', pairs);
	header('0', "short", "0");
	body("abc", 3);
	header('0', "next", "0");
	gives("0 p/long 755 70000:10 -2.500000000 3 user.a=b=c\nd[abc]0 next 755 1000:10 "
	      "1700000000.000000000 0[]");
}

static void pax_abuse_is_refused(void **state)
{
	static const struct {
		char type;
		const char *pairs[5];
		const char *why;
	} cases[] = {
		{ 'x', { "path", "a", "path", "b" }, "duplicate" },
		{ 'g', { "path", "a" }, "global" },
		{ 'g', { "SCHILY.xattr.user.a", "a" }, "global" },
		{ 'x', { "size", "-1" }, "number" },
		{ 'x', { "size", "99999999999999999999" }, "number" },
		{ 'x', { "uid", "4294967295" }, "number" },
		{ 'x', { "GNU.sparse.major", "1" }, "sparse" },
		{ 'x', { "mtime", "1x" }, "number" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		len = 0;
		pax_header(cases[i].type, cases[i].pairs);
		header('0', "a", "0");
		refuses(cases[i].why);
	}
}

static void a_comment_for_all_is_ignored(void **state)
{
	static const char *const pairs[] = { "comment", "0123456789abcdef", NULL };

	(void)state;
	len = 0;
	pax_header('g', pairs);
	header('0', "a", "0");
	gives("0 a 755 1000:10 1700000000.000000000 0[]");
}

static void numbers_may_be_base_256(void **state)
{
	unsigned char *h;

	(void)state;
	len = 0;
	h = header('0', "a", "0");
	memcpy(h + 108, "\x80\0\0\0\xb2\xd0\x5e\x00", 8);
	memcpy(h + 136, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe", 12);
	seal(h);
	gives("0 a 755 3000000000:10 -2.000000000 0[]");
	memcpy(h + 124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", 12);
	seal(h);
	refuses("size");
	memcpy(h + 124, "\x80\x01\0\0\0\0\0\0\0\0\0\0", 12);	/* more than 63 bits */
	seal(h);
	refuses("size");
}

static void only_files_have_data(void **state)
{
	(void)state;
	first_header('1', "hard", "7");
	header('0', "a", "0");
	gives("1 hard 755 1000:10 1700000000.000000000 0[]0 a 755 1000:10 1700000000.000000000 "
	      "0[]");
}

static void checksum_counts_signed_or_unsigned(void **state)
{
	unsigned char *h;
	int sum = 0;

	(void)state;
	len = 0;
	h = header('0', "\xe9", "0");
	memset(h + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (signed char)h[i];
	str_print((char *)h + 148, 8, "%06o", (unsigned)sum);
	gives("0 \xe9 755 1000:10 1700000000.000000000 0[]");
	h[0] ^= 1;
	refuses("checksum");
}

static void sparse_and_unknown_types_are_refused(void **state)
{
	(void)state;
	first_header('S', "a", "0");
	refuses("sparse");
	first_header('D', "a", "0");
	refuses("unknown type 0x44");
}

static void the_end_may_be_marked_or_not(void **state)
{
	const char *want = "0 a 755 1000:10 1700000000.000000000 2[hi]";

	(void)state;
	first_header('0', "a", "2");
	body("hi", 2);
	gives(want);
	len -= 510;		/* the padding left out */
	gives(want);
	len += 510;
	memset(archive + len, 0, 512);
	len += 512;
	gives(want);		/* one zero block */
	end_marks();
	memset(archive + len, 'x', 700);
	len += 700;
	gives(want);		/* what is behind two is not looked at */
}

static void a_cut_inside_an_entry_is_refused(void **state)
{
	(void)state;
	for (size_t n = 1; n < 512 + 600; n++) {
		struct err e = { 0 };

		first_header('0', "a", "1130");	/* 600 bytes */
		body((const char *)archive, 600);
		len = n;
		assert_int_equal(parse(77, &e), -EBADMSG);
	}
	first_header('L', "././@LongLink", "2");
	body("a", 2);
	refuses("truncated");	/* a name without its entry */
}

static void data_may_be_passed_over(void **state)
{
	static const struct tar_ops ops = { on_entry, on_data, on_end };
	struct err e = { 0 };

	(void)state;
	first_header('0', "big", "77777777777");	/* 8 GiB - 1 */
	str_init(&log_, log_bytes, sizeof(log_bytes));
	tar_init(&parser, &ops, NULL);
	assert_int_equal(tar_feed(&parser, archive, 512, &e), 0);
	assert_true(tar_skippable(&parser) == 8589934591u);
	assert_int_equal(tar_skip(&parser, 8589934591u, &e), 0);
	assert_int_equal(tar_feed(&parser, "", 1, &e), 0);	/* its padding */
	header('0', "next", "0");
	assert_int_equal(tar_feed(&parser, archive + 512, 512, &e), 0);
	assert_true(parser.entry.offset == 8589934592u + 512);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_and_folders_come_in_order), TEST(ustar_prefix_goes_before_the_name),
		TEST(gnu_long_names_replace_the_header),
		TEST(a_pax_record_of_wrong_length_is_refused), TEST(pax_records_replace_the_header),
		TEST(pax_abuse_is_refused), TEST(a_comment_for_all_is_ignored),
		TEST(numbers_may_be_base_256), TEST(only_files_have_data),
		TEST(checksum_counts_signed_or_unsigned),
		TEST(sparse_and_unknown_types_are_refused), TEST(the_end_may_be_marked_or_not),
		TEST(a_cut_inside_an_entry_is_refused), TEST(data_may_be_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
