/* SPDX-License-Identifier: ISC */
/*
 * JSON that the command line writes about itself: a config.json to begin with, and features
 * (runtime-spec, features.md).
 */
#ifndef PINTLE_RUNTIME_OCI_SPEC_JSON_H
#define PINTLE_RUNTIME_OCI_SPEC_JSON_H

#include <stdbool.h>

/*
 * What `runc spec` writes: a shell in all namespaces; rootless: in a user namespace of the caller's
 * own ids. 0 or -errno.
 */
int oci_spec_write(int fd, bool rootless);
/* What this runtime knows, from the same tables that it reads config.json with. 0 or -errno. */
int oci_features_write(int fd);

#endif
