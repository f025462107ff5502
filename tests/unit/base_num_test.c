/* SPDX-License-Identifier: ISC */
/* runtime/base: checked numbers and the arena. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "runtime/base/arena.h"
#include "runtime/base/compiler.h"
#include "runtime/base/num.h"

static void integers_are_whole_strings_within_bounds(void **state)
{
	uint64_t u = 0;
	int64_t i = 0;

	(void)state;
	assert_int_equal(num_u64("42", 2, 100, &u), 0);
	assert_true(u == 42);
	assert_int_equal(num_u64("18446744073709551615", 20, UINT64_MAX, &u), 0);
	assert_true(u == UINT64_MAX);
	assert_int_equal(num_u64("18446744073709551616", 20, UINT64_MAX, &u), -ERANGE);
	assert_int_equal(num_u64("101", 3, 100, &u), -ERANGE);
	assert_int_equal(num_u64("", 0, 100, &u), -EINVAL);
	assert_int_equal(num_u64("4x", 2, 100, &u), -EINVAL);
	assert_int_equal(num_u64("-1", 2, 100, &u), -EINVAL);
	assert_int_equal(num_u64(" 1", 2, 100, &u), -EINVAL);
	assert_int_equal(num_i64("-9223372036854775808", 20, INT64_MIN, INT64_MAX, &i), 0);
	assert_true(i == INT64_MIN);
	assert_int_equal(num_i64("9223372036854775808", 19, INT64_MIN, INT64_MAX, &i), -ERANGE);
	assert_int_equal(num_i64("-", 1, -5, 5, &i), -EINVAL);
	assert_int_equal(num_i64("-6", 2, -5, 5, &i), -ERANGE);
	assert_int_equal(num_octal("0755", 4, 07777, &u), 0);
	assert_true(u == 0755);
	assert_int_equal(num_octal("08", 2, 07777, &u), -EINVAL);
}

static void sizes_are_written_as_systemd_and_podman_do(void **state)
{
	static const struct {
		const char *in;
		int rc;
		uint64_t want;
	} cases[] = {
		{ "0", 0, 0 },
		{ "512", 0, 512 },
		{ "64K", 0, 65536 },
		{ "64k", 0, 65536 },
		{ "64m", 0, 64 << 20 },
		{ "64MB", 0, 64 << 20 },
		{ "64MiB", 0, 64 << 20 },
		{ "2G", 0, 2ull << 30 },
		{ "1T", 0, 1ull << 40 },
		{ "10b", 0, 10 },
		{ "infinity", 0, UINT64_MAX },
		{ "", -EINVAL, 0 },
		{ "M", -EINVAL, 0 },
		{ "64MM", -EINVAL, 0 },
		{ "64 M", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1.5G", -EINVAL, 0 },
		{ "64Mx", -EINVAL, 0 },
		{ "99999999T", -ERANGE, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t v = 0;

		assert_int_equal(num_size(cases[i].in, &v), cases[i].rc);
		assert_true(v == cases[i].want);
	}
}

static void spans_are_systemd_time(void **state)
{
	static const struct {
		const char *in;
		int rc;
		uint64_t ms;
	} cases[] = {
		{ "0", 0, 0 },
		{ "5", 0, 5000 },
		{ "100ms", 0, 100 },
		{ "1.5s", 0, 1500 },
		{ ".5", 0, 500 },
		{ "2min 3s", 0, 123000 },
		{ "2min3s", 0, 123000 },
		{ "1h", 0, 3600000 },
		{ "1d", 0, 86400000 },
		{ "1w", 0, 604800000 },
		{ "1us", 0, 1 },
		{ "999us", 0, 1 },
		{ " 5 s ", 0, 5000 },
		{ "infinity", 0, UINT64_MAX },
		{ "", -EINVAL, 0 },
		{ "5x", -EINVAL, 0 },
		{ "-5", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "5,", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ "999999999999w", -ERANGE, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		uint64_t v = 0;

		assert_int_equal(num_span_ms(cases[i].in, &v), cases[i].rc);
		assert_true(v == cases[i].ms);
	}
}

static void booleans_are_systemds(void **state)
{
	bool b = false;

	(void)state;
	assert_int_equal(num_bool("Yes", &b), 0);
	assert_true(b);
	assert_int_equal(num_bool("off", &b), 0);
	assert_false(b);
	assert_int_equal(num_bool("maybe", &b), -EINVAL);
	assert_int_equal(num_bool("", &b), -EINVAL);
}

static void the_arena_refuses_instead_of_overrunning(void **state)
{
	_Alignas(16) unsigned char space[64];
	struct arena a;
	size_t mark;

	(void)state;
	memset(space, 0xff, sizeof(space));
	arena_init(&a, space, sizeof(space));
	assert_string_equal(arena_text(&a, "abcdef", 3), "abc");
	mark = arena_mark(&a);
	assert_non_null(arena_get(&a, 8));
	assert_int_equal((uintptr_t)arena_get(&a, 8) % _Alignof(max_align_t), 0);
	assert_null(arena_get(&a, 64));
	assert_null(arena_get(&a, SIZE_MAX));
	assert_null(arena_text(&a, "x", SIZE_MAX));
	arena_release(&a, mark);
	assert_int_equal(a.used, 4);
	assert_null(
		arena_text(&a, "012345678901234567890123456789012345678901234567890123456789", 60));
	assert_non_null(
		arena_text(&a, "01234567890123456789012345678901234567890123456789012345678", 59));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_whole_strings_within_bounds),
		cmocka_unit_test(sizes_are_written_as_systemd_and_podman_do),
		cmocka_unit_test(spans_are_systemd_time),
		cmocka_unit_test(booleans_are_systemds),
		cmocka_unit_test(the_arena_refuses_instead_of_overrunning),
	};

	return cmocka_run_group_tests_name("base_num", tests, NULL, NULL);
}
