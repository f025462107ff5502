/* SPDX-License-Identifier: ISC */
/* Condition*= and Assert*=, systemd.unit(5): their names, and whether they hold here and now. */
#ifndef PINTLE_INIT_UNIT_CONDITION_H
#define PINTLE_INIT_UNIT_CONDITION_H

#include <stdbool.h>

#include "init/unit/unit.h"
#include "runtime/base/err.h"

/* The number (unit_condition.what) of "PathExists", or -1. */
int condition_by_name(const char *name);
/* Whether its value is a path. */
bool condition_wants_path(int what);
/*
 * Whether u's conditions and asserts hold: all of those without '|', and one of those with it if
 * there are any. 0, or -ECANCELED (a condition; e's step is "condition") or -EPERM (an assert; step
 * "assert") with e naming the first that failed. Blocks on disks: a child's, never PID 1's.
 */
int unit_conditions_hold(const struct unit *u, struct err *e);

#endif
