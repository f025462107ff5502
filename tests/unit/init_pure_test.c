/* SPDX-License-Identifier: ISC */
/* init: restart arithmetic, the log ring, fstab lines, control frames, environments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "init/boot/fstab.h"
#include "init/ctl/ctl.h"
#include "init/log/ring.h"
#include "init/svc/backoff.h"
#include "init/svc/env.h"
#include "runtime/base/str.h"

/* --- backoff -------------------------------------------------------------------------------------- */

static void delays_grow_from_the_first_to_the_last(void **state)
{
	/* systemd's interpolation for RestartSec=100ms RestartSteps=6 RestartMaxDelaySec=30s, to the millisecond or so. */
	static const uint64_t want[] = { 100, 259, 669, 1732, 4481, 11595, 30000, 30000 };
	struct unit u = { .restart_ms = 100, .restart_max_ms = 30000, .restart_steps = 6 };
	struct backoff b = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(want); i++) {
		uint64_t got = backoff_delay(&b, &u, 5);

		assert_in_range(got, want[i] - 1, want[i] + 1);
	}
	/* A run shorter than the longest delay is no healthy spell, one as long is. */
	assert_int_equal(backoff_delay(&b, &u, 29999), 30000);
	assert_int_equal(backoff_delay(&b, &u, 30000), 100);
	assert_in_range(backoff_delay(&b, &u, 5), 258, 260);
}

static void without_steps_the_delay_stays(void **state)
{
	struct unit u = { .restart_ms = 250, .restart_max_ms = UINT64_MAX, .restart_steps = 5 };
	struct backoff b = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 10; i++)
		assert_int_equal(backoff_delay(&b, &u, 0), 250);
}

static void delays_never_leave_their_bounds(void **state)
{
	struct backoff b = { 0 };
	unsigned i, k;

	(void)state;
	srand(1);
	for (i = 0; i < 2000; i++) {
		struct unit u = { .restart_ms = (uint64_t)rand() % 100000, .restart_steps = 1 + (uint32_t)rand() % 50 };
		uint64_t last = 0;

		u.restart_max_ms = u.restart_ms + (uint64_t)rand() % 100000000;
		backoff_reset(&b);
		for (k = 0; k < 60; k++) {
			uint64_t d = backoff_delay(&b, &u, 0);

			assert_true(d >= u.restart_ms && (d <= u.restart_max_ms || u.restart_max_ms <= u.restart_ms));
			assert_true(d >= last);
			last = d;
		}
	}
}

static void the_start_limit_counts_in_its_window(void **state)
{
	struct unit u = { .start_limit_ms = 10000, .start_limit_burst = 3 }, off = { .start_limit_burst = 3 };
	struct backoff b = { 0 };
	int i;

	(void)state;
	assert_true(backoff_may_start(&b, &u, 1000));
	assert_true(backoff_may_start(&b, &u, 2000));
	assert_true(backoff_may_start(&b, &u, 3000));
	assert_false(backoff_may_start(&b, &u, 11000));
	assert_true(backoff_may_start(&b, &u, 11001));
	backoff_reset(&b);
	for (i = 0; i < 100; i++)
		assert_true(backoff_may_start(&b, &off, 1));
}

static void restart_policies_are_systemds_table(void **state)
{
	/* systemd.service(5): rows are policies, columns clean, exit code, signal, core, timeout, watchdog. */
	static const struct {
		enum unit_restart policy;
		const char *wanted;
	} rows[] = {
		{ UNIT_RESTART_NO, "------" }, { UNIT_RESTART_ALWAYS, "xxxxxx" }, { UNIT_RESTART_ON_SUCCESS, "x-----" },
		{ UNIT_RESTART_ON_FAILURE, "-xxxxx" }, { UNIT_RESTART_ON_ABNORMAL, "--xxxx" },
		{ UNIT_RESTART_ON_ABORT, "--xx--" }, { UNIT_RESTART_ON_WATCHDOG, "-----x" },
	};
	size_t r, c;

	(void)state;
	for (r = 0; r < ARRAY_LEN(rows); r++)
		for (c = 0; c < 6; c++)
			assert_int_equal(backoff_wanted(rows[r].policy, c), rows[r].wanted[c] == 'x');
	assert_int_equal(backoff_class(0, 0, false), BACKOFF_CLEAN);
	assert_int_equal(backoff_class(3, 0, false), BACKOFF_EXIT_CODE);
	assert_int_equal(backoff_class(0, SIGTERM, false), BACKOFF_CLEAN);
	assert_int_equal(backoff_class(0, SIGKILL, false), BACKOFF_SIGNAL);
	assert_int_equal(backoff_class(0, SIGSEGV, false), BACKOFF_CORE);
}

/* --- ring ----------------------------------------------------------------------------------------- */

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
	str_print(text, sizeof(text), "%d%s%.*s", line.stream, line.partial ? "+" : ":", line.len, line.text);
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
	assert_string_equal("line 99999", (str_print(text, sizeof(text), "%.*s", line.len, line.text), text));
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

/* Random pieces of random streams against the plain rule: what is read is what was written, from some line on. */
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
	assert_true(ring_check(&ring) > 100);
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

/* --- fstab ---------------------------------------------------------------------------------------- */

static void fstab_lines_are_read_as_users_write_them(void **state)
{
	struct fstab f;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(fstab_line("# comment", &f, &e), 0);
	assert_int_equal(fstab_line("   ", &f, &e), 0);
	assert_int_equal(fstab_line("/dev/vda /var/lib/pintle ext4 rw,noatime,nofail,x-systemd.device-timeout=3s,data=ordered 0 2", &f, &e), 1);
	assert_string_equal(f.source, "/dev/vda");
	assert_string_equal(f.target, "/var/lib/pintle");
	assert_string_equal(f.type, "ext4");
	assert_string_equal(f.data, "data=ordered");
	assert_int_equal(f.flags, MS_NOATIME);
	assert_int_equal(f.device_wait_ms, 3000);
	assert_true(f.nofail);
	assert_false(f.noauto);
	assert_int_equal(fstab_line("tmpfs\t/a\\040b\ttmpfs", &f, &e), 1);
	assert_string_equal(f.target, "/a b");
	assert_int_equal(f.device_wait_ms, FSTAB_DEVICE_WAIT_MS);
	assert_int_equal(fstab_line("/dev/sda2 none swap sw 0 0", &f, &e), 1);
	assert_true(f.noauto);
}

static void a_wrong_fstab_line_is_said(void **state)
{
	static const char *const wrong[] = {
		"/dev/vda", "/dev/vda /x", "/dev/vda x ext4", "/dev/vda /x ext4 x-systemd.device-timeout=soon",
	};
	struct fstab f;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(wrong); i++) {
		struct err e = { 0 };

		assert_int_equal(fstab_line(wrong[i], &f, &e), -EINVAL);
		assert_int_equal(e.code, EINVAL);
	}
}

/* --- frames and environments ---------------------------------------------------------------------- */

static void only_a_whole_request_of_this_version_is_taken(void **state)
{
	struct ctl_request q = { .magic = CTL_MAGIC, .version = CTL_VERSION, .verb = CTL_STATUS }, bad;

	(void)state;
	assert_int_equal(ctl_request_check(&q, sizeof(q)), 0);
	assert_int_equal(ctl_request_check(&q, sizeof(q) - 1), -EPROTO);
	assert_int_equal(ctl_request_check(&q, 0), -EPROTO);
	bad = q;
	bad.magic++;
	assert_int_equal(ctl_request_check(&bad, sizeof(bad)), -EPROTO);
	bad = q;
	bad.version++;
	assert_int_equal(ctl_request_check(&bad, sizeof(bad)), -EPROTO);
	bad = q;
	bad.verb = CTL_VERBS;
	assert_int_equal(ctl_request_check(&bad, sizeof(bad)), -EPROTO);
	bad.verb = 0;
	assert_int_equal(ctl_request_check(&bad, sizeof(bad)), -EPROTO);
	bad = q;
	memset(bad.unit, 'a', sizeof(bad.unit));
	assert_int_equal(ctl_request_check(&bad, sizeof(bad)), -EPROTO);
}

static void the_last_value_of_a_variable_wins(void **state)
{
	static char space[4096];
	static struct env env;
	struct arena a;

	(void)state;
	arena_init(&a, space, sizeof(space));
	env_init(&env, &a);
	assert_int_equal(env_set(&env, "A=1"), 0);
	assert_int_equal(env_set(&env, "AB=2"), 0);
	assert_int_equal(env_set(&env, "A=3"), 0);
	assert_int_equal(env_default(&env, "A=4"), 0);
	assert_int_equal(env_default(&env, "C=5"), 0);
	assert_int_equal(env_set(&env, "NOVALUE"), 0);
	assert_string_equal(env_get(&env, "A"), "3");
	assert_string_equal(env_get(&env, "AB"), "2");
	assert_string_equal(env_get(&env, "C"), "5");
	assert_null(env_get(&env, "NOVALUE"));
	assert_int_equal(env.n, 3);
	assert_null(env.v[3]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays_grow_from_the_first_to_the_last),
		cmocka_unit_test(without_steps_the_delay_stays),
		cmocka_unit_test(delays_never_leave_their_bounds),
		cmocka_unit_test(the_start_limit_counts_in_its_window),
		cmocka_unit_test(restart_policies_are_systemds_table),
		cmocka_unit_test(lines_come_back_whole_in_any_pieces),
		cmocka_unit_test(streams_do_not_mix_in_a_line),
		cmocka_unit_test(a_flood_keeps_the_newest_and_counts_the_lost),
		cmocka_unit_test(a_line_longer_than_a_record_is_continued),
		cmocka_unit_test(random_writes_never_break_a_record),
		cmocka_unit_test(a_damaged_ring_is_cut_where_it_is_damaged),
		cmocka_unit_test(what_was_skipped_is_counted),
		cmocka_unit_test(fstab_lines_are_read_as_users_write_them),
		cmocka_unit_test(a_wrong_fstab_line_is_said),
		cmocka_unit_test(only_a_whole_request_of_this_version_is_taken),
		cmocka_unit_test(the_last_value_of_a_variable_wins),
	};

	return cmocka_run_group_tests_name("init_pure", tests, NULL, NULL);
}
