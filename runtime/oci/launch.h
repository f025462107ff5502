/* SPDX-License-Identifier: ISC */
/*
 * From a bundle to a container that waits for start (or runs): what create and run share. Runs in
 * the command's process.
 */
#ifndef PINTLE_RUNTIME_OCI_LAUNCH_H
#define PINTLE_RUNTIME_OCI_LAUNCH_H

#include "runtime/oci/box.h"
#include "runtime/oci/bundle.h"
#include "runtime/oci/session.h"

struct launch_options {
	const char *id, *bundle, *console_socket, *pid_file;
	bool no_pivot, systemd_cgroup;
	bool run;			/* no start.sock: session_release() lets it go */
	unsigned preserve_fds;
	int console_fd;			/* instead of a console_socket, -1 = none */
};

struct launched {
	struct box box;
	struct bundle bundle;
	struct session session;
	struct cg_tree tree;
	struct cg cg;
	bool in_cgroup;
	struct ctr_proc proc;
	struct ctr_join joins[8];
	struct ctr_place place;
};

/*
 * Creates the container. On failure all that was made is gone again: process, group, folder. 0 or
 * -errno with e. l must live as long as the child needs its copy: it is the child's memory too.
 */
int launch(struct launched *l, const struct launch_options *o, struct err *e);
/* Undoes a launch: kills what runs. */
void launch_undo(struct launched *l);
/* Connects to a unix socket by path, of any length. fd or -errno with e. */
int launch_connect(const char *path, struct err *e);
/* Writes "PID" to the file, through a temporary one. */
int launch_pid_file(const char *path, pid_t pid, struct err *e);
/* Opens the namespaces that a config names by path. */
int launch_joins(const struct oci_config *c, struct ctr_place *p, struct ctr_join joins[8],
		 struct err *e);

#endif
