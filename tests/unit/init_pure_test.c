/* SPDX-License-Identifier: ISC */
/* init: restart arithmetic, fstab lines, control frames, environments. */
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
#include "init/spec/env.h"
#include "init/svc/backoff.h"
#include "runtime/base/str.h"

/* --- backoff --- */

static void delays_grow_from_the_first_to_the_last(void **state)
{
	/*
	 * systemd's interpolation for RestartSec=100ms RestartSteps=6 RestartMaxDelaySec=30s, to
	 * the millisecond or so.
	 */
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
		struct unit u = { .restart_ms = (uint64_t)rand() % 100000,
				  .restart_steps = 1 + (uint32_t)rand() % 50 };
		uint64_t last = 0;

		u.restart_max_ms = u.restart_ms + (uint64_t)rand() % 100000000;
		backoff_reset(&b);
		for (k = 0; k < 60; k++) {
			uint64_t d = backoff_delay(&b, &u, 0);

			assert_true(d >= u.restart_ms &&
				    (d <= u.restart_max_ms || u.restart_max_ms <= u.restart_ms));
			assert_true(d >= last);
			last = d;
		}
	}
}

static void the_start_limit_counts_in_its_window(void **state)
{
	struct unit u = { .start_limit_ms = 10000, .start_limit_burst = 3 },
		    off = { .start_limit_burst = 3 };
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
	/*
	 * systemd.service(5): rows are policies, columns clean, exit code, signal, core, timeout,
	 * watchdog.
	 */
	static const struct {
		enum unit_restart policy;
		const char *wanted;
	} rows[] = {
		{ UNIT_RESTART_NO, "------" },		{ UNIT_RESTART_ALWAYS, "xxxxxx" },
		{ UNIT_RESTART_ON_SUCCESS, "x-----" },	{ UNIT_RESTART_ON_FAILURE, "-xxxxx" },
		{ UNIT_RESTART_ON_ABNORMAL, "--xxxx" }, { UNIT_RESTART_ON_ABORT, "--xx--" },
		{ UNIT_RESTART_ON_WATCHDOG, "-----x" },
	};
	size_t r, c;

	(void)state;
	for (r = 0; r < ARRAY_LEN(rows); r++)
		for (c = 0; c < 6; c++)
			assert_int_equal(backoff_wanted(rows[r].policy, c),
					 rows[r].wanted[c] == 'x');
	assert_int_equal(backoff_class(0, 0, false), BACKOFF_CLEAN);
	assert_int_equal(backoff_class(3, 0, false), BACKOFF_EXIT_CODE);
	assert_int_equal(backoff_class(0, SIGTERM, false), BACKOFF_CLEAN);
	assert_int_equal(backoff_class(0, SIGKILL, false), BACKOFF_SIGNAL);
	assert_int_equal(backoff_class(0, SIGSEGV, false), BACKOFF_CORE);
}

/* --- fstab --- */

static void fstab_lines_are_read_as_users_write_them(void **state)
{
	struct fstab f;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(fstab_line("# comment", &f, &e), 0);
	assert_int_equal(fstab_line("   ", &f, &e), 0);
	assert_int_equal(
		fstab_line("/dev/vda /var/lib/pintle ext4 "
			   "rw,noatime,nofail,x-systemd.device-timeout=3s,data=ordered 0 2",
			   &f, &e),
		1);
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
		"/dev/vda",
		"/dev/vda /x",
		"/dev/vda x ext4",
		"/dev/vda /x ext4 x-systemd.device-timeout=soon",
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

/* --- frames and environments --- */

static void only_a_whole_request_of_this_version_is_taken(void **state)
{
	struct ctl_request q = { .magic = CTL_MAGIC, .version = CTL_VERSION, .verb = CTL_STATUS },
			   bad;

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
		cmocka_unit_test(fstab_lines_are_read_as_users_write_them),
		cmocka_unit_test(a_wrong_fstab_line_is_said),
		cmocka_unit_test(only_a_whole_request_of_this_version_is_taken),
		cmocka_unit_test(the_last_value_of_a_variable_wins),
	};

	return cmocka_run_group_tests_name("init_pure", tests, NULL, NULL);
}
