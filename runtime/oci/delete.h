/* SPDX-License-Identifier: ISC */
/* Taking a container away: what delete and the end of run share. */
#ifndef PINTLE_RUNTIME_OCI_DELETE_H
#define PINTLE_RUNTIME_OCI_DELETE_H

#include "runtime/oci/box.h"
#include "runtime/oci/config.h"

/*
 * Removes a stopped container: what is left in its group is killed, the group and the folder go,
 * poststop hooks run (their failures are warnings). b is closed. config NULL: read from the folder.
 * 0 or -errno with e.
 */
int delete_stopped(struct box *b, const struct oci_config *config, struct err *e);
/*
 * Kills everything in the group (or the first process) and waits up to 5 s for its end. 0,
 * -ETIMEDOUT or -errno.
 */
int delete_kill(struct box *b, struct err *e);

#endif
