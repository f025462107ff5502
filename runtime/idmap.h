/* SPDX-License-Identifier: ISC */
/* Id-mapped mounts (mount_setattr(2), Linux 5.12). In the container's child, while it has the host's rights. */
#ifndef PINTLE_RUNTIME_IDMAP_H
#define PINTLE_RUNTIME_IDMAP_H

#include <stdbool.h>

#include "runtime/spec.h"

/*
 * Binds the tree at source_fd (O_PATH) on target_fd with its owners shown through the map: what the map calls outside is
 * on disk, inside is seen. A user namespace that carries the map is made by a process that lives as long. -ENOSYS before 5.12,
 * -EINVAL for a file system that cannot. 0 or -errno.
 */
int idmap_bind(const struct spec_idmap_set *map, int source_fd, int target_fd, bool recursive);

#endif
