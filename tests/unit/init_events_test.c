/* SPDX-License-Identifier: ISC */
/* init/events: the ring of what happened. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "init/log/events.h"

static void the_last_are_kept_in_order(void **state)
{
	static struct events r;
	struct event_body e = { 0 };
	uint64_t i, n, at;

	(void)state;
	for (n = 0; n < 3 * EVENTS_MAX; n++) {
		uint64_t first = n > EVENTS_MAX ? n - EVENTS_MAX : 0;

		at = 0;
		for (i = first; i < n; i++) {
			assert_true(events_get(&r, &at, &e));
			assert_int_equal(e.mono_ms, i);
			assert_int_equal(at, i + 1);
		}
		assert_false(events_get(&r, &at, &e));
		assert_int_equal(events_tail(&r, 0), first);
		assert_int_equal(events_tail(&r, 3), n < 3 ? 0 : n - 3);
		assert_int_equal(events_tail(&r, 1000), first);
		e.mono_ms = n;
		events_put(&r, &e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_are_kept_in_order),
	};

	return cmocka_run_group_tests_name("init_events", tests, NULL, NULL);
}
