/* SPDX-License-Identifier: ISC */
/* The words that look: status, list. See cli.h. */
#include <string.h>

#include "init/cli/cli.h"
#include "init/cli/format.h"
#include "init/cli/json_out.h"
#include "init/cli/log_row.h"
#include "runtime/base/str.h"
#include "runtime/base/text.h"

#define STATUS_LINES 10	/* of a unit's log under its status */

static int fail(const struct call *c, int status, const struct err *e)
{
	char said[sizeof(*e) + 64];

	if (e->code)
		sink_error(c->out, c->word, "%s", err_say(e, said, sizeof(said)));
	return status;
}

static const char *health_text(unsigned health)
{
	static const char *const words[] = { "", "starting", "healthy", "unhealthy" };

	return health < ARRAY_LEN(words) ? words[health] : "";
}

static void system_json(const struct call *c, const struct ctl_system *s)
{
	static const char *const cgroup[] = { "none", "v2", "v1" };
	struct json_out j;

	json_out_start(&j, c->out);
	json_out_text(&j, "version", s->version);
	json_out_text(&j, "board", s->board);
	json_out_number(&j, "uptime_ms", s->uptime_ms);
	json_out_number(&j, "pid1_private_bytes", s->pid1_private_bytes);
	json_out_number(&j, "units", s->units);
	json_out_number(&j, "failed", s->failed);
	json_out_number(&j, "orphans_reaped", s->zombies_reaped);
	json_out_number(&j, "crashes", s->crashes);
	json_out_number(&j, "reexecs", s->reexecs);
	json_out_number(&j, "log_dropped", s->log_dropped);
	json_out_text(&j, "degraded", s->degraded);
	json_out_text(&j, "policy", s->policy ? "insecure" : "strict");
	json_out_text(&j, "cgroup", s->cgroup < 3 ? cgroup[s->cgroup] : "?");
	json_out_text(&j, "last_reset", s->reset_cause);
	json_out_number(&j, "watchdog_s", s->watchdog_s);
	json_out_bool(&j, "watchdog_fed", s->watchdog_fed);
	json_out_number(&j, "ladder_reboots", s->ladder_reboots);
	json_out_bool(&j, "safe_mode", s->safe_mode);
	json_out_bool(&j, "shutting_down", s->shutting_down);
	json_out_end(&j);
}

static void unit_json(const struct call *c, const struct ctl_unit *u)
{
	char digest[65], said[sizeof(struct err) + 64];
	struct json_out j;

	text_hex(u->digest, 32, digest);
	json_out_start(&j, c->out);
	json_out_text(&j, "name", u->name);
	json_out_text(&j, "description", u->description);
	json_out_text(&j, "state", u->state);
	json_out_bool(&j, "active", u->active);
	json_out_bool(&j, "enabled", u->enabled);
	json_out_number(&j, "pid", u->pid);
	json_out_number(&j, "since_ms", u->since_ms);
	json_out_number(&j, "uptime_ms", u->uptime_ms);
	json_out_number(&j, "next_start_ms", u->next_start_ms);
	json_out_number(&j, "restarts", u->restarts);
	json_out_number(&j, "memory_bytes", u->memory_bytes);
	if (strspn(digest, "0") == 64)
		json_out_null(&j, "digest");
	else
		json_out_text(&j, "digest", digest);
	if (u->exit_code >= 0)
		json_out_number(&j, "exit_code", (uint64_t)u->exit_code);
	else
		json_out_null(&j, "exit_code");
	if (u->exit_signal > 0)
		json_out_number(&j, "exit_signal", (uint64_t)u->exit_signal);
	else
		json_out_null(&j, "exit_signal");
	json_out_bool(&j, "cached", u->cached);
	json_out_bool(&j, "insecure", u->insecure);
	json_out_bool(&j, "oom_killed", u->oom_killed);
	json_out_text(&j, "health", health_text(u->health));
	json_out_text(&j, "reason", u->reason.code ? err_say(&u->reason, said, sizeof(said)) : "");
	json_out_end(&j);
}

/* What a request's rows are printed by: one document, or one table. */
struct view {
	const struct call *c;
	struct json_doc doc;
	unsigned rows;
};

static void on_log(void *ctx, const union ctl_reply *r)
{
	struct view *v = ctx;

	if (r->head.row != CTL_R_LOG)
		return;
	if (call_json(v->c)) {
		json_doc_next(&v->doc, "log", true);
		log_row_json(v->c->out, &r->log);
	} else {
		log_row_text(v->c->out, &r->log, false);
	}
}

#define COLUMNS 80

/* Where a line of at most n bytes ends best: at a blank, else at n. */
static size_t break_at(const char *text, size_t n)
{
	size_t at = n;

	if (strlen(text) <= n)
		return strlen(text);
	while (at > n / 2 && text[at] != ' ')
		at--;
	return text[at] == ' ' ? at : n;
}

/* "degraded: text", in further lines below the text where it is long. */
static void put_wrapped(const struct call *c, const char *label, const char *text)
{
	char safe[4 * sizeof(((struct ctl_system *)0)->degraded)];
	int indent = (int)strlen(label);
	const char *at = safe;
	struct str s;

	str_init(&s, safe, sizeof(safe));
	str_put_escaped(&s, text, strlen(text));
	while (*at) {
		size_t n = break_at(at, COLUMNS - 1 - strlen(label));

		sink_fmt(c->out, "%*s%.*s\n", indent, at == safe ? label : "", (int)n, at);
		at += n;
		at += strspn(at, " ");
	}
}

static void system_lines(const struct call *c, const struct ctl_system *s)
{
	char up[12], memory[8];

	format_span(up, sizeof(up), s->uptime_ms);
	format_bytes(memory, sizeof(memory), s->pid1_private_bytes);
	sink_fmt(c->out, "pintle %.10s on %.12s, up %s, %u units, %u failed, PID 1 %s\n",
		 s->version, s->board, up, s->units, s->failed, memory);
	put_wrapped(c, "degraded: ", s->degraded);
	if (s->policy)
		sink_fmt(c->out, "INSECURE: an image runs without a signature\n");
	if (s->shutting_down)
		sink_fmt(c->out, "going down\n");
}

static void row_json(struct view *v, const union ctl_reply *r)
{
	if (r->head.row == CTL_R_SYSTEM) {
		json_doc_next(&v->doc, "system", false);
		system_json(v->c, &r->system);
	} else if (r->head.row == CTL_R_UNIT) {
		json_doc_next(&v->doc, "units", true);
		unit_json(v->c, &r->unit);
	} else {
		on_log(v, r);
	}
}

static void on_table(void *ctx, const union ctl_reply *r)
{
	struct view *v = ctx;
	char line[160];

	if (call_json(v->c)) {
		row_json(v, r);
		return;
	}
	if (r->head.row == CTL_R_SYSTEM)
		system_lines(v->c, &r->system);
	if (r->head.row != CTL_R_UNIT)
		return;
	if (!v->rows++) {
		format_table_head(line, sizeof(line));
		sink_fmt(v->c->out, "%s\n", line);
	}
	format_table_row(line, sizeof(line), &r->unit);
	sink_fmt(v->c->out, "%s\n", line);
}

static void unit_lines(const struct call *c, const struct ctl_unit *u)
{
	char text[4 * sizeof(u->description) + sizeof(struct err)], digest[65];
	struct str s;

	str_init(&s, text, sizeof(text));
	str_put_escaped(&s, u->description, strlen(u->description));
	sink_fmt(c->out, "%s%s%s\n", u->name, s.len ? ": " : "", text);
	format_span(text, sizeof(text), u->since_ms);
	sink_fmt(c->out, "  state     %s for %s%s\n", u->state, text,
		 u->enabled ? "" : ", not started at boot");
	if (u->pid)
		sink_fmt(c->out, "  pid       %u\n", u->pid);
	if (u->health)
		sink_fmt(c->out, "  health    %s\n", health_text(u->health));
	format_exit(text, sizeof(text), u);
	sink_fmt(c->out, "  restarts  %u, last exit %s\n", u->restarts, text);
	format_bytes(text, sizeof(text), u->memory_bytes);
	sink_fmt(c->out, "  memory    %s\n", text);
	text_hex(u->digest, 32, digest);
	if (strspn(digest, "0") != 64)
		sink_fmt(c->out, "  image     sha256:%s%s\n", digest,
			 u->insecure ? " NOT SIGNED" : "");
	if (u->next_start_ms)
		sink_fmt(c->out, "  next try  in %llu ms\n", (unsigned long long)u->next_start_ms);
	if (u->reason.code) {
		char said[sizeof(u->reason) + 64];

		err_say(&u->reason, said, sizeof(said));
		str_init(&s, text, sizeof(text));
		str_put_escaped(&s, said, strlen(said));
		sink_fmt(c->out, "  reason    %s\n", text);
	}
}

static void on_detail(void *ctx, const union ctl_reply *r)
{
	struct view *v = ctx;

	if (call_json(v->c))
		row_json(v, r);
	else if (r->head.row == CTL_R_UNIT)
		unit_lines(v->c, &r->unit);
	else
		on_log(v, r);
}

static void on_name(void *ctx, const union ctl_reply *r)
{
	struct view *v = ctx;

	if (call_json(v->c))
		row_json(v, r);
	else if (r->head.row == CTL_R_UNIT)
		sink_fmt(v->c->out, "%-32s %s\n", r->unit.name, r->unit.state);
}

/* Asks, prints by rows, and closes the document whatever came. */
static int show(const struct call *c, enum ctl_verb verb, const char *unit, unsigned count,
		reply_row *row)
{
	bool document = call_json(c) && !c->follow;
	struct view v = { .c = c };
	struct err e = { 0 };
	int status;

	if (document)
		json_doc_start(&v.doc, c->out);
	status = ask(c, verb, unit, c->follow ? CTL_F_FOLLOW : 0, count, row, &v, &e);
	if (document)
		json_doc_end(&v.doc);
	return fail(c, status, &e);
}

int word_status(const struct call *c)
{
	if (!c->n_args)
		return show(c, CTL_STATUS, "", 0, on_table);
	return show(c, CTL_STATUS, c->args[0], c->count ? c->count : STATUS_LINES, on_detail);
}

int word_list(const struct call *c)
{
	return show(c, CTL_LIST, "", 0, on_name);
}
