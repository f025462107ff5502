/* SPDX-License-Identifier: ISC */
/* init/unit/order, init/unit/links: 10,000 random graphs of units. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "init/unit/links.h"
#include "init/unit/unit.h"

#define GRAPHS 10000
#define MOST 24

static struct unit table[UNITS_MAX];
static const char *after[MOST][MOST], *before[MOST][MOST];
static struct unit_set set = { .units = table };
static bool wanted[MOST][MOST];	/* [a][b]: a is to start after b */
static unsigned said, named;
static uint32_t seed = 1;

static uint32_t roll(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void hear(void *ctx, int level, const char *file, unsigned line, const char *text)
{
	(void)ctx;
	(void)level;
	(void)file;
	(void)line;
	said++;
	named += strstr(text, "not kept:") != NULL;
}

/*
 * Units u0 … and edges at random, half of them written as Before= of the other; forward: only to
 * lower numbers, no cycle.
 */
static void make_graph(unsigned n, unsigned edges, bool forward)
{
	unsigned i;

	memset(wanted, 0, sizeof(wanted));
	set.n = n;
	for (i = 0; i < n; i++) {
		memset(&table[i], 0, sizeof(table[i]));
		snprintf(table[i].name, sizeof(table[i].name), "u%u.service", i);
		table[i].file = "";
		table[i].kind = UNIT_SERVICE;
		table[i].after.v = after[i];
		table[i].before.v = before[i];
	}
	for (i = 0; i < edges; i++) {
		unsigned a = roll(n), b = roll(n);

		if (forward && a < b) {
			unsigned c = a;

			a = b;
			b = c;
		}
		if (a == b || wanted[a][b])
			continue;
		wanted[a][b] = true;
		if (roll(2))
			table[a].after.v[table[a].after.n++] = table[b].name;
		else
			table[b].before.v[table[b].before.n++] = table[a].name;
	}
}

/* Whether b is reached from a over the edges as wanted. */
static bool reaches(unsigned a, unsigned b)
{
	bool seen[MOST] = { false }, more = true;
	unsigned i, k;

	seen[a] = true;
	while (more) {
		more = false;
		for (i = 0; i < set.n; i++)
			for (k = 0; seen[i] && k < set.n; k++)
				if (wanted[i][k] && !seen[k])
					seen[k] = more = true;
	}
	return seen[b];
}

static void check_graph(bool forward)
{
	uint16_t order[UNITS_MAX];
	unsigned at[MOST], i, k, dropped = 0;
	int cycles;

	said = named = 0;
	cycles = unit_order(&set, order, hear, NULL);
	memset(at, 0xff, sizeof(at));
	for (i = 0; i < set.n; i++) {
		assert_in_range(order[i], 0, set.n - 1);
		assert_int_equal(at[order[i]], UINT32_MAX);
		at[order[i]] = i;
	}
	for (i = 0; i < set.n; i++)
		for (k = 0; k < set.n; k++) {
			bool kept = unit_after(&set, i, k);

			assert_false(kept && !wanted[i][k]);
			if (kept)
				assert_true(at[k] < at[i]);
			if (wanted[i][k] && !kept) {
				/* Only an edge that closes a cycle is given up. */
				assert_true(reaches(k, i));
				dropped++;
			}
		}
	assert_int_equal(dropped, cycles);
	assert_int_equal(said, cycles);
	assert_int_equal(named, cycles);
	assert_true(!forward || !cycles);
}

static void every_graph_has_an_order_and_every_cycle_a_name(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < GRAPHS; i++) {
		unsigned n = 1 + roll(MOST);
		bool forward = i % 4 == 0;

		make_graph(n, roll(3 * n + 1), forward);
		check_graph(forward);
	}
}

static void the_same_graph_breaks_at_the_same_edge(void **state)
{
	uint16_t first[UNITS_MAX], second[UNITS_MAX];
	unsigned i;

	(void)state;
	for (i = 0; i < 200; i++) {
		make_graph(10, 30, false);
		unit_order(&set, first, hear, NULL);
		unit_order(&set, second, hear, NULL);
		assert_memory_equal(first, second, set.n * sizeof(first[0]));
	}
}

static void links_are_what_the_lists_say(void **state)
{
	static const char *requires[] = { "u1.service", "nobody.service" },
			  *binds[] = { "u2.service" };
	static const char *conflicts[] = { "u3.service", "u0.service" };

	(void)state;
	make_graph(4, 0, false);
	table[0].requires.v = requires;
	table[0].requires.n = 2;
	table[0].binds_to.v = binds;
	table[0].binds_to.n = 1;
	table[0].conflicts.v = conflicts;
	table[0].conflicts.n = 2;
	unit_links_read(&set);
	assert_true(unit_linked(UNIT_REQUIRES, 0, 1) && unit_linked(UNIT_REQUIRES, 0, 2));
	assert_true(unit_linked(UNIT_BINDS, 0, 2) && !unit_linked(UNIT_BINDS, 0, 1));
	assert_false(unit_linked(UNIT_REQUIRES, 1, 0));
	/* Either way round; not with itself. */
	assert_true(unit_linked(UNIT_CONFLICTS, 0, 3) && unit_linked(UNIT_CONFLICTS, 3, 0));
	assert_false(unit_linked(UNIT_CONFLICTS, 0, 0));
	assert_string_equal(unit_missing(&set, 0), "nobody.service");
	assert_null(unit_missing(&set, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_graph_has_an_order_and_every_cycle_a_name),
		cmocka_unit_test(the_same_graph_breaks_at_the_same_edge),
		cmocka_unit_test(links_are_what_the_lists_say),
	};

	return cmocka_run_group_tests_name("unit_order", tests, NULL, NULL);
}
