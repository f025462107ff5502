/* SPDX-License-Identifier: ISC */
/* Which unit has which place. See svc_place.h. */
#include "init/svc/svc_place.h"

#include <string.h>

#include "init/boot/degraded.h"
#include "init/keep/keep.h"
#include "init/keep/svc_saved.h"
#include "init/log/logs.h"
#include "init/svc/fdstore.h"
#include "init/svc/health.h"
#include "init/svc/notify.h"
#include "init/svc/svc_proc.h"
#include "init/svc/timers.h"
#include "init/unit/links.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"

static struct unit no_unit; /* what a place has that no unit has: a nameless target that is gone */
static uint8_t place_of[UNITS_MAX];	/* by index in `units` */
static bool has_place[UNITS_MAX];
static uint16_t order[UNITS_MAX];	/* of starting, indices in `units` */

unsigned svc_unit_index(const struct svc *s)
{
	return s->unit == &no_unit ? UNITS_MAX : (unsigned)(s->unit - units.units);
}

struct svc *svc_of(unsigned unit_index)
{
	return &svcs[place_of[unit_index]];
}

unsigned svc_order(unsigned i)
{
	return order[i];
}

void svc_place(unsigned i, const struct unit *u, const int logs[4])
{
	struct svc *s = &svcs[i];
	struct err e = { 0 };
	unsigned role;

	memset(s, 0, sizeof(*s));
	place_of[u - units.units] = (uint8_t)i;
	has_place[u - units.units] = true;
	if (n_svcs <= i)
		n_svcs = i + 1;
	s->unit = u;
	s->netns_fd = -1;
	for (role = 0; role < SVC_ROLES; role++)
		svc_proc_clear(&s->proc[role]);
	s->exit_code = -1;
	s->since_ms = loop_now();
	s->ring = keep_ring(1 + i);
	if (!keep_has_rings() || logs[0] < 0)
		ring_init(s->ring);
	else
		ring_check(s->ring);
	if (u->bad)
		s->reason = u->why_bad;
	s->has_cg = cg_open(&cgroups, u->name, &s->cg, &e) == 0;
	if (!s->has_cg)
		log_err(LOG_LVL_WARN, u->name, &e);
	if (logs_open(s, logs))
		log_line(LOG_LVL_ERR, "%s: no pipes for its output", u->name);
	s->dirty = true;
}

static void open_notify(struct svc *s)
{
	struct err e = { 0 };

	if (!s->notify && notify_open(s, &e))
		log_err(LOG_LVL_WARN, s->unit->name, &e);
}

/* A place that no unit has: never used, or left. */
static unsigned free_place(void)
{
	unsigned i;

	for (i = 0; i < n_svcs && svcs[i].unit && svcs[i].unit != &no_unit; i++)
		;
	return i;
}

void svc_place_rest(void)
{
	static const int none[4] = { -1, -1, -1, -1 };
	unsigned i;

	no_unit.kind = UNIT_TARGET;
	no_unit.gone = true;
	/* Between those that a record named there may be places without one. */
	for (i = 0; i < n_svcs; i++)
		if (!svcs[i].unit)
			svcs[i].unit = &no_unit;
	for (i = 0; i < units.n; i++)
		if (!has_place[i]) {
			unsigned at = free_place();

			svc_place(at, &units.units[i], none);
			open_notify(&svcs[at]);
		}
	unit_links_read(&units);
	unit_order(&units, order, degraded_report, NULL);
}

static void leave_place(struct svc *s)
{
	unsigned i;

	notify_close(s);
	fdstore_clear(s);
	health_close(s);
	for (i = 0; i < 2; i++) {
		loop_unwatch(&s->log_watch[i]);
		io_close(&s->log_fd[i][0]);
		io_close(&s->log_fd[i][1]);
	}
	io_close(&s->netns_fd);
	if (s->has_cg)
		cg_close(&cgroups, &s->cg, true);
	s->has_cg = false;
	s->unit = &no_unit;
	s->state = SVC_INACTIVE;
	s->dirty = s->want_start = s->want_stop = s->again = false;
	keep_drop(KEEP_UNIT, svc_index(s));
}

void svc_adopt_units(const struct unit_set *fresh)
{
	unsigned i;

	memset(has_place, 0, sizeof(has_place));
	for (i = 0; i < n_svcs; i++) {
		struct svc *s = &svcs[i];
		const struct unit *u = s->unit == &no_unit ? NULL : unit_find(fresh, s->unit->name);

		if (!u || strcmp(u->name, s->unit->name)) {
			leave_place(s);
			continue;
		}
		svc_remap(s, u);
		place_of[u - fresh->units] = (uint8_t)i;
		has_place[u - fresh->units] = true;
	}
	units = *fresh;
	for (i = 0; i < n_svcs; i++)
		if (svcs[i].unit != &no_unit)
			open_notify(&svcs[i]);
	svc_place_rest();
	for (i = 0; i < n_svcs; i++)
		timers_told(&svcs[i]);
	svc_changed();
}

void svc_init(void)
{
	n_svcs = 0;
	svc_place_rest();
}
