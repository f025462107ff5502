/* SPDX-License-Identifier: ISC */
/*
 * PID 1's hold on the hardware watchdog: opened as soon as there is one, fed by the loop's own
 * timer as watchdog_rule.h says. PID 1 only.
 */
#ifndef PINTLE_INIT_GUARD_WATCHDOG_H
#define PINTLE_INIT_GUARD_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "board/watchdog.h"

/*
 * Opens the configured device, if it is there and none is open. Again when the board's modules are
 * loaded.
 */
void watchdog_begin(void);
/*
 * After an exec of PID 1: the descriptor is there already (-1 = there is none). Unfed: PID 1 falls
 * too often, the board is to be reset.
 */
void watchdog_resume(int fd, bool feed);
/* What there is; fd -1 = none. */
const struct watchdog *watchdog_held(void);
/* Whether it is being fed. */
bool watchdog_is_fed(void);
/* Just before reboot(2): the last feeding; with release, magic close. */
void watchdog_last(bool release);

#endif
