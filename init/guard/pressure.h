/* SPDX-License-Identifier: ISC */
/*
 * Memory of the whole device: admission of starts, and shedding by Priority= before the OOM killer
 * acts, told by PSI (Linux 4.20) and by a look at /proc/meminfo every 5 s while a unit with
 * Priority= is up. PID 1 only.
 */
#ifndef PINTLE_INIT_GUARD_PRESSURE_H
#define PINTLE_INIT_GUARD_PRESSURE_H

#include "init/svc/svc.h"

/* Asks the kernel for its events. At boot and after an exec of PID 1. */
void pressure_begin(void);
/* After each turn: whether there is anything to look after. */
void pressure_after_turn(void);
/* Whether there is no room for the unit: e says the numbers. A warning goes to its log. */
bool admission_refuses(struct svc *s, struct err *e);

#endif
