/* SPDX-License-Identifier: ISC */
/* mounts of config.json (runtime-spec 1.2, config.md "Mounts"). */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "runtime/base/str.h"
#include "runtime/oci/config_int.h"
#include "runtime/oci/mount_options.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256	/* Linux 5.10 */
#endif
#ifndef MS_LAZYTIME
#define MS_LAZYTIME (1 << 25)
#endif

enum word { MOUNT_COPY_UP, MOUNT_IDMAP, MOUNT_RIDMAP };
enum option_kind { OPTION_SET, OPTION_CLEAR, OPTION_SPREAD, OPTION_ATTR, OPTION_WORD };

struct option {
	const char *name;
	enum option_kind kind;
	unsigned long set, clear;
};

static const struct option options[] = {
#define SET(name, bits) { name, OPTION_SET, bits, 0 },
#define CLEAR(name, bits) { name, OPTION_CLEAR, 0, bits },
#define SPREAD(name, how) { name, OPTION_SPREAD, how, 0 },
#define ATTR(name, on, off) { name, OPTION_ATTR, on, off },
#define WORD(name, word) { name, OPTION_WORD, word, 0 },
#include "runtime/oci/mount_options.def"
#undef SET
#undef CLEAR
#undef SPREAD
#undef ATTR
#undef WORD
};

struct mount_in {
	struct spec_mount m;		/* first: laid flat it is what stays */
	char **options;
	const struct spec_idmap *uid, *gid;
	unsigned n_uid, n_gid;
	bool idmap, ridmap;
};

const char *mount_option_name(unsigned i)
{
	return i < ARRAY_LEN(options) ? options[i].name : NULL;
}

static void apply(struct mount_in *in, const struct option *o)
{
	struct spec_mount *m = &in->m;

	switch (o->kind) {
	case OPTION_SET:
		m->flags |= o->set;
		break;
	case OPTION_CLEAR:
		m->flags &= ~o->clear;
		break;
	case OPTION_SPREAD:
		m->propagation = o->set;
		break;
	case OPTION_ATTR:
		m->attr_set = (m->attr_set & ~(uint64_t)o->clear) | o->set;
		m->attr_clr = (m->attr_clr & ~(uint64_t)o->set) | o->clear;
		break;
	case OPTION_WORD:
		m->copy_up |= o->set == MOUNT_COPY_UP;
		in->idmap |= o->set == MOUNT_IDMAP || o->set == MOUNT_RIDMAP;
		in->ridmap |= o->set == MOUNT_RIDMAP;
	}
}

static const struct option *find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(options); i++)
		if (!strcmp(name, options[i].name))
			return &options[i];
	return NULL;
}

/* What is no option of every mount is the file system's own: joined by commas. */
static int read_options(struct config_reader *r, struct mount_in *in, const char *path,
			struct err *e)
{
	char data[4096], **at;
	struct str s;

	str_init(&s, data, sizeof(data));
	for (at = in->options; at && *at; at++) {
		const struct option *o = find(*at);

		if (o)
			apply(in, o);
		else if (**at)
			str_fmt(&s, "%s%s", s.len ? "," : "", *at);
	}
	if (s.cut)
		return config_wrong(path, "options are longer than a page", e);
	if (s.len) {
		in->m.data = arena_text(r->a, s.buf, s.len);
		if (!in->m.data)
			return config_full(path, e);
	}
	return 0;
}

static int read_idmap(struct config_reader *r, struct mount_in *in, const char *path, struct err *e)
{
	struct spec_idmap_set *set;

	if (!in->n_uid && !in->n_gid && !in->idmap)
		return 0;
	if (!(in->m.flags & MS_BIND))
		return config_wrong(path, "only a bind can be id-mapped", e);
	set = arena_get(r->a, sizeof(*set));
	if (!set)
		return config_full(path, e);
	/* "idmap" without maps takes the container's, known at the end. */
	*set = (struct spec_idmap_set){ .uid = in->uid,
					.gid = in->gid,
					.n_uid = in->n_uid,
					.n_gid = in->n_gid,
					.recursive = in->ridmap };
	in->m.idmap = set;
	return 0;
}

static int end_mount(struct config_reader *r, const struct json_value *v, const char *path,
		     struct err *e)
{
	struct mount_in *in = r->items[1];
	int rc;

	(void)v;
	if (!in->m.target)
		return config_wrong(path, "destination is missing", e);
	if (in->m.type && !strcmp(in->m.type, "bind") && !(in->m.flags & MS_BIND))
		in->m.flags |= MS_BIND;
	rc = read_options(r, in, path, e);
	if (!rc && in->m.flags & MS_BIND && !in->m.source && !(in->m.flags & MS_REMOUNT))
		return config_wrong(path, "a bind without source", e);
	return rc ?: read_idmap(r, in, path, e);
}

/* Before 1.0 a destination might be relative; from the root then. */
static int take_target(struct config_reader *r, const struct json_value *v, const char *path,
		       struct err *e)
{
	struct mount_in *in = r->items[1];
	size_t n = v->len;
	char *text;

	if (v->type != JSON_STRING || !n)
		return config_wrong(path, "a string is wanted", e);
	text = arena_get(r->a, n + 2);
	if (!text)
		return config_full(path, e);
	text[0] = '/';
	n += v->text[0] != '/';
	memcpy(text + (v->text[0] != '/'), v->text, v->len);
	/* "/dev/" is "/dev". */
	while (n > 1 && text[n - 1] == '/')
		text[--n] = '\0';
	in->m.target = text;
	return 0;
}

#define MOUNT(member) offsetof(struct mount_in, member)
#define ID(member) offsetof(struct spec_idmap, member)

const struct config_row config_mount_rows[] = {
	{ "mounts", CONFIG_ITEMS, CONFIG_SPEC(mounts), CONFIG_SPEC(n_mounts),
	  sizeof(struct mount_in), end_mount, NULL },
	{ "mounts[].destination", CONFIG_OTHER, 0, 0, 0, take_target, NULL },
	{ "mounts[].type", CONFIG_TEXT, MOUNT(m.type), 0, 0, NULL, NULL },
	{ "mounts[].source", CONFIG_TEXT, MOUNT(m.source), 0, 0, NULL, NULL },
	{ "mounts[].options", CONFIG_TEXTS, MOUNT(options), 0, 0, NULL, NULL },
	{ "mounts[].uidMappings", CONFIG_ITEMS, MOUNT(uid), MOUNT(n_uid), sizeof(struct spec_idmap),
	  config_end_idmap, NULL },
	{ "mounts[].uidMappings[].containerID", CONFIG_U32, ID(inside), 0, 0, NULL, NULL },
	{ "mounts[].uidMappings[].hostID", CONFIG_U32, ID(outside), 0, 0, NULL, NULL },
	{ "mounts[].uidMappings[].size", CONFIG_U32, ID(count), 0, 0, NULL, NULL },
	{ "mounts[].gidMappings", CONFIG_ITEMS, MOUNT(gid), MOUNT(n_gid), sizeof(struct spec_idmap),
	  config_end_idmap, NULL },
	{ "mounts[].gidMappings[].containerID", CONFIG_U32, ID(inside), 0, 0, NULL, NULL },
	{ "mounts[].gidMappings[].hostID", CONFIG_U32, ID(outside), 0, 0, NULL, NULL },
	{ "mounts[].gidMappings[].size", CONFIG_U32, ID(count), 0, 0, NULL, NULL },
	{ 0 },
};

/*
 * The spec wants them one behind the other; and the container's own map where a mount named none.
 */
int config_mounts_finish(struct config_reader *r, struct err *e)
{
	struct spec *s = &r->c->spec;
	const struct mount_in *in = (const struct mount_in *)(const void *)s->mounts;
	struct spec_mount *flat = arena_get(r->a, (s->n_mounts + 1) * sizeof(*flat));
	unsigned i;

	if (!flat)
		return config_full("mounts", e);
	for (i = 0; i < s->n_mounts; i++) {
		struct spec_idmap_set *set = (struct spec_idmap_set *)in[i].m.idmap;

		flat[i] = in[i].m;
		if (set && !set->n_uid && !set->n_gid) {
			bool recursive = set->recursive;

			*set = r->c->userns;
			set->recursive = recursive;
		}
		if (set && (!set->n_uid || !set->n_gid))
			return err_set(e, EINVAL, CONFIG_STEP,
				       "mounts[%u]: id-mapped without mappings", i);
	}
	s->mounts = r->c->mounts = flat;
	return 0;
}
