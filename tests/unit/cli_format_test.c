/* SPDX-License-Identifier: ISC */
/* init/cli: figures, the status table and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "init/cli/format.h"
#include "init/cli/json_out.h"
#include "runtime/base/compiler.h"
#include "runtime/base/str.h"

#define SECOND 1000ull
#define DAY (86400 * SECOND)

static void spans_take_six_columns(void **state)
{
	static const struct {
		uint64_t ms;
		const char *want;
	} cases[] = {
		{ 0, "0s" },
		{ 999, "0s" },
		{ 59999, "59s" },
		{ 60000, "1m00s" },
		{ 754 * SECOND, "12m34s" },
		{ 3599 * SECOND, "59m59s" },
		{ 3600 * SECOND, "1h00m" },
		{ DAY - 1, "23h59m" },
		{ DAY, "1d00h" },
		{ 100 * DAY - 1, "99d23h" },
		{ 100 * DAY, "100d" },
		{ 99999 * DAY, "99999d" },
		{ UINT64_MAX, "99999d" },
	};
	char text[16];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		format_span(text, sizeof(text), cases[i].ms);
		assert_string_equal(text, cases[i].want);
		assert_true(strlen(text) <= 6);
	}
}

static void sizes_take_four_columns(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *want;
	} cases[] = {
		{ 0, "-" },
		{ 1, "1B" },
		{ 999, "999B" },
		{ 1000, "1.0K" },
		{ 1024, "1.0K" },
		{ 1536, "1.5K" },
		{ 10188, "9.9K" },
		{ 10240, "10K" },
		{ 1023 * 1024, "1.0M" },
		{ 1572864, "1.5M" },
		{ 64 << 20, "64M" },
		{ 1ull << 30, "1.0G" },
		{ 1ull << 40, "1.0T" },
		{ 1ull << 50, "1.0P" },
		{ 1ull << 60, "1.0E" },
		{ UINT64_MAX, "-" },
	};
	char text[8];
	uint64_t v;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		format_bytes(text, sizeof(text), cases[i].bytes);
		assert_string_equal(text, cases[i].want);
	}
	for (v = 1; v < UINT64_MAX / 7; v += v / 5 + 1) {
		format_bytes(text, sizeof(text), v);
		assert_in_range(strlen(text), 1, 4);
	}
}

static void names_are_cut_with_a_mark(void **state)
{
	char text[32];

	(void)state;
	format_name(text, sizeof(text), "web.container", 13);
	assert_string_equal(text, "web.container");
	format_name(text, sizeof(text), "web.container", 12);
	assert_string_equal(text, "web.contain~");
	format_name(text, sizeof(text), "", 12);
	assert_string_equal(text, "");
	format_name(text, sizeof(text), "\x1b[2J\xc3\xa9", 12);
	assert_string_equal(text, "?[2J??");
}

static void the_last_exit_in_a_word(void **state)
{
	struct ctl_unit u = { .exit_code = -1 };
	char text[12];

	(void)state;
	format_exit(text, sizeof(text), &u);
	assert_string_equal(text, "-");
	u.exit_code = 0;
	format_exit(text, sizeof(text), &u);
	assert_string_equal(text, "0");
	u.exit_code = 255;
	format_exit(text, sizeof(text), &u);
	assert_string_equal(text, "255");
	u.exit_code = -1;
	u.exit_signal = 9;
	format_exit(text, sizeof(text), &u);
	assert_string_equal(text, "KILL");
	u.oom_killed = 1;
	format_exit(text, sizeof(text), &u);
	assert_string_equal(text, "oom");
}

static void a_row_as_users_see_it(void **state)
{
	struct ctl_unit u = {
		.name = "web.container",
		.state = "running",
		.uptime_ms = 61 * SECOND,
		.pid = 42,
		.restarts = 3,
		.memory_bytes = 1572864,
		.exit_code = -1,
		.exit_signal = 9,
		.digest = { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6 },
	};
	char head[96], row[96];

	(void)state;
	format_table_head(head, sizeof(head));
	format_table_row(row, sizeof(row), &u);
	assert_string_equal(
		head,
		"UNIT                 STATE          PID     UP RSTRT   MEM IMAGE        EXIT");
	assert_string_equal(
		row,
		"web.container        running         42  1m01s     3  1.5M a0a1a2a3a4a5 KILL");
	u = (struct ctl_unit){ .name = "job.service", .state = "failed", .exit_code = 1 };
	format_table_row(row, sizeof(row), &u);
	assert_string_equal(
		row, "job.service          failed           -      -     0     - -            1");
}

static void a_row_never_leaves_its_80_columns(void **state)
{
	static const uint64_t values[] = { 0,	       1,	   999,	      4194304,	 UINT32_MAX,
					   1ull << 40, 1ull << 60, INT64_MAX, UINT64_MAX };
	struct ctl_unit u = { 0 };
	char row[160];
	size_t i;
	int sig;

	(void)state;
	memset(u.name, 'n', sizeof(u.name) - 1);
	memset(u.state, 's', sizeof(u.state) - 1);
	memset(u.digest, 0xff, sizeof(u.digest));
	for (i = 0; i < ARRAY_LEN(values); i++) {
		u.uptime_ms = u.memory_bytes = values[i];
		u.pid = u.restarts = (uint32_t)values[i];
		u.exit_code = (int32_t)(values[i] & 255);
		for (sig = 0; sig < 128; sig++) {
			u.exit_signal = sig;
			format_table_row(row, sizeof(row), &u);
			assert_in_range(strlen(row), 40, 80);
			assert_true(row[19] == '~' && row[20] == ' ');
		}
	}
}

/*
 * --- JSON into a buffer -------------------------------------------------------------------------
 */

static char said[4096];
static size_t n_said;

static void keep(struct sink *s, const char *bytes, size_t n)
{
	(void)s;
	assert_true(n_said + n < sizeof(said));
	memcpy(said + n_said, bytes, n);
	n_said += n;
	said[n_said] = '\0';
}

static struct sink memory = { .put = keep, .stop_fd = -1 };

static const char *one_text(const char *bytes, size_t n)
{
	struct json_out j;

	n_said = 0;
	json_out_start(&j, &memory);
	json_out_bytes(&j, "t", bytes, n);
	json_out_end(&j);
	return said;
}

static void strings_are_escaped(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *want;
	} cases[] = {
		{ "", 0, "{\"t\":\"\"}" },
		{ "plain", 5, "{\"t\":\"plain\"}" },
		{ "\"\\/", 3, "{\"t\":\"\\\"\\\\/\"}" },
		{ "\x1b\n\0\x7f", 4, "{\"t\":\"\\u001b\\u000a\\u0000\\u007f\"}" },
		{ "\xc3\xa9", 2, "{\"t\":\"\xc3\xa9\"}" },
		{ "\xc3", 1, "{\"t\":\"\\ufffd\"}" },
		{ "\xff\xfe", 2, "{\"t\":\"\\ufffd\\ufffd\"}" },
		{ "\xf0\x9f\x98\x80", 4, "{\"t\":\"\xf0\x9f\x98\x80\"}" },
		{ "\xed\xa0\x80", 3, "{\"t\":\"\\ufffd\\ufffd\\ufffd\"}" },
		{ "\xc0\xaf", 2, "{\"t\":\"\\ufffd\\ufffd\"}" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(one_text(cases[i].bytes, cases[i].n), cases[i].want);
}

static void long_strings_leave_nothing_out(void **state)
{
	static char in[620];
	size_t i;

	(void)state;
	memset(in, 1, sizeof(in));
	assert_int_equal(strlen(one_text(in, sizeof(in))), 6 * sizeof(in) + strlen("{\"t\":\"\"}"));
	for (i = 0; i < sizeof(in); i++)
		assert_memory_equal(said + 6 + 6 * i, "\\u0001", 6);
}

static void a_document_has_its_parts(void **state)
{
	struct json_doc d;
	struct json_out j;
	int i;

	(void)state;
	n_said = 0;
	json_doc_start(&d, &memory);
	json_doc_next(&d, "system", false);
	json_out_start(&j, &memory);
	json_out_bool(&j, "ok", true);
	json_out_number(&j, "n", UINT64_MAX);
	json_out_null(&j, "x");
	json_out_end(&j);
	for (i = 0; i < 2; i++) {
		json_doc_next(&d, "units", true);
		json_out_start(&j, &memory);
		json_out_end(&j);
	}
	json_doc_next(&d, "log", true);
	json_out_start(&j, &memory);
	json_out_end(&j);
	json_doc_end(&d);
	assert_string_equal(said,
			    "{\"system\":{\"ok\":true,\"n\":18446744073709551615,\"x\":null},\n"
			    "\"units\":[{},\n{}],\n\"log\":[{}]}\n");
	n_said = 0;
	json_doc_start(&d, &memory);
	json_doc_end(&d);
	assert_string_equal(said, "{}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_take_six_columns),
		cmocka_unit_test(sizes_take_four_columns),
		cmocka_unit_test(names_are_cut_with_a_mark),
		cmocka_unit_test(the_last_exit_in_a_word),
		cmocka_unit_test(a_row_as_users_see_it),
		cmocka_unit_test(a_row_never_leaves_its_80_columns),
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(long_strings_leave_nothing_out),
		cmocka_unit_test(a_document_has_its_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
