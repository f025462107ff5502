/* SPDX-License-Identifier: ISC */
/* linux.cgroupsPath in its two spellings. Pure. */
#ifndef PINTLE_RUNTIME_OCI_CGROUPS_PATH_H
#define PINTLE_RUNTIME_OCI_CGROUPS_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/base/err.h"

/*
 * The group's path below the hierarchies' roots: what config.json says, or with --systemd-cgroup
 * "slice:prefix:name" as systemd would place it ("a-b.slice:p:n" → "/a.slice/a-b.slice/p-n.scope");
 * NULL: "/pintle-runc/ID". 0 or -errno with e.
 */
int cgroups_path(const char *said, const char *id, bool systemd, char *ret, size_t cap,
		 struct err *e);

#endif
