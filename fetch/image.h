/* SPDX-License-Identifier: ISC */
/*
 * What a verified image in the store says about running it. The worker wrote it, flat and
 * checked, when it published the image; a container's child reads it after clone, before the root
 * is entered. Reading blocks on the disk: never in PID 1.
 *
 * Store: layers/sha256/CHAINID/ (one unpacked layer, whiteouts in overlayfs form),
 * images/sha256/MANIFEST/ {manifest.json,config.json,signature.json,run.rec,l/0…} (l/N: symlink to
 * a layer, 0 lowest), refs/ (image reference → manifest), staging/ (swept at the start of each
 * job). See pintle-images(5).
 */
#ifndef PINTLE_FETCH_IMAGE_H
#define PINTLE_FETCH_IMAGE_H

#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/base/err.h"

struct image {
	char **entrypoint, **cmd, **env;	/* NULL-terminated; may be empty lists */
	char **volumes;				/* paths the image declares */
	const char *user;			/* "" if none */
	const char *cwd;			/* "/" if none */
	int stop_signal;			/* 0 if none */
	unsigned n_layers;
	const char *layers_dir;			/* absolute path of images/sha256/…/l */
};

/*
 * Reads run.rec of a manifest digest from the store folder at path `store`. All memory from a.
 * 0, or -errno with e naming the file and reason (-EBADMSG: the record's own checksum or bounds are
 * wrong).
 */
int image_read(const char *store, const uint8_t manifest[32], struct arena *a, struct image *ret,
	struct err *e);

#endif
