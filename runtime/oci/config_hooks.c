/* SPDX-License-Identifier: ISC */
/* hooks of config.json (runtime-spec 1.2, config.md "POSIX-platform Hooks"). */
#include <errno.h>

#include "runtime/base/compiler.h"
#include "runtime/oci/config_int.h"

struct hook_in {
	struct oci_hook hook;	/* first and only: laid flat as it is */
};

static int begin_hook(struct config_reader *r, const struct json_value *v, const char *path,
		      struct err *e)
{
	static char *none[] = { NULL };
	struct oci_hook *h = r->items[1];

	(void)v;
	(void)path;
	(void)e;
	h->envp = none;
	return 0;
}

static int take_timeout(struct config_reader *r, const struct json_value *v, const char *path,
			struct err *e)
{
	struct oci_hook *h = r->items[1];

	if (v->type != JSON_INT || v->integer <= 0 || v->integer > 1000000)
		return config_wrong(path, "no time above 0 s", e);
	h->timeout_s = (unsigned)v->integer;
	return 0;
}

static int end_hook(struct config_reader *r, const struct json_value *v, const char *path,
		    struct err *e)
{
	struct oci_hook *h = r->items[1];
	char **argv;

	(void)v;
	if (!h->path)
		return config_wrong(path, "path is missing", e);
	if (h->argv && h->argv[0])
		return 0;
	argv = arena_get(r->a, 2 * sizeof(*argv));
	if (!argv)
		return config_full(path, e);
	argv[0] = (char *)h->path;
	h->argv = argv;
	return 0;
}

#define IN(member) offsetof(struct hook_in, hook.member)
#define HOOK(kind, name)                                                                           \
	{ "hooks." name,                                                                           \
	  CONFIG_ITEMS,                                                                            \
	  CONFIG_AT(hooks[kind]),                                                                  \
	  CONFIG_AT(n_hooks[kind]),                                                                \
	  sizeof(struct hook_in),                                                                  \
	  end_hook,                                                                                \
	  begin_hook },                                                                            \
		{ "hooks." name "[].path", CONFIG_PATH, IN(path), 0, 0, NULL, NULL },              \
		{ "hooks." name "[].args", CONFIG_TEXTS, IN(argv), 0, 0, NULL, NULL },             \
		{ "hooks." name "[].env", CONFIG_TEXTS, IN(envp), 0, 0, NULL, NULL },              \
		{ "hooks." name "[].timeout", CONFIG_OTHER, 0, 0, 0, take_timeout, NULL },

const struct config_row config_hook_rows[] = {
#include "runtime/oci/hooks.def"
	{ 0 },
};
#undef HOOK

const char *oci_hook_name(unsigned kind)
{
	static const char *const names[] = {
#define HOOK(kind, name) [kind] = name,
#include "runtime/oci/hooks.def"
#undef HOOK
	};

	return kind < ARRAY_LEN(names) ? names[kind] : NULL;
}
