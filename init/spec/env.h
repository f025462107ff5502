/* SPDX-License-Identifier: ISC */
/* A process's environment, put together in a child after clone: later assignments of a name win. */
#ifndef PINTLE_INIT_SPEC_ENV_H
#define PINTLE_INIT_SPEC_ENV_H

#include "runtime/base/arena.h"
#include "runtime/base/err.h"

#define ENV_MAX 256

struct env {
	char *v[ENV_MAX + 1];	/* NULL-terminated */
	unsigned n;
	struct arena *arena;
};

/* Starts an empty environment whose texts come from a. */
void env_init(struct env *env, struct arena *a);
/* Sets "NAME=value" (copied), in the place of an earlier value of NAME. 0 or -E2BIG. */
int env_set(struct env *env, const char *assignment);
/* The same unless the name has a value already. */
int env_default(struct env *env, const char *assignment);
/* Takes a variable out: "NAME", or "NAME=value" only if that is its value. */
void env_unset(struct env *env, const char *name);
/* The value of a name, or NULL. */
const char *env_get(const struct env *env, const char *name);
/*
 * Reads NAME=value lines ('#' and ';' comments, one pair of quotes around the value is taken off).
 * A path with '-' in front may be missing. Blocks on the disk. 0 or -errno with e naming file and
 * line.
 */
int env_read_file(struct env *env, const char *path, struct err *e);

#endif
