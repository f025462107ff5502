/* SPDX-License-Identifier: ISC */
/*
 * Image manifests and indexes. Whole documents in memory whose digest is already known to be right
 * (index.json has none); duplicate names, other types and anything that is both a manifest and an
 * index are refused. image-spec, manifest.md and image-index.md. Pure; all memory from the caller.
 */
#ifndef PINTLE_FETCH_MANIFEST_H
#define PINTLE_FETCH_MANIFEST_H

#include <stdbool.h>

#include "fetch/desc.h"
#include "runtime/base/arena.h"

#define REF_MAX 256	/* bytes of a reference name with the NUL */

struct manifest {
	struct desc config;
	unsigned n_layers;
	struct desc layers[LAYERS_MAX];	/* [0] is the lowest */
};

/* Reads an image manifest. 0, or -errno with e naming `what`. */
int manifest_read(struct arena *a, const void *doc, size_t n, const char *what,
	struct manifest *ret, struct err *e);

struct index_entry {
	struct desc desc;
	char ref[REF_MAX];	/* org.opencontainers.image.ref.name, "" if none */
	char kind[64];		/* cosign's annotation "kind", "" if none */
	char os[16], arch[16], variant[16];	/* platform; "" if not said */
	bool has_platform, os_features;
};

/* Called for each entry in order: 0 to go on, 1 to pass over the rest, -errno after err_set(). */
typedef int index_each(void *ctx, const struct index_entry *entry, struct err *e);

/*
 * Reads an image index. 0, or -errno with e naming `what`; an entry is reported before the
 * document's end is checked.
 */
int index_read(struct arena *a, const void *doc, size_t n, const char *what, index_each *each,
	void *ctx, struct err *e);

/*
 * How well an image for that platform runs on this build: 0 not at all, else the higher the better.
 * Empty os and variant count as not said.
 */
unsigned platform_rank(const char *os, const char *arch, const char *variant);
/* This build's own platform as users write it: "linux/arm/v7". Static storage. */
const char *platform_name(void);

#endif
