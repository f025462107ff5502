/* SPDX-License-Identifier: ISC */
/*
 * The child's side of a start: from unit and image to the spec that runtime/ carries out. Runs
 * after clone, on its own copy of PID 1's memory, so it may read disks; it ends in exec or in an
 * error record.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fetch/image.h"
#include "init/svc/env.h"
#include "init/svc/notify.h"
#include "init/svc/svc_child.h"
#include "init/svc/svc_mounts.h"
#include "init/svc/svc_proc.h"
#include "init/svc/svc_sandbox.h"
#include "init/unit/condition.h"
#include "init/unit/expand.h"
#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/signals.h"
#include "runtime/base/str.h"
#include "runtime/container.h"
#include "runtime/oci/seccomp_file.h"

#define USERNS_FIRST_ID 0x40000000u
#define ARENA_BYTES (96 * 1024)

/* Touched in the child only: PID 1 never pays for these pages. */
static SCRATCH _Alignas(16) char arena_bytes[ARENA_BYTES];
static struct env env;

static int full(struct err *e)
{
	return err_set(e, E2BIG, "start", "the command line and environment are too large");
}

/* What pintle itself was started with: EnvironmentHost=, PassEnvironment=. */
static int own_environment(const struct unit *u, struct err *e)
{
	char *const *at;
	unsigned i;

	for (at = environ; at && *at; at++) {
		size_t n = strcspn(*at, "=");

		for (i = 0; i < u->pass_environment.n && !str_is(*at, n, u->pass_environment.v[i]);
		     i++)
			;
		if ((u->environment_host || i < u->pass_environment.n) && env_set(&env, *at))
			return full(e);
	}
	return 0;
}

static int read_environment(const struct unit *u, char *const *image_env, struct err *e)
{
	unsigned i;
	int rc = own_environment(u, e);

	if (rc)
		return rc;
	for (; image_env && *image_env; image_env++)
		if (env_set(&env, *image_env))
			return full(e);
	for (i = 0; i < u->environment_files.n; i++) {
		rc = env_read_file(&env, u->environment_files.v[i], e);
		if (rc)
			return rc;
	}
	for (i = 0; i < u->environment.n; i++)
		if (env_set(&env, u->environment.v[i]))
			return full(e);
	if (env_default(&env, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
		return full(e);
	for (i = 0; i < u->unset_environment.n; i++)
		env_unset(&env, u->unset_environment.v[i]);
	return 0;
}

/* What podman sets in every container. */
static int container_environment(const char *hostname, struct err *e)
{
	char text[80];

	str_print(text, sizeof(text), "HOSTNAME=%s", hostname);
	if (env_set(&env, "container=pintle") || env_default(&env, text) ||
	    env_default(&env, "HOME=/root"))
		return full(e);
	return 0;
}

static unsigned count(char *const *list)
{
	unsigned n = 0;

	while (list && list[n])
		n++;
	return n;
}

/*
 * podman's rule: Entrypoint= replaces the image's (and its Cmd goes), Exec= replaces the image's
 * Cmd.
 */
static char **make_argv(const struct unit *u, const struct image *image, struct arena *a)
{
	char **entry = u->entrypoint ? u->entrypoint : image->entrypoint;
	char **args = u->exec ? u->exec : u->entrypoint ? NULL : image->cmd;
	unsigned n_entry = count(entry), n_args = count(args);
	char **argv = arena_get(a, (n_entry + n_args + 1) * sizeof(*argv));

	if (!argv)
		return NULL;
	if (n_entry)
		memcpy(argv, entry, n_entry * sizeof(*argv));
	if (n_args)
		memcpy(argv + n_entry, args, n_args * sizeof(*argv));
	return argv;
}

/* "user:group" of the unit, else the image's own. */
static const char *make_user(const struct unit *u, const char *image_user, struct arena *a)
{
	char text[160];
	int n;

	if (!u->user && !u->group)
		return image_user;
	n = str_print(text, sizeof(text), "%s%s%s", u->user ? u->user : "0", u->group ? ":" : "",
		      u->group ? u->group : "");
	return n < 0 ? NULL : arena_text(a, text, (size_t)n);
}

static int fill_limits(struct spec *spec, const struct unit *u, struct arena *a, struct err *e)
{
	const struct unit_limit *l;
	struct spec_rlimit *r;
	unsigned n = 0;

	for (l = u->limits; l; l = l->next)
		n++;
	r = arena_get(a, (n + 1) * sizeof(*r));
	if (!r)
		return full(e);
	spec->rlimits = r;
	for (l = u->limits; l; l = l->next)
		r[spec->n_rlimits++] = (struct spec_rlimit){ l->resource, l->soft, l->hard };
	return 0;
}

static int fill_sysctls(struct spec *spec, const struct unit *u, struct arena *a, struct err *e)
{
	const char **v = arena_get(a, (u->sysctls.n + 1) * sizeof(*v));
	unsigned i;

	if (!v)
		return full(e);
	for (i = 0; i < u->sysctls.n; i++)
		v[i] = u->sysctls.v[i];
	v[i] = NULL;
	spec->sysctl = v;
	return 0;
}

static void common(struct spec *spec, const struct svc *s)
{
	spec->name = s->unit->name;
	spec->envp = env.v;
	spec->umask = (mode_t)s->unit->umask;
	spec->oom_score_adj = s->unit->oom_score_adjust;
	spec->no_new_privs = s->unit->no_new_privileges;
	spec->stdin_fd = -1;
	spec->stdout_fd = s->log_fd[0][1];
	spec->stderr_fd = s->log_fd[1][1];
}

static void container_root(struct spec *spec, const struct unit *u, const struct image *image)
{
	spec->root.path = u->rootfs;
	spec->root.read_only = u->read_only;
	spec->root.layers_dir = image->layers_dir;
	spec->root.n_layers = image->n_layers;
	/*
	 * As podman: changes are the container's own and go with it; a Rootfs= is written through.
	 * A read-only root has its upper folder, too: that is where missing mount targets are made
	 * before it is sealed.
	 */
	spec->root.upper = u->rootfs ? SPEC_UPPER_NONE : SPEC_UPPER_TMPFS;
}

/*
 * A range of ids a unit, far above those that images and services use; the same one as long as the
 * units are the same.
 */
static const struct spec_idmap_set *make_userns(const struct svc *s)
{
	static struct spec_idmap map;
	static struct spec_idmap_set set = { .uid = &map, .gid = &map, .n_uid = 1, .n_gid = 1 };

	if (!s->unit->userns_ids)
		return NULL;
	map = (struct spec_idmap){ 0, USERNS_FIRST_ID + svc_index(s) * 65536u,
				   s->unit->userns_ids };
	return &set;
}

static const char *short_name(const struct unit *u, struct arena *a)
{
	const char *dot = strrchr(u->name, '.');
	size_t n = dot ? (size_t)(dot - u->name) : strlen(u->name);

	return arena_text(a, u->name, n > 63 ? 63 : n);
}

static int add_notify_socket(struct spec *spec, const struct svc *s, struct arena *a, struct err *e)
{
	char path[108];
	const char *source = notify_path(s, path, sizeof(path));

	return source ? svc_mounts_add_bind(spec, source, NOTIFY_INSIDE, a, e) : 0;
}

/* NotifyFD=: the pipe's end at the number that the unit names. */
static void give_fds(struct spec *spec, const struct svc *s)
{
	static struct spec_fd fds[SPEC_FDS_MAX];

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

static int seccomp_fill(struct spec *spec, const struct unit *u, struct err *e)
{
	static const enum spec_seccomp kinds[] = {
		[UNIT_SECCOMP_DEFAULT] = SPEC_SECCOMP_DEFAULT,
		[UNIT_SECCOMP_HARDENED] = SPEC_SECCOMP_HARDENED,
		[UNIT_SECCOMP_OFF] = SPEC_SECCOMP_OFF,
		[UNIT_SECCOMP_FILE] = SPEC_SECCOMP_POLICY,
	};

	spec->seccomp = kinds[u->seccomp];
	if (u->seccomp != UNIT_SECCOMP_FILE)
		return 0;
	if (!IS_ON(CONFIG_OCI))
		return err_set(e, EOPNOTSUPP, "seccomp",
			       "%s: this pintle is built without the reader of such files",
			       u->seccomp_file);
	return oci_seccomp_file(u->seccomp_file, spec->caps, &spec->policy, e);
}

int svc_child_container(void *ctx, struct err *e)
{
	static struct spec spec;
	const struct svc *s = ((struct svc_launch *)ctx)->svc;
	const struct unit *u = s->unit;
	struct image image = { .user = "", .cwd = "/" };
	struct arena a;
	int rc;

	arena_init(&a, arena_bytes, sizeof(arena_bytes));
	env_init(&env, &a);
	rc = u->image ? image_read(CONFIG_STORE, s->digest, &a, &image, e) : 0;
	rc = rc ?: read_environment(u, image.env, e);
	if (rc)
		return rc;
	common(&spec, s);
	spec.hostname = u->hostname ? u->hostname : short_name(u, &a);
	rc = container_environment(spec.hostname, e);
	rc = rc ?: notify_env(s, &env) ? full(e) : 0;
	spec.userns = make_userns(s);
	rc = rc ?: fill_limits(&spec, u, &a, e);
	rc = rc ?: fill_sysctls(&spec, u, &a, e);
	rc = rc ?: svc_mounts_fill(&spec, u, image.volumes, &a, e);
	rc = rc ?: add_notify_socket(&spec, s, &a, e);
	if (rc)
		return rc;
	container_root(&spec, u, &image);
	spec.argv = make_argv(u, &image, &a);
	spec.user = make_user(u, image.user, &a);
	if (!spec.argv || !spec.user)
		return full(e);
	spec.cwd = u->workdir ? u->workdir : image.cwd;
	spec.caps = (ctr_default_caps() & ~u->caps_drop) | u->caps_add;
	rc = seccomp_fill(&spec, u, e);
	if (rc)
		return rc;
	spec.loopback = u->network == UNIT_NET_NONE;
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

	arena_init(&a, arena_bytes, sizeof(arena_bytes));
	env_init(&env, &a);
	rc = read_environment(s->unit, NULL, e);
	rc = rc ?: notify_env(s, &env) ? full(e) : 0;
	rc = rc ?: fill_limits(&spec, s->unit, &a, e);
	if (rc)
		return rc;
	common(&spec, s);
	spec.argv = l->command->no_expand ? l->command->argv
					  : unit_expand_env(l->command->argv, env.v, &a);
	/* ExecStartPre= of a container prepares the host: its User= is the container's. */
	spec.user = s->unit->kind == UNIT_SERVICE && !l->command->privileged
			    ? make_user(s->unit, "", &a)
			    : "";
	if (!spec.argv || !spec.user)
		return full(e);
	spec.cwd = s->unit->kind == UNIT_SERVICE ? s->unit->workdir : NULL;
	spec.caps = UINT64_MAX;
	spec.seccomp = SPEC_SECCOMP_OFF;
	/* ExecStartPre= and the like with "+": all rights (systemd.service(5)). */
	if (s->unit->kind == UNIT_SERVICE && !l->command->privileged &&
	    svc_sandbox_fill(&spec, s->unit, &a, e))
		return -e->code;
	give_fds(&spec, s);
	return ctr_enter_host(&spec, e);
}
