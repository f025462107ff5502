/* SPDX-License-Identifier: ISC */
/*
 * Where blobs come from: an OCI image layout as a folder, or packed as a plain tar that is read
 * where it lies. A stick's content is foreign: only regular files are opened, no link is followed
 * as the last step, sizes are compared; digests are the reader's to check. image-layout.md. Blocks
 * on the disk.
 */
#ifndef PINTLE_FETCH_LAYOUT_H
#define PINTLE_FETCH_LAYOUT_H

#include <stdint.h>

#include "fetch/desc.h"
#include "fetch/tar.h"
#include "runtime/base/arena.h"
#include "runtime/base/err.h"

#define LAYOUT_MEMBERS_MAX 1024	/* blobs in an archive */

struct layout_member {
	struct digest digest;
	uint64_t offset, size;
};

struct layout {
	int fd;			/* the folder, or the archive */
	int is_tar;
	struct layout_member *members;	/* of an archive; in the arena */
	unsigned n_members;
	struct layout_member index,
		version; /* index.json and oci-layout of an archive; offset 0: not there */
};

struct blob {
	int fd;			/* the blob's own file, or a copy of the archive's fd */
	uint64_t at, left;	/* next byte, bytes to come */
};

/*
 * Opens the layout at path. An archive is walked once, by header, with t as scratch; its table is
 * taken from a. 0, or -errno with e set. layout_close() is right after a failure too.
 */
int layout_open(struct layout *l, const char *path, int is_tar, struct tar *t, struct arena *a,
	struct err *e);
void layout_close(struct layout *l);

/* Reads index.json or oci-layout into buf[cap]: the length, or -errno with e set. */
int layout_read_index(const struct layout *l, void *buf, size_t cap, struct err *e);
int layout_read_version(const struct layout *l, void *buf, size_t cap, struct err *e);

/*
 * Opens a blob whose size must be the descriptor's. 0 or -errno with e naming `what` and the
 * digest.
 */
int layout_blob(const struct layout *l, const struct desc *d, const char *what, struct blob *ret,
	struct err *e);
/*
 * The next bytes of it: their count, 0 at its end, -errno (-EIO when the file got shorter
 * meanwhile).
 */
int blob_read(struct blob *b, void *buf, size_t cap);
void blob_close(struct blob *b);

#endif
