/* SPDX-License-Identifier: ISC */
/* Id maps by newuidmap and newgidmap. See newidmap.h. */
#include "runtime/oci/newidmap.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/str.h"

#define RANGES_MAX 16
#define ARGS_MAX (2 + 3 * RANGES_MAX + 1)

struct args {
	char text[ARGS_MAX][12];
	char *v[ARGS_MAX];
	unsigned n;
};

static void add(struct args *a, uint32_t number)
{
	str_print(a->text[a->n], sizeof(a->text[0]), "%u", number);
	a->v[a->n] = a->text[a->n];
	a->n++;
}

static bool is_own(const struct spec_idmap *map, unsigned n, uint32_t id)
{
	return n == 1 && map->count == 1 && map->outside == id;
}

bool newidmap_wanted(const struct ctr_place *p)
{
	return geteuid() && p->n_uid_map &&
	       (!is_own(p->uid_map, p->n_uid_map, geteuid()) ||
		!is_own(p->gid_map, p->n_gid_map, getegid()));
}

static int run(const char *program, const struct args *a)
{
	static const char *const folders[] = { "/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin" };
	static char *const env[] = { NULL };
	char path[64];
	int status = 0;
	size_t i;
	pid_t pid = fork();

	if (pid == 0) {
		for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
			str_print(path, sizeof(path), "%s/%s", folders[i], program);
			execve(path, a->v, env);
		}
		_exit(127);
	}
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOENT;
	return status ? -EPERM : 0;
}

static int write_one(const char *program, pid_t pid, const struct spec_idmap *map, unsigned n,
		     struct err *e)
{
	struct args a = { .n = 1 };
	unsigned i;
	int rc;

	if (n > RANGES_MAX)
		return err_set(e, E2BIG, "id maps", "more than %d ranges", RANGES_MAX);
	a.v[0] = (char *)(uintptr_t)program;
	add(&a, (uint32_t)pid);
	for (i = 0; i < n; i++) {
		add(&a, map[i].inside);
		add(&a, map[i].outside);
		add(&a, map[i].count);
	}
	a.v[a.n] = NULL;
	rc = run(program, &a);
	return rc ? err_set(e, rc, "id maps", "%s for user %u", program, geteuid()) : 0;
}

int newidmap_write(const struct ctr_place *p, pid_t pid, struct err *e)
{
	int rc = write_one("newuidmap", pid, p->uid_map, p->n_uid_map, e);

	return rc ? rc : write_one("newgidmap", pid, p->gid_map, p->n_gid_map, e);
}
