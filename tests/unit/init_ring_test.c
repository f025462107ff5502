/* SPDX-License-Identifier: ISC */
/* init/log/ring: lines of many streams in one buffer of fixed size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "init/log/ring.h"
#include "runtime/base/str.h"

static struct ring ring;
static struct ring_line line;

static void put_n(uint8_t stream, uint64_t at, const char *bytes, unsigned n)
{
	ring_write(&ring, &(struct ring_from){ at, at + 1000, stream, 6 }, bytes, n);
}

static void put(uint8_t stream, uint64_t at, const char *text)
{
	put_n(stream, at, text, (unsigned)strlen(text));
}

static const char *next(uint64_t *at)
{
	static char text[RING_LINE_MAX + 8];

	if (!ring_read(&ring, at, false, &line))
		return NULL;
	str_print(text, sizeof(text), "%d%s%.*s", line.stream, line.partial ? "+" : ":", line.len,
		  line.text);
	return text;
}

static void lines_come_back_whole_in_any_pieces(void **state)
{
	uint64_t at = 0;
	const char *p;

	(void)state;
	ring_init(&ring);
	for (p = "one\ntwo\n\nfour"; *p; p++)
		put_n(1, 7, p, 1);
	assert_string_equal(next(&at), "1:one");
	assert_int_equal(line.mono_ms, 7);
	assert_int_equal(line.wall_ms, 1007);
	assert_int_equal(line.severity, 6);
	assert_string_equal(next(&at), "1:two");
	assert_string_equal(next(&at), "1:");
	assert_false(ring_read(&ring, &at, true, &line));	/* "four" may go on */
	put(1, 9, " and more\n");
	assert_string_equal(next(&at), "1:four and more");
	assert_null(next(&at));
}

static void streams_do_not_mix_in_a_line(void **state)
{
	uint64_t at = 0;

	(void)state;
	ring_init(&ring);
	put(1, 1, "out ");
	put(2, 2, "err\n");
	put(1, 3, "put\n");
	assert_string_equal(next(&at), "1+out ");
	assert_string_equal(next(&at), "2:err");
	assert_string_equal(next(&at), "1:put");
	assert_null(next(&at));
}

static void a_flood_keeps_the_newest_and_counts_the_lost(void **state)
{
	uint64_t at = 0;
	unsigned i, n = 0;
	char text[32];

	(void)state;
	ring_init(&ring);
	for (i = 0; i < 100000; i++) {
		str_print(text, sizeof(text), "line %u\n", i);
		put(1, i, text);
	}
	assert_non_null(next(&at));
	assert_true(line.lost > 0);
	while (next(&at))
		n++;
	assert_true(n > 100);
	assert_string_equal("line 99999",
			    (str_print(text, sizeof(text), "%.*s", line.len, line.text), text));
	at = ring_tail(&ring, 3);
	assert_string_equal(next(&at), "1:line 99997");
}

static void a_line_longer_than_a_record_is_continued(void **state)
{
	static char big[5 * RING_LINE_MAX / 2];
	unsigned n = 0;
	uint64_t at = 0;

	(void)state;
	ring_init(&ring);
	memset(big, 'x', sizeof(big));
	put_n(1, 1, big, sizeof(big));
	put(1, 1, "\nnext\n");
	while (next(&at) && line.partial)
		n += line.len;
	assert_int_equal(n + line.len, sizeof(big));
	assert_string_equal(next(&at), "1:next");
}

/*
 * Random pieces of random streams against the plain rule: what is read is what was written, from
 * some line on.
 */
static void random_writes_never_break_a_record(void **state)
{
	unsigned round, i;

	(void)state;
	srand(7);
	ring_init(&ring);
	for (round = 0; round < 3000; round++) {
		char bytes[300];
		unsigned n = (unsigned)rand() % sizeof(bytes);
		uint64_t at = 0, end = 0;

		for (i = 0; i < n; i++)
			bytes[i] = rand() % 20 ? 'a' : '\n';
		put_n((uint8_t)(1 + rand() % 2), round, bytes, n);
		while (ring_read(&ring, &at, false, &line)) {
			assert_true(line.len <= RING_LINE_MAX);
			assert_null(memchr(line.text, '\n', line.len));
			end = at;
		}
		assert_int_equal(end, ring.end);
		assert_true(ring.end - ring.first <= RING_BYTES);
	}
}

/* Every byte of it damaged in turn: what is left can be read to its end. */
static void a_damaged_ring_is_cut_where_it_is_damaged(void **state)
{
	static struct ring good;
	uint64_t at;
	size_t i;

	(void)state;
	ring_init(&ring);
	for (i = 0; i < 1000; i++)
		put(1, i, "some words of a line\n");
	put(2, 1, "an open line");
	good = ring;
	assert_true(ring_check(&ring) > RING_BYTES / (24 + 20) - 4);
	assert_memory_equal(&good, &ring, sizeof(ring));
	for (i = 0; i < sizeof(ring); i++) {
		ring = good;
		((unsigned char *)&ring)[i] ^= 0x81;
		ring_check(&ring);
		assert_true(ring.end - ring.first <= RING_BYTES);
		for (at = 0; ring_read(&ring, &at, false, &line);)
			assert_true(line.len <= RING_LINE_MAX && line.severity <= 7);
		assert_int_equal(at, ring.end > ring.first ? ring.end : at);
		put(1, 7, "\nafter\n");
	}
}

static void what_was_skipped_is_counted(void **state)
{
	uint64_t at = 0;

	(void)state;
	ring_init(&ring);
	put(1, 1, "one\ntwo");
	ring_skip(&ring, 5000);
	put(1, 2, "three\n");
	assert_string_equal(next(&at), "1:three");
	assert_int_equal(line.lost, 2 * 24 + 6 + 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_back_whole_in_any_pieces),
		cmocka_unit_test(streams_do_not_mix_in_a_line),
		cmocka_unit_test(a_flood_keeps_the_newest_and_counts_the_lost),
		cmocka_unit_test(a_line_longer_than_a_record_is_continued),
		cmocka_unit_test(random_writes_never_break_a_record),
		cmocka_unit_test(a_damaged_ring_is_cut_where_it_is_damaged),
		cmocka_unit_test(what_was_skipped_is_counted),
	};

	return cmocka_run_group_tests_name("init_ring", tests, NULL, NULL);
}
