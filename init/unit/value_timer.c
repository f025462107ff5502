/* SPDX-License-Identifier: ISC */
/* The lines of a timer: systemd.timer(5). See value.h. */
#include <string.h>

#include "init/svc/calendar.h"
#include "init/unit/hold.h"
#include "init/unit/value.h"
#include "runtime/base/num.h"

static const struct {
	const char *key;
	enum unit_timer_base base;
} bases[] = {
	{ "OnBootSec", UNIT_TIMER_BOOT },
	{ "OnStartupSec", UNIT_TIMER_STARTUP },
	{ "OnActiveSec", UNIT_TIMER_ACTIVE },
	{ "OnUnitActiveSec", UNIT_TIMER_UNIT_ACTIVE },
	{ "OnUnitInactiveSec", UNIT_TIMER_UNIT_INACTIVE },
	{ "OnCalendar", UNIT_TIMER_CALENDAR },
};

static enum unit_timer_base base_of(const char *key)
{
	unsigned i = 0;

	while (strcmp(bases[i].key, key))
		i++;
	return bases[i].base;
}

static int read_line(struct parse *p, struct unit_timer_line *l, const char *key, const char *value)
{
	struct calendar *c;

	l->base = base_of(key);
	if (l->base != UNIT_TIMER_CALENDAR)
		return num_span_ms(value, &l->span_ms)
			       ? parse_bad(p, "%s= is a span of time such as 15min: \"%s\"", key,
					   value)
			       : 0;
	c = arena_get(p->set->arena, sizeof(*c));
	if (!c)
		return parse_bad(p, "there is no room left for units (UNIT_ARENA_KB)");
	l->calendar = c;
	return calendar_parse(value, c)
		       ? parse_bad(p, "%s= is no calendar event of systemd.time(7): \"%s\"", key,
				   value)
		       : 0;
}

void value_timer_line(struct parse *p, void *field, const char *key, const char *value)
{
	struct unit_timer_line **at = field, *l;

	/* An empty one of any kind forgets them all. */
	if (!*value) {
		*at = NULL;
		return;
	}
	l = arena_get(p->set->arena, sizeof(*l));
	if (!l) {
		parse_bad(p, "there is no room left for units (UNIT_ARENA_KB)");
		return;
	}
	if (read_line(p, l, key, value))
		return;
	while (*at)
		at = &(*at)->next;
	*at = l;
}
