/* SPDX-License-Identifier: ISC */
/* $VARIABLE in command lines of services, systemd.service(5) "command lines". Pure. */
#ifndef PINTLE_INIT_UNIT_EXPAND_H
#define PINTLE_INIT_UNIT_EXPAND_H

#include "runtime/base/arena.h"

/*
 * A copy of argv with ${NAME} replaced within words (unset: nothing) and a word that is $NAME alone
 * replaced by the words of its value (unset: no word); "$$" is "$". The copy, NULL-terminated,
 * lives in a. NULL when the arena is full.
 */
char **unit_expand_env(char *const *argv, char *const *envp, struct arena *a);

#endif
