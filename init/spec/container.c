/* SPDX-License-Identifier: ISC */
/* From a .container and its image to a spec. See container.h. */
#include "init/spec/container.h"

#include <errno.h>
#include <string.h>

#include "init/spec/mounts.h"
#include "runtime/base/compiler.h"
#include "runtime/base/str.h"
#include "runtime/container.h"
#include "runtime/oci/seccomp_file.h"

#define USERNS_FIRST_ID 0x40000000u

int spec_full(struct err *e)
{
	return err_set(e, E2BIG, "start", "the command line and environment are too large");
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
const char *spec_user(const struct unit *u, const char *image_user, struct arena *a)
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
		return spec_full(e);
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
		return spec_full(e);
	for (i = 0; i < u->sysctls.n; i++)
		v[i] = u->sysctls.v[i];
	v[i] = NULL;
	spec->sysctl = v;
	return 0;
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
static const struct spec_idmap_set *make_userns(const struct unit *u, unsigned place)
{
	static struct spec_idmap map;
	static struct spec_idmap_set set = { .uid = &map, .gid = &map, .n_uid = 1, .n_gid = 1 };

	if (!u->userns_ids)
		return NULL;
	map = (struct spec_idmap){ 0, USERNS_FIRST_ID + place * 65536u,
				   u->userns_ids };
	return &set;
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

int spec_common(const struct unit *u, struct env *env, struct arena *a, struct spec *ret,
		struct err *e)
{
	ret->name = u->name;
	ret->envp = env->v;
	ret->umask = (mode_t)u->umask;
	ret->oom_score_adj = u->oom_score_adjust;
	ret->no_new_privs = u->no_new_privileges;
	ret->stdin_fd = ret->stdout_fd = ret->stderr_fd = -1;
	return fill_limits(ret, u, a, e);
}

int spec_of_container(const struct unit *u, unsigned place, const struct image *image,
		      struct env *env, struct arena *a, struct spec *ret, struct err *e)
{
	char name[64];
	int rc = spec_common(u, env, a, ret, e);

	spec_hostname(u, name, sizeof(name));
	ret->hostname = arena_text(a, name, strlen(name));
	ret->userns = make_userns(u, place);
	rc = rc ?: fill_sysctls(ret, u, a, e);
	rc = rc ?: spec_mounts_fill(ret, u, image->volumes, a, e);
	if (rc)
		return rc;
	container_root(ret, u, image);
	ret->argv = make_argv(u, image, a);
	ret->user = spec_user(u, image->user, a);
	if (!ret->argv || !ret->user || !ret->hostname)
		return spec_full(e);
	ret->cwd = u->workdir ? u->workdir : image->cwd;
	ret->caps = (ctr_default_caps() & ~u->caps_drop) | u->caps_add;
	ret->loopback = u->network == UNIT_NET_NONE;
	return seccomp_fill(ret, u, e);
}
