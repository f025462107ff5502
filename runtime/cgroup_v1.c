/* SPDX-License-Identifier: ISC */
/* Control groups version 1: one folder a hierarchy. See cgroup.h; called by PID 1. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"

const struct cg_hierarchy cg_hierarchies[CG_V1_N] = {
	{ "freezer", CG_HAS_FREEZER }, { "memory", CG_HAS_MEMORY },
	{ "pids", CG_HAS_PIDS },       { "cpu", CG_HAS_CPU },
	{ "devices", CG_HAS_DEVICES }, { "cpuset", CG_HAS_CPUSET },
	{ "cpuacct", CG_HAS_OTHERS },  { "blkio", CG_HAS_OTHERS },
	{ "hugetlb", CG_HAS_OTHERS },  { "net_cls", CG_HAS_OTHERS },
	{ "net_prio", CG_HAS_OTHERS }, { "perf_event", CG_HAS_OTHERS },
	{ "rdma", CG_HAS_OTHERS },     { "misc", CG_HAS_OTHERS },
	{ "systemd", CG_HAS_OTHERS },
	[CG_V1_UNIFIED] = { "unified", CG_HAS_OTHERS },
};

int cg_v1_tree_open(struct cg_tree *t, struct err *e)
{
	char path[160];
	size_t i;

	for (i = 0; i < CG_V1_N; i++) {
		/*
		 * cpuset needs its cpus and mems filled before a process may join: no key of ours
		 * sets them.
		 */
		if (cg_hierarchies[i].controller & (CG_HAS_CPUSET | CG_HAS_OTHERS))
			continue;
		str_print(path, sizeof(path), CG_ROOT "/%s/%s", cg_hierarchies[i].folder,
			  t->parent);
		if (path_mkdir(AT_FDCWD, path, 0755) && errno != EEXIST)
			continue;	/* no such hierarchy, or not ours to write */
		t->v1_fd[i] = path_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
		if (t->v1_fd[i] >= 0)
			t->controllers |= cg_hierarchies[i].controller;
	}
	(void)e;
	t->mode = t->controllers ? CG_V1 : CG_NONE;
	return 0;
}

int cg_v1_open(const struct cg_tree *t, struct cg *c, struct err *e)
{
	size_t i;

	for (i = 0; i < CG_V1_N; i++) {
		if (t->v1_fd[i] < 0)
			continue;
		if (!path_mkdir(t->v1_fd[i], c->name, 0755) || errno == EEXIST)
			c->v1_fd[i] = path_open(t->v1_fd[i], c->name, O_RDONLY | O_DIRECTORY, 0);
		if (c->v1_fd[i] < 0)
			return err_set(e, errno, "cgroup", "%s/%s/%s", cg_hierarchies[i].folder,
				       t->parent, c->name);
	}
	return 0;
}

int cg_v1_by_controller(const struct cg *c, uint32_t controller)
{
	size_t i;

	for (i = 0; i < CG_V1_N; i++)
		if (cg_hierarchies[i].controller == controller)
			return c->v1_fd[i];
	return -1;
}

int cg_v1_by_name(const struct cg *c, const char *name)
{
	size_t i;

	for (i = 0; i < CG_V1_N; i++)
		if (!strcmp(cg_hierarchies[i].folder, name))
			return c->v1_fd[i];
	return -1;
}

void cg_v1_fill_cpuset(int parent, int fd)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	char text[1024];
	size_t i;

	for (i = 0; i < ARRAY_LEN(files); i++) {
		if (io_read_file(fd, files[i], text, sizeof(text)) > 1)
			continue;
		if (io_read_file(parent, files[i], text, sizeof(text)) > 1)
			io_write_file(fd, files[i], text);
	}
}

static int limit(const struct cg *c, uint32_t controller, const char *file, const char *text,
		 bool wanted, struct err *e)
{
	int fd = cg_v1_by_controller(c, controller);

	if (fd >= 0)
		return cg_write(fd, c->name, file, text, e);
	if (wanted)
		return err_set(e, ENOTSUP, "cgroup", "%s: the kernel has no such controller", file);
	return 0;
}

int cg_v1_limit(const struct cg *c, const struct cg_limits *l, struct err *e)
{
	char text[32] = "-1";
	int rc;

	if (l->memory_max != UINT64_MAX)
		str_print(text, sizeof(text), "%llu", (unsigned long long)l->memory_max);
	rc = limit(c, CG_HAS_MEMORY, "memory.limit_in_bytes", text, l->memory_max != UINT64_MAX, e);
	str_copy(text, sizeof(text), "max");
	if (l->pids_max != UINT64_MAX)
		str_print(text, sizeof(text), "%llu", (unsigned long long)l->pids_max);
	rc = limit(c, CG_HAS_PIDS, "pids.max", text, l->pids_max != UINT64_MAX, e) ?: rc;
	str_copy(text, sizeof(text), "-1");
	if (l->cpu_quota_percent)
		str_print(text, sizeof(text), "%llu", l->cpu_quota_percent * 1000ull);
	return limit(c, CG_HAS_CPU, "cpu.cfs_quota_us", text, l->cpu_quota_percent, e) ?: rc;
}
