/* SPDX-License-Identifier: ISC */
/*
 * Entering namespaces that exist: what spawn.c does around a clone where a place names some. pid
 * and time namespaces only take children, a user namespace takes our rights in all others away:
 * each has its turn.
 */
#ifndef PINTLE_RUNTIME_JOIN_H
#define PINTLE_RUNTIME_JOIN_H

#include <stdbool.h>

#include "runtime/container.h"

/* Clones with CLONE_* besides the place's own; as clone(2) with the error negative. */
typedef long join_clone_fn(void *ctx, uint64_t more, int *pidfd);

/*
 * Calls clone in the pid and time namespaces that the place joins or makes, and comes back to its
 * own. With a user namespace to join, or one to make besides others to join, a short-lived helper
 * process does the joining and clones a child of ours (CLONE_PARENT). What clone returns (also 0,
 * in the child), or -errno with e.
 */
long join_clone(const struct ctr_place *p, join_clone_fn *clone, void *ctx, int *pidfd,
		struct err *e);

/* Whether the helper does it, and has moved itself to the group (the child is born there). */
bool join_helped(const struct ctr_place *p);
/* In the child: the others that the place joins. 0 or -errno with e. */
int join_in_child(const struct ctr_place *p, struct err *e);

#endif
