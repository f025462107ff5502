/* SPDX-License-Identifier: ISC */
/*
 * Seccomp profile files as Docker and podman have them (seccomp.json): a policy with conditions on
 * capabilities, architecture and kernel. The file is the administrator's, its bytes are foreign all
 * the same: read after clone or in a tool, never in PID 1.
 */
#ifndef PINTLE_RUNTIME_OCI_SECCOMP_FILE_H
#define PINTLE_RUNTIME_OCI_SECCOMP_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/base/err.h"
#include "runtime/seccomp.h"

/*
 * Reads the file for a container that may hold caps (bit n = capability n) on this machine and
 * kernel. What *ret points at is mapped or static memory, the next call's or until exec. It may
 * block on the disk. 0, or -errno with e naming the property.
 */
int oci_seccomp_file(const char *path, uint64_t caps, const struct seccomp_policy **ret,
		     struct err *e);

/*
 * The same from n bytes; kernel is a release ("5.10.0"), all memory but the policy itself is the
 * arena's (2 MiB do).
 */
int oci_seccomp_read(struct arena *a, const void *bytes, size_t n, const char *what, uint64_t caps,
		     const char *kernel, const struct seccomp_policy **ret, struct err *e);

#endif
