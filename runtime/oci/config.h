/* SPDX-License-Identifier: ISC */
/*
 * config.json of an OCI bundle (runtime-spec 1.0 to 1.3) read into a struct oci_config, as a
 * stream over runtime/base/json.h: no tree is built, all strings and arrays live in the
 * caller's arena. The file is foreign. An unknown property is ignored (config.md
 * "Extensibility"), a known one of a wrong type or value is refused by its path.
 */
#ifndef PINTLE_RUNTIME_OCI_CONFIG_H
#define PINTLE_RUNTIME_OCI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/base/err.h"
#include "runtime/cgroup_res.h"
#include "runtime/spec.h"

enum oci_hook_kind {
#define HOOK(kind, name) kind,
#include "runtime/oci/hooks.def"
#undef HOOK
	OCI_HOOK_KINDS
};

struct oci_hook {
	const char *path;
	char *const *argv;	/* NULL-terminated; without args: the path alone */
	char *const *envp;	/* NULL-terminated, never NULL */
	unsigned timeout_s;	/* 0 = none */
};

struct oci_namespace {
	uint64_t flag;		/* CLONE_NEW* */
	const char *path;	/* NULL = a new one */
};

struct oci_pair {
	const char *name, *value;
};

struct oci_config {
	const char *version;		/* ociVersion */
	bool version_is_newer;		/* than 1.3: for the caller's warning */
	const char *unknown_cap;	/* a capability that cannot be given, for a warning */
	bool has_process; /* a container may be created without (start then refuses) */
	bool terminal;
	uint16_t rows, cols;		/* consoleSize */
	/*
	 * argv envp cwd ids groups umask caps rlimits … root mounts devices masked readonly sysctl
	 * hostname domainname seccomp policy extra; fds are -1, session NULL, no_default_mounts
	 * true
	 */
	struct spec spec;
	struct spec_mount *mounts;	/* what spec.mounts points at */
	struct spec_caps caps;		/* what spec.cap_sets points at */
	struct spec_extra extra;	/* what spec.extra points at */
	struct spec_sched sched;	/* what extra.sched points at */
	struct oci_namespace namespaces[8];
	unsigned n_namespaces;
	struct spec_idmap_set userns;	/* uidMappings, gidMappings */
	const char *time_offsets;	/* the text for /proc/self/timens_offsets, or NULL */
	const char *cgroups_path;	/* or NULL */
	struct cg_resources resources;
	const struct oci_hook *hooks[OCI_HOOK_KINDS];
	unsigned n_hooks[OCI_HOOK_KINDS];
	const struct oci_pair *annotations;
	unsigned n_annotations;
	unsigned n_sysctl;
	const void *calls;		/* of the seccomp policy, while it is read */
	unsigned n_calls;
	const char *root_path;		/* as written: relative to the bundle unless absolute */
};

/*
 * Reads a whole document. 0, or -errno with e naming what, the byte offset or the property's
 * path ("linux.resources.memory.limit"), the value and the reason: syntax, duplicate names,
 * wrong type, a value out of its range, a required property missing, two namespaces of one
 * type, a path that must be absolute, intelRdt and what else pintle does not do (each named,
 * never ignored). The arena must hold everything; -E2BIG when it is full.
 */
int oci_config_read(struct arena *a, const void *bytes, size_t n, const char *what,
		    struct oci_config *ret, struct err *e);

/*
 * process.json as `exec --process` takes it: only the process object; base gives what it does
 * not say.
 */
int oci_process_read(struct arena *a, const void *bytes, size_t n, const char *what,
		     struct oci_config *ret, struct err *e);

/*
 * linux.resources alone, as `update --resources` takes it; what it does not say is left as it
 * is in *ret.
 */
int oci_resources_read(struct arena *a, const void *bytes, size_t n, const char *what,
		       struct cg_resources *ret, struct err *e);

/*
 * "prestart" for OCI_PRESTART, …; "cgroup", "ipc", … for 0, 1, …: as config.json has them, NULL
 * beyond the last.
 */
const char *oci_hook_name(unsigned kind);
const char *oci_namespace_name(unsigned i);

/* "RLIMIT_NOFILE" of its number, NULL for one that the specification does not name. */
const char *oci_rlimit_name(int resource);

#endif
