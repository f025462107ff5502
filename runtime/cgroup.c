/* SPDX-License-Identifier: ISC */
/*
 * Control groups of units: see cgroup.h. This file holds the unified hierarchy and what both
 * versions share; cgroup_v1.c has the rest. Called by PID 1: only cgroupfs is touched.
 */
#include "runtime/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/num.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_res.h"

#define CGROUP2_MAGIC 0x63677270
#define KILL_PASSES 32	/* a group that forks faster than it is killed is given up after so many */

int cg_write(int dirfd, const char *group, const char *file, const char *text, struct err *e)
{
	int rc = io_write_file(dirfd, file, text);

	return rc ? err_set(e, rc, "cgroup", "%s/%s = %s", group, file, text) : 0;
}

uint64_t cg_read_u64(int dirfd, const char *file)
{
	char text[32];
	ssize_t n = dirfd >= 0 ? io_read_file(dirfd, file, text, sizeof(text)) : -1;
	uint64_t v = 0;

	if (n > 0 && text[n - 1] == '\n')
		n--;
	return n > 0 && !num_u64(text, (size_t)n, UINT64_MAX, &v) ? v : 0;
}

static int open_folder(int dirfd, const char *path)
{
	int fd = path_open(dirfd, path, O_RDONLY | O_DIRECTORY, 0);

	return fd < 0 ? -errno : fd;
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (; *words; words += strcspn(words, " \n"), words += strspn(words, " \n"))
		if (strncmp(words, word, n) == 0 &&
		    (!words[n] || words[n] == ' ' || words[n] == '\n'))
			return true;
	return false;
}

/* Turns the controllers on for the folder's children; those it does not have are left out. */
uint32_t cg_v2_enable(int fd)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} known[] = {
		{ "memory", CG_HAS_MEMORY }, { "pids", CG_HAS_PIDS },
		{ "cpu", CG_HAS_CPU },	     { "cpuset", CG_HAS_CPUSET },
		{ "io", CG_HAS_OTHERS },     { "hugetlb", CG_HAS_OTHERS },
		{ "rdma", CG_HAS_OTHERS },   { "misc", CG_HAS_OTHERS },
	};
	char have[256], word[32];
	uint32_t on = 0;
	size_t i;

	if (io_read_file(fd, "cgroup.controllers", have, sizeof(have)) < 0)
		return 0;
	for (i = 0; i < ARRAY_LEN(known); i++) {
		if (!has_word(have, known[i].name))
			continue;
		str_print(word, sizeof(word), "+%s", known[i].name);
		if (!io_write_file(fd, "cgroup.subtree_control", word))
			on |= known[i].bit;
	}
	return on;
}

static int v2_tree_open(struct cg_tree *t, const char *root, struct err *e)
{
	int top AUTO_CLOSE = open_folder(AT_FDCWD, root);

	if (top < 0)
		return err_set(e, top, "cgroup", "%s", root);
	cg_v2_enable(top);
	if (path_mkdir(top, t->parent, 0755) && errno != EEXIST)
		return err_set(e, errno, "cgroup", "%s/%s", root, t->parent);
	t->root_fd = open_folder(top, t->parent);
	if (t->root_fd < 0)
		return err_set(e, t->root_fd, "cgroup", "%s/%s", root, t->parent);
	t->controllers = cg_v2_enable(t->root_fd) | CG_HAS_FREEZER;
	t->mode = CG_V2;
	return 0;
}

static bool is_cgroup2(const char *path)
{
	return path_is_fs(path, CGROUP2_MAGIC);
}

int cg_tree_open(struct cg_tree *t, const char *parent, struct err *e)
{
	size_t i;

	memset(t, 0, sizeof(*t));
	t->root_fd = -1;
	for (i = 0; i < CG_V1_N; i++)
		t->v1_fd[i] = -1;
	if (str_copy(t->parent, sizeof(t->parent), parent) || strchr(parent, '/'))
		return err_set(e, EINVAL, "cgroup", "name \"%s\"", parent);
	if (is_cgroup2(CG_ROOT))
		return v2_tree_open(t, CG_ROOT, e);
	if (IS_ON(CONFIG_CGROUP_V1))
		return cg_v1_tree_open(t, e);
	t->mode = CG_NONE;
	return 0;
}

int cg_open(const struct cg_tree *t, const char *name, struct cg *ret, struct err *e)
{
	size_t i;

	memset(ret, 0, sizeof(*ret));
	ret->fd = -1;
	for (i = 0; i < CG_V1_N; i++)
		ret->v1_fd[i] = -1;
	if (strchr(name, '/') || name[0] == '.' || str_copy(ret->name, sizeof(ret->name), name))
		return err_set(e, EINVAL, "cgroup", "name \"%s\"", name);
	if (t->mode == CG_V1)
		return cg_v1_open(t, ret, e);
	if (t->mode == CG_NONE)
		return 0;
	if (path_mkdir(t->root_fd, name, 0755) && errno != EEXIST)
		return err_set(e, errno, "cgroup", "%s/%s", t->parent, name);
	ret->fd = open_folder(t->root_fd, name);
	return ret->fd < 0 ? err_set(e, ret->fd, "cgroup", "%s/%s", t->parent, name) : 0;
}

static void limit_text(char *text, size_t cap, uint64_t v)
{
	if (v == UINT64_MAX)
		str_copy(text, cap, "max");
	else
		str_print(text, cap, "%llu", (unsigned long long)v);
}

static int v2_limit(const struct cg_tree *t, const struct cg *c, const struct cg_limits *l,
		    struct err *e)
{
	char text[48];
	int rc = 0;

	limit_text(text, sizeof(text), l->memory_max);
	if (t->controllers & CG_HAS_MEMORY) {
		rc = cg_write(c->fd, c->name, "memory.max", text, e);
		/*
		 * The whole unit is one victim: half a container is of no use. Kernels before 4.19
		 * lack it.
		 */
		io_write_file(c->fd, "memory.oom.group", "1");
	} else if (l->memory_max != UINT64_MAX) {
		rc = err_set(e, ENOTSUP, "cgroup",
			     "memory limit: the kernel has no memory controller");
	}
	limit_text(text, sizeof(text), l->pids_max);
	if (t->controllers & CG_HAS_PIDS)
		rc = cg_write(c->fd, c->name, "pids.max", text, e) ?: rc;
	else if (l->pids_max != UINT64_MAX)
		rc = err_set(e, ENOTSUP, "cgroup", "pids limit: the kernel has no pids controller");
	if (l->cpu_quota_percent)
		str_print(text, sizeof(text), "%llu 100000", l->cpu_quota_percent * 1000ull);
	else
		str_copy(text, sizeof(text), "max 100000");
	if (t->controllers & CG_HAS_CPU)
		rc = cg_write(c->fd, c->name, "cpu.max", text, e) ?: rc;
	else if (l->cpu_quota_percent)
		rc = err_set(e, ENOTSUP, "cgroup", "CPU quota: the kernel has no cpu controller");
	return rc;
}

int cg_limit(const struct cg_tree *t, const struct cg *c, const struct cg_limits *l, struct err *e)
{
	if (t->mode == CG_V2)
		return v2_limit(t, c, l, e);
	if (t->mode == CG_V1)
		return cg_v1_limit(c, l, e);
	if (l->memory_max != UINT64_MAX || l->pids_max != UINT64_MAX || l->cpu_quota_percent)
		return err_set(e, ENOTSUP, "cgroup", "limits: there are no control groups");
	return 0;
}

/*
 * On v1 by "tasks": for one thread that moves itself the kernel skips the lock that "cgroup.procs"
 * takes on all of the system's thread groups, and with it an RCU grace period of 10 ms.
 */
int cg_join(const struct cg *c)
{
	int rc = c->fd >= 0 ? io_write_file(c->fd, "cgroup.procs", "0") : 0;
	size_t i;

	for (i = 0; i < CG_V1_N && !rc; i++) {
		bool unified = i == CG_V1_UNIFIED;

		if (c->v1_fd[i] < 0)
			continue;
		rc = io_write_file(c->v1_fd[i], unified ? "cgroup.procs" : "tasks", "0");
		/*
		 * The unified hierarchy of a hybrid host is a guest there: its controllers are not
		 * used.
		 */
		if (unified)
			rc = 0;
	}
	return rc;
}

int cg_member_fd(const struct cg *c)
{
	size_t i;

	if (c->fd >= 0)
		return c->fd;
	for (i = 0; i < CG_V1_N; i++)
		if (c->v1_fd[i] >= 0)
			return c->v1_fd[i];
	return -1;
}

static int send(pid_t pid, void *ctx)
{
	return kill(pid, *(int *)ctx);
}

int cg_signal(const struct cg *c, int sig)
{
	return cg_each(c, send, &sig);
}

int cg_populated(const struct cg *c)
{
	char text[256];
	const char *at;
	int n;

	if (c->fd < 0) {
		n = cg_signal(c, 0);
		return n == -ENOENT ? 0 : n < 0 ? n : n > 0;
	}
	if (io_read_file(c->fd, "cgroup.events", text, sizeof(text)) < 0)
		return -EIO;
	at = strstr(text, "populated ");
	return at ? at[strlen("populated ")] == '1' : -EIO;
}

static void set_frozen(const struct cg *c, bool frozen)
{
	size_t i;

	if (c->fd >= 0)
		io_write_file(c->fd, "cgroup.freeze", frozen ? "1" : "0");
	for (i = 0; i < CG_V1_N; i++)
		if (c->v1_fd[i] >= 0 && cg_hierarchies[i].controller == CG_HAS_FREEZER)
			io_write_file(c->v1_fd[i], "freezer.state", frozen ? "FROZEN" : "THAWED");
}

int cg_kill(const struct cg_tree *t, const struct cg *c)
{
	int pass, n = 1;

	(void)t;
	if (c->fd >= 0 && !io_write_file(c->fd, "cgroup.kill", "1"))
		return 0;
	/*
	 * Frozen, the group cannot fork between the reading and the killing. The thaw is needed on
	 * v1, where a frozen process does not die (opencontainers/runc#2105); what was missed is
	 * met by the next pass.
	 */
	for (pass = 0; pass < KILL_PASSES && n > 0; pass++) {
		set_frozen(c, true);
		n = cg_signal(c, SIGKILL);
		set_frozen(c, false);
	}
	return n < 0 && n != -ENOENT ? n : 0;
}

uint64_t cg_memory(const struct cg *c)
{
	size_t i;

	if (c->fd >= 0)
		return cg_read_u64(c->fd, "memory.current");
	for (i = 0; i < CG_V1_N; i++)
		if (cg_hierarchies[i].controller == CG_HAS_MEMORY)
			return cg_read_u64(c->v1_fd[i], "memory.usage_in_bytes");
	return 0;
}

uint64_t cg_oom_kills(const struct cg *c)
{
	char text[512];
	const char *at = NULL;
	uint64_t n = 0;
	size_t i;

	if (c->fd >= 0 && io_read_file(c->fd, "memory.events", text, sizeof(text)) >= 0)
		at = strstr(text, "oom_kill ");
	for (i = 0; c->fd < 0 && i < CG_V1_N; i++)
		if (cg_hierarchies[i].controller == CG_HAS_MEMORY && c->v1_fd[i] >= 0 &&
		    io_read_file(c->v1_fd[i], "memory.oom_control", text, sizeof(text)) >= 0)
			at = strstr(text, "oom_kill ");
	if (at)
		num_u64(at + 9, strspn(at + 9, "0123456789"), UINT64_MAX, &n);
	return n;
}

/* Removes the group's folder and the ones a container made below it: rmdir only, never waits. */
static int remove_group(int parent, const char *name, int self)
{
	if (path_rmdir(parent, name) == 0 || errno == ENOENT)
		return 0;
	cg_remove_below(self);
	return path_rmdir(parent, name) && errno != ENOENT ? -errno : 0;
}

int cg_close(const struct cg_tree *t, struct cg *c, bool remove)
{
	int rc = 0;
	size_t i;

	if (remove && c->fd >= 0)
		rc = remove_group(t->root_fd, c->name, c->fd);
	io_close(&c->fd);
	for (i = 0; i < CG_V1_N; i++) {
		if (remove && c->v1_fd[i] >= 0)
			rc = remove_group(t->v1_fd[i], c->name, c->v1_fd[i]) ?: rc;
		io_close(&c->v1_fd[i]);
	}
	return rc;
}
