/* SPDX-License-Identifier: ISC */
/*
 * init/svc_fsm: the life of a unit. Every state meets every event: the matrix says where each pair
 * leads, written down by hand a second time; the tests after it say why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "init/svc/svc_fsm.h"
#include "runtime/base/compiler.h"

#define HAS(step, name) ((step).actions >> ACT_##name & 1)

/* A letter a state, in the order of the table; '.' in a row: the event is ignored. */
static const char letters[] = "ifwpesluRrXoTkPSb";
static const char *const matrix[] = {
	/*
	 * start stop ready refused prepared pre-done executed next up post-done stays reload
	 * reloaded ended stop-done empty stop-posted done broken again retry timeout
	 */
	"w.....................", /* inactive */
	"w.....................", /* failed */
	".ipf..................", /* waiting */
	".i.fe.................", /* preparing */
	".T...s.......k.......T", /* pre */
	".T....l......k.......T", /* starting */
	".T.....su....T.......T", /* launched */
	".T.......R...T.......T", /* post */
	".o........Xr.o.......o", /* running */
	".o..........Ro.......R", /* reloading */
	"Xo....................", /* exited */
	"..............T......T", /* stop */
	".............T.k.....k", /* stopping */
	".............k.P.....f", /* closing */
	"................S....S", /* stop-post */
	".................ifb.f", /* sweeping */
	"wi..................w.", /* backoff */
};
_Static_assert(ARRAY_LEN(matrix) == SVC_STATES && sizeof(letters) == SVC_STATES + 1,
	       "a row and a letter a state");

static void every_pair_leads_where_the_matrix_says(void **state)
{
	unsigned s, e;

	(void)state;
	for (s = 0; s < SVC_STATES; s++) {
		assert_int_equal(strlen(matrix[s]), SVC_EVENTS);
		for (e = 0; e < SVC_EVENTS; e++) {
			struct svc_step step = svc_fsm_step(s, e);

			assert_int_equal(step.actions >> SVC_ACTIONS, 0);
			assert_int_equal(step.known ? letters[step.next] : '.', matrix[s][e]);
			if (!step.known) {
				assert_int_equal(step.next, s);
				assert_int_equal(step.actions, 0);
			}
		}
	}
}

static bool is_in(enum svc_state s, enum svc_class class)
{
	return svc_state_class(s) == class;
}

/* Stop is obeyed in every state but those that are down, or on their way there. */
static void stop_is_always_obeyed(void **state)
{
	unsigned s;

	(void)state;
	for (s = 0; s < SVC_STATES; s++) {
		struct svc_step step = svc_fsm_step(s, EV_STOP);

		if (is_in(s, SVC_IS_DOWN) || is_in(s, SVC_IS_FALLING))
			assert_false(step.known);
		else
			assert_true(is_in(step.next, SVC_IS_FALLING) || step.next == SVC_INACTIVE);
	}
}

/* No way from a process to rest, or to the next try, but through two killings of the group. */
static void nothing_is_left_behind(void **state)
{
	unsigned s, e;

	(void)state;
	for (s = SVC_PRE; s <= SVC_SWEEPING; s++)
		for (e = 0; e < SVC_EVENTS; e++) {
			struct svc_step step = svc_fsm_step(s, e);

			if (is_in(step.next, SVC_IS_DOWN) || step.next == SVC_BACKOFF)
				assert_true(s == SVC_SWEEPING ||
					    (s == SVC_CLOSING && e == EV_TIMEOUT));
			if (step.known && step.next != s &&
			    (step.next == SVC_CLOSING || step.next == SVC_SWEEPING))
				assert_true(HAS(step, KILL));
		}
}

/*
 * Whatever stands still has a clock, and the clock's end leads on: no state can hold a unit for
 * ever that is not at rest.
 */
static void no_step_lasts_for_ever(void **state)
{
	unsigned s;

	(void)state;
	for (s = 0; s < SVC_STATES; s++) {
		bool rests = is_in(s, SVC_IS_DOWN) || s == SVC_EXITED;
		/*
		 * The worker and the backoff have timers of their own, WAITING waits for others
		 * that have.
		 */
		bool timed_elsewhere = s == SVC_WAITING || s == SVC_PREPARING || s == SVC_BACKOFF;

		assert_int_equal(svc_state_clock(s) == SVC_CLOCK_NONE, rests || timed_elsewhere);
		if (svc_state_clock(s) != SVC_CLOCK_NONE)
			assert_true(svc_fsm_step(s, EV_TIMEOUT).next != s);
	}
}

static void a_unit_goes_where_its_end_meant(void **state)
{
	(void)state;
	assert_int_equal(svc_fsm_step(SVC_SWEEPING, EV_DONE).next, SVC_INACTIVE);
	assert_int_equal(svc_fsm_step(SVC_SWEEPING, EV_BROKEN).next, SVC_FAILED);
	assert_int_equal(svc_fsm_step(SVC_SWEEPING, EV_AGAIN).next, SVC_BACKOFF);
	assert_true(HAS(svc_fsm_step(SVC_SWEEPING, EV_AGAIN), DELAY));
}

/* Who waits for an outcome is told whenever a unit comes to rest. */
static void coming_to_rest_is_told(void **state)
{
	unsigned s, e;

	(void)state;
	for (s = 0; s < SVC_STATES; s++)
		for (e = 0; e < SVC_EVENTS; e++) {
			struct svc_step step = svc_fsm_step(s, e);

			if (step.known && step.next != s &&
			    (is_in(step.next, SVC_IS_DOWN) || step.next == SVC_EXITED ||
			     step.next == SVC_RUNNING))
				assert_true(HAS(step, SETTLED));
		}
}

static void the_way_up_has_no_short_cut(void **state)
{
	static const enum svc_event way[] = {
		EV_START, EV_READY, EV_PREPARED, EV_PRE_DONE, EV_EXECUTED, EV_UP, EV_POST_DONE,
	};
	static const enum svc_state through[] = {
		SVC_WAITING,  SVC_PREPARING, SVC_PRE,	  SVC_STARTING,
		SVC_LAUNCHED, SVC_POST,	     SVC_RUNNING,
	};
	enum svc_state s = SVC_INACTIVE;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(way); i++) {
		s = svc_fsm_step(s, way[i]).next;
		assert_int_equal(s, through[i]);
	}
	/* No exec without a verified image: one way only to each step below. */
	for (s = 0; s < SVC_STATES; s++)
		for (i = 0; i < SVC_EVENTS; i++) {
			enum svc_state next = svc_fsm_step(s, i).next;

			if (next == SVC_STARTING && s != SVC_STARTING)
				assert_true(s == SVC_PRE || s == SVC_LAUNCHED);
			if (next == SVC_PRE && s != SVC_PRE)
				assert_int_equal(s, SVC_PREPARING);
			if (next == SVC_PREPARING && s != SVC_PREPARING)
				assert_int_equal(s, SVC_WAITING);
		}
}

/* A late event (a restart's timer, a probe, a report) of a run that is over changes nothing. */
static void late_events_are_ignored(void **state)
{
	static const enum svc_event late[] = { EV_PREPARED,  EV_PRE_DONE, EV_EXECUTED, EV_UP,
					       EV_POST_DONE, EV_RETRY,	  EV_ENDED };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(late); i++) {
		assert_false(svc_fsm_step(SVC_INACTIVE, late[i]).known);
		assert_false(svc_fsm_step(SVC_FAILED, late[i]).known);
		assert_false(svc_fsm_step(SVC_WAITING, late[i]).known);
	}
}

static void words_are_for_users(void **state)
{
	unsigned s, k;

	(void)state;
	for (s = 0; s < SVC_STATES; s++) {
		assert_in_range(svc_state_word(s)[0], 'a', 'z');
		for (k = 0; k < s; k++)
			assert_string_not_equal(svc_state_word(s), svc_state_word(k));
		assert_int_equal(svc_state_active(s), is_in(s, SVC_IS_ACTIVE));
	}
	assert_string_equal(svc_event_word(EV_STOP_POSTED), "STOP_POSTED");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_leads_where_the_matrix_says),
		cmocka_unit_test(stop_is_always_obeyed),
		cmocka_unit_test(nothing_is_left_behind),
		cmocka_unit_test(no_step_lasts_for_ever),
		cmocka_unit_test(a_unit_goes_where_its_end_meant),
		cmocka_unit_test(coming_to_rest_is_told),
		cmocka_unit_test(the_way_up_has_no_short_cut),
		cmocka_unit_test(late_events_are_ignored),
		cmocka_unit_test(words_are_for_users),
	};

	return cmocka_run_group_tests_name("init_fsm", tests, NULL, NULL);
}
