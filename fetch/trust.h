/* SPDX-License-Identifier: ISC */
/*
 * What pintle.conf says about images: [Trust] with Key= (repeated), Policy=, MaxUnpackedSize=,
 * Reserve=, AllowDevices=; [Trust "registry.example/web"] with keys for images below that name
 * only; [Images] Layouts=. The operator's own file: trusted, but a mistake in it refuses, never
 * opens.
 */
#ifndef PINTLE_FETCH_TRUST_H
#define PINTLE_FETCH_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/sig.h"
#include "runtime/base/err.h"

#define TRUST_KEYS_MAX 16
#define TRUST_SCOPE_MAX 48
#define TRUST_PATH_MAX 128
#define TRUST_CONF_MAX 16384	/* bytes of pintle.conf */

struct trust_key {
	struct sig_key key;
	char scope[TRUST_SCOPE_MAX];	/* "" for every image */
};

struct trust {
	unsigned n_keys;
	struct trust_key keys[TRUST_KEYS_MAX];
	bool insecure, devices;
	uint64_t max_unpacked;	/* bytes of one image's layers, unpacked */
	uint64_t reserve;	/* bytes of the store's disk that stay free */
	char layouts[TRUST_PATH_MAX];	/* "" = STORE/layouts */
};

/*
 * Reads the file at path (a missing one is an empty one) and the key files it names. scratch holds
 * TRUST_CONF_MAX bytes. 0, or -errno with e naming file, line and reason. Blocks.
 */
int trust_read(const char *path, char *scratch, struct trust *ret, struct err *e);

/*
 * The scope that governs an image name: the longest one that is the name itself or ends before one
 * of its '/', ':' or '@'; "" if there is none, and then the keys without scope count.
 */
const char *trust_scope(const struct trust *t, const char *image);

#endif
