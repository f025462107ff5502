/* SPDX-License-Identifier: ISC */
/* config.json as a bundle brings it; what was accepted is compiled and looked at as a container's start would. */
#include <stdlib.h>
#include <string.h>

#include "runtime/oci/config.h"
#include "runtime/seccomp.h"

#define ARENA_BYTES (4u << 20)

static void look(const struct oci_config *c)
{
	static struct sock_filter ops[SECCOMP_OPS_MAX];
	struct err e = { 0 };
	size_t sum = 0;
	unsigned i, k, n;

	for (i = 0; c->spec.argv && c->spec.argv[i]; i++)
		sum += strlen(c->spec.argv[i]);
	for (i = 0; i < c->spec.n_mounts; i++)
		sum += strlen(c->spec.mounts[i].target);
	for (i = 0; i < c->n_annotations; i++)
		sum += strlen(c->annotations[i].name) + strlen(c->annotations[i].value);
	for (k = 0; k < OCI_HOOK_KINDS; k++)
		for (i = 0; i < c->n_hooks[k]; i++)
			sum += strlen(c->hooks[k][i].path) + strlen(c->hooks[k][i].argv[0]);
	for (i = 0; c->spec.sysctl && c->spec.sysctl[i]; i++)
		sum += strlen(c->spec.sysctl[i]);
	for (i = 0; i < c->resources.n_unified; i++)
		sum += strlen(c->resources.unified[i].name);
	if (c->spec.policy && !seccomp_compile(c->spec.policy, ops, SECCOMP_OPS_MAX, &n, &e) && n == 0)
		abort();
	if (sum == (size_t)-1)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static unsigned char *space;
	static struct oci_config c;
	struct err e = { 0 };
	struct arena a;

	if (!space)
		space = malloc(ARENA_BYTES);
	arena_init(&a, space, ARENA_BYTES);
	if (!oci_config_read(&a, bytes, n, "fuzz", &c, &e))
		look(&c);
	else if (!e.code)
		abort();	/* every refusal has its reason */
	return 0;
}
