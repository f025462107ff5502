/* SPDX-License-Identifier: ISC */
/*
 * Lines of one ring, or of all by the time they came in, for a client of the control socket. See
 * ctl_verbs.h; PID 1.
 */
#include "init/ctl/ctl_server.h"
#include "init/ctl/ctl_verbs.h"
#include "init/log/logs.h"

static const struct ring *ring_of(unsigned i)
{
	return i ? svcs[i - 1].ring : logs_own();	/* NULL: a place that no unit has */
}

void ctl_begin_logs(struct client *c, unsigned n)
{
	unsigned i;

	c->stage = STAGE_LOGS;
	if (c->ring) {
		c->log_at = ring_tail(c->ring, n);
		return;
	}
	for (i = 0; i <= UNITS_MAX; i++)
		c->all_at[i] = i <= n_svcs && ring_of(i) ? ring_tail(ring_of(i), n) : 0;
}

static bool next_of_all(struct client *c, struct ctl_log *row)
{
	bool follow = c->q.flags & CTL_F_FOLLOW;
	uint64_t oldest = UINT64_MAX, at;
	unsigned i;

	for (i = 0; i <= n_svcs; i++) {
		uint64_t mono_ms;

		if (!ring_of(i))
			continue;
		/* A unit came in another's place: its ring began anew. */
		if (c->all_at[i] > ring_of(i)->end)
			c->all_at[i] = 0;
		if (ring_peek(ring_of(i), c->all_at[i], follow, &mono_ms) && mono_ms < oldest) {
			oldest = mono_ms;
			c->next_ring = i;
		}
	}
	if (oldest == UINT64_MAX)
		return false;
	at = c->all_at[c->next_ring];
	ctl_fill_log(row, c->next_ring ? &svcs[c->next_ring - 1] : NULL, &at, follow);
	c->next_at = at;
	return true;
}

bool ctl_next_log(struct client *c, struct ctl_log *row)
{
	if (!c->ring)
		return next_of_all(c, row);
	c->next_at = c->log_at;
	return ctl_fill_log(row, c->ring == logs_own() ? NULL : c->unit, &c->next_at,
			    c->q.flags & CTL_F_FOLLOW);
}

void ctl_took_log(struct client *c)
{
	if (c->ring)
		c->log_at = c->next_at;
	else
		c->all_at[c->next_ring] = c->next_at;
}
