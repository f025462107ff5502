/* SPDX-License-Identifier: ISC */
/*
 * The hardware watchdog's arithmetic: feeding, the ladder and its record, causes of resets,
 * pintle.conf.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/watchdog.h>
#include <string.h>

#include "board/reset.h"
#include "init/conf.h"
#include "init/guard/ladder.h"
#include "init/guard/watchdog_rule.h"
#include "runtime/base/str.h"

static const struct ladder_conf usual = {
	.times = { [RUNG_UNIT] = 2,
		   [RUNG_GROUP] = 1,
		   [RUNG_RELEASE] = 0,
		   [RUNG_REBOOT] = 2,
		   [RUNG_SAFE] = 1 },
	.patience_ms = 1000,
	.healthy_ms = 5000,
};

/*
 * One boot of a device whose unit never gets well: the rungs as letters, and the ladder as it is at
 * the reboot.
 */
static void climb(const struct ladder_conf *c, struct ladder *l, char *ret, unsigned cap)
{
	enum ladder_rung rung;
	uint64_t now = 100;
	struct str s;

	str_init(&s, ret, cap);
	for (; now < 1000000; now += 10)
		if (ladder_look(c, l, true, now, &rung) == LADDER_STEP) {
			str_putc(&s, "ugrbs"[rung]);
			if (rung == RUNG_REBOOT)
				return;
		}
}

static void rungs_come_in_order_with_their_counts(void **state)
{
	struct ladder l = { 0 };
	char said[32];

	(void)state;
	climb(&usual, &l, said, sizeof(said));
	assert_string_equal(said, "uugb");
	/* What is kept over the reset is the reboots; the rest begins again. */
	l = (struct ladder){ .done[RUNG_REBOOT] = l.done[RUNG_REBOOT] };
	climb(&usual, &l, said, sizeof(said));
	assert_string_equal(said, "uugb");
	l = (struct ladder){ .done[RUNG_REBOOT] = l.done[RUNG_REBOOT] };
	climb(&usual, &l, said, sizeof(said));
	assert_string_equal(said, "uugs");
	/* Safe mode is the last word. */
	climb(&usual, &l, said, sizeof(said));
	assert_string_equal(said, "");
}

static void a_previous_release_comes_before_the_reboot(void **state)
{
	struct ladder_conf c = usual;
	struct ladder l = { 0 };
	char said[32];

	(void)state;
	c.times[RUNG_RELEASE] = 1;
	climb(&c, &l, said, sizeof(said));
	assert_string_equal(said, "uugrb");
}

/*
 * Every choice of counts from 0 to 2: rungs never go back, none is taken more often than it may be,
 * safe mode ends it.
 */
static void no_choice_of_counts_breaks_the_order(void **state)
{
	unsigned n, i;

	(void)state;
	for (n = 0; n < 81; n++) {
		struct ladder_conf c = usual;
		struct ladder l = { 0 };
		enum ladder_rung rung, last = RUNG_UNIT;
		uint64_t now;
		unsigned k = n;

		for (i = 0; i < RUNG_SAFE; i++, k /= 3)
			c.times[i] = k % 3;
		for (now = 1; now < 60000; now += 100)
			if (ladder_look(&c, &l, true, now, &rung) == LADDER_STEP) {
				assert_true(rung >= last);
				last = rung;
			}
		assert_int_equal(l.done[RUNG_SAFE], 1);
		for (i = 0; i < RUNG_SAFE; i++)
			assert_int_equal(l.done[i], c.times[i]);
		assert_int_equal(last, RUNG_SAFE);
	}
}

static void each_step_waits_for_its_patience(void **state)
{
	struct ladder l = { 0 };
	enum ladder_rung rung;

	(void)state;
	assert_int_equal(ladder_look(&usual, &l, true, 50, &rung), LADDER_WAIT);
	assert_int_equal(ladder_due(&usual, &l), 1050);
	assert_int_equal(ladder_look(&usual, &l, true, 1049, &rung), LADDER_WAIT);
	assert_int_equal(ladder_look(&usual, &l, true, 1050, &rung), LADDER_STEP);
	assert_int_equal(ladder_due(&usual, &l), 2050);
	/* Well for a moment: the patience begins again, the counts stay. */
	assert_int_equal(ladder_look(&usual, &l, false, 1500, &rung), LADDER_WAIT);
	assert_int_equal(l.done[RUNG_UNIT], 1);
	assert_int_equal(ladder_due(&usual, &l), 6500);
	assert_int_equal(ladder_look(&usual, &l, true, 2100, &rung), LADDER_WAIT);
	assert_int_equal(ladder_due(&usual, &l), 3100);
}

static void a_healthy_spell_clears_once(void **state)
{
	struct ladder l = { .done[RUNG_REBOOT] = 2 };
	enum ladder_rung rung;

	(void)state;
	assert_int_equal(ladder_look(&usual, &l, false, 10, &rung), LADDER_WAIT);
	assert_int_equal(ladder_look(&usual, &l, false, 5009, &rung), LADDER_WAIT);
	assert_int_equal(ladder_look(&usual, &l, false, 5010, &rung), LADDER_CLEARED);
	assert_int_equal(l.done[RUNG_REBOOT], 0);
	assert_int_equal(ladder_look(&usual, &l, false, 9999, &rung), LADDER_WAIT);
	assert_true(ladder_due(&usual, &l) == UINT64_MAX);
}

static void resets_that_nobody_asked_for_lead_to_safe_mode(void **state)
{
	struct ladder l = { 0 };

	(void)state;
	assert_false(ladder_after_reset(&usual, &l));
	assert_false(ladder_after_reset(&usual, &l));
	assert_false(ladder_after_reset(&usual, &l));
	assert_true(ladder_after_reset(&usual, &l));
	assert_false(ladder_take_reboot(&usual, &l));
	l.done[RUNG_REBOOT] = 1;
	assert_true(ladder_take_reboot(&usual, &l));
	assert_false(ladder_take_reboot(&usual, &l));
}

static void a_record_comes_back_as_it_was(void **state)
{
	struct ladder_record r = { LADDER_OWN, true, 3, 7, 1800000000, "web.container" }, back;
	char text[LADDER_TEXT_MAX], cut[LADDER_TEXT_MAX];
	int n = ladder_record_print(&r, text, sizeof(text)), i;

	(void)state;
	assert_true(n > 0);
	assert_int_equal(ladder_record_read(text, &back), 0);
	assert_memory_equal(&back, &r, sizeof(r));
	/* Cut anywhere it is no record, and leaves nothing behind. */
	for (i = 0; i < n; i++) {
		memcpy(cut, text, (size_t)i);
		cut[i] = '\0';
		assert_int_equal(ladder_record_read(cut, &back), -EBADMSG);
		assert_int_equal(back.reboots, 0);
	}
	/* A unit's name that is as long as it may be still fits. */
	memset(r.unit, 'u', sizeof(r.unit) - 1);
	r.dump_time = UINT64_MAX;
	n = ladder_record_print(&r, text, sizeof(text));
	assert_true(n > 0);
	assert_int_equal(ladder_record_read(text, &back), 0);
	assert_string_equal(back.unit, r.unit);
}

static void feeding_stops_when_it_must(void **state)
{
	struct watchdog_view v = { .now_ms = 10000, .sick_max_ms = 3000, .ending_max_ms = 5000 };

	(void)state;
	assert_true(watchdog_rule_feeds(&v));
	v.sick_ms = 7000;
	assert_true(watchdog_rule_feeds(&v));
	v.sick_ms = 6999;
	assert_false(watchdog_rule_feeds(&v));
	v.safe_mode = true;
	assert_true(watchdog_rule_feeds(&v));
	v.ending_ms = 5000;
	assert_true(watchdog_rule_feeds(&v));
	v.ending_ms = 4999;
	assert_false(watchdog_rule_feeds(&v));
	v = (struct watchdog_view){ .now_ms = UINT64_MAX - 1,
				    .sick_ms = 1,
				    .sick_max_ms = UINT64_MAX };
	assert_true(watchdog_rule_feeds(&v));
	assert_int_equal(watchdog_rule_every(30), 10000);
	assert_int_equal(watchdog_rule_every(1), 333);
	assert_int_equal(watchdog_rule_every(0), 250);
	assert_true(watchdog_rule_every(UINT32_MAX) == UINT32_MAX * (uint64_t)1000 / 3);
}

static void sick_is_what_does_not_work_when_it_should(void **state)
{
	static const struct {
		struct critical_unit u;
		bool sick;
		uint64_t until;
	} cases[] = {
		/* now is 1000 */
		{ { .up = true }, false, UINT64_MAX },
		{ { .up = true, .unhealthy = true }, true, UINT64_MAX },
		{ { .broken = true }, true, UINT64_MAX },
		{ { .broken = true, .not_wanted = true }, false, UINT64_MAX },
		/* On its way up it has its grace; one that was sick stays so. */
		{ { .away_ms = 600, .grace_ms = 500 }, false, 1100 },
		{ { .away_ms = 600, .grace_ms = 500, .was_sick = true }, true, 1100 },
		{ { .away_ms = 500, .grace_ms = 500 }, true, UINT64_MAX },
		{ { .away_ms = 500, .grace_ms = UINT64_MAX }, false, UINT64_MAX },
		/* Up again it has to stay up. */
		{ { .up = true, .was_sick = true, .up_ms = 900, .settle_ms = 200 }, true, 1100 },
		{ { .up = true, .was_sick = true, .up_ms = 800, .settle_ms = 200 },
		  false,
		  UINT64_MAX },
	};
	uint64_t until;
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(critical_rule_sick(&cases[i].u, 1000, &until), cases[i].sick);
		assert_true(until == cases[i].until);
	}
}

static void the_cause_is_the_one_that_says_most(void **state)
{
	static const struct {
		struct reset_signs signs;
		const char *word;
	} cases[] = {
		{ { 0 }, "" },
		{ { .has_record = true }, "orderly" },
		{ { .has_record = true, .by_ladder = true }, "ladder" },
		{ { .has_record = true, .was_running = true }, "power" },
		{ { .has_record = true, .was_running = true, .feeding_stopped = true },
		  "watchdog" },
		{ { .has_record = true, .was_running = true, .dump = true }, "panic" },
		{ { .watchdog_flags = WDIOF_CARDRESET }, "watchdog" },
		{ { .watchdog_flags = WDIOF_CARDRESET, .has_record = true }, "watchdog" },
		{ { .watchdog_flags = WDIOF_CARDRESET, .dump = true }, "panic" },
		{ { .watchdog_flags = WDIOF_CARDRESET | WDIOF_OVERHEAT, .dump = true }, "heat" },
		{ { .watchdog_flags = WDIOF_POWERUNDER }, "power" },
		{ { .watchdog_flags = WDIOF_EXTERN1 }, "" },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(reset_word(reset_judge(&cases[i].signs)), cases[i].word);
	assert_string_equal(reset_word(RESET_CAUSES), "");
}

struct said {
	unsigned n, line;
	char text[200];
};

static void note(void *ctx, int level, const char *file, unsigned line, const char *text)
{
	struct said *s = ctx;

	(void)level;
	(void)file;
	s->n++;
	s->line = line;
	str_print(s->text, sizeof(s->text), "%s", text);
}

static void read_text(struct conf *c, const char *text, struct said *said)
{
	memset(said, 0, sizeof(*said));
	conf_init(c);
	conf_read(c, text, strlen(text), "pintle.conf", note, said);
}

static void the_configuration_is_read(void **state)
{
	struct said said;
	struct conf c;

	(void)state;
	read_text(&c,
		  "[Trust]\nKey=/x\nTimeout=1\n[Watchdog]\nTimeout=4s\nPretimeout=2\nDevice=/dev/"
		  "watchdog1\nReboots=0\n"
		  "Enable=no\n[Memory]\nReserve=16M\nAdmission=enforce",
		  &said);
	assert_int_equal(said.n, 0);
	assert_int_equal(c.timeout_ms, 4000);
	assert_int_equal(c.pretimeout_ms, 2000);
	assert_string_equal(c.watchdog_device, "/dev/watchdog1");
	assert_int_equal(c.reboots, 0);
	assert_false(c.watchdog);
	assert_int_equal(c.reserve, 16 << 20);
	assert_int_equal(c.admission, ADMISSION_ENFORCE);
}

static void a_bad_line_leaves_the_default(void **state)
{
	static const char *const bad[] = {
		"[Watchdog]\nTimeout=soon\n", "[Watchdog]\nDevice=watchdog\n",
		"[Watchdog]\nTimeouts=3\n",   "[Memory]\nAdmission=maybe\n",
		"[Watchdog]\nTimeout=1s\n",   "[Watchdog]\nPretimeout=30s\n",
		"[Watchdog]\nReboots=-1\n",
	};
	struct conf usual_conf, c;
	struct said said;
	char line[4096];
	unsigned i;

	(void)state;
	conf_init(&usual_conf);
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		read_text(&c, bad[i], &said);
		assert_int_equal(said.n, 1);
		assert_memory_equal(&c, &usual_conf, sizeof(c));
	}
	/* A line that inih would cut is none at all. */
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	memcpy(line, "[Watchdog]\nReboots=5 ", 21);
	read_text(&c, line, &said);
	assert_int_equal(c.reboots, 2);
	assert_int_equal(said.line, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rungs_come_in_order_with_their_counts),
		cmocka_unit_test(a_previous_release_comes_before_the_reboot),
		cmocka_unit_test(no_choice_of_counts_breaks_the_order),
		cmocka_unit_test(each_step_waits_for_its_patience),
		cmocka_unit_test(a_healthy_spell_clears_once),
		cmocka_unit_test(resets_that_nobody_asked_for_lead_to_safe_mode),
		cmocka_unit_test(a_record_comes_back_as_it_was),
		cmocka_unit_test(feeding_stops_when_it_must),
		cmocka_unit_test(sick_is_what_does_not_work_when_it_should),
		cmocka_unit_test(the_cause_is_the_one_that_says_most),
		cmocka_unit_test(the_configuration_is_read),
		cmocka_unit_test(a_bad_line_leaves_the_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
