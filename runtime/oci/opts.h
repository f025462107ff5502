/* SPDX-License-Identifier: ISC */
/*
 * Options of the OCI command line, as Go programs take them: "--name value", "--name=value",
 * "-name", "-n value". Pure.
 */
#ifndef PINTLE_RUNTIME_OCI_OPTS_H
#define PINTLE_RUNTIME_OCI_OPTS_H

#include <stdbool.h>

#include "runtime/base/err.h"

#define OPTS_LIST_MAX 64

struct opt_list {
	const char *at[OPTS_LIST_MAX + 1];	/* NULL-terminated */
	unsigned n;
};

enum opt_kind { OPT_FLAG, OPT_TEXT, OPT_LIST, OPT_NUMBER };

struct opt {
	const char *name;	/* NULL ends a table */
	char letter;		/* 0 = none */
	enum opt_kind kind;
	void *to; /* bool *, const char **, struct opt_list *, int64_t *; NULL: taken and ignored */
};

/*
 * Reads options up to the first argument that is none (or "--", which is passed over). *ret_rest is
 * the index of what follows. 0, or -EINVAL with e: an unknown option, a missing or superfluous
 * value. Texts point into argv.
 */
int opts_read(const struct opt *table, int argc, char **argv, int *ret_rest, struct err *e);

#endif
