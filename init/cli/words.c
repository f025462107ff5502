/* SPDX-License-Identifier: ISC */
/* Finds a word, reads its options, runs it. See cli.h. */
#include <string.h>

#include "init/cli/cli.h"
#include "runtime/base/num.h"
#include "runtime/base/signals.h"
#include "runtime/base/str.h"

#define C 1
#define S 2
#define B (C | S)

struct word {
	const char *name, *args, *help;
	int where;
	int (*run)(const struct call *c);
};

static const struct word words[] = {
#define WORD(name, function, args, where, help) { name, args, help, where, function },
#include "init/cli/words.def"
#undef WORD
};

static const struct word *find(const char *name, int where)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].name, name) == 0 && words[i].where & where)
			return &words[i];
	return NULL;
}

static int usage(struct sink *out, const struct word *w)
{
	sink_error(out, w->name, "usage: %s %s", w->name, w->args);
	return 2;
}

/* An option that takes a value; 0 when it is wrong. */
static int with_value(struct call *c, char option, const char *value)
{
	uint64_t n;

	if (!value)
		return 0;
	if (option == 's')
		return (c->signal = signal_by_name(value)) > 0;
	if (option == 'p' || option == 'o')
		return *(option == 'p' ? &c->level : &c->output) = value, 1;
	if (num_u64(value, strlen(value), 100000, &n) || !n)
		return 0;
	c->count = (unsigned)n;
	return 1;
}

/* "[-f]" or "[-n LINES]" among the word's arguments: it takes that one-letter option. */
static bool knows(const struct word *w, char letter)
{
	const char option[] = { '[', '-', letter, '\0' };

	return strstr(w->args, option);
}

/* "--since TIME" where the word takes it: the place for its value. */
static const char **long_option(const struct word *w, struct call *c, const char *a)
{
	static const struct {
		const char *name, *in_args;
		size_t at;
	} options[] = {
		{ "--since", "[--since ", offsetof(struct call, since) },
		{ "--until", "[--until ", offsetof(struct call, until) },
		{ "--grep", "[--grep ", offsetof(struct call, grep) },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(options); i++)
		if (strcmp(a, options[i].name) == 0 && strstr(w->args, options[i].in_args))
			return (const char **)(void *)((char *)c + options[i].at);
	return NULL;
}

/* Takes options out of args; 0 when one is wrong. The image words read theirs themselves. */
static int read_options(const struct word *w, struct call *c, int n, char **args)
{
	int i;

	for (i = 1; i < n; i++) {
		const char *a = args[i];

		if (a[0] != '-' || !a[1])
			c->args[c->n_args++] = args[i];
		else if (IS_ON(CONFIG_JSON_OUTPUT) && strcmp(a, "--json") == 0)
			c->json = true;
		else if (strcmp(a, "--no-block") == 0)
			c->nowait = true;
		else if (!c->out->is_console && strcmp(a, "--socket") == 0 && i + 1 < n)
			c->socket = args[++i];
		else if (long_option(w, c, a) && i + 1 < n)
			*long_option(w, c, a) = args[++i];
		else if (a[1] == '-' || a[2] || !knows(w, a[1]))
			return 0;
		else if (a[1] == 'f')
			c->follow = true;
		else if (i + 1 >= n || !with_value(c, a[1], args[++i]))
			return 0;
	}
	return 1;
}

static bool takes_units(const char *args)
{
	return str_ends(args, "UNIT...") || str_ends(args, " UNIT") || str_ends(args, "FILE...");
}

int words_run(struct sink *out, int n, char **args)
{
	struct call c = { .out = out, .word = args[0], .args = args + 1 };
	const struct word *w = find(args[0], out->is_console ? C : S);
	bool own_options;

	c.socket = out->socket ? out->socket : CTL_PATH;
	if (!w) {
		sink_error(out, args[0], "no such word: \"help\" lists them");
		return 2;
	}
	own_options = str_starts(w->args, "[OPTIONS]");
	if (own_options)
		c.n_args = n - 1;
	else if (!read_options(w, &c, n, args) || (takes_units(w->args) && !c.n_args) ||
		 (!takes_units(w->args) && !str_ends(w->args, "...]") &&
		  c.n_args > (*w->args ? 1 : 0)) ||
		 (!str_ends(w->args, "...") && !str_ends(w->args, "...]") && c.n_args > 1))
		return usage(out, w);
	return w->run(&c);
}

int word_help(const struct call *c)
{
	int here = c->out->is_console ? C : S;
	char text[80];
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++) {
		if (!(words[i].where & here))
			continue;
		str_print(text, sizeof(text), "%s %s", words[i].name, words[i].args);
		if (strlen(text) > 30)
			sink_fmt(c->out, "  %s\n  %30s %s\n", text, "", words[i].help);
		else
			sink_fmt(c->out, "  %-30s %s\n", text, words[i].help);
	}
	if (here == S)
		sink_fmt(c->out, "options of all: --json, --no-block, --socket PATH\n");
	return 0;
}
