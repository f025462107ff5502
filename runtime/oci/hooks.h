/* SPDX-License-Identifier: ISC */
/*
 * Hooks of a container (runtime-spec, config.md "POSIX-platform Hooks"): run in order, each with
 * the state on its standard input.
 */
#ifndef PINTLE_RUNTIME_OCI_HOOKS_H
#define PINTLE_RUNTIME_OCI_HOOKS_H

#include "runtime/oci/box.h"
#include "runtime/oci/config.h"

/*
 * Runs all hooks of a kind in the calling process's namespaces, the working folder being the bundle
 * where the kind runs on the host. Stops at the first that cannot be run, ends other than by 0 or
 * outlives its timeout (it and its group are killed): -ECHILD with e naming hook and reason.
 * Blocks.
 */
int hooks_run(const struct oci_config *c, enum oci_hook_kind kind, const struct box *b,
	      struct err *e);
/* As above, but each failure is a warning and the rest is run. */
void hooks_try(const struct oci_config *c, enum oci_hook_kind kind, const struct box *b);

#endif
