/* SPDX-License-Identifier: ISC */
/*
 * The words of Volume=, Tmpfs= and AddDevice= as mounts and devices of a spec. Pure but for the
 * arena.
 */
#ifndef PINTLE_INIT_SPEC_MOUNTS_H
#define PINTLE_INIT_SPEC_MOUNTS_H

#include "init/unit/unit.h"
#include "runtime/base/arena.h"
#include "runtime/spec.h"

/*
 * Fills mounts and devices of the spec, all memory from a. image_volumes (NULL-terminated, may be
 * NULL): a tmpfs is put on those that no Volume= covers, when the root is read-only. 0, or -errno
 * with e naming the word.
 */
int spec_mounts_fill(struct spec *spec, const struct unit *u, char *const *image_volumes,
		    struct arena *a, struct err *e);
/*
 * One more, after spec_mounts_fill(): a file or folder of the host at target (static). 0 or -E2BIG.
 */
int spec_mounts_add_bind(struct spec *spec, const char *source, const char *target, struct arena *a,
			struct err *e);

#endif
