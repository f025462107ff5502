/* SPDX-License-Identifier: ISC */
/*
 * The store on disk: see image.h for its folders. One job at a time works in it (a lock on
 * staging/). Everything comes in by rename from staging/ after it was synced, so what layers/ and
 * images/ hold is whole whatever the power does. Blocks on the disk.
 */
#ifndef PINTLE_FETCH_STORE_H
#define PINTLE_FETCH_STORE_H

#include <stdbool.h>

#include "fetch/sha256.h"
#include "runtime/base/err.h"

struct store {
	int fd, staging_fd, image_fd;	/* image_fd: staging/image, opened for reading */
};

/*
 * Opens the store at path, makes its folders, waits for the lock, syncs what an earlier job may
 * have left unsynced, sweeps staging/. 0 or -errno with e set.
 */
int store_open(struct store *s, const char *path, struct err *e);
/* Removes what is staged, gives the lock back. */
void store_close(struct store *s);

/* Stages a small file of the image. 0 or -errno with e set. */
int store_put(struct store *s, const char *name, const void *bytes, size_t n, struct err *e);
/* Makes staging/layer-N and opens it for reading. An fd or -errno with e set. */
int store_stage_layer(struct store *s, unsigned n, struct err *e);
/* An O_PATH fd of layer N, staged or published, or -errno. */
int store_layer(const struct store *s, unsigned n, const struct digest *chain_id);
/* Whether the layer is published. */
bool store_has_layer(const struct store *s, const struct digest *chain_id);
/* A new file for notes, deleted already. An fd or -errno with e set. */
int store_scratch(struct store *s, struct err *e);

/*
 * Publishes the staged layers and then the image: syncfs, renames, fsync of the folders. links: the
 * layers that l/ names, lowest first. 0 or -errno with e set.
 */
int store_publish(struct store *s, const struct digest *manifest, const struct digest *chain_ids,
	unsigned n_layers, unsigned first_link, struct err *e);
/*
 * The folder of a published image, opened for reading, if it and all its layers are there: an fd or
 * -errno.
 */
int store_image(const struct store *s, const struct digest *manifest, unsigned n_layers);

/* Keeps which manifest a reference stood for, and finds it again. 0 or -errno with e set. */
int store_put_ref(struct store *s, const char *image, const struct digest *manifest, struct err *e);
int store_get_ref(const struct store *s, const char *image, struct digest *ret, struct err *e);

/* Bytes that may still be written so that `reserve` stay free on the disk. */
uint64_t store_room(const struct store *s, uint64_t reserve);

#endif
