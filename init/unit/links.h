/* SPDX-License-Identifier: ISC */
/*
 * Who names whom: the names in Requires= and its sisters as bits between units of one set, so that
 * PID 1 compares no strings when something happens. Pure.
 */
#ifndef PINTLE_INIT_UNIT_LINKS_H
#define PINTLE_INIT_UNIT_LINKS_H

#include "init/unit/unit.h"

enum unit_link {
	UNIT_REQUIRES,		/* Requires=, BindsTo=, Requisite= */
	UNIT_BINDS,		/* BindsTo= */
	UNIT_REQUISITE,
	UNIT_WANTS,
	UNIT_PART_OF,
	UNIT_CONFLICTS,		/* either way round */
	UNIT_ON_FAILURE,
	UNIT_ON_SUCCESS,
	UNIT_LINKS,
};

/* Reads all names of the set; what there was before is forgotten. */
void unit_links_read(const struct unit_set *set);
/* Whether unit a names unit b so; indices in the set. */
bool unit_linked(enum unit_link link, unsigned a, unsigned b);
/*
 * The first name in Requires=, BindsTo= or Requisite= of unit a that no unit of the set has, NULL
 * if none.
 */
const char *unit_missing(const struct unit_set *set, unsigned a);

#endif
