/* SPDX-License-Identifier: ISC */
/* Who names whom. See links.h. */
#include "init/unit/links.h"

#include <string.h>

static unsigned char bits[UNIT_LINKS][UNITS_MAX][(UNITS_MAX + 7) / 8];

static void set_bit(enum unit_link link, unsigned a, unsigned b)
{
	bits[link][a][b / 8] = (unsigned char)(bits[link][a][b / 8] | 1u << (b % 8));
}

static void read_list(const struct unit_set *set, enum unit_link link, unsigned a,
		      const struct unit_list *l)
{
	unsigned i;

	for (i = 0; i < l->n; i++) {
		const struct unit *u = unit_find(set, l->v[i]);

		if (!u || u == &set->units[a])
			continue;
		set_bit(link, a, (unsigned)(u - set->units));
		if (link == UNIT_CONFLICTS)
			set_bit(link, (unsigned)(u - set->units), a);
	}
}

void unit_links_read(const struct unit_set *set)
{
	unsigned a;

	memset(bits, 0, sizeof(bits));
	for (a = 0; a < set->n; a++) {
		const struct unit *u = &set->units[a];

		read_list(set, UNIT_REQUIRES, a, &u->requires);
		read_list(set, UNIT_REQUIRES, a, &u->binds_to);
		read_list(set, UNIT_REQUIRES, a, &u->requisite);
		read_list(set, UNIT_BINDS, a, &u->binds_to);
		read_list(set, UNIT_REQUISITE, a, &u->requisite);
		read_list(set, UNIT_WANTS, a, &u->wants);
		read_list(set, UNIT_PART_OF, a, &u->part_of);
		read_list(set, UNIT_CONFLICTS, a, &u->conflicts);
		read_list(set, UNIT_ON_FAILURE, a, &u->on_failure);
		read_list(set, UNIT_ON_SUCCESS, a, &u->on_success);
	}
}

bool unit_linked(enum unit_link link, unsigned a, unsigned b)
{
	return bits[link][a][b / 8] >> (b % 8) & 1;
}

static const char *missing_in(const struct unit_set *set, const struct unit_list *l)
{
	unsigned i;

	for (i = 0; i < l->n; i++)
		if (!unit_find(set, l->v[i]))
			return l->v[i];
	return NULL;
}

const char *unit_missing(const struct unit_set *set, unsigned a)
{
	const struct unit *u = &set->units[a];
	const char *name = missing_in(set, &u->requires);

	name = name ? name : missing_in(set, &u->binds_to);
	return name ? name : missing_in(set, &u->requisite);
}
