/* SPDX-License-Identifier: ISC */
/* What happened. See events.h. */
#include "init/log/events.h"

#include <string.h>

#include "init/ctl/ctl_server.h"
#include "init/keep/keep.h"
#include "init/log/logs.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

static struct events *all;

void events_put(struct events *r, const struct event_body *e)
{
	r->of[r->n++ % EVENTS_MAX] = *e;
}

uint64_t events_tail(const struct events *r, unsigned count)
{
	uint64_t oldest = r->n > EVENTS_MAX ? r->n - EVENTS_MAX : 0;

	return count && r->n - oldest > count ? r->n - count : oldest;
}

bool events_get(const struct events *r, uint64_t *at, struct event_body *ret)
{
	uint64_t oldest = events_tail(r, 0);

	if (*at < oldest)
		*at = oldest;
	if (*at >= r->n)
		return false;
	*ret = r->of[*at % EVENTS_MAX];
	++*at;
	return true;
}

static void put_text(char *to, size_t cap, const char *text)
{
	str_print(to, cap, "%s", text ? text : "");
}

void events_add(enum event_kind kind, const char *unit, const char *from, const char *to,
		const char *reason)
{
	struct event_body e = { .mono_ms = sys_now_ms(),
				.wall_ms = logs_wall_ms(),
				.kind = (uint8_t)kind };

	put_text(e.unit, sizeof(e.unit), unit);
	put_text(e.from, sizeof(e.from), from);
	put_text(e.to, sizeof(e.to), to);
	put_text(e.reason, sizeof(e.reason), reason);
	events_put(all, &e);
	ctl_new_events();
}

void events_keep(void)
{
	all = keep_events();
}

const struct events *events_all(void)
{
	return all;
}
