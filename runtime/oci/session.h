/* SPDX-License-Identifier: ISC */
/*
 * The talk between the command that creates a container and its first process, and the one that
 * start has with it later over start.sock: an error of exec comes back to whoever asked for it.
 */
#ifndef PINTLE_RUNTIME_OCI_SESSION_H
#define PINTLE_RUNTIME_OCI_SESSION_H

#include "runtime/container.h"
#include "runtime/oci/box.h"
#include "runtime/oci/config.h"

struct session {
	const struct oci_config *config;
	struct box *box;
	struct spec_session spec;	/* what the child's spec points at */
	int ours, theirs;		/* a socket pair */
	int listen_fd;			/* start.sock, -1: the container is to run at once */
};

/* Makes the sockets; with wait_for_start also start.sock in the container's folder. 0 or -errno. */
int session_open(struct session *s, struct box *b, const struct oci_config *c, bool wait_for_start,
		 struct err *e);
/*
 * In the parent, after the clone: runs the hooks of the host when the child is there for them, and
 * returns when the child has done all but exec (with start.sock: it waits there) or has failed,
 * with its reason. 0 or -errno.
 */
int session_follow(struct session *s, const struct ctr_proc *p, struct err *e);
/* In the parent of a container without start.sock: lets it exec. */
int session_release(struct session *s, struct err *e);
/*
 * In `start`: connects to start.sock, waits until exec has happened or failed. 0 or -errno with the
 * child's own error.
 */
int session_start(struct box *b, struct err *e);
void session_close(struct session *s);

#endif
