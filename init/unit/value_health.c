/* SPDX-License-Identifier: ISC */
/* Values of health checks: podman's keys, and pintle's own for connections. See value.h. */
#include <string.h>

#include "init/unit/hold.h"
#include "init/unit/value.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"

/*
 * podman's two forms: a JSON list of words is executed as it is, any other text is given to sh -c;
 * "CMD-SHELL" likewise.
 */
void value_probe_command(struct parse *p, void *field, const char *key, const char *value)
{
	struct unit_probe *probe = field;
	struct unit_list words = { 0 };

	if (!*value || strcmp(value, "none") == 0) {
		probe->kind = UNIT_PROBE_NONE;
		return;
	}
	probe->kind = UNIT_PROBE_EXEC;
	if (str_starts(value, "CMD ")) {
		probe->argv = hold_argv(p, key, value + 4);
		return;
	}
	if (str_starts(value, "CMD-SHELL "))
		value += 10;
	if (*value == '[') {
		parse_bad(p, "%s=: a list in brackets is not supported: CMD WORD...", key);
		return;
	}
	hold_add(p, &words, "/bin/sh");
	hold_add(p, &words, "-c");
	hold_add(p, &words, value);
	probe->argv = (char **)words.v;	/* room grows by four: the NULL is there */
}

/* [HOST:]PORT at the start of value; what follows the port, or NULL after saying what is wrong. */
static const char *take_address(struct parse *p, struct unit_probe *probe, const char *key,
				const char *value)
{
	size_t n = strcspn(value, "/");
	const char *colon = memrchr(value, ':', n), *port = colon ? colon + 1 : value;
	char host[64];
	uint64_t number;

	if (num_u64(port, (size_t)(value + n - port), 65535, &number) || !number ||
	    (colon && str_print(host, sizeof(host), "%.*s", (int)(colon - value), value) < 0)) {
		parse_bad(p, "%s= wants [HOST:]PORT, not \"%s\"", key, value);
		return NULL;
	}
	probe->port = (uint16_t)number;
	/* An IPv6 address stands in brackets. */
	if (colon && host[0] == '[' && host[strlen(host) - 1] == ']') {
		host[strlen(host) - 1] = '\0';
		probe->host = hold_text(p, host + 1);
	} else {
		probe->host = colon ? hold_text(p, host) : NULL;
	}
	return value + n;
}

void value_probe_tcp(struct parse *p, void *field, const char *key, const char *value)
{
	struct unit_probe *probe = field;
	const char *rest = take_address(p, probe, key, value);

	if (rest && *rest)
		parse_bad(p, "%s= wants [HOST:]PORT, not \"%s\"", key, value);
	probe->kind = UNIT_PROBE_TCP;
}

void value_probe_http(struct parse *p, void *field, const char *key, const char *value)
{
	struct unit_probe *probe = field;
	const char *rest;

	if (str_starts(value, "http://"))
		value += 7;
	rest = take_address(p, probe, key, value);
	if (rest && rest[strcspn(rest, " \t\r\n")])
		parse_bad(p, "%s=: a path has no blanks: \"%s\"", key, value);
	probe->path = rest && *rest ? hold_text(p, rest) : "/";
	probe->kind = UNIT_PROBE_HTTP;
}

void value_interval(struct parse *p, void *field, const char *key, const char *value)
{
	uint64_t *ms = field;

	if (strcmp(value, "disable") == 0)
		*ms = UINT64_MAX;
	else if (num_span_ms(value, ms) || !*ms)
		parse_bad(p, "%s= is a span of time such as 30s, or disable: \"%s\"", key, value);
}

void value_health_action(struct parse *p, void *field, const char *key, const char *value)
{
	static const char *const words[] = { "none", "kill", "restart", "stop" };
	unsigned i;

	for (i = 0; i < 4; i++)
		if (strcmp(words[i], value) == 0) {
			*(enum unit_health_action *)field = (enum unit_health_action)i;
			return;
		}
	parse_bad(p, "%s= is one of none, kill, restart, stop, not \"%s\"", key, value);
}
