/* SPDX-License-Identifier: ISC */
/*
 * Id-mapped mounts (mount_setattr(2), Linux 5.12). In the container's child, while it has the
 * host's rights.
 */
#ifndef PINTLE_RUNTIME_IDMAP_H
#define PINTLE_RUNTIME_IDMAP_H

#include <stdbool.h>

#include "runtime/enter.h"

/*
 * A user namespace that carries the map, held by its fd. proc_fd is a procfs of our own pid
 * namespace. fd or -errno.
 */
int idmap_userns(const struct spec_idmap_set *map, int proc_fd);
/*
 * Writes the maps of a process that has just got a user namespace; our rights are the host's. 0 or
 * -errno.
 */
int idmap_write(const struct spec_idmap_set *map, int proc_fd, pid_t pid);

/*
 * Binds the tree at source_fd (O_PATH) on target_fd with its owners shown through the map: what the
 * map calls outside is on disk, inside is seen. below: the whole tree is bound; deep: mapped, too.
 * -ENOSYS before 5.12, -EINVAL for a file system that cannot. 0 or -errno.
 */
int idmap_bind(int userns_fd, int source_fd, int target_fd, bool below, bool deep);

#endif
