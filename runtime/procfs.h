/* SPDX-License-Identifier: ISC */
/*
 * A proc file system of our own, never reachable by a path of the container's: what the runtime
 * writes there (labels, sysctl) cannot be led elsewhere by a mount or a symlink of the image's
 * (CVE-2019-16884, CVE-2025-52881). In the container's child, in its pid namespace.
 */
#ifndef PINTLE_RUNTIME_PROCFS_H
#define PINTLE_RUNTIME_PROCFS_H

#include "runtime/base/err.h"

/*
 * Opens a detached, fresh procfs (fsopen, 5.2); on older kernels, or where it is refused (a user
 * namespace that sees only a masked /proc), the /proc in sight, which must be the host's: call it
 * before any mount of the container's. fd or -errno.
 */
int procfs_open(struct err *e);

/*
 * Writes text to a file below it in one write(2); path is relative ("sys/net/ipv4/ip_forward"). No
 * symlink is followed and no mount is crossed, and the file proved to be procfs's. 0 or -errno.
 */
int procfs_write(int proc_fd, const char *path, const char *text);
/* The same for a file of the calling process: "attr/exec". */
int procfs_write_self(int proc_fd, const char *file, const char *text);
/* Opens a file below it for reading under the same rules. fd or -errno. */
int procfs_read_fd(int proc_fd, const char *path);

#endif
