/* SPDX-License-Identifier: ISC */
/*
 * The image config: what it was built for, which layers it has, how it wants to be run. image-spec,
 * config.md. Pure.
 */
#ifndef PINTLE_FETCH_IMGCONF_H
#define PINTLE_FETCH_IMGCONF_H

#include "fetch/desc.h"
#include "fetch/imgrec.h"
#include "runtime/base/arena.h"

struct imgconf {
	char os[16], arch[16], variant[16];
	unsigned n_diff_ids;
	struct digest diff_ids[LAYERS_MAX];
	int stop_signal;	/* of this machine; 0 if none */
};

/*
 * Reads a config whose digest is right; what it says about running goes into w. 0, or -errno with e
 * set.
 */
int imgconf_read(struct arena *a, const void *doc, size_t n, struct imgconf *ret, struct imgrec *w,
	struct err *e);

/* "SIGTERM", "TERM", "15", "SIGRTMIN+3" as this machine's number; 0 for a name we do not know. */
int imgconf_signal(const char *name);

#endif
