/* SPDX-License-Identifier: ISC */
/* pintle check. See cmd_check.h; a tool: reads files, never PID 1. */
#include "init/cli/cmd_check.h"

#include <string.h>

#include "init/cli/json_out.h"
#include "init/unit/unit.h"
#include "runtime/base/compiler.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

static SCRATCH _Alignas(16) char text[CONFIG_UNIT_ARENA_KB * 1024];
static SCRATCH struct unit table[UNITS_MAX];

struct tally {
	const struct call *c;
	unsigned errors, warnings;
};

/* Names and values come from files: no control byte of theirs goes to a terminal. */
static void say_line(struct sink *out, const char *kind, const char *file, unsigned line,
		     const char *words)
{
	char line_text[1200];
	struct str s;

	str_init(&s, line_text, sizeof(line_text));
	str_put_escaped(&s, file, strlen(file));
	if (line)
		str_fmt(&s, ":%u", line);
	str_fmt(&s, ": %s: ", kind);
	str_put_escaped(&s, words, strlen(words));
	sink_fmt(out, "%s\n", line_text);
}

static void say(struct tally *t, const char *kind, const char *file, unsigned line,
		const char *words)
{
	if (call_json(t->c)) {
		struct json_out j;

		json_out_start(&j, t->c->out);
		json_out_text(&j, "level", kind);
		json_out_text(&j, "file", file);
		json_out_number(&j, "line", line);
		json_out_text(&j, "text", words);
		json_out_end(&j);
		sink_fmt(t->c->out, "\n");
	} else {
		say_line(t->c->out, kind, file, line, words);
	}
}

static void report(void *ctx, int level, const char *file, unsigned line, const char *words)
{
	struct tally *t = ctx;
	bool error = level <= LOG_LVL_ERR;

	*(error ? &t->errors : &t->warnings) += 1;
	say(t, error ? "error" : "warning", file, line, words);
}

static void note_missing(struct tally *t, const struct unit_set *set, const struct unit *u)
{
	char words[160];
	unsigned i;

	for (i = 0; i < u->requires.n; i++) {
		if (unit_find(set, u->requires.v[i]))
			continue;
		str_print(words, sizeof(words), "requires %s, which is not among these files",
			  u->requires.v[i]);
		say(t, "note", u->file, 0, words);
	}
}

int cmd_check(const struct call *c)
{
	struct tally t = { .c = c };
	struct arena arena;
	struct unit_set set = { .arena = &arena, .units = table };
	uint16_t order[UNITS_MAX];
	unsigned i;
	int n;

	arena_init(&arena, text, sizeof(text));
	for (n = 0; n < c->n_args; n++)
		unit_load_file(&set, c->args[n], report, &t);
	unit_order(&set, order, report, &t);
	for (i = 0; i < set.n; i++)
		note_missing(&t, &set, &set.units[i]);
	if (!call_json(c))
		sink_fmt(c->out, "%d files, %u errors, %u warnings\n", c->n_args, t.errors,
			 t.warnings);
	return t.errors ? 1 : 0;
}
