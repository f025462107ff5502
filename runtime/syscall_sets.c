/* SPDX-License-Identifier: ISC */
/* SystemCallFilter= as a seccomp policy. See syscall_sets.h. */
#include "runtime/syscall_sets.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/base/compiler.h"

#define DEPTH_MAX 4	/* @system-service has @default in it; deeper is a mistake in the list */

static const struct {
	const char *name, *words;
} sets[] = {
#define SET(name, words) { name, words },
#include "runtime/syscall_sets.def"
#undef SET
};

const char *syscall_set(const char *name)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(sets); i++)
		if (strcmp(sets[i].name, name) == 0)
			return sets[i].words;
	return NULL;
}

const char *syscall_set_name(unsigned i)
{
	return i < ARRAY_LEN(sets) ? sets[i].name : NULL;
}

struct list {
	const char **names;
	unsigned n;
	struct arena *arena;
	struct err *e;
};

static int find(const struct list *l, const char *name)
{
	unsigned i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->names[i], name) == 0)
			return (int)i;
	return -1;
}

static int put_call(struct list *l, const char *name, bool take_back)
{
	int at = find(l, name);

	if (take_back) {
		if (at >= 0)
			l->names[at] = l->names[--l->n];
		return 0;
	}
	if (at >= 0)
		return 0;
	if (l->n == SYSCALL_NAMES_MAX)
		return err_set(l->e, E2BIG, "SystemCallFilter=", "more than %u calls",
			       SYSCALL_NAMES_MAX);
	l->names[l->n++] = name;
	return 0;
}

static int put_word(struct list *l, const char *word, bool take_back, unsigned depth);

static int put_set(struct list *l, const char *words, bool take_back, unsigned depth)
{
	int rc = 0;

	while (*words && !rc) {
		size_t n = strcspn(words, " ");
		const char *word = arena_text(l->arena, words, n);

		if (!word)
			return err_set(l->e, E2BIG, "SystemCallFilter=", "too many words");
		rc = put_word(l, word, take_back, depth);
		words += n;
		words += strspn(words, " ");
	}
	return rc;
}

static int put_word(struct list *l, const char *word, bool take_back, unsigned depth)
{
	const char *words = *word == '@' ? syscall_set(word) : NULL;

	if (*word != '@')
		return put_call(l, word, take_back);
	if (!words || depth == DEPTH_MAX)
		return err_set(l->e, EINVAL, "SystemCallFilter=", "no set of calls is named %s",
			       word);
	return put_set(l, words, take_back, depth + 1);
}

int syscall_filter(const char *const *words, unsigned n, bool deny, struct arena *a,
		   const char **names, struct seccomp_rule *rule, struct seccomp_policy *ret,
		   struct err *e)
{
	struct list l = { .names = names, .arena = a, .e = e };
	const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;
	int rc = deny ? 0 : put_word(&l, "@default", false, 0);
	unsigned i;

	for (i = 0; i < n && !rc; i++) {
		bool minus = words[i][0] == '~';

		/*
		 * In a deny list the first '~' stands for all; a later word without it is let
		 * through again.
		 */
		rc = put_word(&l, words[i] + minus, minus && !deny, 0);
	}
	if (rc)
		return rc;
	*rule = (struct seccomp_rule){ .names = names,
				       .n_names = l.n,
				       .action = deny ? refuse : SECCOMP_RET_ALLOW };
	*ret = (struct seccomp_policy){ .default_action = deny ? SECCOMP_RET_ALLOW : refuse,
					.rules = rule,
					.n_rules = l.n ? 1 : 0 };
	return 0;
}
