/* SPDX-License-Identifier: ISC */
/*
 * init/notify_parse, init/health_rule: what units say of themselves, and what probes say of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "init/svc/health_rule.h"
#include "init/svc/notify_parse.h"

static struct notify_msg m;

static bool parse(const char *text)
{
	return notify_parse(text, (uint32_t)strlen(text), &m);
}

static void known_lines_are_read(void **state)
{
	(void)state;
	assert_true(parse("READY=1\nSTATUS=all well\nMAINPID=4711"));
	assert_true(m.ready && m.has_status);
	assert_string_equal(m.status, "all well");
	assert_int_equal(m.main_pid, 4711);
	assert_true(parse("WATCHDOG=1\n"));
	assert_true(m.watchdog && !m.ready && !m.watchdog_trigger);
	assert_true(parse("WATCHDOG=trigger"));
	assert_true(m.watchdog_trigger && !m.watchdog);
	assert_true(parse("FDSTORE=1\nFDNAME=db"));
	assert_string_equal(m.fd_name, "db");
	assert_true(parse("EXTEND_TIMEOUT_USEC=18446744073709551614"));
	assert_true(m.extend_us == UINT64_MAX - 1);
}

static void nonsense_is_passed_over(void **state)
{
	static const char *const odd[] = {
		"",
		"\n",
		"=",
		"=\n=",
		"READY",
		"READY=",
		"READY=2",
		"READY=1 ",
		" READY=1",
		"ready=1",
		"MAINPID=",
		"MAINPID=-1",
		"MAINPID=99999999999",
		"EXTEND_TIMEOUT_USEC=18446744073709551616",
		"WATCHDOG_USEC=1s",
		"FOO=1\nBAR",
	};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_false(parse(odd[i]));
		assert_false(m.ready);
		assert_int_equal(m.main_pid, 0);
	}
	/* What stands beside it counts. */
	assert_true(parse("NOISE\nREADY=1\nMAINPID=x"));
	assert_true(m.ready && !m.main_pid);
}

static void bytes_without_an_end_are_safe(void **state)
{
	static const char text[] = "READY=1STATUS=\001\033[31m\177long";

	(void)state;
	/* Exactly the bytes given, no NUL behind them needed. */
	assert_true(notify_parse(text, 7, &m) && m.ready);
	assert_false(notify_parse(text, 6, &m));
	assert_false(notify_parse(text, 0, &m));
	assert_true(notify_parse(text + 7, sizeof(text) - 8, &m));
	assert_string_equal(m.status, "??[31m?long");
}

static void names_of_descriptors_are_plain(void **state)
{
	(void)state;
	parse("FDSTORE=1\nFDNAME=a:b");
	assert_string_equal(m.fd_name, "");
	parse("FDSTORE=1\nFDNAME=with space");
	assert_string_equal(m.fd_name, "");
	parse("FDSTORE=1\nFDNAME=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	assert_string_equal(m.fd_name, "");
}

/* --- health --- */

static const struct unit_health rules = {
	.probe = { .kind = UNIT_PROBE_EXEC, .interval_ms = 1000, .retries = 3 },
	.start_period_ms = 5000,
};
static const struct unit_health with_startup = {
	.probe = { .kind = UNIT_PROBE_EXEC, .interval_ms = 1000, .retries = 2 },
	.startup = { .kind = UNIT_PROBE_TCP, .interval_ms = 100, .retries = 3, .successes = 2 },
};

static void so_many_failures_in_a_row_are_unhealthy(void **state)
{
	struct health_state st;
	struct health_verdict v = health_rule_begin(&rules, 0, &st);

	(void)state;
	assert_int_equal(st.word, HEALTH_STARTING);
	v = health_rule_step(&rules, &st, true, 10);
	assert_true(v.became_good && st.word == HEALTH_GOOD && v.next_ms == 1000);
	v = health_rule_step(&rules, &st, false, 20);
	v = health_rule_step(&rules, &st, false, 30);
	assert_true(!v.became_bad && st.word == HEALTH_GOOD);
	/* One success in between starts the count anew. */
	health_rule_step(&rules, &st, true, 40);
	health_rule_step(&rules, &st, false, 50);
	health_rule_step(&rules, &st, false, 60);
	v = health_rule_step(&rules, &st, false, 70);
	assert_true(v.became_bad && st.word == HEALTH_BAD);
	v = health_rule_step(&rules, &st, false, 80);
	assert_false(v.became_bad);
	v = health_rule_step(&rules, &st, true, 90);
	assert_true(v.became_good);
}

static void failures_of_the_start_period_do_not_count(void **state)
{
	struct health_state st;
	unsigned i;

	(void)state;
	health_rule_begin(&rules, 100, &st);
	for (i = 0; i < 10; i++)
		assert_false(health_rule_step(&rules, &st, false, 100 + i * 499).became_bad);
	assert_false(health_rule_step(&rules, &st, false, 5100).became_bad);
	assert_false(health_rule_step(&rules, &st, false, 5200).became_bad);
	assert_true(health_rule_step(&rules, &st, false, 5300).became_bad);
	/* Once good, the period is over. */
	health_rule_begin(&rules, 0, &st);
	health_rule_step(&rules, &st, true, 1);
	health_rule_step(&rules, &st, false, 2);
	health_rule_step(&rules, &st, false, 3);
	assert_true(health_rule_step(&rules, &st, false, 4).became_bad);
}

static void the_start_up_probe_comes_first(void **state)
{
	struct health_state st;
	struct health_verdict v;

	(void)state;
	health_rule_begin(&with_startup, 0, &st);
	assert_ptr_equal(health_rule_probe(&with_startup, &st), &with_startup.startup);
	v = health_rule_step(&with_startup, &st, true, 1);
	assert_true(st.startup && v.next_ms == 100);
	health_rule_step(&with_startup, &st, false, 2);
	health_rule_step(&with_startup, &st, true, 3);
	v = health_rule_step(&with_startup, &st, true, 4);
	assert_true(!st.startup && v.next_ms == 0 && st.word == HEALTH_STARTING);
	assert_ptr_equal(health_rule_probe(&with_startup, &st), &with_startup.probe);
	assert_true(health_rule_step(&with_startup, &st, true, 5).became_good);
	/* It gives up after so many failures. */
	health_rule_begin(&with_startup, 0, &st);
	health_rule_step(&with_startup, &st, false, 1);
	health_rule_step(&with_startup, &st, false, 2);
	assert_true(health_rule_step(&with_startup, &st, false, 3).became_bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_lines_are_read),
		cmocka_unit_test(nonsense_is_passed_over),
		cmocka_unit_test(bytes_without_an_end_are_safe),
		cmocka_unit_test(names_of_descriptors_are_plain),
		cmocka_unit_test(so_many_failures_in_a_row_are_unhealthy),
		cmocka_unit_test(failures_of_the_start_period_do_not_count),
		cmocka_unit_test(the_start_up_probe_comes_first),
	};

	return cmocka_run_group_tests_name("init_notify", tests, NULL, NULL);
}
