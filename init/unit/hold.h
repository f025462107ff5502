/* SPDX-License-Identifier: ISC */
/*
 * Keeps what a unit says in the set's arena; a full arena spoils the unit that met it, with a
 * message.
 */
#ifndef PINTLE_INIT_UNIT_HOLD_H
#define PINTLE_INIT_UNIT_HOLD_H

#include "init/unit/parse.h"

/* A copy of a text, or NULL when the arena is full. */
const char *hold_text(struct parse *p, const char *text);
/* Appends a copy of a text to a list. */
void hold_add(struct parse *p, struct unit_list *l, const char *text);
/*
 * A command line as a NULL-terminated array of words; NULL when it is wrong or the arena is full.
 */
char **hold_argv(struct parse *p, const char *key, const char *value);

#endif
