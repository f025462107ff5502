/* SPDX-License-Identifier: ISC */
/*
 * One image job, from the reference to the published image: the memory all of it works in, and the
 * steps between the files of fetch/. Only in a worker or a tool: everything here may block.
 */
#ifndef PINTLE_FETCH_WORK_H
#define PINTLE_FETCH_WORK_H

#include "fetch/cosign.h"
#include "fetch/gunzip.h"
#include "fetch/imgconf.h"
#include "fetch/job.h"
#include "fetch/layout.h"
#include "fetch/manifest.h"
#include "fetch/ref.h"
#include "fetch/store.h"
#include "fetch/trust.h"
#include "fetch/unpack.h"

#define CHAIN_MAX 5	/* an index in an index…: four, and the manifest */
#define WORK_JSON_MAX 40960
#define WORK_IN_MAX 8192
#define WORK_OUT_MAX 16384

struct work {
	const struct job_request *req;
	struct job_result *res;
	struct err *e;			/* the result's */
	struct ref ref;
	struct trust trust;
	struct layout layout;
	struct store store;
	struct arena table, json;
	unsigned n_chain; /* digests from what the reference names down to the manifest */
	struct digest chain[CHAIN_MAX];
	struct manifest manifest;
	struct cosign cosign;
	struct imgconf conf;
	/* image-spec, config.md, "Layer ChainID": names of layers in the store */
	struct digest chain_ids[LAYERS_MAX];
	struct unpack unpack;
	struct tar tar;
	struct gunzip gunzip;
	struct sha256 plain;		/* of the unpacked layer */
	union {				/* documents first, then layers */
		char doc[DOC_MAX + 1];
		struct {
			unsigned char in[WORK_IN_MAX], out[WORK_OUT_MAX];
		};
	};
	union {
		unsigned char gunzip_memory[GUNZIP_MEMORY];
		_Alignas(16) unsigned char json_memory[WORK_JSON_MAX];
	};
	_Alignas(16) unsigned char table_memory[LAYOUT_MEMBERS_MAX * sizeof(struct layout_member) +
						64];
	unsigned char rec[IMGREC_MAX];
};

/* --- chain.c --- */
/*
 * Reads a document of at most DOC_MAX bytes into w->doc, checks its digest. Length, or -errno with
 * w->e set.
 */
int chain_read(struct work *w, const struct desc *d, const char *what);
/*
 * From the reference through index.json and any indexes to the manifest: fills chain[] and
 * manifest, stages every document. 0 or -errno with w->e set.
 */
int chain_resolve(struct work *w);

/* --- evidence.c --- */
#define EVIDENCE_FILE "signature.sig"	/* base64, of the payload in signature.json */
/*
 * Looks for a signature of any digest of the chain by a trusted key; stages it. 0 or -errno with
 * w->e set.
 */
int evidence_find(struct work *w);
/*
 * Checks the signature kept with a stored image against the keys of today. dir_fd: the image's
 * folder. 0 or -errno with w->e set.
 */
int evidence_check(struct work *w, int dir_fd, const struct digest *manifest);

/* --- layer.c --- */
/*
 * Reads layer n whole: digest, size, gzip, diff_id; unpacks it below root_fd. 0 or -errno with w->e
 * set.
 */
int layer_read(struct work *w, unsigned n, int root_fd);

#endif
