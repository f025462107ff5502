/* SPDX-License-Identifier: ISC */
/*
 * Who starts after whom: a matrix of edges, cycles named in full and broken at one edge, an order.
 * Pure; no recursion. See unit.h.
 */
#include <string.h>

#include "init/unit/unit.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

_Static_assert(UNITS_MAX <= 256, "the edges are a matrix of bits");

/* edge a → b: a starts after b. Kept after unit_order() for unit_after(). */
static unsigned char edges[UNITS_MAX][(UNITS_MAX + 7) / 8];

static bool has_edge(unsigned a, unsigned b)
{
	return edges[a][b / 8] >> (b % 8) & 1;
}

static void set_edge(unsigned a, unsigned b, bool on)
{
	unsigned char bit = (unsigned char)(1u << (b % 8));

	edges[a][b / 8] = (unsigned char)(on ? edges[a][b / 8] | bit : edges[a][b / 8] & ~bit);
}

static void read_edges(const struct unit_set *set)
{
	unsigned a, i;

	memset(edges, 0, sizeof(edges));
	for (a = 0; a < set->n; a++) {
		const struct unit *u = &set->units[a];

		for (i = 0; i < u->after.n; i++) {
			const struct unit *b = unit_find(set, u->after.v[i]);

			if (b && b != u)
				set_edge(a, (unsigned)(b - set->units), true);
		}
		for (i = 0; i < u->before.n; i++) {
			const struct unit *b = unit_find(set, u->before.v[i]);

			if (b && b != u)
				set_edge((unsigned)(b - set->units), a, true);
		}
	}
}

struct visit {
	unsigned char state[UNITS_MAX];	/* 0 new, 1 on the path, 2 done */
	uint16_t path[UNITS_MAX], next[UNITS_MAX];
	unsigned depth;
};

/* The path from `from` to its end and back: "a -> b -> c -> a". */
static void say_cycle(const struct unit_set *set, const struct visit *v, unsigned from,
		      unit_report *report, void *ctx)
{
	char text[UNIT_ORDER_CYCLE_MAX];
	struct str s;
	unsigned i;

	str_init(&s, text, sizeof(text));
	str_puts(&s, "dependency cycle: ");
	for (i = from; i < v->depth; i++)
		str_fmt(&s, "%s after ", set->units[v->path[i]].name);
	str_fmt(&s, "%s; not kept: %s after %s", set->units[v->path[from]].name,
		set->units[v->path[v->depth - 1]].name, set->units[v->path[from]].name);
	report(ctx, LOG_LVL_ERR, set->units[v->path[from]].file, 0, text);
}

/*
 * Walks from one unit; each unit is appended when all it comes after are. Returns how many cycles
 * it broke.
 */
static int walk(const struct unit_set *set, struct visit *v, unsigned start, uint16_t *order,
		unsigned *n, unit_report *report, void *ctx)
{
	int cycles = 0;

	v->depth = 0;
	v->path[v->depth] = (uint16_t)start;
	v->next[v->depth++] = 0;
	v->state[start] = 1;
	while (v->depth) {
		unsigned a = v->path[v->depth - 1], b = v->next[v->depth - 1]++, from = 0;

		if (b == set->n) {
			v->state[a] = 2;
			order[(*n)++] = (uint16_t)a;
			v->depth--;
		} else if (has_edge(a, b) && v->state[b] == 1) {
			while (v->path[from] != b)
				from++;
			say_cycle(set, v, from, report, ctx);
			set_edge(a, b, false);
			cycles++;
		} else if (has_edge(a, b) && v->state[b] == 0) {
			v->state[b] = 1;
			v->path[v->depth] = (uint16_t)b;
			v->next[v->depth++] = 0;
		}
	}
	return cycles;
}

int unit_order(const struct unit_set *set, uint16_t *order, unit_report *report, void *ctx)
{
	static struct visit v;
	unsigned i, n = 0;
	int cycles = 0;

	read_edges(set);
	memset(&v, 0, sizeof(v));
	for (i = 0; i < set->n; i++)
		if (!v.state[i])
			cycles += walk(set, &v, i, order, &n, report, ctx);
	return cycles;
}

bool unit_after(const struct unit_set *set, unsigned a, unsigned b)
{
	return a < set->n && b < set->n && has_edge(a, b);
}
