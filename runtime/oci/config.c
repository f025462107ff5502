/* SPDX-License-Identifier: ISC */
/* config.json as a whole: see config.h. What its parts mean stands in the files of the areas. */
#include "runtime/oci/config.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/oci/config_int.h"

static const char *const nothing[] = { NULL };

static void set_defaults(struct oci_config *c)
{
	memset(c, 0, sizeof(*c));
	c->extra.ioprio = -1;
	c->extra.personality = -1;
	c->spec.extra = &c->extra;
	c->spec.cap_sets = &c->caps;
	c->spec.no_default_mounts = true;
	c->spec.oom_score_keep = true;
	c->spec.numeric_user = true;
	c->spec.umask = 022;
	c->spec.seccomp = SPEC_SECCOMP_OFF;
	c->spec.masked = c->spec.readonly = nothing;
	c->spec.sysctl = NULL;
	c->spec.stdin_fd = c->spec.stdout_fd = c->spec.stderr_fd = -1;
	cg_resources_init(&c->resources);
}

/* Semantic versioning: "1.2.0", "1.0.2-dev". */
static bool read_version(const char *at, uint64_t part[3])
{
	unsigned i;

	for (i = 0; i < 3; i++) {
		size_t n = strspn(at, "0123456789");

		if (num_u64(at, n, 1000000, &part[i]))
			return false;
		at += n;
		if (i < 2 && *at++ != '.')
			return false;
	}
	return !*at || *at == '-' || *at == '+';
}

static int check_version(struct oci_config *c, struct err *e)
{
	uint64_t part[3];

	if (!c->version)
		return config_wrong("ociVersion", "is missing", e);
	if (!read_version(c->version, part))
		return err_set(e, EINVAL, CONFIG_STEP, "ociVersion: \"%s\" is no version",
			       c->version);
	if (part[0] != 1)
		return err_set(e, EINVAL, CONFIG_STEP, "ociVersion: %s is not 1.x", c->version);
	c->version_is_newer = part[1] > 3;
	return 0;
}

/* Is what is required there? */
static int check_process(const struct oci_config *c, struct err *e)
{
	if (!c->has_process)
		return 0;
	if (!c->spec.cwd)
		return config_wrong("process.cwd", "is missing", e);
	if (c->spec.argv && !c->spec.argv[0])
		return config_wrong("process.args", "is empty", e);
	return 0;
}

int oci_config_read(struct arena *a, const void *bytes, size_t n, const char *what,
		    struct oci_config *ret, struct err *e)
{
	struct config_reader r = { .a = a, .c = ret };
	int rc;

	set_defaults(ret);
	rc = config_read_with(&r, "", bytes, n, what, e);
	rc = rc ?: check_version(ret, e);
	rc = rc ?: check_process(ret, e);
	rc = rc ?: config_linux_finish(&r, e);
	rc = rc ?: config_mounts_finish(&r, e);
	rc = rc ?: config_resources_finish(&r, e);
	rc = rc ?: config_sysctl_finish(&r, e);
	return config_say(rc, what, e);
}

int oci_process_read(struct arena *a, const void *bytes, size_t n, const char *what,
		     struct oci_config *ret, struct err *e)
{
	struct config_reader r = { .a = a, .c = ret };
	const struct oci_config base = *ret;
	struct spec *s = &ret->spec;
	int rc;

	/*
	 * The container's own process says nothing about this one: only its seccomp policy and
	 * devices hold.
	 */
	s->argv = s->envp = NULL;
	s->cwd = NULL;
	s->groups = NULL;
	s->n_groups = s->n_rlimits = 0;
	s->uid = s->gid = 0;
	s->no_new_privs = false;
	ret->terminal = false;
	ret->caps = (struct spec_caps){ 0 };
	ret->extra = (struct spec_extra){ .ioprio = -1, .personality = base.extra.personality };
	s->cap_sets = &ret->caps;
	s->extra = &ret->extra;
	rc = config_read_with(&r, "process", bytes, n, what, e);
	ret->has_process = true;
	if (!s->envp)
		s->envp = base.spec.envp;
	rc = rc ?: check_process(ret, e);
	if (!rc && !s->argv)
		rc = config_wrong("process.args", "is missing", e);
	return config_say(rc, what, e);
}

int oci_resources_read(struct arena *a, const void *bytes, size_t n, const char *what,
		       struct cg_resources *ret, struct err *e)
{
	static struct oci_config c;
	struct config_reader r = { .a = a, .c = &c };
	int rc;

	set_defaults(&c);
	c.resources = *ret;
	/* These two are laid out otherwise while they are read. */
	c.resources.n_devices = c.resources.n_unified = 0;
	rc = config_read_with(&r, "linux.resources", bytes, n, what, e);
	rc = rc ?: config_resources_finish(&r, e);
	if (rc)
		return config_say(rc, what, e);
	if (!c.resources.n_devices) {
		c.resources.devices = ret->devices;
		c.resources.n_devices = ret->n_devices;
	}
	if (!c.resources.n_unified) {
		c.resources.unified = ret->unified;
		c.resources.n_unified = ret->n_unified;
	}
	*ret = c.resources;
	return 0;
}
