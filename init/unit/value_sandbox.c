/* SPDX-License-Identifier: ISC */
/* Values of the hardening keys of [Service]. See value.h. */
#include <string.h>

#include "init/unit/hold.h"
#include "init/unit/value.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/container.h"
#include "runtime/syscall_sets.h"

static void each(struct parse *p, void *field, const char *key, const char *value,
		 bool (*good)(const char *word), const char *wants)
{
	char word[UNIT_LINE_MAX];
	int rc;

	if (value_resets(field, value))
		return;
	while ((rc = words_next(&value, word, sizeof(word))) > 0) {
		if (good(word))
			hold_add(p, field, word);
		else
			parse_bad(p, "%s= wants %s, not \"%s\"", key, wants, word);
	}
	if (rc < 0)
		parse_bad(p, "%s=: an unbalanced quote or a bad escape", key);
}

static bool is_path(const char *word)
{
	word += *word == '-';
	word += *word == '+';
	return *word == '/' && strlen(word) < 256;
}

static bool is_bind(const char *word)
{
	const char *target;

	word += *word == '-';
	target = strchr(word, ':');
	return *word == '/' && strlen(word) < 512 && (!target || target[1] == '/');
}

void value_paths(struct parse *p, void *field, const char *key, const char *value)
{
	each(p, field, key, value, is_path, "absolute paths, '-' in front: may be missing");
}

void value_binds(struct parse *p, void *field, const char *key, const char *value)
{
	each(p, field, key, value, is_bind, "/SOURCE[:/TARGET[:rbind|norbind]]");
}

static bool is_call(const char *word)
{
	word += *word == '~';
	return *word == '@' ? syscall_set(word) != NULL
			    : word[strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0' &&
				      *word;
}

void value_syscalls(struct parse *p, void *field, const char *key, const char *value)
{
	struct unit_sandbox *b = &p->unit->sandbox;
	bool minus = *value == '~', first = !b->syscalls.n;
	char word[UNIT_LINE_MAX] = "~";
	int rc;

	if (value_resets(field, value))
		return;
	if (first)
		b->syscalls_deny = minus;
	value += minus;
	while ((rc = words_next(&value, word + 1, sizeof(word) - 1)) > 0) {
		if (is_call(word + 1))
			hold_add(p, field, minus ? word : word + 1);
		else
			parse_bad(p, "%s= has neither a call nor a set of the name \"%s\"", key,
				  word + 1);
	}
	if (rc < 0)
		parse_bad(p, "%s=: an unbalanced quote or a bad escape", key);
}

/* Several lines add up; '~' takes what follows away from all. Empty: none at all. */
void value_capset(struct parse *p, void *field, const char *key, const char *value)
{
	bool minus = *value == '~';
	uint64_t mask, *set = field, all = 0;
	char word[64];
	int rc;

	if (!*value) {
		*set = 0;
		return;
	}
	value += minus;
	while ((rc = words_next(&value, word, sizeof(word))) > 0) {
		if (ctr_cap_by_name(word, &mask))
			parse_bad(p, "%s= is no capability: \"%s\"", key, word);
		else
			all |= mask;
	}
	if (minus)
		*set &= ~all;
	else
		*set = *set == UINT64_MAX ? all : *set | all;
}

/* yes, no, or a word of the key's own: its number. */
static void word_or_bool(struct parse *p, uint8_t *field, const char *key, const char *value,
			 const char *const *own)
{
	unsigned i;
	bool yes;

	for (i = 0; own[i]; i++)
		if (strcmp(own[i], value) == 0) {
			*field = (uint8_t)(i + 2);
			return;
		}
	if (num_bool(value, &yes))
		parse_bad(p, "%s= is yes, no, %s or %s, not \"%s\"", key, own[0], own[1], value);
	else
		*field = yes;
}

void value_protect_system(struct parse *p, void *field, const char *key, const char *value)
{
	static const char *const own[] = { "full", "strict", NULL };

	word_or_bool(p, field, key, value, own);
}

void value_protect_home(struct parse *p, void *field, const char *key, const char *value)
{
	static const char *const own[] = { "read-only", "tmpfs", NULL };

	word_or_bool(p, field, key, value, own);
}
