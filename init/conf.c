/* SPDX-License-Identifier: ISC */
/* PID 1's own part of pintle.conf. See conf.h. */
#include "init/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"

#define CONF_MAX 16384

struct conf conf;

struct reading {
	struct conf *c;
	const char *at, *end, *file;
	unsigned line;
	unit_report *report;
	void *ctx;
};

static int set_bool(void *field, const char *value)
{
	return num_bool(value, field);
}

static int set_path(void *field, const char *value)
{
	return *value == '/' ? str_copy(field, sizeof(conf.watchdog_device), value) : -EINVAL;
}

static int set_span(void *field, const char *value)
{
	return num_span_ms(value, field);
}

static int set_size(void *field, const char *value)
{
	return num_size(value, field);
}

static int set_count(void *field, const char *value)
{
	uint64_t n;
	int rc = num_u64(value, strlen(value), 1000, &n);

	if (!rc)
		*(uint32_t *)field = (uint32_t)n;
	return rc;
}

static int set_admission(void *field, const char *value)
{
	static const char *const words[] = { "auto", "warn", "enforce", "off" };
	unsigned i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i], value) == 0) {
			*(enum conf_admission *)field = (enum conf_admission)i;
			return 0;
		}
	return -EINVAL;
}

static const struct {
	const char *section, *name;
	int (*set)(void *field, const char *value);
	size_t at;
} keys[] = {
#define CONF(section, name, type, field, help)                                                     \
	{ section, #name, set_##type, offsetof(struct conf, field) },
#include "init/conf.def"
#undef CONF
};

void conf_init(struct conf *c)
{
	*c = (struct conf){
		.watchdog = true,
		.watchdog_device = "/dev/watchdog",
		.timeout_ms = 30000,
		.patience_ms = 60000,
		.healthy_ms = 600000,
		.restarts = 2,
		.group_restarts = 1,
		.reboots = 2,
		.reserve = 8 << 20,
	};
}

static void say(struct reading *r, const char *name, const char *words, const char *value)
{
	char text[160];

	str_print(text, sizeof(text), "%.40s= %s%.80s", name, words, value);
	r->report(r->ctx, LOG_LVL_WARN, r->file, r->line, text);
}

static bool is_ours(const char *section)
{
	return strcmp(section, "Watchdog") == 0 || strcmp(section, "Memory") == 0;
}

static int on_pair(void *ctx, const char *section, const char *name, const char *value, int lineno)
{
	struct reading *r = ctx;
	unsigned i;

	(void)lineno;
	if (!name || !is_ours(section))
		return 1;
	for (i = 0; i < ARRAY_LEN(keys); i++)
		if (strcmp(keys[i].name, name) == 0 && strcmp(keys[i].section, section) == 0)
			break;
	if (i == ARRAY_LEN(keys))
		say(r, name, "is not known, ignored", "");
	else if (keys[i].set((char *)r->c + keys[i].at, value ? value : ""))
		say(r, name, "has a bad value, ignored: ", value ? value : "");
	return 1;
}

/* inih's reader: a line too long for it would come in two. */
static char *next_line(char *buf, int cap, void *ctx)
{
	struct reading *r = ctx;
	size_t n, left = (size_t)(r->end - r->at);
	const char *eol;

	if (!left)
		return NULL;
	eol = memchr(r->at, '\n', left);
	n = eol ? (size_t)(eol - r->at) : left;
	r->line++;
	if (n + 2 > (size_t)cap || memchr(r->at, 0, n)) {
		r->report(r->ctx, LOG_LVL_WARN, r->file, r->line,
			  "a line too long, or with a NUL: ignored");
		buf[0] = '\n';
		buf[1] = '\0';
	} else {
		memcpy(buf, r->at, n);
		buf[n] = '\n';
		buf[n + 1] = '\0';
	}
	r->at += eol ? n + 1 : n;
	return buf;
}

static void check(struct reading *r)
{
	struct conf *c = r->c, usual;

	conf_init(&usual);
	r->line = 0;
	if (c->timeout_ms < 2000 || c->timeout_ms > 86400000) {
		say(r, "Timeout", "is 2s to 1d, not so: 30s", "");
		c->timeout_ms = usual.timeout_ms;
	}
	if (c->pretimeout_ms >= c->timeout_ms) {
		say(r, "Pretimeout", "is shorter than Timeout=: none", "");
		c->pretimeout_ms = 0;
	}
	if (c->patience_ms > 86400000)
		c->patience_ms = 86400000;
}

void conf_read(struct conf *c, const char *text, size_t n, const char *file, unit_report *report,
	       void *ctx)
{
	struct reading r = {
		.c = c, .at = text, .end = text + n, .file = file, .report = report, .ctx = ctx
	};

	ini_parse_stream(next_line, &r, on_pair, &r);
	check(&r);
}

void conf_load(unit_report *report, void *ctx)
{
	static SCRATCH char text[CONF_MAX];
	ssize_t n = io_read_file(AT_FDCWD, CONFIG_CONF_FILE, text, sizeof(text));

	conf_init(&conf);
	if (n > 0)
		conf_read(&conf, text, (size_t)n, CONFIG_CONF_FILE, report, ctx);
	else if (n < 0 && n != -ENOENT)
		report(ctx, LOG_LVL_ERR, CONFIG_CONF_FILE, 0, err_reason((int)-n));
}
