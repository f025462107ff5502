/* SPDX-License-Identifier: ISC */
/*
 * init/log_gate: severity prefixes, LogLevelMax= and the rate limit, whatever pieces the bytes come
 * in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "init/log/log_gate.h"
#include "runtime/base/compiler.h"
#include "runtime/base/str.h"

static char out[4096];
static struct str said;
static bool fresh_line;

/* "N|text" a line: the severity it was given, once a line. */
static void keep(void *ctx, const struct ring_from *from, const char *bytes, unsigned n)
{
	(void)ctx;
	assert_true(n > 0);
	if (fresh_line)
		str_fmt(&said, "%u|", from->severity);
	str_put(&said, bytes, n);
	fresh_line = bytes[n - 1] == '\n';
}

static void feed(struct log_gate *g, const struct log_rule *rule, uint64_t at, const char *bytes,
		 unsigned n, unsigned piece)
{
	struct ring_from from = { .mono_ms = at, .stream = 1 };

	for (; n; bytes += piece, n -= piece) {
		piece = piece < n ? piece : n;
		log_gate_take(g, rule, from, bytes, piece, keep, NULL);
	}
}

static int fresh(void **state)
{
	(void)state;
	str_init(&said, out, sizeof(out));
	fresh_line = true;
	return 0;
}

static const struct log_rule all = { .level_max = 7 };

static void a_prefix_is_the_severity_in_any_pieces(void **state)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{ "plain\n", "6|plain\n" },
		{ "<3>bad\n", "3|bad\n" },
		{ "<0>\n", "0|\n" },
		{ "<7><3>x\n", "7|<3>x\n" },
		{ "<8>x\n", "6|<8>x\n" },
		{ "<3\n", "6|<3\n" },
		{ "<\n", "6|<\n" },
		{ "\n\n", "6|\n6|\n" },
		{ "<30>x\n", "6|<30>x\n" },
		{ "<a>x\n<4>y\n", "6|<a>x\n4|y\n" },
		{ "x<3>y\n", "6|x<3>y\n" },
		{ "<<3>y\n", "6|<<3>y\n" },
		{ "<2>a\nb\n<1>c", "2|a\n6|b\n1|c" },
		{ " <3>x\n", "6| <3>x\n" },
	};
	unsigned i, piece;

	for (i = 0; i < ARRAY_LEN(cases); i++)
		for (piece = 1; piece < 20; piece++) {
			struct log_gate g = { 0 };

			fresh(state);
			feed(&g, &all, 1, cases[i].in, (unsigned)strlen(cases[i].in), piece);
			assert_string_equal(out, cases[i].want);
		}
}

static void what_is_held_comes_out_at_the_end(void **state)
{
	struct ring_from from = { .stream = 1 };
	struct log_gate g = { 0 };

	(void)state;
	feed(&g, &all, 1, "<5", 2, 2);
	assert_string_equal(out, "");
	log_gate_flush(&g, &all, from, keep, NULL);
	assert_string_equal(out, "6|<5");
	log_gate_flush(&g, &all, from, keep, NULL);
	assert_string_equal(out, "6|<5");
}

static void lines_above_the_level_are_dropped_whole(void **state)
{
	const struct log_rule rule = { .level_max = 4 };
	const char *in = "<4>warn\n<5>note, long\nplain\n<3>bad\n";
	unsigned piece;

	for (piece = 1; piece < 40; piece++) {
		struct log_gate g = { 0 };

		fresh(state);
		feed(&g, &rule, 1, in, (unsigned)strlen(in), piece);
		assert_string_equal(out, "4|warn\n3|bad\n");
		assert_int_equal(log_gate_dropped(&g, &rule, 100000), 0);
	}
}

static void more_lines_than_the_burst_are_dropped_and_counted(void **state)
{
	const struct log_rule rule = { .rate_ms = 1000, .rate_burst = 2, .level_max = 7 };
	struct log_gate g = { 0 };

	(void)state;
	feed(&g, &rule, 5000, "a\nb\nc\nd\ne", 9, 1);
	assert_string_equal(out, "6|a\n6|b\n");
	assert_int_equal(log_gate_dropped(&g, &rule, 5999), 0);
	assert_int_equal(log_gate_dropped(&g, &rule, 6000), 3);
	assert_int_equal(log_gate_dropped(&g, &rule, 6000), 0);
	/* The rest of a dropped line is dropped in the new time, too. */
	feed(&g, &rule, 6000, "e\nf\n", 4, 4);
	assert_string_equal(out, "6|a\n6|b\n6|f\n");
}

static void the_streams_do_not_know_each_other(void **state)
{
	struct ring_from two = { .stream = 2 };
	struct log_gate g = { 0 };

	(void)state;
	feed(&g, &all, 1, "<3", 2, 2);
	log_gate_take(&g, &all, two, "<1>x\n", 5, keep, NULL);
	feed(&g, &all, 1, ">y\n", 3, 3);
	assert_string_equal(out, "1|x\n3|y\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_prefix_is_the_severity_in_any_pieces, fresh),
		cmocka_unit_test_setup(what_is_held_comes_out_at_the_end, fresh),
		cmocka_unit_test_setup(lines_above_the_level_are_dropped_whole, fresh),
		cmocka_unit_test_setup(more_lines_than_the_burst_are_dropped_and_counted, fresh),
		cmocka_unit_test_setup(the_streams_do_not_know_each_other, fresh),
	};

	return cmocka_run_group_tests_name("init_log_gate", tests, NULL, NULL);
}
