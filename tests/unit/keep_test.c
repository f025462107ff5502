/* SPDX-License-Identifier: ISC */
/* init/keep/keep: records that survive a fault at any instruction, and a change of the layout. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "init/keep/keep.h"

static char a[600], b[600], got[600];

static void fill(char *at, size_t n, unsigned seed)
{
	size_t i;

	for (i = 0; i < n; i++)
		at[i] = (char)(seed * 31 + i * 7 + i / 251);
}

static int open_new(void **state)
{
	struct err e = { 0 };
	bool resumed;

	(void)state;
	assert_int_equal(keep_open(-1, &resumed, &e), 0);
	assert_false(resumed);
	fill(a, sizeof(a), 1);
	fill(b, sizeof(b), 2);
	return 0;
}

static void a_record_comes_back_as_it_was(void **state)
{
	(void)state;
	assert_int_equal(keep_get(KEEP_UNIT, 0, got, sizeof(got)), -2);
	keep_put(KEEP_UNIT, 0, a, sizeof(a));
	assert_int_equal(keep_get(KEEP_UNIT, 0, got, sizeof(got)), sizeof(a));
	assert_memory_equal(got, a, sizeof(a));
	keep_put(KEEP_UNIT, 0, b, sizeof(b));
	keep_get(KEEP_UNIT, 0, got, sizeof(got));
	assert_memory_equal(got, b, sizeof(b));
	keep_drop(KEEP_UNIT, 0);
	assert_int_equal(keep_get(KEEP_UNIT, 0, got, sizeof(got)), -2);
}

static void a_shorter_record_of_an_older_pintle_reads_as_zeros_behind(void **state)
{
	(void)state;
	keep_put(KEEP_UNIT, 1, a, 100);
	memset(got, 0x55, sizeof(got));
	assert_int_equal(keep_get(KEEP_UNIT, 1, got, sizeof(got)), 100);
	assert_memory_equal(got, a, 100);
	assert_int_equal(got[100], 0);
	assert_int_equal(got[599], 0);
	/* And a longer one of a newer pintle is cut. */
	keep_put(KEEP_UNIT, 1, a, 300);
	assert_int_equal(keep_get(KEEP_UNIT, 1, got, 200), 300);
	assert_memory_equal(got, a, 200);
}

/*
 * The memory as it is after any prefix of the writes: every byte of the newer copy that is still
 * wrong leaves the older one.
 */
static void a_torn_write_leaves_the_record_before(void **state)
{
	const size_t copy = 16 + KEEP_UNIT_MAX;
	unsigned char *region = (unsigned char *)keep_ring(0), *newer = NULL, before;
	size_t at, i;

	(void)state;
	keep_put(KEEP_UNIT, 2, a, sizeof(a));
	keep_put(KEEP_UNIT, 2, b, sizeof(b));
	/* Where the newer copy lies: search the region below the rings for it. */
	for (at = 0; !newer && at < 64 * 2 * copy; at += 4)
		if (memcmp(region - at, b, sizeof(b)) == 0)
			newer = region - at;
	assert_non_null(newer);
	for (i = 0; i < sizeof(b); i++) {
		before = newer[i];
		newer[i] ^= 0x10;
		assert_int_equal(keep_get(KEEP_UNIT, 2, got, sizeof(got)), sizeof(a));
		assert_memory_equal(got, a, sizeof(a));
		newer[i] = before;
	}
	/* Number, length and sum in front of it likewise. */
	for (i = 1; i <= 16; i++) {
		if (i <= 4)
			continue;	/* a spare field */
		before = newer[-(long)i];
		newer[-(long)i] ^= 0x81;
		assert_int_equal(keep_get(KEEP_UNIT, 2, got, sizeof(got)), sizeof(a));
		assert_memory_equal(got, a, sizeof(a));
		newer[-(long)i] = before;
	}
	keep_get(KEEP_UNIT, 2, got, sizeof(got));
	assert_memory_equal(got, b, sizeof(b));
}

static void the_next_one_finds_records_and_rings(void **state)
{
	const struct ring_from from = { .mono_ms = 77, .stream = 1 };
	struct err e = { 0 };
	bool resumed;
	int fd = dup(keep_fd());

	(void)state;
	keep_put(KEEP_UNIT, 3, a, sizeof(a));
	keep_put(KEEP_SYSTEM, 0, b, 500);
	ring_init(keep_ring(0));
	ring_write(keep_ring(0), &from, "hello\n", 6);
	keep_crashes()->count = 9;
	assert_int_equal(keep_open(fd, &resumed, &e), 0);
	assert_true(resumed);
	assert_true(keep_has_rings());
	keep_get(KEEP_UNIT, 3, got, sizeof(got));
	assert_memory_equal(got, a, sizeof(a));
	keep_get(KEEP_SYSTEM, 0, got, sizeof(got));
	assert_memory_equal(got, b, 500);
	assert_int_equal(keep_crashes()->count, 9);
	assert_int_equal(ring_tail(keep_ring(0), 0), 0);
}

static void what_is_no_state_is_refused(void **state)
{
	struct err e = { 0 };
	bool resumed;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_true(keep_open(fds[0], &resumed, &e) < 0);
	assert_false(resumed);
	/* It has a region all the same. */
	keep_put(KEEP_UNIT, 0, a, 10);
	assert_int_equal(keep_get(KEEP_UNIT, 0, got, sizeof(got)), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_comes_back_as_it_was),
		cmocka_unit_test(a_shorter_record_of_an_older_pintle_reads_as_zeros_behind),
		cmocka_unit_test(a_torn_write_leaves_the_record_before),
		cmocka_unit_test(the_next_one_finds_records_and_rings),
		cmocka_unit_test(what_is_no_state_is_refused),
	};

	return cmocka_run_group_tests_name("keep", tests, open_new, NULL);
}
