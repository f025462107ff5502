/* SPDX-License-Identifier: ISC */
/*
 * init/cli/when: points in time as users write them. The expected seconds are those of date -u +%s.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "init/cli/when.h"
#include "runtime/base/compiler.h"

/* 2026-11-24 10:00:00 UTC, an hour after boot. */
#define NOW_MS 1795514400000ull
static const struct when_now now = { .mono_ms = 3600000, .wall_ms = NOW_MS },
			     unset = { .mono_ms = 3600000 };

static void times_are_read_as_systemd_has_them(void **state)
{
	static const struct {
		const char *text;
		uint64_t want;
	} cases[] = {
		{ "now", 3600000 },
		{ "10min ago", 3000000 },
		{ "-10min", 3000000 },
		{ "1h 1s ago", 0 },
		{ "-0", 3600000 },
		{ "@1795514400", 3600000 },
		{ "@1795514399", 3599000 },
		{ "@5", 0 },
		{ "2026-11-24 09:59", 3540000 },
		{ "2026-11-24T09:59:59", 3599000 },
		{ "2026-11-24 10:00:01", 3601000 },
		{ "2026-11-24", 0 },
		{ "09:30", 1800000 },
		{ "09:30:01", 1801000 },
		{ "today", 0 },
		{ "yesterday", 0 },
		{ "+5min", 300000 },
		{ "+0", 0 },
		{ "2028-02-29", 3600000 + (1835395200ull - 1795514400) * 1000 },
		{ "2100-03-01", 3600000 + (4107542400ull - 1795514400) * 1000 },
	};
	uint64_t got;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(when_parse(cases[i].text, &now, &got), 0);
		assert_int_equal(got, cases[i].want);
	}
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"soon",
		"ago",
		" ago",
		"10min ago ",
		"-",
		"+",
		"@",
		"@x",
		"2026",
		"2026-13-01",
		"2026-02-29",
		"2100-02-29",
		"24:00",
		"10:60",
		"10",
		"2026-11-24 ",
		"2026-11-24 10",
		"1969-12-31",
		"@99999999999999999999",
		"2026-11-24 10:00:00x",
	};
	uint64_t got = 7;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(when_parse(cases[i], &now, &got), -EINVAL);
		assert_int_equal(got, 7);
	}
}

static void without_a_clock_only_spans_are_times(void **state)
{
	uint64_t got = 7;

	(void)state;
	assert_int_equal(when_parse("2026-11-24", &unset, &got), -ENODATA);
	assert_int_equal(when_parse("10:00", &unset, &got), -ENODATA);
	assert_int_equal(when_parse("@5", &unset, &got), -ENODATA);
	assert_int_equal(when_parse("nonsense", &unset, &got), -EINVAL);
	assert_int_equal(got, 7);
	assert_int_equal(when_parse("-1min", &unset, &got), 0);
	assert_int_equal(got, 3540000);
	assert_int_equal(when_parse("+1min", &unset, &got), 0);
	assert_int_equal(got, 60000);
}

static void what_is_written_is_read_back(void **state)
{
	static const struct when_now epoch = { .mono_ms = 0, .wall_ms = 1 };
	uint64_t s, got;
	char text[32];

	(void)state;
	when_format(text, sizeof(text), NOW_MS + 123);
	assert_string_equal(text, "2026-11-24T10:00:00.123Z");
	when_format(text, sizeof(text), 951782400000ull);
	assert_string_equal(text, "2000-02-29T00:00:00.000Z");
	/* Every 10 h 7 s for 180 years. */
	for (s = 0; s < 180ull * 366 * 86400; s += 36007) {
		when_format(text, sizeof(text), s * 1000);
		text[19] = '\0';
		assert_int_equal(when_parse(text, &epoch, &got), 0);
		assert_int_equal(got, s ? s * 1000 - 1 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_read_as_systemd_has_them),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(without_a_clock_only_spans_are_times),
		cmocka_unit_test(what_is_written_is_read_back),
	};

	return cmocka_run_group_tests_name("cli_when", tests, NULL, NULL);
}
