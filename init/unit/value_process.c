/* SPDX-License-Identifier: ISC */
/* Values that say how a process runs: command lines, limits, the umask, conditions. See value.h. */
#include <string.h>
#include <strings.h>
#include <sys/resource.h>

#include "init/unit/condition.h"
#include "init/unit/hold.h"
#include "init/unit/value.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"

#define NO_ROOM "there is no room left for units (UNIT_ARENA_KB)"

/* '-', ':', '+' and '!', in any order; false at one that has no meaning here. */
static bool read_prefixes(struct unit_argv *one, const char **value)
{
	for (; **value && strchr("-:+!@|", **value); ++*value)
		switch (**value) {
		case '-': one->ignore_failure = true; break;
		case ':': one->no_expand = true; break;
		case '+': case '!': one->privileged = true; break;
		default: return false;
		}
	return true;
}

void value_commands(struct parse *p, void *field, const char *key, const char *value)
{
	struct unit_argv **at = field,
			 *one = *value ? arena_get(p->set->arena, sizeof(*one)) : NULL;

	if (!*value) {
		*at = NULL;
		return;
	}
	if (!one) {
		parse_bad(p, NO_ROOM);
		return;
	}
	*one = (struct unit_argv){ 0 };
	if (!read_prefixes(one, &value)) {
		parse_bad(p, "%s=: the prefix '%c' is not supported", key, *value);
		return;
	}
	one->argv = hold_argv(p, key, value);
	one->path = one->argv ? one->argv[0] : NULL;
	if (one->argv && (!one->argv[0] || one->argv[0][0] != '/'))
		parse_bad(p, "%s=: the command's path must be absolute: \"%s\"", key, value);
	while (*at)
		at = &(*at)->next;
	if (one->argv)
		*at = one;
}

static const struct {
	const char *name;
	int resource;
	bool bytes;	/* systemd takes K, M, G with these */
} limits[] = {
	{ "NOFILE", RLIMIT_NOFILE, false },    { "NPROC", RLIMIT_NPROC, false },
	{ "CORE", RLIMIT_CORE, true },	       { "MEMLOCK", RLIMIT_MEMLOCK, true },
	{ "STACK", RLIMIT_STACK, true },       { "FSIZE", RLIMIT_FSIZE, true },
	{ "DATA", RLIMIT_DATA, true },	       { "AS", RLIMIT_AS, true },
	{ "RSS", RLIMIT_RSS, true },	       { "LOCKS", RLIMIT_LOCKS, false },
	{ "MSGQUEUE", RLIMIT_MSGQUEUE, true }, { "SIGPENDING", RLIMIT_SIGPENDING, false },
	{ "RTPRIO", RLIMIT_RTPRIO, false },
};

/* One half of SOFT:HARD. */
static int read_limit(const char *text, size_t n, bool bytes, uint64_t *ret)
{
	char copy[32];

	if (str_is(text, n, "infinity") || str_is(text, n, "unlimited") || str_is(text, n, "-1")) {
		*ret = UINT64_MAX;
		return 0;
	}
	if (!n || n >= sizeof(copy))
		return -1;
	memcpy(copy, text, n);
	copy[n] = '\0';
	return bytes ? num_size(copy, ret) : num_u64(copy, n, UINT64_MAX - 1, ret);
}

static void drop_limit(struct unit_limit **at, int resource)
{
	while (*at && (*at)->resource != resource)
		at = &(*at)->next;
	if (*at)
		*at = (*at)->next;
}

static void set_limit(struct parse *p, struct unit_limit **list, const char *key, const char *name,
		      size_t name_len, const char *value)
{
	size_t i, n = strcspn(value, ":");
	struct unit_limit *l, new = { 0 };

	for (i = 0; i < ARRAY_LEN(limits); i++)
		if (strlen(limits[i].name) == name_len &&
		    strncasecmp(limits[i].name, name, name_len) == 0)
			break;
	if (i == ARRAY_LEN(limits)) {
		parse_bad(p, "%s=: there is no limit \"%.*s\"", key, (int)name_len, name);
		return;
	}
	drop_limit(list, limits[i].resource);
	if (!*value)
		return;
	new.resource = limits[i].resource;
	if (read_limit(value, n, limits[i].bytes, &new.soft) ||
	    read_limit(value[n] ? value + n + 1 : value, value[n] ? strlen(value + n + 1) : n,
		       limits[i].bytes, &new.hard) ||
	    new.soft > new.hard) {
		parse_bad(p, "%s= wants SOFT[:HARD], numbers or infinity, not \"%s\"", key, value);
		return;
	}
	l = arena_get(p->set->arena, sizeof(*l));
	if (!l) {
		parse_bad(p, NO_ROOM);
		return;
	}
	new.next = *list;
	*l = new;
	*list = l;
}

/* LimitNOFILE= and its sisters. */
void value_limit_key(struct parse *p, void *field, const char *key, const char *value)
{
	set_limit(p, field, key, key + 5, strlen(key + 5), value);
}

void value_ulimit(struct parse *p, void *field, const char *key, const char *value)
{
	size_t n = strcspn(value, "=");

	if (!*value)
		*(struct unit_limit **)field = NULL;
	else if (!value[n] || !value[n + 1])
		parse_bad(p, "%s= wants NAME=SOFT[:HARD], not \"%s\"", key, value);
	else
		set_limit(p, field, key, value, n, value + n + 1);
}

void value_sysctl(struct parse *p, void *field, const char *key, const char *value)
{
	char word[256];
	int rc;

	if (value_resets(field, value))
		return;
	while ((rc = words_next(&value, word, sizeof(word))) > 0)
		if (!strchr(word, '=') || *word == '=' || strstr(word, ".."))
			parse_bad(p, "%s= wants NAME=value, not \"%s\"", key, word);
		else
			hold_add(p, field, word);
	if (rc < 0)
		parse_bad(p, "%s=: an unbalanced quote or a bad escape", key);
}

void value_environment_names(struct parse *p, void *field, const char *key, const char *value)
{
	char word[512];
	int rc;

	if (value_resets(field, value))
		return;
	while ((rc = words_next(&value, word, sizeof(word))) > 0)
		if (*word == '=')
			parse_bad(p, "%s= wants names of variables, not \"%s\"", key, word);
		else
			hold_add(p, field, word);
	if (rc < 0)
		parse_bad(p, "%s=: an unbalanced quote or a bad escape", key);
}

void value_umask(struct parse *p, void *field, const char *key, const char *value)
{
	uint32_t mask = 0;
	size_t n = strspn(value, "01234567"), i;

	for (i = 0; i < n && i < 6; i++)
		mask = mask * 8 + (uint32_t)(value[i] - '0');
	if (value[n] || !n || n > 5 || mask > 0777)
		parse_bad(p, "%s= is an octal mode up to 0777, not \"%s\"", key, value);
	else
		*(uint32_t *)field = mask;
}

void value_timeouts(struct parse *p, void *field, const char *key, const char *value)
{
	uint64_t ms;

	if (num_span_ms(value, &ms))
		parse_bad(p, "%s= is a span of time such as 5, 100ms, 1min 30s: \"%s\"", key,
			  value);
	else
		*(uint64_t *)field = p->unit->timeout_stop_ms = ms;
}

void value_give_up(struct parse *p, void *field, const char *key, const char *value)
{
	bool never = strcmp(value, "never") == 0;

	if (!never && strcmp(value, "limit"))
		parse_bad(p, "%s= is never or limit, not \"%s\"", key, value);
	else if (never)
		*(uint64_t *)field = 0;
	else if (!*(uint64_t *)field)
		*(uint64_t *)field = 10000;
}

/* An empty value takes away all conditions, or all asserts, of whatever kind (systemd.unit(5)). */
static void drop_conditions(struct unit_condition **at, bool is_assert)
{
	while (*at)
		if ((*at)->is_assert == is_assert)
			*at = (*at)->next;
		else
			at = &(*at)->next;
}

void value_condition(struct parse *p, void *field, const char *key, const char *value)
{
	struct unit_condition **at = field, c = { .is_assert = key[0] == 'A' }, *one;
	int what = condition_by_name(key + (c.is_assert ? strlen("Assert") : strlen("Condition")));

	if (!*value || what < 0) {
		drop_conditions(at, c.is_assert);
		return;
	}
	c.what = (uint8_t)what;
	c.trigger = *value == '|';
	value += c.trigger;
	c.negate = *value == '!';
	value += c.negate;
	if (!*value || (condition_wants_path(what) && *value != '/')) {
		parse_bad(p, "%s= wants %s, not \"%s\"", key,
			  condition_wants_path(what) ? "an absolute path" : "a word", value);
		return;
	}
	c.value = hold_text(p, value);
	one = arena_get(p->set->arena, sizeof(*one));
	if (!one || !c.value) {
		parse_bad(p, NO_ROOM);
		return;
	}
	*one = c;
	while (*at)
		at = &(*at)->next;
	*at = one;
}
