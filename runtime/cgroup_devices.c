/* SPDX-License-Identifier: ISC */
/*
 * Which devices a container's group may open: one list of rules, carried out as a BPF program on
 * the unified hierarchy (Linux 4.15, CONFIG_CGROUP_BPF) or as devices.allow on version 1. Runs in
 * the container's child while it still has its rights.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_bpf.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_res.h"
#include "runtime/spec.h"

#define ANY (-1)

struct v1_group {
	int fd;		/* of the devices hierarchy */
	const char *name;
};

/* Docker's default: nodes of all kinds may be made, these may be opened. */
static const struct cg_device_rule defaults[] = {
	{ false, 'a', ANY, ANY, 7 },
	{ true, 'c', ANY, ANY, SPEC_DEV_MKNOD },
	{ true, 'b', ANY, ANY, SPEC_DEV_MKNOD },
	{ true, 'c', 1, 3, 7 },
	{ true, 'c', 1, 5, 7 },
	{ true, 'c', 1, 7, 7 },
	{ true, 'c', 1, 8, 7 },
	{ true, 'c', 1, 9, 7 },
	{ true, 'c', 5, 0, 7 },
	{ true, 'c', 5, 1, 7 },
	{ true, 'c', 5, 2, 7 },
	{ true, 'c', 136, ANY, 7 },
};

static bool is_whole(const struct cg_device_rule *r)
{
	return r->type == 'a' && r->major == ANY && r->minor == ANY && r->access == 7;
}

static void put_number(struct str *s, int64_t n)
{
	if (n == ANY)
		str_putc(s, '*');
	else
		str_fmt(s, "%lld", (long long)n);
}

/* The numbers of r, and some kinds of access to them. */
static int v1_put(const struct v1_group *g, bool allow, char type, const struct cg_device_rule *r,
		  unsigned access, struct err *e)
{
	char text[64];
	struct str s;

	str_init(&s, text, sizeof(text));
	str_fmt(&s, "%c ", type);
	put_number(&s, r->major);
	str_putc(&s, ':');
	put_number(&s, r->minor);
	str_fmt(&s, " %s%s%s", access & SPEC_DEV_READ ? "r" : "",
		access & SPEC_DEV_WRITE ? "w" : "", access & SPEC_DEV_MKNOD ? "m" : "");
	return cg_write(g->fd, g->name, allow ? "devices.allow" : "devices.deny", text, e);
}

static bool covers(int64_t a, int64_t b)
{
	return a == ANY || a == b;
}

/*
 * The kernel keeps one standing answer and a list of exceptions, and takes an exception back only
 * by the numbers it was made with: rule i takes back what it covers of those before it. A hole in a
 * wider exception cannot be had (runc refuses it, too).
 */
static int v1_take_back(const struct v1_group *g, char type, const struct cg_device_rule *rules,
			unsigned i, struct err *e)
{
	const struct cg_device_rule *r = &rules[i], *x;
	int rc = 0;

	for (x = rules; x < r && !rc; x++) {
		if (x->allow == r->allow || (x->type != type && x->type != 'a') ||
		    !(x->access & r->access))
			continue;
		if (covers(r->major, x->major) && covers(r->minor, x->minor))
			rc = v1_put(g, r->allow, type, x, r->access, e);
		else if ((covers(x->major, r->major) || covers(r->major, x->major)) &&
			 (covers(x->minor, r->minor) || covers(r->minor, x->minor)))
			rc = err_set(e, ENOTSUP, "cgroup",
				     "%s: device rule %c %lld:%lld is in a wider one: not on v1",
				     g->name, type, (long long)r->major, (long long)r->minor);
	}
	return rc;
}

/* The rules say all: what the group was allowed before is forgotten. */
static int v1_rules(const struct v1_group *g, const struct cg_device_rule *rules, unsigned n,
		    struct err *e)
{
	bool standing = false;
	unsigned i;
	int rc;
	char type;

	for (i = n; i && !is_whole(&rules[i - 1]); i--)
		;
	if (i)
		standing = rules[i - 1].allow;
	rules += i;
	n -= i;
	rc = cg_write(g->fd, g->name, standing ? "devices.allow" : "devices.deny", "a", e);
	for (i = 0; i < n; i++)
		for (type = 'b'; type <= 'c' && !rc; type++)
			if (rules[i].type != type && rules[i].type != 'a')
				continue;
			else if (rules[i].allow == standing)
				rc = v1_take_back(g, type, rules, i, e);
			else
				rc = v1_put(g, rules[i].allow, type, &rules[i], rules[i].access, e);
	return rc;
}

int cg_device_rules(const struct cg *c, const struct cg_device_rule *rules, unsigned n,
		    struct err *e)
{
	struct v1_group g = { cg_v1_by_controller(c, CG_HAS_DEVICES), c->name };
	unsigned i;

	if (n > CG_RULES_MAX)
		return err_set(e, E2BIG, "cgroup", "%s: %u device rules are more than %d", c->name,
			       n, CG_RULES_MAX);
	for (i = 0; i < n; i++)
		if (rules[i].major < ANY || rules[i].major > INT32_MAX || rules[i].minor < ANY ||
		    rules[i].minor > INT32_MAX || !memchr("abc", rules[i].type, 3))
			return err_set(e, EINVAL, "cgroup", "%s: device rule %u", c->name, i);
	if (g.fd >= 0)
		return v1_rules(&g, rules, n, e);
	if (c->fd >= 0)
		return cg_bpf_attach(c->fd, c->name, rules, n, e);
	return err_set(e, ENOTSUP, "cgroup", "%s: no device controller", c->name);
}

int cg_container_rules(const struct cg *c, const struct cg_device_rule *rules, unsigned n,
		       struct err *e)
{
	struct cg_device_rule all[CG_RULES_MAX];

	if (n + ARRAY_LEN(defaults) > CG_RULES_MAX)
		return err_set(e, E2BIG, "cgroup", "%s: %u device rules", c->name, n);
	memcpy(all, rules, n * sizeof(*rules));
	memcpy(all + n, defaults + 1, sizeof(defaults) - sizeof(defaults[0]));
	return cg_device_rules(c, all, n + (unsigned)ARRAY_LEN(defaults) - 1, e);
}

static int add_extra(struct cg_device_rule *rules, unsigned *n, const struct spec_device *d,
		     struct err *e)
{
	struct stat st;

	if (*n == CG_RULES_MAX)
		return err_set(e, E2BIG, "device", "%s: too many devices", d->source);
	if (path_stat(d->source, &st))
		return err_set(e, errno, "device", "%s", d->source);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return err_set(e, EINVAL, "device", "%s is no device", d->source);
	rules[(*n)++] = (struct cg_device_rule){
		.allow = true, .type = S_ISCHR(st.st_mode) ? 'c' : 'b', .access = d->access,
		.major = (int64_t)major(st.st_rdev), .minor = (int64_t)minor(st.st_rdev),
	};
	return 0;
}

int cg_devices(const struct cg *c, const struct spec_device *extra, unsigned n_extra, struct err *e)
{
	struct cg_device_rule rules[CG_RULES_MAX];
	unsigned n = ARRAY_LEN(defaults), i;

	memcpy(rules, defaults, sizeof(defaults));
	for (i = 0; i < n_extra; i++) {
		int rc = add_extra(rules, &n, &extra[i], e);

		if (rc)
			return rc;
	}
	return cg_device_rules(c, rules, n, e);
}
