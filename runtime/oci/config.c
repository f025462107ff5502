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

/* "1.2.0", "1.0.2-dev": the first two numbers decide. */
static int check_version(struct oci_config *c, struct err *e)
{
	const char *dot = c->version ? strchr(c->version, '.') : NULL;
	uint64_t major, minor;

	if (!dot || num_u64(c->version, (size_t)(dot - c->version), 1000, &major) ||
	    num_u64(dot + 1, strspn(dot + 1, "0123456789"), 1000, &minor) || !strchr(dot + 1, '.'))
		return err_set(e, EINVAL, "config.json", "ociVersion: \"%s\" is no version", c->version ? c->version : "");
	if (major != 1)
		return err_set(e, EINVAL, "config.json", "ociVersion: %s is not 1.x", c->version);
	c->version_is_newer = minor > 3;
	return 0;
}

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

int oci_config_read(struct arena *a, const void *bytes, size_t n, const char *what, struct oci_config *ret, struct err *e)
{
	struct config_reader r = { .a = a, .c = ret };
	int rc;

	set_defaults(ret);
	rc = config_read_with(&r, "", bytes, n, what, e);
	rc = rc ?: check_version(ret, e);
	rc = rc ?: check_process(ret, e);
	rc = rc ?: config_linux_finish(&r, e);
	rc = rc ?: config_mounts_finish(&r, e);
	return rc ?: config_pairs_finish(&r, e);
}

int oci_process_read(struct arena *a, const void *bytes, size_t n, const char *what, struct oci_config *ret, struct err *e)
{
	struct config_reader r = { .a = a, .c = ret };
	const struct oci_config base = *ret;
	struct spec *s = &ret->spec;
	int rc;

	/* The container's own process says nothing about this one: only its seccomp policy and devices hold. */
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
	if (rc)
		return rc;
	ret->has_process = true;
	if (!s->envp)
		s->envp = base.spec.envp;
	return check_process(ret, e) ?: s->argv ? 0 : config_wrong("args", "is missing", e);
}

int oci_resources_read(struct arena *a, const void *bytes, size_t n, const char *what, struct cg_resources *ret, struct err *e)
{
	static struct oci_config c;
	struct config_reader r = { .a = a, .c = &c };
	int rc;

	set_defaults(&c);
	c.resources = *ret;
	rc = config_read_with(&r, "linux.resources", bytes, n, what, e);
	rc = rc ?: config_pairs_finish(&r, e);
	if (!rc)
		*ret = c.resources;
	return rc;
}
