/* SPDX-License-Identifier: ISC */
/* Memory: admission and shedding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "init/guard/shed_rule.h"
#include "runtime/base/compiler.h"

#define MB (1ull << 20)

static void admission_is_by_numbers(void **state)
{
	static const struct {
		enum conf_admission policy;
		uint64_t running, running_usage, one;	/* MiB; running UINT64_MAX = no limit */
		enum admission_verdict want;
	} cases[] = {	/* of 64 MiB with 8 in reserve */
		{ ADMISSION_AUTO, 40, 0, 16, ADMIT },
		{ ADMISSION_AUTO, 40, 0, 17, ADMIT_REFUSE },
		{ ADMISSION_WARN, 40, 0, 17, ADMIT_WARN },
		{ ADMISSION_OFF, 40, 0, 17, ADMIT },
		{ ADMISSION_AUTO, UINT64_MAX, 40, 17, ADMIT_WARN },
		{ ADMISSION_ENFORCE, UINT64_MAX, 40, 17, ADMIT_REFUSE },
		{ ADMISSION_ENFORCE, UINT64_MAX, 40, 16, ADMIT },
		{ ADMISSION_AUTO, 56, 0, 0, ADMIT },
		{ ADMISSION_AUTO, 57, 0, 0, ADMIT_REFUSE },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct admission a = { .total = 64 * MB,
				       .reserve = 8 * MB,
				       .policy = cases[i].policy };
		uint64_t max = cases[i].running == UINT64_MAX ? UINT64_MAX : cases[i].running * MB;

		admission_count(&a, &(struct admission_unit){ max, cases[i].running_usage * MB });
		assert_int_equal(
			admission_judge(&a, &(struct admission_unit){ cases[i].one * MB, 0 }),
			cases[i].want);
	}
}

static void sums_do_not_wrap(void **state)
{
	struct admission a = { .total = 64 * MB, .reserve = 65 * MB };
	unsigned i;

	(void)state;
	for (i = 0; i < 4; i++)
		admission_count(&a, &(struct admission_unit){ UINT64_MAX - 1, 0 });
	assert_true(a.sum == UINT64_MAX);
	assert_int_equal(admission_judge(&a, &(struct admission_unit){ 1, 0 }), ADMIT_REFUSE);
	/* More in reserve than there is: nothing with a limit starts. */
	a.sum = 0;
	assert_int_equal(admission_judge(&a, &(struct admission_unit){ 1, 0 }), ADMIT_REFUSE);
}

struct play {
	struct shed_unit units[4];
	struct shed shed;
	uint64_t now;
};

/*
 * Lets time pass in steps of 100 ms until something is done, at most ms. "f2": freeze unit 2; "" =
 * nothing.
 */
static const char *next(struct play *p, enum shed_level level, unsigned ms)
{
	static char said[3];
	uint64_t until = p->now + ms;
	unsigned which = 99;

	for (; p->now < until; p->now += 100) {
		enum shed_act act = shed_look(&p->shed, p->units, 4, level, p->now, &which);

		if (act == SHED_NOTHING)
			continue;
		said[0] = "-fsta"[act];
		said[1] = (char)('0' + which);
		p->units[which].how = act == SHED_FREEZE ? SHED_FROZEN
				      : act == SHED_STOP ? SHED_STOPPED
							 : SHED_NOT;
		p->units[which].up = act != SHED_STOP;
		p->now += 100;
		return said;
	}
	return "";
}

static struct play four(void)
{
	/* One that is never shed, two with a priority, one that is down. */
	return (struct play){
		.units = { { 0, true, SHED_NOT },
			   { 20, true, SHED_NOT },
			   { 10, true, SHED_NOT },
			   { 5, false, SHED_NOT } },
		.now = 1000,
	};
}

static void the_lowest_goes_first_and_the_rest_after_it(void **state)
{
	struct play p = four();
	uint64_t began = p.now;

	(void)state;
	assert_string_equal(next(&p, SHED_LOW, 10000), "f2");
	assert_true(p.now - began <= 100);	/* at once */
	assert_string_equal(next(&p, SHED_LOW, 4900), "");
	assert_string_equal(next(&p, SHED_LOW, 10000), "s2");
	assert_string_equal(next(&p, SHED_LOW, 10000), "f1");
	assert_string_equal(next(&p, SHED_LOW, 10000), "s1");
	/* The one without a priority stays, whatever happens. */
	assert_string_equal(next(&p, SHED_LOW, 600000), "");
	assert_true(p.units[0].up);
}

static void the_last_comes_back_first_after_a_calm(void **state)
{
	struct play p = four();
	uint64_t began;

	(void)state;
	next(&p, SHED_LOW, 10000);
	next(&p, SHED_LOW, 10000);
	next(&p, SHED_LOW, 10000);
	/* 2 is stopped, 1 frozen. Between low and high nothing moves. */
	assert_string_equal(next(&p, SHED_MIDDLE, 600000), "");
	began = p.now;
	assert_string_equal(next(&p, SHED_HIGH, 600000), "t1");
	assert_in_range(p.now - began, 30000, 30200);
	assert_string_equal(next(&p, SHED_HIGH, 600000), "a2");
	assert_string_equal(next(&p, SHED_HIGH, 600000), "");
}

static void a_dip_begins_the_calm_anew(void **state)
{
	struct play p = four();

	(void)state;
	next(&p, SHED_LOW, 10000);
	assert_string_equal(next(&p, SHED_HIGH, 29000), "");
	assert_string_equal(next(&p, SHED_MIDDLE, 100), "");
	assert_string_equal(next(&p, SHED_HIGH, 29000), "");
	assert_string_equal(next(&p, SHED_HIGH, 2000), "t2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(admission_is_by_numbers),
		cmocka_unit_test(sums_do_not_wrap),
		cmocka_unit_test(the_lowest_goes_first_and_the_rest_after_it),
		cmocka_unit_test(the_last_comes_back_first_after_a_calm),
		cmocka_unit_test(a_dip_begins_the_calm_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
