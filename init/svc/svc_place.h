/* SPDX-License-Identifier: ISC */
/*
 * Which unit has which place in svcs[]: places stay while units are read again and PID 1 begins
 * anew, so that what speaks of a unit by its place (timers, watches, rings, records) goes on doing
 * so. PID 1 only.
 */
#ifndef PINTLE_INIT_SVC_SVC_PLACE_H
#define PINTLE_INIT_SVC_SVC_PLACE_H

#include "init/svc/svc.h"

/* Makes a place for every unit that was read: group, log pipes, ring. */
void svc_init(void);
/*
 * The same at place i of svcs[], with the four ends of the log pipes that are there already (or all
 * -1).
 */
void svc_place(unsigned i, const struct unit *u, const int logs[4]);
/*
 * `units` becomes the fresh set: places go on with their units' new definitions, by name; those of
 * units that are not in it (and are down) are left; new units get places.
 */
void svc_adopt_units(const struct unit_set *fresh);
/* Places for all units that have none yet; order and links of all. */
void svc_place_rest(void);
/* The record of a unit of `units` by its index there; NULL while it has none. */
struct svc *svc_of(unsigned unit_index);
/* The index in `units` of what s runs. */
unsigned svc_unit_index(const struct svc *s);
/* The i-th unit to start: its index in `units`. */
unsigned svc_order(unsigned i);

#endif
