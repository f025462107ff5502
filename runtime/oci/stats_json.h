/* SPDX-License-Identifier: ISC */
/* `events`: a group's use as runc prints it. */
#ifndef PINTLE_RUNTIME_OCI_STATS_JSON_H
#define PINTLE_RUNTIME_OCI_STATS_JSON_H

#include "runtime/cgroup_stats.h"

/*
 * One line: {"type":"stats","id":…,"data":{"cpu":…,"memory":…,"pids":…,"blkio":…,"hugetlb":…}}
 * (runc, types/events.go). 0 or -errno.
 */
int oci_stats_write(int fd, const char *id, const struct cg_stats *s);

#endif
