/* SPDX-License-Identifier: ISC */
/*
 * seccomp_dump profile FILE CAPS | config FILE: the filter that pintle makes of a seccomp.json or
 * of the policy in a config.json, an instruction a line. For comparing what podman makes of its
 * profile with what pintle makes of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/oci/bundle.h"
#include "runtime/oci/config.h"
#include "runtime/oci/seccomp_file.h"

static struct sock_filter ops[SECCOMP_OPS_MAX];
static struct oci_config config;

static const struct seccomp_policy *read_policy(int argc, char **argv, struct err *e)
{
	const struct seccomp_policy *p = NULL;
	const char *text;
	size_t n;

	if (argc == 4 && !strcmp(argv[1], "profile"))
		return oci_seccomp_file(argv[2], strtoull(argv[3], NULL, 0), &p, e) ? NULL : p;
	if (bundle_file(-100, argv[2], &text, &n, e) ||
	    oci_config_read(bundle_arena(), text, n, argv[2], &config, e))
		return NULL;
	return config.spec.policy;
}

int main(int argc, char **argv)
{
	const struct seccomp_policy *p;
	struct err e = { 0 };
	char said[400];
	unsigned i, n;

	if (argc < 3)
		return 2;
	p = read_policy(argc, argv, &e);
	if (!p || seccomp_compile(p, ops, SECCOMP_OPS_MAX, &n, &e))
		return fprintf(stderr, "%s\n", err_say(&e, said, sizeof(said))), 1;
	for (i = 0; i < n; i++)
		printf("%#x %u %u %#x\n", ops[i].code, ops[i].jt, ops[i].jf, ops[i].k);
	return 0;
}
