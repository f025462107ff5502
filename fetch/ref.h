/* SPDX-License-Identifier: ISC */
/*
 * What Image= may say: oci:PATH[:TAG], oci-archive:FILE[:TAG], or a name that is looked up in the
 * layouts folder; each with @sha256:…
 */
#ifndef PINTLE_FETCH_REF_H
#define PINTLE_FETCH_REF_H

#include <stdbool.h>

#include "fetch/sha256.h"
#include "runtime/base/err.h"

#define REF_PATH_MAX 512

struct ref {
	char name[256]; /* without transport, tag and digest: what scopes are compared with */
	char tag[128];		/* "" if none */
	char path[REF_PATH_MAX];	/* of the layout */
	bool is_tar, pinned;
	struct digest pin;
};

/*
 * Takes a reference apart; path is set for the oci transports only. Pure. 0 or -EINVAL with e set.
 */
int ref_parse(const char *image, struct ref *ret, struct err *e);

/*
 * Finds the layout of a name: below the folder `layouts`, NAME or its last part, as a folder or
 * with
 * ".tar". 0, or -ENOENT with e set. Does nothing for the oci transports. Blocks on the disk.
 */
int ref_locate(struct ref *r, const char *layouts, struct err *e);

#endif
