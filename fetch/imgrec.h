/* SPDX-License-Identifier: ISC */
/*
 * run.rec: what an image's config says about running it, flat, so that a container's child needs no
 * JSON reader. Head: "PNRR", version, stop signal, number of layers (16 bits), length of it all (32
 * bits); then records: kind, length (16 bits), bytes, NUL; then the SHA-256 of all that.
 * Little-endian.
 */
#ifndef PINTLE_FETCH_IMGREC_H
#define PINTLE_FETCH_IMGREC_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/base/err.h"

#define IMGREC_MAX 98304u	/* bytes of a record file: a config of 64 KiB and its overhead */
#define IMGREC_HEAD 12
#define IMGREC_SUM 32
#define IMGREC_NAME "run.rec"

enum imgrec_kind {
	IMGREC_ENTRYPOINT = 1,
	IMGREC_CMD,
	IMGREC_ENV,
	IMGREC_VOLUME,
	IMGREC_USER,
	IMGREC_CWD
};

struct imgrec {			/* the writer, over the caller's bytes */
	uint8_t *buf;
	size_t cap, len;
	int failed;
};

/* Starts a record in buf[cap], cap >= IMGREC_HEAD + IMGREC_SUM. */
void imgrec_start(struct imgrec *w, void *buf, size_t cap);
/* Adds a text of n bytes without NULs. 0 or -E2BIG; the writer remembers. */
int imgrec_put(struct imgrec *w, enum imgrec_kind kind, const char *text, size_t n);
/* Ends it: head and sum. Returns its length in bytes or -E2BIG. */
int imgrec_finish(struct imgrec *w, unsigned n_layers, int stop_signal);

#endif
