/* SPDX-License-Identifier: ISC */
/*
 * Listeners to a container's system calls (SCMP_ACT_NOTIFY): the way to them and what they are told
 * with the fd.
 */
#ifndef PINTLE_RUNTIME_OCI_NOTIFY_H
#define PINTLE_RUNTIME_OCI_NOTIFY_H

#include <stddef.h>

#include "runtime/oci/box.h"
#include "runtime/oci/config.h"

/*
 * Connects to linux.seccomp.listenerPath where the policy has calls to ask about; *ret_fd is left
 * alone where it has none. For the command. 0 or -errno (-EINVAL: calls to ask about and nobody
 * named to ask).
 */
int notify_connect(const struct oci_config *c, int *ret_fd, struct err *e);
/*
 * The Container Process State of runtime-spec as text in static memory: of the process with that
 * pid in the host's eyes. For the child before its filter. 0 or -errno (-E2BIG: annotations beyond
 * 64 KiB).
 */
int notify_state(const struct box *b, const struct oci_config *c, int32_t pid,
		 const char **ret_text, size_t *ret_len, struct err *e);

#endif
