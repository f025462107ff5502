/* SPDX-License-Identifier: ISC */
/* init/calendar: 150 expressions against systemd's own answers; the ends of time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "init/svc/calendar.h"
#include "runtime/base/compiler.h"

#define BASE 1768472430u	/* 2026-01-15 10:20:30 UTC */

static const struct {
	const char *text;
	uint32_t next[4];
} cases[] = {
#define CASE(text, a, b, c, d) { text, { a, b, c, d } },
#include "calendar_cases.def"
};

static void times_are_those_of_systemd(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct calendar c;
		uint64_t at = BASE;

		print_message("# %s\n", cases[i].text);
		assert_int_equal(calendar_parse(cases[i].text, &c), 0);
		for (k = 0; k < 4; k++) {
			at = calendar_next(&c, at);
			assert_int_equal(at == UINT64_MAX ? 0 : at, cases[i].next[k]);
			if (at == UINT64_MAX)
				break;
		}
	}
}

static void nonsense_is_refused(void **state)
{
	static const char *const odd[] = {
		"",	     " ",	"tomorrow",   "25:00",	     "12:60",
		"*-13-01",   "*-00-01", "*-01-32",    "Mon,",	     "Mon..",
		"Monx",	     "*:*:*:*", "1969-01-01", "*-*-*-*",     "5..3:00",
		"*/0:00",    "12",	"2026-01",    "12:00 12:00", "*-*-* 00:00 CET",
		"999999:00", "-",	":",	      "*",	     "~",
		"*~",
	};
	struct calendar c;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(odd); i++) {
		print_message("# %s\n", odd[i]);
		assert_int_equal(calendar_parse(odd[i], &c), -22);
	}
}

static void it_ends(void **state)
{
	struct calendar c;

	(void)state;
	/* The 30th of February never comes: found out in a bounded time. */
	assert_int_equal(calendar_parse("*-02-30", &c), 0);
	assert_true(calendar_next(&c, 0) == UINT64_MAX);
	assert_int_equal(calendar_parse("minutely", &c), 0);
	assert_true(calendar_next(&c, UINT64_MAX - 1) == UINT64_MAX);
	assert_true(calendar_next(&c, 0) == 60);
	/* Beyond 2038 and 2106, where 32 bits of time end. */
	assert_true(calendar_next(&c, 2147483647) == 2147483700u);
	assert_true(calendar_next(&c, 4294967295u) == 4294967340u);
	assert_int_equal(calendar_parse("yearly", &c), 0);
	assert_true(calendar_next(&c, 7258118399u - 86400u * 366) == 7226582400u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_those_of_systemd),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(it_ends),
	};

	return cmocka_run_group_tests_name("init_calendar", tests, NULL, NULL);
}
