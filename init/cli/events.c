/* SPDX-License-Identifier: ISC */
/* The word events: what happened to the units, a line each. See cli.h. */
#include <string.h>

#include "init/cli/cli.h"
#include "init/cli/json_out.h"
#include "runtime/base/str.h"

struct view {
	const struct call *c;
	struct json_doc doc;
};

static const char *kind_word(unsigned kind)
{
	static const char *const words[] = {
#define EVENT(name, word) [name] = word,
		EVENT_KINDS
#undef EVENT
	};

	return kind < ARRAY_LEN(words) && words[kind] ? words[kind] : "?";
}

static void put_json(struct sink *out, const struct event_body *e)
{
	struct json_out j;

	json_out_start(&j, out);
	json_out_number(&j, "mono_ms", e->mono_ms);
	if (e->wall_ms)
		json_out_number(&j, "wall_ms", e->wall_ms);
	else
		json_out_null(&j, "wall_ms");
	json_out_text(&j, "kind", kind_word(e->kind));
	json_out_text(&j, "unit", e->unit);
	json_out_text(&j, "from", e->from);
	json_out_text(&j, "to", e->to);
	json_out_text(&j, "reason", e->reason);
	json_out_end(&j);
}

static void put_text(struct sink *out, const struct event_body *e)
{
	char text[4 * sizeof(*e)];
	struct str s;

	str_init(&s, text, sizeof(text));
	str_fmt(&s, "%6llu.%03u %s ", (unsigned long long)(e->mono_ms / 1000),
		(unsigned)(e->mono_ms % 1000), kind_word(e->kind));
	str_put_escaped(&s, e->unit, strlen(e->unit));
	str_fmt(&s, "%s%s%s%s", *e->from || *e->to ? ": " : "", e->from, *e->from ? " -> " : "",
		e->to);
	if (*e->reason) {
		str_puts(&s, ": ");
		str_put_escaped(&s, e->reason, strlen(e->reason));
	}
	str_putc(&s, '\n');
	out->put(out, text, s.len);
}

static void on_event(void *ctx, const union ctl_reply *r)
{
	struct view *v = ctx;

	if (r->head.row != CTL_R_EVENT)
		return;
	if (!call_json(v->c)) {
		put_text(v->c->out, &r->event.body);
	} else if (v->c->follow) {
		put_json(v->c->out, &r->event.body);
		sink_fmt(v->c->out, "\n");
	} else {
		json_doc_next(&v->doc, "events", true);
		put_json(v->c->out, &r->event.body);
	}
}

int word_events(const struct call *c)
{
	bool document = call_json(c) && !c->follow;
	char said[sizeof(struct err) + 64];
	struct view v = { .c = c };
	struct err e = { 0 };
	int status;

	if (document)
		json_doc_start(&v.doc, c->out);
	status = ask(c, CTL_EVENTS, "", c->follow ? CTL_F_FOLLOW : 0, c->count, on_event, &v, &e);
	if (document)
		json_doc_end(&v.doc);
	if (e.code)
		sink_error(c->out, c->word, "%s", err_say(&e, said, sizeof(said)));
	return status;
}
