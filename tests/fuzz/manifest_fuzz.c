/* SPDX-License-Identifier: ISC */
/*
 * The same bytes as every document there is: what is taken as one kind must not be taken as
 * another.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/cosign.h"
#include "fetch/imgconf.h"
#include "fetch/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static int on_entry(void *ctx, const struct index_entry *n, struct err *e)
{
	(void)ctx;
	(void)e;
	if (!memchr(n->ref, 0, sizeof(n->ref)) || !memchr(n->kind, 0, sizeof(n->kind)))
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static _Alignas(16) unsigned char memory[40960], rec[IMGREC_MAX];
	static struct manifest m;
	static struct cosign sigs;
	static struct imgconf conf;
	struct imgrec w;
	struct arena a;
	struct digest d;
	int is_manifest, is_index;

	arena_init(&a, memory, sizeof(memory));
	is_manifest = manifest_read(&a, bytes, n, "fuzz", &m, NULL) == 0;
	is_index = index_read(&a, bytes, n, "fuzz", on_entry, NULL, NULL) == 0;
	if (is_manifest && (is_index || m.n_layers > LAYERS_MAX))
		abort();
	if (cosign_read(&a, bytes, n, "fuzz", &sigs, NULL) == 0 && sigs.n > COSIGN_SIGS_MAX)
		abort();
	for (unsigned i = 0; i < sigs.n; i++) {
		uint8_t der[SIG_DER_MAX];

		cosign_decode(&sigs.sigs[i], der, NULL);
	}
	cosign_payload(&a, bytes, n, &d, NULL);
	imgrec_start(&w, rec, sizeof(rec));
	if (imgconf_read(&a, bytes, n, &conf, &w, NULL) == 0 &&
		imgrec_finish(&w, 1, conf.stop_signal) > (int)IMGREC_MAX)
		abort();
	return 0;
}
