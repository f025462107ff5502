/* SPDX-License-Identifier: ISC */
/* pintle show. See cmd_show.h; a tool: reads files, never PID 1. */
#include "init/cli/cmd_show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch/store.h"
#include "init/spec/container.h"
#include "init/unit/unit.h"
#include "runtime/base/io.h"
#include "runtime/base/jsonw.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"
#include "runtime/oci/config_write.h"

#define LINES_MAX 2048
#define SPEC_BYTES (128 * 1024)

struct line {			/* of a unit's files */
	const struct unit *unit;
	unsigned number;
	const char *file, *section, *key, *value;
};

struct show {
	struct unit table[UNITS_MAX];
	struct line lines[LINES_MAX];
	unsigned n_lines;
	bool cut;		/* there are more lines than there is room for */
	const struct call *c;
	const char *only;	/* the name, with or without its suffix; NULL = any */
	struct arena texts;
	_Alignas(16) char units[CONFIG_UNIT_ARENA_KB * 1024], text[256 * 1024], spec[SPEC_BYTES];
};

static SCRATCH struct show show;

static void on_report(void *ctx, int level, const char *file, unsigned line, const char *text)
{
	struct show *s = ctx;

	if (level > LOG_LVL_ERR)
		return;
	sink_error(s->c->out, s->c->word, "%s:%u: %s", file, line, text);
}

static const char *keep(struct show *s, const char *text)
{
	const char *kept = arena_text(&s->texts, text, strlen(text));

	s->cut |= !kept;
	return kept;
}

static void on_line(void *ctx, const struct unit *u, const char *file, unsigned number,
		    const char *section, const char *key, const char *value)
{
	struct show *s = ctx;
	struct line *l = &s->lines[s->n_lines];

	if (s->only && !str_starts(u->name, s->only))
		return;
	s->cut |= s->n_lines == LINES_MAX;
	if (s->cut)
		return;
	*l = (struct line){ u, number, keep(s, file), keep(s, section), keep(s, key),
			    keep(s, value) };
	s->n_lines += !s->cut;
}

/* Of the image in the store, if its reference has been resolved there. */
static int find_image(const struct unit *u, struct arena *a, struct image *ret, struct err *e)
{
	struct store store = { -1, -1, -1 };
	struct digest digest;
	int rc;

	*ret = (struct image){ .user = "", .cwd = "/" };
	if (!u->image)
		return 0;
	store.fd = open(CONFIG_STORE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = store.fd < 0 ? err_set(e, errno, "store", CONFIG_STORE)
			  : store_get_ref(&store, u->image, &digest, e);
	rc = rc ?: image_read(CONFIG_STORE, digest.b, a, ret, e);
	io_close(&store.fd);
	return rc;
}

/* Its range of ids is the one that a device has given it at boot: by its place among the units. */
static int make_spec(const struct unit *u, struct spec *ret, struct err *why_no_image,
		     struct err *e)
{
	static struct env env;
	static struct image image;
	struct arena a;
	int rc;

	arena_init(&a, show.spec, sizeof(show.spec));
	env_init(&env, &a);
	find_image(u, &a, &image, why_no_image);
	*ret = (struct spec){ 0 };
	rc = spec_environment(u, &image, &env, e);
	return rc ?: spec_of_container(u, (unsigned)(u - show.table), &image, &env, &a, ret, e);
}

static void put_config(struct jsonw *w, const struct unit *u)
{
	static struct spec spec;
	char said[sizeof(struct err) + 64];
	struct err e = { 0 }, no_image = { 0 };
	struct cg_limits limits = { u->memory_max, u->pids_max, u->cpu_quota_percent };

	if (!IS_ON(CONFIG_OCI)) {
		jsonw_text(w, "error", "this pintle is built without config.json");
		return;
	}
	if (make_spec(u, &spec, &no_image, &e))
		jsonw_text(w, "error", err_say(&e, said, sizeof(said)));
	else
		oci_config_write(w, "config", &spec, &limits);
	if (no_image.code)
		jsonw_text(w, "image_unknown", err_say(&no_image, said, sizeof(said)));
}

static void put_json(struct show *s, const struct unit *u)
{
	struct jsonw w;
	unsigned i;

	sink_flush(s->c->out);
	jsonw_start(&w, STDOUT_FILENO);
	jsonw_object(&w, NULL);
	jsonw_text(&w, "name", u->name);
	jsonw_text(&w, "file", u->file);
	jsonw_array(&w, "lines");
	for (i = 0; i < s->n_lines; i++) {
		const struct line *l = &s->lines[i];

		if (l->unit != u)
			continue;
		jsonw_object(&w, NULL);
		jsonw_text(&w, "section", l->section);
		jsonw_text(&w, "key", l->key);
		jsonw_text(&w, "value", l->value);
		jsonw_text(&w, "file", l->file);
		jsonw_u64(&w, "line", l->number);
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, ']');
	if (u->kind == UNIT_CONTAINER && !u->bad)
		put_config(&w, u);
	jsonw_close(&w, '}');
	jsonw_newline(&w);
	jsonw_flush(&w);
}

static void put_text(struct show *s, const struct unit *u)
{
	const char *file = "", *section = "";
	struct jsonw w;
	unsigned i;

	for (i = 0; i < s->n_lines; i++) {
		const struct line *l = &s->lines[i];

		if (l->unit != u)
			continue;
		if (strcmp(l->file, file)) {
			sink_fmt(s->c->out, "# %s\n", l->file);
			section = "";
		}
		if (strcmp(l->section, section))
			sink_fmt(s->c->out, "[%s]\n", l->section);
		file = l->file;
		section = l->section;
		sink_fmt(s->c->out, "%s=%s\n", l->key, l->value);
	}
	if (u->kind != UNIT_CONTAINER || u->bad)
		return;
	sink_fmt(s->c->out, "# becomes\n");
	sink_flush(s->c->out);
	jsonw_start(&w, STDOUT_FILENO);
	jsonw_object(&w, NULL);
	put_config(&w, u);
	jsonw_close(&w, '}');
	jsonw_newline(&w);
	jsonw_flush(&w);
}

static int show_one(struct show *s, const char *name, bool is_file)
{
	struct arena arena;
	struct unit_set set = {
		.arena = &arena, .units = s->table, .on_line = on_line, .line_ctx = s
	};
	const struct unit *u;

	arena_init(&arena, s->units, sizeof(s->units));
	arena_init(&s->texts, s->text, sizeof(s->text));
	s->n_lines = 0;
	s->cut = false;
	s->only = is_file ? NULL : name;
	if (is_file)
		unit_load_file(&set, name, on_report, s);
	else
		unit_load(&set, unit_path, on_report, s);
	u = is_file && set.n ? &set.units[0] : unit_find(&set, name);
	if (!u) {
		sink_error(s->c->out, s->c->word, "%s: no such unit", name);
		return 4;
	}
	if (s->cut)
		sink_error(s->c->out, s->c->word, "%s: too many lines", name);
	if (call_json(s->c))
		put_json(s, u);
	else
		put_text(s, u);
	return u->bad || s->cut ? 1 : 0;
}

int cmd_show(const struct call *c)
{
	int worst = 0, i;

	show.c = c;
	for (i = 0; i < c->n_args; i++) {
		int status = show_one(&show, c->args[i], strchr(c->args[i], '/') != NULL);

		if (status > worst)
			worst = status;
	}
	return worst;
}
