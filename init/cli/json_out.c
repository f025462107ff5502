/* SPDX-License-Identifier: ISC */
/* JSON for `--json`. See json_out.h. */
#include "init/cli/json_out.h"

#include <string.h>

#include "runtime/base/str.h"

void json_doc_start(struct json_doc *d, struct sink *out)
{
	*d = (struct json_doc){ .out = out };
	out->put(out, "{", 1);
}

static void close_list(struct json_doc *d)
{
	if (d->list)
		d->out->put(d->out, "]", 1);
	d->list = NULL;
}

void json_doc_next(struct json_doc *d, const char *name, bool list)
{
	if (list && d->list && strcmp(d->list, name) == 0) {
		d->out->put(d->out, ",\n", 2);
		return;
	}
	close_list(d);
	sink_fmt(d->out, "%s\"%s\":%s", d->any ? ",\n" : "", name, list ? "[" : "");
	d->any = true;
	d->list = list ? name : NULL;
}

void json_doc_end(struct json_doc *d)
{
	close_list(d);
	d->out->put(d->out, "}\n", 2);
}

void json_out_start(struct json_out *j, struct sink *out)
{
	j->out = out;
	j->more = false;
	out->put(out, "{", 1);
}

static void name(struct json_out *j, const char *key)
{
	sink_fmt(j->out, "%s\"%s\":", j->more ? "," : "", key);
	j->more = true;
}

static void put_escaped(struct json_out *j, const char *bytes, size_t n)
{
	char text[1200];
	struct str s;
	size_t i;

	str_init(&s, text, sizeof(text));
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (s.len > sizeof(text) - 16) {
			j->out->put(j->out, text, s.len);
			str_init(&s, text, sizeof(text));
		}
		if (c == '"' || c == '\\') {
			str_putc(&s, '\\');
			str_putc(&s, (char)c);
		} else if (c >= 0x20 && c < 0x7f) {
			str_putc(&s, (char)c);
		} else if (c < 0x80) {
			str_fmt(&s, "\\u%04x", c);
		} else {
			size_t len = str_utf8_len(bytes + i, n - i);

			if (len)
				str_put(&s, bytes + i, len);
			else
				str_puts(&s, "\\ufffd");
			i += len ? len - 1 : 0;
		}
	}
	j->out->put(j->out, text, s.len);
}

void json_out_bytes(struct json_out *j, const char *key, const char *bytes, size_t n)
{
	name(j, key);
	j->out->put(j->out, "\"", 1);
	put_escaped(j, bytes, n);
	j->out->put(j->out, "\"", 1);
}

void json_out_text(struct json_out *j, const char *key, const char *text)
{
	json_out_bytes(j, key, text, strlen(text));
}

void json_out_number(struct json_out *j, const char *key, uint64_t v)
{
	name(j, key);
	sink_fmt(j->out, "%llu", (unsigned long long)v);
}

void json_out_bool(struct json_out *j, const char *key, bool v)
{
	name(j, key);
	sink_fmt(j->out, "%s", v ? "true" : "false");
}

void json_out_null(struct json_out *j, const char *key)
{
	name(j, key);
	sink_fmt(j->out, "null");
}

void json_out_end(struct json_out *j)
{
	j->out->put(j->out, "}", 1);
}
