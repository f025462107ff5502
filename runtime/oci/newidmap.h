/* SPDX-License-Identifier: ISC */
/*
 * Id maps that a user may not write himself: newuidmap(1) and newgidmap(1) of shadow-utils do, by
 * /etc/subuid and /etc/subgid. The tool's own process; waits for them.
 */
#ifndef PINTLE_RUNTIME_OCI_NEWIDMAP_H
#define PINTLE_RUNTIME_OCI_NEWIDMAP_H

#include "runtime/container.h"

/* Are they needed: an unprivileged user with more than his own id in a map? */
bool newidmap_wanted(const struct ctr_place *place);
/* For ctr_place.map_ids. 0, or -errno with e filled: what the program printed went to stderr. */
int newidmap_write(const struct ctr_place *place, pid_t pid, struct err *e);

#endif
