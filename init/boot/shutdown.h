/* SPDX-License-Identifier: ISC */
/*
 * Going down: units in reverse order with their own timeouts, then everybody else, then sync and
 * unmount by a helper with a deadline, then reboot(2). Every step has an end; the last one always
 * comes. PID 1.
 */
#ifndef PINTLE_INIT_BOOT_SHUTDOWN_H
#define PINTLE_INIT_BOOT_SHUTDOWN_H

#include <stdbool.h>
#include <sys/types.h>

enum shutdown_kind { SHUTDOWN_NONE, SHUTDOWN_REBOOT, SHUTDOWN_POWEROFF, SHUTDOWN_HALT };

/* Begins; why is for the log. A second call changes the kind only. */
void shutdown_start(enum shutdown_kind kind, const char *why);
bool shutdown_begun(void);
/* What was asked for. */
enum shutdown_kind shutdown_what(void);
/* A unit's state changed: the next ones may stop. */
void shutdown_look(void);
/* A process ended: true if it was the helper. */
bool shutdown_reaped(pid_t pid);

#endif
