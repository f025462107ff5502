/* SPDX-License-Identifier: ISC */
/* Keeps texts, lists and command lines of a unit in the set's arena. See hold.h. */
#include "init/unit/hold.h"

#include <string.h>

const char *hold_text(struct parse *p, const char *text)
{
	const char *copy = arena_text(p->set->arena, text, strlen(text));

	if (!copy)
		parse_bad(p, "there is no room left for units (UNIT_ARENA_KB)");
	return copy;
}

/* Appends to a list whose room grows by four: a bump arena never gives back. */
void hold_add(struct parse *p, struct unit_list *l, const char *text)
{
	const char *copy = hold_text(p, text);

	if (copy && l->n % 4 == 0) {
		const char **grown = arena_get(p->set->arena, (l->n + 4) * sizeof(*grown));

		if (!grown) {
			parse_bad(p, "there is no room left for units (UNIT_ARENA_KB)");
			return;
		}
		if (l->n)
			memcpy(grown, l->v, l->n * sizeof(*grown));
		l->v = grown;
	}
	if (copy)
		l->v[l->n++] = copy;
}

/*
 * A command line: words, kept as a NULL-terminated array. NULL when there is none or it is wrong.
 */
char **hold_argv(struct parse *p, const char *key, const char *value)
{
	struct unit_list words = { 0 };
	char word[UNIT_LINE_MAX];
	char **argv;
	int rc;

	while ((rc = words_next(&value, word, sizeof(word))) > 0)
		hold_add(p, &words, word);
	if (rc < 0) {
		parse_bad(p, "%s=: an unbalanced quote or a bad escape", key);
		return NULL;
	}
	if (words.n % 4)	/* room for the NULL is there */
		return (char **)words.v;
	argv = arena_get(p->set->arena, (words.n + 1) * sizeof(*argv));
	if (!argv)
		parse_bad(p, "there is no room left for units (UNIT_ARENA_KB)");
	else if (words.n)
		memcpy(argv, words.v, words.n * sizeof(*argv));
	return argv;
}
