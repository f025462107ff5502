/* SPDX-License-Identifier: ISC */
/* A bundle: the folder with config.json, read once and copied beside the container's state. */
#ifndef PINTLE_RUNTIME_OCI_BUNDLE_H
#define PINTLE_RUNTIME_OCI_BUNDLE_H

#include "runtime/oci/box.h"
#include "runtime/oci/config.h"

#define BUNDLE_CONFIG_MAX (1024u * 1024) /* bytes of config.json; podman writes some 30,000 */

/*
 * Everything that a config says, and the bytes it came from; the memory is the kernel's until exit.
 */
struct bundle {
	struct oci_config config;
	const char *text;
	size_t len;
};

/*
 * Reads PATH/config.json (path NULL: the working folder) and says in b what the bundle and root
 * file system are called. 0 or -errno.
 */
int bundle_read(struct bundle *u, const char *path, struct box *b, struct err *e);
/* Keeps the copy in the container's folder. */
int bundle_keep(const struct bundle *u, const struct box *b, struct err *e);
/* Reads that copy. */
int bundle_of(struct bundle *u, const struct box *b, struct err *e);
/* Reads a file of bounded size into memory that lives until exit; "-" is standard input. */
int bundle_file(int dirfd, const char *path, const char **ret_text, size_t *ret_len, struct err *e);
/* An arena of that kind, large enough for any config of the size. NULL: no memory. */
struct arena *bundle_arena(void);

#endif
