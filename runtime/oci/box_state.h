/* SPDX-License-Identifier: ISC */
/* state.json of a container: see box.h. */
#ifndef PINTLE_RUNTIME_OCI_BOX_STATE_H
#define PINTLE_RUNTIME_OCI_BOX_STATE_H

#include "runtime/oci/box.h"

/*
 * Reads it into *b. A folder without one is a container that is being created (or whose creation
 * was cut short). 0 or -errno.
 */
int box_state_read(struct box *b, struct err *e);

#endif
