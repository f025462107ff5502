/* SPDX-License-Identifier: ISC */
/*
 * The facade of runtime/: start a process straight from the caller into new namespaces and a
 * cgroup, with no helper in between, and learn from a pipe whether exec happened.
 * Called by PID 1; nothing here blocks there or allocates.
 */
#ifndef PINTLE_RUNTIME_CONTAINER_H
#define PINTLE_RUNTIME_CONTAINER_H

#include <stdint.h>
#include <sys/types.h>

#include "runtime/base/err.h"
#include "runtime/spec.h"

struct ctr_join {		/* a namespace to enter, not to make */
	uint64_t flag;		/* CLONE_NEW* */
	int fd;			/* of /proc/PID/ns/… or a bind mount of one */
};

struct ctr_place {
	uint64_t namespaces;	/* CLONE_NEW* wanted; 0 for a host service or worker */
	int cgroup_fd;		/* the unit's v2 cgroup folder (see cgroup.h), -1 = stay */
	const struct cg *cgroup; /* v1: the child moves itself by this; may be NULL */
	/*
	 * join this network namespace instead of a new one (a unit's, kept over restarts), -1 =
	 * none
	 */
	int netns_fd;
	const struct spec_idmap *uid_map, *gid_map; /* with CLONE_NEWUSER; written by the parent */
	unsigned n_uid_map, n_gid_map;
	/* from tools only: writes both maps where the caller may not; NULL = they are written */
	int (*map_ids)(const struct ctr_place *place, pid_t pid, struct err *e);
	const struct ctr_join
		*joins; /* from tools only: the caller's own namespaces change for a moment */
	unsigned n_joins;
	/* a new time namespace with this for timens_offsets(5), NULL = none; from tools only */
	const char *time_offsets;
};

struct ctr_proc {
	pid_t pid;
	int pidfd;		/* -1 before Linux 5.2: the caller relies on its own reaping */
	int report_fd;		/* read end, non-blocking: see ctr_report() */
};

/*
 * The child's life: runs in the new process, in the new namespaces, with every signal at its
 * default and unblocked, own session, every fd close-on-exec. It may block and read disks. It ends
 * in exec, or returns -errno after err_set(); the record then goes to the parent and the child
 * exits 127.
 */
typedef int ctr_child(void *ctx, struct err *e);

/*
 * Starts a child. On success *ret is filled (the caller owns both fds) and 0 is returned; else
 * -errno with e filled and nothing left behind. Uses clone3 with CLONE_INTO_CGROUP where the kernel
 * has it, else clone. Never blocks; allowed in PID 1.
 */
int ctr_spawn(const struct ctr_place *place, ctr_child *child, void *ctx, struct ctr_proc *ret,
	      struct err *e);

/*
 * In the child: the report goes to fd from now on; it takes the old one's number and fd is closed.
 * 0 or -errno.
 */
int ctr_report_to(int fd);

/*
 * In the child: the report's end moves above the numbers that a command's own fds may want (64). 0
 * or -errno.
 */
int ctr_report_move(void);

/*
 * Reads a report_fd that polled readable: 1 = exec happened (end of file without a report), 0 = not
 * yet, -errno = the child failed: e says step, path and reason (or that the report was damaged).
 */
int ctr_report(int report_fd, struct err *e);

/*
 * In the child: becomes the container that spec says and execs. Returns only on failure, -errno
 * with e naming the step ("mount /proc", "exec") and path. All paths below the root go through
 * inroot.h. OCI runtime-spec 1.2, config-linux.md.
 */
int ctr_enter(const struct spec *spec, struct err *e);

/*
 * In the child of a host service: session, stdio, rlimits, oom score, user, cwd, then exec in the
 * host's namespaces. Uses of spec: argv envp cwd user groups umask rlimits oom_score_adj
 * no_new_privs
 * *_fd. Returns only on failure.
 */
int ctr_enter_host(const struct spec *spec, struct err *e);

/*
 * In a child that has joined a container's namespaces: becomes one more process of it. Uses of spec
 * what ctr_enter_host() uses, and extra, cap_sets, seccomp, session. Returns only on failure.
 */
int ctr_enter_joined(const struct spec *spec, struct err *e);

/*
 * Opens the network namespace of a started child so that it outlives it. fd or -errno. For PID 1.
 */
int ctr_netns(pid_t pid);

/*
 * The capability set Docker and podman give by default, and by name ("CAP_NET_ADMIN", "net_admin";
 * "all").
 */
uint64_t ctr_default_caps(void);
/* The i-th mount that every container gets before those that it asks for; false beyond the last. */
bool ctr_default_mount(unsigned i, struct spec_mount *ret);
/* What is hidden, and what is read-only, where a spec does not say otherwise: NULL-terminated. */
const char *const *ctr_default_masked(void);
const char *const *ctr_default_readonly(void);
/* 0 with the bit mask of a capability name (any case, CAP_ optional, "all"), or -EINVAL. */
int ctr_cap_by_name(const char *name, uint64_t *ret_mask);
/* "CAP_CHOWN" for 0, …; NULL beyond the last. */
const char *ctr_cap_name(unsigned bit);

#endif
