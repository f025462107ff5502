/* SPDX-License-Identifier: ISC */
/*
 * Values: one function a type of keys.def, text in, field of struct unit out. A value that cannot
 * be meant spoils its unit with file and line. Everything is stored in the set's arena.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "init/unit/hold.h"
#include "init/unit/value.h"
#include "runtime/base/num.h"
#include "runtime/base/signals.h"
#include "runtime/base/str.h"

bool value_resets(struct unit_list *l, const char *value)
{
	if (*value)
		return false;
	l->n = 0;
	l->v = NULL;
	return true;
}

static void value_text(struct parse *p, void *field, const char *key, const char *value)
{
	(void)key;
	*(const char **)field = *value ? hold_text(p, value) : NULL;
}

static void value_path(struct parse *p, void *field, const char *key, const char *value)
{
	if (*value && *value != '/')
		parse_bad(p, "%s= wants an absolute path, not \"%s\"", key, value);
	else
		value_text(p, field, key, value);
}

static void value_hostname(struct parse *p, void *field, const char *key, const char *value)
{
	size_t n =
		strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");

	if (value[n] || n > 63)
		parse_bad(p, "%s= is no host name: \"%s\"", key, value);
	else
		value_text(p, field, key, value);
}

/* Calls each on every word. */
static void each_word(struct parse *p, const char *key, const char *value, struct unit_list *l,
		      void (*each)(struct parse *p, struct unit_list *l, const char *key,
				   const char *word))
{
	char word[UNIT_LINE_MAX];
	int rc;

	while ((rc = words_next(&value, word, sizeof(word))) > 0)
		each(p, l, key, word);
	if (rc < 0)
		parse_bad(p, "%s=: an unbalanced quote or a bad escape", key);
}

static void add_name(struct parse *p, struct unit_list *l, const char *key, const char *word)
{
	if (strlen(word) >= CTL_UNIT_MAX || strchr(word, '/'))
		parse_bad(p, "%s= names no unit: \"%s\"", key, word);
	else
		hold_add(p, l, word);
}

static void value_names(struct parse *p, void *field, const char *key, const char *value)
{
	if (!value_resets(field, value))
		each_word(p, key, value, field, add_name);
}

static void add_environment(struct parse *p, struct unit_list *l, const char *key, const char *word)
{
	size_t n = strcspn(word, "=");

	if (!n ||
	    word[strspn(word,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")] !=
		    '=' ||
	    word[n] != '=')
		parse_bad(p, "%s= wants NAME=value, not \"%s\"", key, word);
	else
		hold_add(p, l, word);
}

static void value_environment(struct parse *p, void *field, const char *key, const char *value)
{
	if (!value_resets(field, value))
		each_word(p, key, value, field, add_environment);
}

static void value_file(struct parse *p, void *field, const char *key, const char *value)
{
	if (value_resets(field, value))
		return;
	if (value[*value == '-'] != '/')
		parse_bad(p, "%s= wants an absolute path, not \"%s\"", key, value);
	else
		hold_add(p, field, value);
}

static void value_command(struct parse *p, void *field, const char *key, const char *value)
{
	*(char ***)field = *value ? hold_argv(p, key, value) : NULL;
}

static void value_boolean(struct parse *p, void *field, const char *key, const char *value)
{
	if (num_bool(value, field))
		parse_bad(p, "%s= is yes or no, not \"%s\"", key, value);
}

static void value_span(struct parse *p, void *field, const char *key, const char *value)
{
	if (num_span_ms(value, field))
		parse_bad(p, "%s= is a span of time such as 5, 100ms, 1min 30s: \"%s\"", key,
			  value);
}

static void value_size(struct parse *p, void *field, const char *key, const char *value)
{
	if (num_size(value, field) || !*(uint64_t *)field)
		parse_bad(p, "%s= is a size such as 16M: \"%s\"", key, value);
}

static void value_count(struct parse *p, void *field, const char *key, const char *value)
{
	uint64_t n;

	if (num_u64(value, strlen(value), 1000000, &n))
		parse_bad(p, "%s= is a number up to 1000000: \"%s\"", key, value);
	else
		*(uint32_t *)field = (uint32_t)n;
}

static void value_limit(struct parse *p, void *field, const char *key, const char *value)
{
	uint64_t n;

	if (strcmp(value, "infinity") == 0 || strcmp(value, "-1") == 0)
		*(uint64_t *)field = UINT64_MAX;
	else if (num_u64(value, strlen(value), 4194304, &n) || !n)
		parse_bad(p, "%s= is a number up to 4194304 or infinity: \"%s\"", key, value);
	else
		*(uint64_t *)field = n;
}

static void value_percent(struct parse *p, void *field, const char *key, const char *value)
{
	size_t n = strlen(value);
	uint64_t v = 0;

	if (*value && (value[n - 1] != '%' || num_u64(value, n - 1, 100000, &v) || !v))
		parse_bad(p, "%s= is a percentage such as 50%%: \"%s\"", key, value);
	else
		*(uint32_t *)field = (uint32_t)v;
}

static void value_oom(struct parse *p, void *field, const char *key, const char *value)
{
	int64_t v;

	if (num_i64(value, strlen(value), -1000, 1000, &v))
		parse_bad(p, "%s= is a number from -1000 to 1000: \"%s\"", key, value);
	else
		*(int *)field = (int)v;
}

static void value_signal(struct parse *p, void *field, const char *key, const char *value)
{
	int sig = *value ? signal_by_name(value) : 0;

	if (sig < 0)
		parse_bad(p, "%s= is no signal: \"%s\"", key, value);
	else
		*(int *)field = sig;
}

/* The place of value among words, or -1 after saying what is allowed. */
static int one_of(struct parse *p, const char *key, const char *value, const char *const *words,
		  const char *listed)
{
	int i;

	for (i = 0; words[i]; i++)
		if (strcmp(words[i], value) == 0)
			return i;
	parse_bad(p, "%s= is one of %s, not \"%s\"", key, listed, value);
	return -1;
}

static void value_network(struct parse *p, void *field, const char *key, const char *value)
{
	static const char *const words[] = { "none", "host", NULL };
	int at = one_of(p, key, value, words, "none, host");

	if (at >= 0)
		*(enum unit_network *)field = (enum unit_network)at;
}

static void value_type(struct parse *p, void *field, const char *key, const char *value)
{
	static const char *const words[] = {
		"simple", "exec", "oneshot", "notify", "forking", NULL
	};
	int at;

	/*
	 * A container that does not notify is ready when it runs: Quadlet's Type=notify is
	 * conmon's, not the program's.
	 */
	if (p->unit->kind == UNIT_CONTAINER && strcmp(value, "notify") == 0)
		value = "simple";
	p->unit->notify_reload = strcmp(value, "notify-reload") == 0;
	at = one_of(p, key, p->unit->notify_reload ? "notify" : value, words,
		    "simple, exec, oneshot, notify, notify-reload, forking");
	if (at >= 0)
		*(enum unit_type *)field = (enum unit_type)at;
}

static void value_restart(struct parse *p, void *field, const char *key, const char *value)
{
	static const char *const words[] = {
		"no",	       "always",   "on-success",  "on-failure",
		"on-abnormal", "on-abort", "on-watchdog", NULL,
	};
	int at = one_of(p, key, value, words,
			"no, always, on-success, on-failure, on-abnormal, on-abort, on-watchdog");

	if (at >= 0)
		*(enum unit_restart *)field = (enum unit_restart)at;
}

static void value_kill_mode(struct parse *p, void *field, const char *key, const char *value)
{
	static const char *const words[] = { "control-group", "mixed", "process", "none", NULL };
	int at = one_of(p, key, value, words, "control-group, mixed, process, none");

	if (at >= 0)
		*(enum unit_kill_mode *)field = (enum unit_kill_mode)at;
}

static void value_notify_access(struct parse *p, void *field, const char *key, const char *value)
{
	static const char *const words[] = { "none", "main", "exec", "all", NULL };
	int at = one_of(p, key, value, words, "none, main, exec, all");

	if (at >= 0)
		*(enum unit_notify_access *)field = (enum unit_notify_access)at;
}

/* Numbers and names of signals, systemd.service(5). */
static void value_statuses(struct parse *p, void *field, const char *key, const char *value)
{
	struct unit_statuses *set = field;
	char word[64];
	uint64_t code;
	int rc, sig;

	if (!*value)
		*set = (struct unit_statuses){ 0 };
	while ((rc = words_next(&value, word, sizeof(word))) > 0) {
		if (!num_u64(word, strlen(word), 255, &code))
			set->codes[code / 64] |= 1ull << (code % 64);
		else if ((sig = signal_by_name(word)) > 0 && sig <= 64)
			set->signals |= 1ull << (sig - 1);
		else
			parse_bad(p,
				  "%s= is made of statuses from 0 to 255 and names of signals: "
				  "\"%s\"",
				  key, word);
	}
	if (rc < 0)
		parse_bad(p, "%s=: an unbalanced quote or a bad escape", key);
}

static void value_action(struct parse *p, void *field, const char *key, const char *value)
{
	static const char *const words[] = { "none", "reboot", "poweroff", "rollback", NULL };
	int at = one_of(p, key, value, words, "none, reboot, poweroff, rollback");

	if (at >= 0)
		*(enum unit_action *)field = (enum unit_action)at;
}

struct key {
	const char *section, *name;
	set_value *set;
	size_t field;
};

static const struct key keys[] = {
#define KEY(section, name, type, field, help)                                                      \
	{ section, #name, value_##type, offsetof(struct unit, field) },
#include "init/unit/keys.def"
#undef KEY
};

/*
 * Keys that podman or systemd know and this pintle does not: named as such, not as typing errors.
 */
static const char later[] =
#define LATER(name) " " #name " "
#include "init/unit/later.def"
#undef LATER
	;

static void unknown(struct parse *p, const char *key)
{
	char word[80];

	if (str_print(word, sizeof(word), " %s ", key) > 0 && strstr(later, word))
		parse_warn(p, "%s= in [%s] is not supported, ignored", key, p->section);
	else
		parse_warn(p, "unknown key %s= in [%s], ignored", key, p->section);
}

void value_set(struct parse *p, const char *key, const char *value)
{
	char expanded[UNIT_LINE_MAX], bad;
	size_t i;
	int rc;

	for (i = 0; i < ARRAY_LEN(keys); i++)
		if (strcmp(keys[i].name, key) == 0 && strcmp(keys[i].section, p->section) == 0)
			break;
	if (i == ARRAY_LEN(keys)) {
		unknown(p, key);
		return;
	}
	/* A percentage is no specifier. */
	if (keys[i].set == value_percent) {
		value_percent(p, &p->unit->cpu_quota_percent, key, value);
		return;
	}
	rc = specifier_expand(p->unit->name, value, expanded, sizeof(expanded), &bad);
	if (rc == -EINVAL)
		parse_bad(p, "%s=: unknown specifier %%%c", key, bad ? bad : ' ');
	else if (rc)
		parse_bad(p, "%s= is too long", key);
	else
		keys[i].set(p, (char *)p->unit + keys[i].field, key, expanded);
}
