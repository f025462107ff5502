/* SPDX-License-Identifier: ISC */
/*
 * A host service's view of the host: a mount namespace of its own with parts read-only, hidden,
 * replaced; systemd.exec(5) "Sandboxing". Carried out in the service's child, before its rights go.
 * Pure data but for sandbox_enter().
 */
#ifndef PINTLE_RUNTIME_SANDBOX_H
#define PINTLE_RUNTIME_SANDBOX_H

#include <stdbool.h>

#include "runtime/base/err.h"

#define SANDBOX_PATHS_MAX 96

enum sandbox_how {
	SANDBOX_READ_ONLY,
	SANDBOX_READ_WRITE,
	SANDBOX_HIDDEN,
	SANDBOX_TMPFS,
	SANDBOX_BIND,
	SANDBOX_BIND_READ_ONLY
};

struct sandbox_path {
	const char *path;	/* as the service sees it */
	const char *source;	/* of a bind, on the host */
	const char *data;	/* of a tmpfs */
	enum sandbox_how how;
	bool may_lack;		/* not there: nothing to do */
	bool shallow;		/* of a bind: without what is mounted below */
};

struct sandbox {
	const char *root;		/* RootDirectory=, NULL = the host's */
	const struct sandbox_path *paths;	/* any order; of two for one path the later holds */
	unsigned n_paths;
	bool strict; /* all is read-only but /dev, /proc, /sys and what paths say */
	bool private_devices, private_network;
};

/* Enters it, and its root. Needs CAP_SYS_ADMIN. 0 or -errno with e. */
int sandbox_enter(const struct sandbox *s, struct err *e);

#endif
