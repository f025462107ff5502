/* SPDX-License-Identifier: ISC */
/*
 * config.json, process.json and resources: what is taken is whole and within the arena, what is
 * refused says why.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/oci/config.h"
#include "runtime/seccomp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static unsigned char *memory;
static size_t cap = 3 << 20;
static struct oci_config config;

/* A string of the arena, or NULL. */
static void check_text(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	if (text && (at < memory || at >= memory + cap || at + strlen(text) >= memory + cap))
		abort();
}

static void check_list(const char *const *list)
{
	for (; list && *list; list++)
		check_text(*list);
}

static void check_spec(const struct spec *s)
{
	unsigned i;

	check_list((const char *const *)s->argv);
	check_list((const char *const *)s->envp);
	check_list(s->masked);
	check_list(s->readonly);
	check_list(s->sysctl);
	check_text(s->hostname);
	if (s->cwd && s->cwd[0] != '/')
		abort();
	if (s->uid == UINT32_MAX || s->gid == UINT32_MAX)
		abort();
	for (i = 0; i < s->n_groups; i++)
		if (s->groups[i] == UINT32_MAX)
			abort();
	for (i = 0; i < s->n_rlimits; i++)
		if (s->rlimits[i].resource < 0 || s->rlimits[i].soft > s->rlimits[i].hard)
			abort();
	for (i = 0; i < s->n_mounts; i++) {
		check_text(s->mounts[i].source);
		check_text(s->mounts[i].type);
		check_text(s->mounts[i].data);
		if (s->mounts[i].target[0] != '/')
			abort();
		if (s->mounts[i].idmap &&
		    (!s->mounts[i].idmap->n_uid || !s->mounts[i].idmap->n_gid))
			abort();
	}
	for (i = 0; i < s->n_devices; i++)
		if (s->devices[i].target[0] != '/' || !s->devices[i].type)
			abort();
}

/* Also compiled, as a container's start would. */
static void check_policy(const struct seccomp_policy *p)
{
	static struct sock_filter ops[SECCOMP_OPS_MAX];
	struct err e = { 0 };
	unsigned i, k, n = 0;
	int rc = p ? seccomp_compile(p, ops, SECCOMP_OPS_MAX, &n, &e) : 0;

	if (p && (rc > 0 || (!rc && !n) || (rc && !e.code)))
		abort();

	for (i = 0; p && i < p->n_rules; i++) {
		if (!p->rules[i].n_names)
			abort();
		for (k = 0; k < p->rules[i].n_names; k++)
			check_text(p->rules[i].names[k]);
		for (k = 0; k < p->rules[i].n_args; k++)
			if (p->rules[i].args[k].index > 5)
				abort();
	}
}

static void check_resources(const struct cg_resources *r)
{
	unsigned i;

	for (i = 0; i < r->n_devices; i++)
		if (!strchr("abc", r->devices[i].type) || r->devices[i].access > 7 ||
		    r->devices[i].major < -1)
			abort();
	for (i = 0; i < r->n_unified; i++) {
		check_text(r->unified[i].name);
		check_text(r->unified[i].text);
	}
	for (i = 0; i < r->n_hugetlb; i++)
		if (strchr(r->hugetlb[i].name, '/'))
			abort();
	for (i = 0; i < r->n_rdma_handles; i++)
		check_text(r->rdma_handles[i].name);
	check_text(r->cpu.cpus);
}

static void check_config(const struct oci_config *c)
{
	unsigned i, k;

	check_spec(&c->spec);
	check_policy(c->spec.policy);
	check_resources(&c->resources);
	for (k = 0; k < OCI_HOOK_KINDS; k++)
		for (i = 0; i < c->n_hooks[k]; i++) {
			if (c->hooks[k][i].path[0] != '/' || !c->hooks[k][i].argv[0])
				abort();
			check_list((const char *const *)c->hooks[k][i].argv);
			check_list((const char *const *)c->hooks[k][i].envp);
		}
	for (i = 0; i < c->n_annotations; i++)
		check_text(c->annotations[i].value);
	for (i = 0; i < c->n_namespaces; i++)
		if (!c->namespaces[i].flag ||
		    (c->namespaces[i].path && c->namespaces[i].path[0] != '/'))
			abort();
}

/* An error has code, step and text, and the code is what was returned. */
static void check_error(int rc, const struct err *e)
{
	if (rc > 0 || -rc != e->code || (rc && (!*e->step || !*e->text)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct err e[3] = { 0 };
	struct cg_resources r;
	struct arena a;
	int rc;

	if (!memory)
		memory = malloc(cap);
	arena_init(&a, memory, cap);
	rc = oci_config_read(&a, bytes, n, "fuzz", &config, &e[0]);
	check_error(rc, &e[0]);
	if (!rc)
		check_config(&config);
	else
		arena_init(&a, memory, cap);
	rc = rc ? oci_config_read(&a, "{\"ociVersion\":\"1.0.0\"}", 22, "fuzz", &config,
				  &(struct err){ 0 })
		: 0;
	if (rc)
		abort();
	rc = oci_process_read(&a, bytes, n, "fuzz", &config, &e[1]);
	check_error(rc, &e[1]);
	if (!rc)
		check_spec(&config.spec);
	cg_resources_init(&r);
	arena_init(&a, memory, cap);
	rc = oci_resources_read(&a, bytes, n, "fuzz", &r, &e[2]);
	check_error(rc, &e[2]);
	if (!rc)
		check_resources(&r);
	return 0;
}
