/* SPDX-License-Identifier: ISC */
/*
 * The worker's wire: PID 1 starts a worker process (the same binary as "pintle-worker"), writes one
 * fixed-size request to its standard input and reads one fixed-size result from its standard
 * output. Native byte order (same binary, same machine). These layouts are final: fields are
 * only ever taken from the reserve.
 */
#ifndef PINTLE_FETCH_JOB_H
#define PINTLE_FETCH_JOB_H

#include <stdint.h>

#include "runtime/base/err.h"

#define JOB_MAGIC 0x504e4a42u	/* "PNJB" */
#define JOB_VERSION 1
#define JOB_IMAGE_MAX 256
#define JOB_PATH_MAX 128

enum job_kind {
	JOB_PREPARE =
		1, /* verify the image's signature chain, unpack what the store lacks, publish */
	JOB_VERIFY = 2, /* the same checks without keeping anything */
};

enum job_policy { JOB_POLICY_STRICT = 0, JOB_POLICY_INSECURE = 1 };

struct job_request {
	uint32_t magic;
	uint16_t version, kind;
	uint32_t policy;		/* enum job_policy */
	uint32_t reserved0;
	/* as in Image=: oci:PATH[:TAG], oci-archive:FILE[:TAG], or a name for the layouts folder */
	char image[JOB_IMAGE_MAX];
	char conf[JOB_PATH_MAX]; /* pintle.conf: keys and scopes are read from it by the worker */
	char store[JOB_PATH_MAX];	/* the store: /var/lib/pintle */
	uint8_t reserved[488];
};

struct job_result {
	uint32_t magic;
	uint16_t version, kind;
	int32_t status;			/* 0 or -errno; then err tells */
	uint32_t flags;			/* JOB_R_* */
	uint8_t manifest[32];		/* SHA-256 of the manifest that may run */
	uint8_t key[32];		/* SHA-256 of the SPKI of the key that signed it */
	uint32_t n_layers;
	uint32_t elapsed_ms;
	uint64_t bytes_read, bytes_written;
	struct err err;
	int32_t stop_signal; /* the image's StopSignal, 0 = none: PID 1 reads no image record */
	uint8_t reserved[148];
};
#define JOB_R_CACHED 1u		/* the store had it all */
#define JOB_R_INSECURE 2u	/* policy let an unsigned image pass */

_Static_assert(sizeof(struct job_request) == 1016, "the request is a wire form");
_Static_assert(sizeof(struct job_result) == 512, "the result is a wire form");

/*
 * The worker's main: reads the request from fd 0, works, writes the result to fd 1. Exit status 0
 * if a result was written. Blocks; never in PID 1.
 */
int job_main(void);
/*
 * The work itself, also behind `pintle load` and `pintle verify`. Fills *ret always; returns
 * ret->status. Blocks.
 */
int job_run(const struct job_request *req, struct job_result *ret);
/*
 * Makes a result from a worker safe to use: magic, version, kind, strings. 0 or -EPROTO. For PID 1.
 */
int job_result_check(struct job_result *r, enum job_kind kind);

#endif
