/* SPDX-License-Identifier: ISC */
/*
 * Why the device is not whole: a mount that failed, a module, a cycle among units. Shown first in
 * status. PID 1.
 */
#ifndef PINTLE_INIT_BOOT_DEGRADED_H
#define PINTLE_INIT_BOOT_DEGRADED_H

#include <stdbool.h>

#include "runtime/base/err.h"

/* Notes a reason; the first is the one shown, all are logged. */
void degraded_note(const struct err *e);
/* The same, when it keeps the store away: units with an image do not start. */
void degraded_note_store(const struct err *e);
/* The reason why the store is away, NULL = it is there. */
const struct err *degraded_store(void);
/* The first reason in words, "" = none. Static storage. */
const char *degraded_text(void);
/* An image ran without a signature, by policy. */
void degraded_insecure(void);
/* What the PID 1 before knew; store.code 0 = the store is whole. */
void degraded_restore(const char *text, const struct err *store, bool insecure);
bool degraded_is_insecure(void);
/* A unit_report: errors make the device degraded, warnings are logged. */
void degraded_report(void *ctx, int level, const char *file, unsigned line, const char *text);

#endif
