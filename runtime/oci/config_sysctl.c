/* SPDX-License-Identifier: ISC */
/*
 * linux.sysctl of config.json (runtime-spec 1.2, config-linux.md "Sysctl"). Only what a
 * namespace of the container holds may be set: everything else is the host's, whoever writes
 * it.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "runtime/base/str.h"
#include "runtime/oci/config_int.h"

static const struct {
	const char *prefix;	/* below /proc/sys */
	uint64_t flag;
	const char *kind;
} owners[] = {
	{ "net/", CLONE_NEWNET, "network" },
	{ "kernel/msg", CLONE_NEWIPC, "ipc" },
	{ "kernel/sem", CLONE_NEWIPC, "ipc" },
	{ "kernel/shm", CLONE_NEWIPC, "ipc" },
	{ "fs/mqueue/", CLONE_NEWIPC, "ipc" },
	{ "kernel/hostname", CLONE_NEWUTS, "uts" },
	{ "kernel/domainname", CLONE_NEWUTS, "uts" },
	{ "user/", CLONE_NEWUSER, "user" },
};

static bool has_namespace(const struct oci_config *c, uint64_t flag)
{
	unsigned i;

	for (i = 0; i < c->n_namespaces && c->namespaces[i].flag != flag; i++)
		;
	return i < c->n_namespaces;
}

/* As the container's child writes it (sysctl(8)): dots part names up to the first slash. */
static int check(const struct oci_config *c, const char *name, struct err *e)
{
	char path[256];
	size_t i;

	if (str_copy(path, sizeof(path), name) || strchr(name, '='))
		return err_set(e, EINVAL, CONFIG_STEP, "linux.sysctl: \"%.64s\" is no name", name);
	for (i = 0; path[i] && path[i] != '/'; i++)
		if (path[i] == '.')
			path[i] = '/';
	for (i = 0; i < ARRAY_LEN(owners) && !str_starts(path, owners[i].prefix); i++)
		;
	if (i == ARRAY_LEN(owners) || strstr(path, ".."))
		return err_set(e, EINVAL, CONFIG_STEP, "linux.sysctl: %s is the host's", name);
	if (!has_namespace(c, owners[i].flag))
		return err_set(e, EINVAL, CONFIG_STEP,
			       "linux.sysctl: %s is the host's without a %s namespace", name,
			       owners[i].kind);
	return 0;
}

static char *join(struct arena *a, const struct oci_pair *pair)
{
	size_t n = strlen(pair->name), m = strlen(pair->value);
	char *text = arena_get(a, n + m + 2);

	if (text) {
		memcpy(text, pair->name, n);
		text[n] = '=';
		memcpy(text + n + 1, pair->value, m);
	}
	return text;
}

int config_sysctl_finish(struct config_reader *r, struct err *e)
{
	const struct oci_pair *pairs = (const struct oci_pair *)(const void *)r->c->spec.sysctl;
	char **texts = arena_get(r->a, (r->c->n_sysctl + 1) * sizeof(*texts));
	unsigned i;
	int rc;

	if (!texts)
		return config_full("linux.sysctl", e);
	for (i = 0; i < r->c->n_sysctl; i++) {
		rc = check(r->c, pairs[i].name, e);
		if (rc)
			return rc;
		texts[i] = join(r->a, &pairs[i]);
		if (!texts[i])
			return config_full("linux.sysctl", e);
	}
	r->c->spec.sysctl = (const char *const *)texts;
	return 0;
}
