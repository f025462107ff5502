/* SPDX-License-Identifier: ISC */
/*
 * Freezing a group: cgroup.freeze (Linux 5.2) or the freezer of version 1. For the OCI command
 * line, which may wait.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_res.h"

#define FREEZE_MS 2000
#define ROUND 50	/* tries after which a group of version 1 is thawed for a moment */

static void pause_ms(long ms)
{
	struct timespec t = { .tv_nsec = ms * 1000 * 1000 };

	nanosleep(&t, NULL);
}

/*
 * The folder of the unified hierarchy that can freeze the group, or -1: also on a host of version 1
 * that lacks the freezer.
 */
static int v2_folder(const struct cg *c)
{
	char text[8];
	int fd = c->fd >= 0 ? c->fd : c->v1_fd[CG_V1_UNIFIED];

	return fd >= 0 && io_read_file(fd, "cgroup.freeze", text, sizeof(text)) > 0 ? fd : -1;
}

int cg_frozen(const struct cg *c)
{
	int v1 = cg_v1_by_controller(c, CG_HAS_FREEZER), v2;
	char text[256];

	if (v1 >= 0 && io_read_file(v1, "freezer.state", text, sizeof(text)) < 0)
		return -EIO;
	if (v1 >= 0)
		return str_starts(text, "FROZEN");
	v2 = v2_folder(c);
	if (v2 < 0)
		return -ENOTSUP;
	if (io_read_file(v2, "cgroup.events", text, sizeof(text)) < 0)
		return -EIO;
	return strstr(text, "frozen 1") != NULL;
}

int cg_freeze_begin(const struct cg *c, bool frozen)
{
	int v1 = cg_v1_by_controller(c, CG_HAS_FREEZER), v2 = v1 < 0 ? v2_folder(c) : -1;

	if (v1 < 0 && v2 < 0)
		return -ENOTSUP;
	return v1 >= 0 ? io_write_file(v1, "freezer.state", frozen ? "FROZEN" : "THAWED") :
			 io_write_file(v2, "cgroup.freeze", frozen ? "1" : "0");
}

int cg_oom_group(const struct cg *c, bool whole)
{
	return c->fd < 0 ? -ENOTSUP : io_write_file(c->fd, "memory.oom.group", whole ? "1" : "0");
}

/*
 * A group of version 1 that forks meanwhile, or one of whose processes is being traced, stays
 * FREEZING: written again it goes on, thawed for a moment and frozen again it gets there
 * (runc#2774).
 */
static int v1_step(int fd, bool frozen, int tries)
{
	if (frozen && tries % ROUND == ROUND - 1) {
		io_write_file(fd, "freezer.state", "THAWED");
		pause_ms(10);
	}
	return io_write_file(fd, "freezer.state", frozen ? "FROZEN" : "THAWED");
}

int cg_freeze(const struct cg *c, bool frozen, struct err *e)
{
	const char *step = frozen ? "freeze" : "thaw";
	int v1 = cg_v1_by_controller(c, CG_HAS_FREEZER), v2 = v1 < 0 ? v2_folder(c) : -1, tries,
	    rc = 0;
	uint64_t until_ms = sys_now_ms() + FREEZE_MS;

	if (v1 < 0 && v2 < 0)
		return err_set(e, ENOTSUP, step, "%s: there is no freezer", c->name);
	if (v2 >= 0)
		rc = io_write_file(v2, "cgroup.freeze", frozen ? "1" : "0");
	for (tries = 0; !rc; tries++) {
		rc = v1 >= 0 ? v1_step(v1, frozen, tries) : 0;
		if (!rc && cg_frozen(c) == frozen)
			return 0;
		if (!rc && sys_now_ms() > until_ms)
			rc = -ETIMEDOUT;
		pause_ms(tries < 10 ? 1 : 5);
	}
	if (frozen)	/* half frozen is nothing that anybody asked for */
		io_write_file(v1 >= 0 ? v1 : v2, v1 >= 0 ? "freezer.state" : "cgroup.freeze",
			      v1 >= 0 ? "THAWED" : "0");
	return err_set(e, rc, step, "%s", c->name);
}
