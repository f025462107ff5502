/* SPDX-License-Identifier: ISC */
/* The environment of a unit's processes. See container.h. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "init/spec/container.h"
#include "runtime/base/str.h"

/* What pintle itself was started with: EnvironmentHost=, PassEnvironment=. */
static int own_environment(const struct unit *u, struct env *env, struct err *e)
{
	char *const *at;
	unsigned i;

	for (at = environ; at && *at; at++) {
		size_t n = strcspn(*at, "=");

		for (i = 0; i < u->pass_environment.n && !str_is(*at, n, u->pass_environment.v[i]);
		     i++)
			;
		if ((u->environment_host || i < u->pass_environment.n) && env_set(env, *at))
			return spec_full(e);
	}
	return 0;
}

static int read_environment(const struct unit *u, char *const *image_env, struct env *env,
			    struct err *e)
{
	unsigned i;
	int rc = own_environment(u, env, e);

	if (rc)
		return rc;
	for (; image_env && *image_env; image_env++)
		if (env_set(env, *image_env))
			return spec_full(e);
	for (i = 0; i < u->environment_files.n; i++) {
		rc = env_read_file(env, u->environment_files.v[i], e);
		if (rc)
			return rc;
	}
	for (i = 0; i < u->environment.n; i++)
		if (env_set(env, u->environment.v[i]))
			return spec_full(e);
	if (env_default(env, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
		return spec_full(e);
	for (i = 0; i < u->unset_environment.n; i++)
		env_unset(env, u->unset_environment.v[i]);
	return 0;
}

/* What podman sets in every container. */
static int container_environment(const char *hostname, struct env *env, struct err *e)
{
	char text[80];

	str_print(text, sizeof(text), "HOSTNAME=%s", hostname);
	if (env_set(env, "container=pintle") || env_default(env, text) ||
	    env_default(env, "HOME=/root"))
		return spec_full(e);
	return 0;
}

int spec_environment(const struct unit *u, const struct image *image, struct env *env,
		     struct err *e)
{
	char name[64];
	int rc = read_environment(u, image ? image->env : NULL, env, e);

	if (rc || !image)
		return rc;
	spec_hostname(u, name, sizeof(name));
	return container_environment(name, env, e);
}

void spec_hostname(const struct unit *u, char *ret, unsigned cap)
{
	const char *dot = strrchr(u->name, '.');

	if (u->hostname)
		str_print(ret, cap, "%.*s", (int)cap - 1, u->hostname);
	else
		str_print(ret, cap, "%.*s", dot ? (int)(dot - u->name) : 63, u->name);
}
