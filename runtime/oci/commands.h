/* SPDX-License-Identifier: ISC */
/*
 * The commands of pintle-runc, each with the arguments that follow its word. They return the exit
 * status, or -errno with e.
 */
#ifndef PINTLE_RUNTIME_OCI_COMMANDS_H
#define PINTLE_RUNTIME_OCI_COMMANDS_H

#include "runtime/base/err.h"
#include "runtime/oci/opts.h"

struct command {
	const char *word;
	int (*run)(const struct command *c, int argc, char **argv, struct err *e);
	int least, most;
	const char *usage, *help;
};

/* The word that stands for the --systemd-cgroup option: groups are named as systemd would. */
extern bool commands_systemd_cgroup;

/*
 * Reads options and checks the number of arguments after them; *ret_args is the first. 0 or -EINVAL
 * with e.
 */
int command_options(const struct command *c, const struct opt *table, int argc, char **argv,
		    char ***ret_args, struct err *e);

#define COMMAND(word, function, least, most, usage, help)                                          \
	int function(const struct command *c, int argc, char **argv, struct err *e);
#include "runtime/oci/commands.def"
#undef COMMAND

#endif
