/* SPDX-License-Identifier: ISC */
/* Variables in command lines. See expand.h. Runs in a service's child. */
#include "init/unit/expand.h"

#include <stdbool.h>
#include <string.h>

#include "runtime/base/str.h"

#define NAME_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
#define WORD_MAX 4096
#define ARGS_MAX 256

/* Length of the variable's name at text, 0 if there is none. */
static size_t name_len(const char *text)
{
	return *text >= '0' && *text <= '9' ? 0 : strspn(text, NAME_CHARS);
}

static const char *lookup(char *const *envp, const char *name, size_t n)
{
	for (; envp && *envp; envp++)
		if (strncmp(*envp, name, n) == 0 && (*envp)[n] == '=')
			return *envp + n + 1;
	return "";
}

/* Adds a word to the list; false when either is full. */
static bool add(struct arena *a, char **list, unsigned *n, const char *word, size_t len)
{
	char *copy = *n < ARGS_MAX ? arena_text(a, word, len) : NULL;

	if (copy)
		list[(*n)++] = copy;
	return copy != NULL;
}

/* "$NAME" as a whole word: the words of its value. */
static bool split_value(struct arena *a, char **list, unsigned *n, const char *value)
{
	while (*(value += strspn(value, " \t\n"))) {
		size_t len = strcspn(value, " \t\n");

		if (!add(a, list, n, value, len))
			return false;
		value += len;
	}
	return true;
}

static bool expand_word(struct arena *a, char **list, unsigned *n, const char *word,
			char *const *envp)
{
	char out[WORD_MAX];
	struct str s;

	str_init(&s, out, sizeof(out));
	while (*word) {
		size_t plain = strcspn(word, "$"), len;

		str_put(&s, word, plain);
		word += plain;
		if (!*word)
			break;
		len = word[1] == '{' ? name_len(word + 2) : 0;
		if (len && word[2 + len] == '}') {
			str_puts(&s, lookup(envp, word + 2, len));
			word += len + 3;
		} else {
			str_putc(&s, '$');
			word += word[1] == '$' ? 2 : 1;
		}
	}
	return !s.cut && add(a, list, n, out, s.len);
}

char **unit_expand_env(char *const *argv, char *const *envp, struct arena *a)
{
	char **list = arena_get(a, (ARGS_MAX + 1) * sizeof(*list));
	unsigned n = 0;

	for (; list && *argv; argv++) {
		const char *word = *argv;
		size_t len = word[0] == '$' ? name_len(word + 1) : 0;
		bool ok;

		if (len && !word[1 + len]) {
			char value[WORD_MAX];

			str_copy(value, sizeof(value), lookup(envp, word + 1, len));
			ok = split_value(a, list, &n, value);
		} else {
			ok = expand_word(a, list, &n, word, envp);
		}
		if (!ok)
			return NULL;
	}
	return list;
}
