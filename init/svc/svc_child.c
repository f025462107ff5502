/* SPDX-License-Identifier: ISC */
/*
 * The child's side of a start: the spec of a unit (init/spec/) with what PID 1 gives it. Runs
 * after clone, on its own copy of PID 1's memory, so it may read disks; it ends in exec or in an
 * error record.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fetch/image.h"
#include "init/spec/container.h"
#include "init/spec/mounts.h"
#include "init/svc/notify.h"
#include "init/svc/svc_child.h"
#include "init/svc/svc_proc.h"
#include "init/unit/condition.h"
#include "runtime/base/compiler.h"
#include "runtime/container.h"

#define ARENA_BYTES (96 * 1024)

/* Touched in the child only: PID 1 never pays for these pages. */
static SCRATCH _Alignas(16) char arena_bytes[ARENA_BYTES];
static struct env env;

static int add_notify_socket(struct spec *spec, const struct svc *s, struct arena *a, struct err *e)
{
	char path[108];
	const char *source = notify_path(s, path, sizeof(path));

	return source ? spec_mounts_add_bind(spec, source, NOTIFY_INSIDE, a, e) : 0;
}

/* The log's pipes, and NotifyFD=: the pipe's end at the number that the unit names. */
static void give_fds(struct spec *spec, const struct svc *s)
{
	static struct spec_fd fds[SPEC_FDS_MAX];

	spec->stdout_fd = s->log_fd[0][1];
	spec->stderr_fd = s->log_fd[1][1];
	spec->fds = fds;
	if (notify_child_fd(s) >= 0)
		fds[spec->n_fds++] = (struct spec_fd){ notify_child_fd(s), s->unit->notify_fd };
}

int svc_child_conditions(void *ctx, struct err *e)
{
	const struct svc_launch *l = ctx;
	int rc = unit_conditions_hold(l->svc->unit, e);

	if (!rc)
		_exit(0);
	return rc;
}

static void begin(struct arena *a)
{
	arena_init(a, arena_bytes, sizeof(arena_bytes));
	env_init(&env, a);
}

int svc_child_container(void *ctx, struct err *e)
{
	static struct spec spec;
	const struct svc *s = ((struct svc_launch *)ctx)->svc;
	struct image image = { .user = "", .cwd = "/" };
	struct arena a;
	int rc;

	begin(&a);
	rc = s->unit->image ? image_read(CONFIG_STORE, s->digest, &a, &image, e) : 0;
	rc = rc ?: spec_environment(s->unit, &image, &env, e);
	rc = rc ?: notify_env(s, &env) ? spec_full(e) : 0;
	rc = rc ?: spec_of_container(s->unit, svc_index(s), &image, &env, &a, &spec, e);
	rc = rc ?: add_notify_socket(&spec, s, &a, e);
	if (rc)
		return rc;
	spec.cgroup = s->has_cg ? &s->cg : NULL;
	give_fds(&spec, s);
	return ctr_enter(&spec, e);
}

int svc_child_command(void *ctx, struct err *e)
{
	static struct spec spec;
	const struct svc_launch *l = ctx;
	const struct svc *s = l->svc;
	struct arena a;
	int rc;

	begin(&a);
	rc = spec_environment(s->unit, NULL, &env, e);
	rc = rc ?: notify_env(s, &env) ? spec_full(e) : 0;
	rc = rc ?: spec_of_command(s->unit, l->command, &env, &a, &spec, e);
	if (rc)
		return rc;
	give_fds(&spec, s);
	return ctr_enter_host(&spec, e);
}
