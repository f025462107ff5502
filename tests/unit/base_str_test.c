/* SPDX-License-Identifier: ISC */
/* runtime/base: strings, the formatter, the error record and hexadecimal/base64 text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "runtime/base/err.h"
#include "runtime/base/str.h"
#include "runtime/base/text.h"

static char out[64];

#define assert_print(want, ...)                                            \
	do {                                                               \
		assert_int_equal(str_print(out, sizeof(out), __VA_ARGS__), \
				 (int)strlen(want));                       \
		assert_string_equal(out, want);                            \
	} while (0)

static void formatter_has_printfs_conversions(void **state)
{
	const char *volatile none = NULL;

	(void)state;
	assert_print("a%b", "a%%b");
	assert_print("x 7 -7 ff FF 17", "%c %d %i %x %X %o", 'x', 7, -7, 255u, 255u, 15u);
	assert_print("-2147483648 4294967295", "%d %u", INT_MIN, UINT_MAX);
	assert_print("-9223372036854775808", "%lld", LLONG_MIN);
	assert_print("18446744073709551615", "%llu", ULLONG_MAX);
	assert_print("  abc|abc  |ab", "%5s|%-5s|%.2s", "abc", "abc", "abc");
	assert_print("00042|   42|42   |-0042", "%05d|%5d|%-5d|%05d", 42, 42, 42, -42);
	assert_print("ab cd", "%.*s %s", 2, "abxx", "cd");
	assert_print("   7", "%*d", 4, 7);
	assert_print("(null)", "%s", none);
	assert_print("1 2 3", "%zu %ld %hhu", (size_t)1, 2L, 259);
}

static void precision_bounds_the_read_of_an_unterminated_string(void **state)
{
	const char raw[3] = { 'a', 'b', 'c' };

	(void)state;
	assert_print("abc", "%.3s", raw);
}

static void what_does_not_fit_is_cut_and_said(void **state)
{
	char small[4];

	(void)state;
	assert_int_equal(str_print(small, sizeof(small), "%s", "abcd"), -ENAMETOOLONG);
	assert_string_equal(small, "abc");
	assert_int_equal(str_print(small, sizeof(small), "%s", "abc"), 3);
	assert_int_equal(str_copy(small, sizeof(small), "abcd"), -ENAMETOOLONG);
	assert_string_equal(small, "");
}

static void foreign_bytes_cannot_steer_a_terminal(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "plain", "plain" },
		{ "\033[2J", "\\x1b[2J" },
		{ "a\r\n\t", "a\\x0d\\x0a\\x09" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xc2\x9b" "31m", "\\xc2\\x9b31m" },		/* C1 CSI */
		{ "\xc0\x80", "\\xc0\\x80" },			/* overlong */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },		/* surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },	/* above U+10FFFF */
		{ "\xe2\x82", "\\xe2\\x82" },			/* ends within a character */
		{ "\x7f", "\\x7f" },
	};
	struct str s;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		str_init(&s, out, sizeof(out));
		str_put_escaped(&s, cases[i].in, strlen(cases[i].in));
		assert_string_equal(out, cases[i].want);
	}
}

static void the_first_error_is_kept(void **state)
{
	struct err e = { 0 };
	char said[300];

	(void)state;
	assert_int_equal(err_set(&e, ENOENT, "open", "%s", "/a"), -ENOENT);
	assert_int_equal(err_set(&e, -EIO, "close", "later"), -EIO);
	assert_string_equal(err_say(&e, said, sizeof(said)), "open: /a: No such file or directory");
	assert_int_equal(err_set(NULL, EPERM, "x", "y"), -EPERM);
}

static void an_error_text_is_one_safe_line(void **state)
{
	struct err e = { 0 };
	char big[400];

	(void)state;
	err_set(&e, EINVAL, "tar", "name \"a\nb\033c\xc2\x9b\xc3\xa9\"");
	assert_string_equal(e.text, "name \"a?b?c??\xc3\xa9\"");
	err_clear(&e);
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	err_set(&e, EINVAL, "tar", "%s", big);
	assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
	assert_string_equal(e.text + ERR_TEXT_MAX - 4, "...");
}

static void a_foreign_error_record_is_made_safe(void **state)
{
	struct err e;

	(void)state;
	memset(&e, 0x1b, sizeof(e));
	e.code = 7;
	assert_int_equal(err_check(&e), 0);
	assert_int_equal(strlen(e.step), ERR_STEP_MAX - 1);
	assert_null(strchr(e.text, 0x1b));
	e.code = -3;
	assert_int_equal(err_check(&e), -EPROTO);
}

static void hex_is_lower_case_only(void **state)
{
	uint8_t bytes[2];

	(void)state;
	text_hex("\x01\xfe", 2, out);
	assert_string_equal(out, "01fe");
	assert_int_equal(text_unhex("01fe", 4, bytes, 2), 0);
	assert_memory_equal(bytes, "\x01\xfe", 2);
	assert_int_equal(text_unhex("01FE", 4, bytes, 2), -EINVAL);
	assert_int_equal(text_unhex("01f", 3, bytes, 2), -EINVAL);
	assert_int_equal(text_unhex("01fe0", 5, bytes, 2), -EINVAL);
}

static void base64_is_strict(void **state)
{
	static const struct {
		const char *in;
		int want;
	} cases[] = {
		{ "", 0 },	     { "Zg==", 1 },
		{ "Zm8=", 2 },	     { "Zm9v", 3 },
		{ "Zm9vYg==", 4 },   { "Zg", -EINVAL },
		{ "Zg=", -EINVAL },  { "Zh==", -EINVAL },
		{ "Z===", -EINVAL }, { "Zm9v\n", -EINVAL },
		{ "Zm 9", -EINVAL }, { "Zg==Zg==", -EINVAL },
		{ "====", -EINVAL }, { "Zm9vYmFyYmF6", -ENOSPC },
	};
	uint8_t bytes[6];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(
			text_unbase64(cases[i].in, strlen(cases[i].in), bytes, sizeof(bytes)),
			cases[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formatter_has_printfs_conversions),
		cmocka_unit_test(precision_bounds_the_read_of_an_unterminated_string),
		cmocka_unit_test(what_does_not_fit_is_cut_and_said),
		cmocka_unit_test(foreign_bytes_cannot_steer_a_terminal),
		cmocka_unit_test(the_first_error_is_kept),
		cmocka_unit_test(an_error_text_is_one_safe_line),
		cmocka_unit_test(a_foreign_error_record_is_made_safe),
		cmocka_unit_test(hex_is_lower_case_only),
		cmocka_unit_test(base64_is_strict),
	};

	return cmocka_run_group_tests_name("base_str", tests, NULL, NULL);
}
