/* SPDX-License-Identifier: ISC */
/*
 * The hardening keys of [Service] as what runtime/ carries out. In the service's child: it may read
 * disks and end with an error.
 */
#ifndef PINTLE_INIT_SPEC_SANDBOX_H
#define PINTLE_INIT_SPEC_SANDBOX_H

#include "init/unit/unit.h"
#include "runtime/base/arena.h"
#include "runtime/spec.h"

/*
 * Fills sandbox, capabilities, filter and no_new_privs of spec from u->sandbox; what they point at
 * is static or from the arena. Leaves spec as it is for a unit that asks for nothing. Once a
 * process. 0 or -errno with e.
 */
int spec_sandbox_fill(struct spec *spec, const struct unit *u, struct arena *a, struct err *e);

#endif
