/* SPDX-License-Identifier: ISC */
/*
 * The parts of a spec that only config.json and the OCI command line fill: see spec.h. Pure data.
 */
#ifndef PINTLE_RUNTIME_SPEC_OCI_H
#define PINTLE_RUNTIME_SPEC_OCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* Runtime-spec process.capabilities: bit n = capability n. */
struct spec_caps {
	uint64_t bounding, effective, permitted, inheritable, ambient;
};

struct spec_sched {		/* sched_setattr(2) */
	uint32_t policy;	/* SCHED_* */
	uint64_t flags;
	int32_t nice, priority;
	uint64_t runtime_ns, deadline_ns, period_ns;
};

/* The process attributes that only config.json can ask for; NULL in struct spec = none. */
struct spec_extra {
	const char *apparmor, *selinux;		/* labels for exec, NULL = leave */
	const char *mount_label; /* SELinux context of the file systems that are mounted */
	const struct spec_sched *sched;		/* NULL = leave */
	int ioprio;				/* ioprio_set(2)'s class << 13 | data, -1 = leave */
	int64_t personality;			/* personality(2), -1 = leave */
	const char *cpus_initial,
		*cpus_final;		/* cpu lists "0-3,7" before and at exec, NULL = leave */
	/* MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE with MS_REC, 0 = slave */
	unsigned long root_propagation;
};

enum spec_stage {
	SPEC_AT_ROOT, /* namespaces and mounts are there, the host's tree is still in sight */
	SPEC_AT_EXEC, /* everything is done but exec */
};

/*
 * What a container has that a command line set up, where create and start are two commands. fd -1 =
 * not there.
 */
struct spec_session {
	int (*at)(void *ctx, enum spec_stage stage,
		  struct err *e); /* called in the child; may block; 0 or -errno with e */
	void *ctx;
	bool terminal;
	/* unix socket that the terminal's master is sent over (runc's --console-socket) */
	int console_fd;
	uint16_t rows, cols;	/* of that terminal, 0 = leave */
	int listener_fd;	/* unix socket for the seccomp notify fd, -1 = none */
	/*
	 * What goes with that fd (runtime-spec "Container Process State"); called in the child,
	 * which is still unfiltered.
	 */
	int (*listener_state)(void *ctx, const char **ret_text, size_t *ret_len, struct err *e);
	unsigned preserve_fds;	/* fds 3 … 3 + n - 1 stay open */
	bool no_pivot;		/* MS_MOVE and chroot, for a root file system in RAM */
	/* a process beside others of a running container: nothing is made in its tree */
	bool joined;
};

#endif
