/* SPDX-License-Identifier: ISC */
/* Lines of logs. See log_row.h. */
#include "init/cli/log_row.h"

#include <string.h>

#include "init/cli/json_out.h"
#include "runtime/base/str.h"

static size_t text_len(const struct ctl_log *l)
{
	return l->len <= CTL_LOG_MAX ? l->len : 0;
}

void log_row_json(struct sink *out, const struct ctl_log *l)
{
	static const char *const stream[] = { "pintle", "stdout", "stderr" };
	struct json_out j;

	json_out_start(&j, out);
	json_out_text(&j, "unit", l->unit);
	json_out_number(&j, "mono_ms", l->mono_ms);
	if (l->wall_ms)
		json_out_number(&j, "wall_ms", l->wall_ms);
	else
		json_out_null(&j, "wall_ms");
	json_out_number(&j, "severity", l->severity);
	json_out_text(&j, "stream", stream[l->stream < 3 ? l->stream : 0]);
	json_out_number(&j, "lost_bytes", l->lost);
	json_out_bool(&j, "partial", l->partial);
	json_out_bytes(&j, "text", l->text, text_len(l));
	json_out_end(&j);
}

void log_row_text(struct sink *out, const struct ctl_log *l, bool named)
{
	static const char mark[] = { '*', '|', '!' };
	char text[4 * CTL_LOG_MAX + 5 * CTL_UNIT_MAX + 64];
	struct str s;

	str_init(&s, text, sizeof(text));
	if (l->lost)
		str_fmt(&s, "         - %llu bytes lost\n", (unsigned long long)l->lost);
	str_fmt(&s, "%6llu.%03u %c ", (unsigned long long)(l->mono_ms / 1000),
		(unsigned)(l->mono_ms % 1000), mark[l->stream < 3 ? l->stream : 0]);
	if (named) {
		str_put_escaped(&s, l->unit, strlen(l->unit));
		str_puts(&s, ": ");
	}
	str_put_escaped(&s, l->text, text_len(l));
	str_putc(&s, '\n');
	out->put(out, text, s.len);
}

void log_row_cat(struct sink *out, const struct ctl_log *l)
{
	char text[4 * CTL_LOG_MAX + 2];
	struct str s;

	str_init(&s, text, sizeof(text));
	str_put_escaped(&s, l->text, text_len(l));
	str_putc(&s, '\n');
	out->put(out, text, s.len);
}
