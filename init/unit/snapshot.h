/* SPDX-License-Identifier: ISC */
/*
 * The unit files as they were when they were read last, in folders of PID 1's own tmpfs: it reads
 * them there, also after an exec of itself, and never waits for a disk. Runs in a child; may block.
 */
#ifndef PINTLE_INIT_UNIT_SNAPSHOT_H
#define PINTLE_INIT_UNIT_SNAPSHOT_H

#include "runtime/base/err.h"

/*
 * Copies what unit_load() would read of path (NULL-terminated) to the folders "0", "1", … below
 * `to`, which is made anew. A link to a device, or an empty file, becomes an empty one: masked. 0,
 * or -errno with e; folders that are missing are empty.
 */
int unit_snapshot(const char *const *path, const char *to, struct err *e);

#endif
