/* SPDX-License-Identifier: ISC */
/* init/svc_fsm: the life of a unit. Every state meets every event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "init/svc_fsm.h"
#include "runtime/base/compiler.h"

#define HAS(step, name) ((step).actions >> ACT_##name & 1)

static void every_pair_leads_to_a_state_that_exists(void **state)
{
	unsigned s, e;

	(void)state;
	for (s = 0; s < SVC_STATES; s++) {
		for (e = 0; e < SVC_EVENTS; e++) {
			struct svc_step step = svc_fsm_step(s, e);

			assert_in_range(step.next, 0, SVC_STATES - 1);
			assert_int_equal(step.actions >> SVC_ACTIONS, 0);
			if (!step.known) {
				assert_int_equal(step.next, s);
				assert_int_equal(step.actions, 0);
			}
		}
	}
}

static bool is_down(enum svc_state s)
{
	return s == SVC_INACTIVE || s == SVC_FAILED;
}

/* Stop is obeyed in every state but those that are down, or on their way there. */
static void stop_is_always_obeyed(void **state)
{
	unsigned s;

	(void)state;
	for (s = 0; s < SVC_STATES; s++) {
		struct svc_step step = svc_fsm_step(s, EV_STOP);

		if (is_down(s) || s == SVC_STOPPING || s == SVC_CLOSING)
			assert_false(step.known);
		else
			assert_true(step.next == SVC_STOPPING || step.next == SVC_INACTIVE);
	}
}

/* A main process ends in some state: the group is killed before the unit is anything else. */
static void an_end_always_closes_the_group(void **state)
{
	static const enum svc_state with_process[] = { SVC_STARTING, SVC_RUNNING, SVC_STOPPING };
	static const enum svc_event ends[] = { EV_DONE, EV_STAYS, EV_BROKEN, EV_AGAIN };
	size_t s, e;

	(void)state;
	for (s = 0; s < ARRAY_LEN(with_process); s++) {
		for (e = 0; e < ARRAY_LEN(ends); e++) {
			struct svc_step step = svc_fsm_step(with_process[s], ends[e]);

			assert_int_equal(step.next, SVC_CLOSING);
			assert_true(HAS(step, KILL));
		}
	}
}

static void a_closing_unit_goes_where_its_end_meant(void **state)
{
	(void)state;
	assert_int_equal(svc_fsm_step(SVC_CLOSING, EV_DONE).next, SVC_INACTIVE);
	assert_int_equal(svc_fsm_step(SVC_CLOSING, EV_STAYS).next, SVC_EXITED);
	assert_int_equal(svc_fsm_step(SVC_CLOSING, EV_BROKEN).next, SVC_FAILED);
	assert_int_equal(svc_fsm_step(SVC_CLOSING, EV_AGAIN).next, SVC_BACKOFF);
	assert_int_equal(svc_fsm_step(SVC_CLOSING, EV_TIMEOUT).next, SVC_FAILED);
	assert_true(HAS(svc_fsm_step(SVC_CLOSING, EV_AGAIN), DELAY));
}

/* Who waits for an outcome is told whenever a unit comes to rest. */
static void coming_to_rest_is_told(void **state)
{
	unsigned s, e;

	(void)state;
	for (s = 0; s < SVC_STATES; s++) {
		for (e = 0; e < SVC_EVENTS; e++) {
			struct svc_step step = svc_fsm_step(s, e);

			if (step.known && step.next != s && (is_down(step.next) || step.next == SVC_EXITED || step.next == SVC_RUNNING))
				assert_true(HAS(step, SETTLED));
		}
	}
}

static void the_way_up_has_no_short_cut(void **state)
{
	static const enum svc_event way[] = { EV_START, EV_READY, EV_PREPARED, EV_PRE_DONE, EV_EXECUTED };
	static const enum svc_state through[] = { SVC_WAITING, SVC_PREPARING, SVC_PRE, SVC_STARTING, SVC_RUNNING };
	enum svc_state s = SVC_INACTIVE;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(way); i++) {
		s = svc_fsm_step(s, way[i]).next;
		assert_int_equal(s, through[i]);
	}
	/* Only STARTING becomes RUNNING, only PRE becomes STARTING from below: no exec without a verified image. */
	for (s = 0; s < SVC_STATES; s++)
		for (i = 0; i < SVC_EVENTS; i++) {
			if (svc_fsm_step(s, i).next == SVC_RUNNING && s != SVC_RUNNING)
				assert_int_equal(s, SVC_STARTING);
			if (svc_fsm_step(s, i).next == SVC_STARTING && s != SVC_STARTING)
				assert_true(s == SVC_PRE || s == SVC_RUNNING);
			if (svc_fsm_step(s, i).next == SVC_PRE && s != SVC_PRE)
				assert_int_equal(s, SVC_PREPARING);
		}
}

static void only_what_runs_counts_as_active(void **state)
{
	unsigned s;

	(void)state;
	for (s = 0; s < SVC_STATES; s++) {
		assert_int_equal(svc_state_active(s), s == SVC_RUNNING || s == SVC_EXITED);
		assert_in_range(svc_state_word(s)[0], 'a', 'z');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_leads_to_a_state_that_exists),
		cmocka_unit_test(stop_is_always_obeyed),
		cmocka_unit_test(an_end_always_closes_the_group),
		cmocka_unit_test(a_closing_unit_goes_where_its_end_meant),
		cmocka_unit_test(coming_to_rest_is_told),
		cmocka_unit_test(the_way_up_has_no_short_cut),
		cmocka_unit_test(only_what_runs_counts_as_active),
	};

	return cmocka_run_group_tests_name("init_fsm", tests, NULL, NULL);
}
