/* SPDX-License-Identifier: ISC */
/*
 * Where the hierarchies of control groups are mounted, by /proc/self/mountinfo
 * (proc_pid_mountinfo(5)): names of folders are custom, not contract. For the OCI command line; PID
 * 1 uses the folders that it mounted itself.
 */
#ifndef PINTLE_RUNTIME_CGROUP_MOUNTS_H
#define PINTLE_RUNTIME_CGROUP_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/err.h"
#include "runtime/cgroup.h"

struct cg_mount {
	char point[256];	/* unescaped */
	uint32_t hierarchies;	/* bit i: cg_hierarchies[i]; several for "cpu,cpuacct" */
};

struct cg_mounts {
	enum cg_mode mode;	/* CG_V1 on a hybrid host */
	int fd[CG_V1_N];	/* each mount's folder, -1 = not there; the unified one's too */
};

/*
 * Reads one line of mountinfo, n bytes without the newline. False where it is no mount of a
 * hierarchy that pintle knows, or its path is too long. Pure.
 */
bool cg_mount_parse(const char *line, size_t n, struct cg_mount *ret);
/*
 * Opens the mount of every hierarchy, of several the one below /sys/fs/cgroup, else the first; one
 * that another mount hides does not count. 0 with CG_NONE when there is none; -errno with e when
 * /proc cannot be read. The caller closes.
 */
int cg_mounts_open(struct cg_mounts *ret, struct err *e);
void cg_mounts_close(struct cg_mounts *m);

#endif
