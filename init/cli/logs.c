/* SPDX-License-Identifier: ISC */
/*
 * The word logs: lines of one unit as PID 1 counts them off, or chosen here by unit, time, text and
 * severity. Chosen ones are counted first and shown in a second pass, so that -n needs no memory.
 * See cli.h.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "init/cli/cli.h"
#include "init/cli/json_out.h"
#include "init/cli/log_row.h"
#include "init/cli/when.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

#define WALL_SET 1577836800	/* 2020: a clock before that has not been set */

enum output { OUT_SHORT, OUT_ISO, OUT_CAT, OUT_JSON };

struct choice {
	const struct call *c;
	enum output output;
	bool named, counting;
	unsigned level;			/* most */
	uint64_t since_ms, until_ms;	/* since boot */
	uint64_t matched, skip;
	struct json_doc doc;
};

static int wrong(const struct call *c, const char *option, const char *value, const char *why)
{
	sink_error(c->out, c->word, "%s %s: %s", option, value, why);
	return 2;
}

static int read_level(const char *text, unsigned *ret)
{
	static const char *const names[] = { "emerg",	"alert",  "crit", "err",
					     "warning", "notice", "info", "debug" };
	unsigned i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(text, names[i]) == 0 || (text[0] == (char)('0' + i) && !text[1])) {
			*ret = i;
			return 0;
		}
	return -EINVAL;
}

static int read_output(const char *text, enum output *ret)
{
	static const char *const names[] = { "short", "iso", "cat", "json" };
	unsigned i;

	for (i = 0; i < (IS_ON(CONFIG_JSON_OUTPUT) ? 4 : 3); i++)
		if (strcmp(text, names[i]) == 0) {
			*ret = (enum output)i;
			return 0;
		}
	return -EINVAL;
}

static int read_time(const struct call *c, const char *option, const char *text, uint64_t *ret)
{
	struct timespec t;
	struct when_now now = { .mono_ms = sys_now_ms() };
	int rc;

	if (!text)
		return 0;
	clock_gettime(CLOCK_REALTIME, &t);
	if (t.tv_sec >= WALL_SET)
		now.wall_ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
	rc = when_parse(text, &now, ret);
	if (rc == -ENODATA)
		return wrong(c, option, text, "the clock is not set; +SPAN counts from boot");
	return rc ? wrong(c, option, text, "not a time") : 0;
}

static int read_choice(const struct call *c, struct choice *ch)
{
	int rc;

	if (c->level && read_level(c->level, &ch->level))
		return wrong(c, "-p", c->level, "0 to 7, or emerg to debug");
	if (c->output && read_output(c->output, &ch->output))
		return wrong(c, "-o", c->output, "short, iso, cat or json");
	rc = read_time(c, "--since", c->since, &ch->since_ms);
	return rc ? rc : read_time(c, "--until", c->until, &ch->until_ms);
}

/* "web" is web.container as well as web.service, as PID 1 has it. */
static bool is_named(const char *unit, const char *word)
{
	size_t n = strlen(word);

	return strncmp(unit, word, n) == 0 && (!unit[n] || strcmp(unit + n, ".container") == 0 ||
					       strcmp(unit + n, ".service") == 0);
}

static bool has_text(const struct ctl_log *l, const char *text)
{
	size_t n = strlen(text);

	return !n || memmem(l->text, l->len <= CTL_LOG_MAX ? l->len : 0, text, n) != NULL;
}

static bool is_chosen(const struct choice *ch, const struct ctl_log *l)
{
	const struct call *c = ch->c;
	int i;

	if (l->severity > ch->level || l->mono_ms < ch->since_ms || l->mono_ms > ch->until_ms)
		return false;
	if (c->grep && !has_text(l, c->grep))
		return false;
	for (i = 0; i < c->n_args; i++)
		if (is_named(l->unit, c->args[i]))
			return true;
	return c->n_args < 2;	/* of one unit PID 1 sends no others' */
}

static void put_iso(const struct choice *ch, const struct ctl_log *l)
{
	char text[32];

	when_format(text, sizeof(text), l->wall_ms);
	if (l->wall_ms)
		sink_fmt(ch->c->out, "%s", text);
	log_row_text(ch->c->out, l, ch->named);
}

static void on_line(void *ctx, const union ctl_reply *r)
{
	struct choice *ch = ctx;
	struct sink *out = ch->c->out;

	if (r->head.row != CTL_R_LOG || !is_chosen(ch, &r->log) || ch->matched++ < ch->skip ||
	    ch->counting)
		return;
	if (call_json(ch->c) && !ch->c->follow) {
		json_doc_next(&ch->doc, "log", true);
		log_row_json(out, &r->log);
	} else if (call_json(ch->c) || (IS_ON(CONFIG_JSON_OUTPUT) && ch->output == OUT_JSON)) {
		log_row_json(out, &r->log);
		sink_fmt(out, "\n");
	} else if (ch->output == OUT_ISO) {
		put_iso(ch, &r->log);
	} else if (ch->output == OUT_CAT) {
		log_row_cat(out, &r->log);
	} else {
		log_row_text(out, &r->log, ch->named);
	}
}

/* Each unit must exist; of several, the lines of all are sorted by PID 1 and chosen from. */
static int check_units(const struct call *c, struct choice *ch, struct err *e)
{
	int i, status = 0;

	ch->counting = true;
	for (i = 0; c->n_args > 1 && i < c->n_args && !status; i++)
		status = ask(c, CTL_LOGS, c->args[i], 0, 1, on_line, ch, e);
	ch->counting = false;
	return status;
}

static int show(const struct call *c, struct choice *ch, struct err *e)
{
	const char *unit = c->n_args == 1 ? c->args[0] : "";
	bool chosen = c->n_args != 1 || c->level || c->since || c->until || c->grep;
	int status = check_units(c, ch, e);

	if (!status && chosen && c->count) {
		ch->counting = true;
		ch->matched = 0;
		status = ask(c, CTL_LOGS, unit, 0, 0, on_line, ch, e);
		ch->counting = false;
		ch->skip = ch->matched > c->count ? ch->matched - c->count : 0;
	}
	ch->matched = 0;
	if (status)
		return status;
	return ask(c, CTL_LOGS, unit, c->follow ? CTL_F_FOLLOW : 0, chosen ? 0 : c->count, on_line,
		   ch, e);
}

int word_logs(const struct call *c)
{
	struct choice ch = { .c = c, .level = 7, .until_ms = UINT64_MAX, .named = c->n_args != 1 };
	bool document = call_json(c) && !c->follow;
	char said[sizeof(struct err) + 64];
	struct err e = { 0 };
	int status = read_choice(c, &ch);

	if (status)
		return status;
	if (document)
		json_doc_start(&ch.doc, c->out);
	status = show(c, &ch, &e);
	if (document)
		json_doc_end(&ch.doc);
	if (e.code)
		sink_error(c->out, c->word, "%s", err_say(&e, said, sizeof(said)));
	return status;
}
