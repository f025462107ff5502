/* SPDX-License-Identifier: ISC */
/* Who has to be up before whom, in the running system: Requires=, Wants=, and the order. See svc.h. */
#include <errno.h>

#include "init/boot.h"
#include "init/degraded.h"
#include "init/svc.h"

/* On its way up: who comes after it goes on waiting. A oneshot is up when it is done. */
static bool coming_up(const struct svc *s)
{
	switch (s->state) {
	case SVC_WAITING:
	case SVC_PREPARING:
	case SVC_PRE:
	case SVC_STARTING:
		return true;
	case SVC_RUNNING:
	case SVC_CLOSING:
		return s->unit->type == UNIT_ONESHOT;
	default:
		return false;
	}
}

static bool refused(const struct svc *s, struct err *e)
{
	const struct unit_list *l = &s->unit->requires;
	unsigned i;

	for (i = 0; i < l->n; i++) {
		const struct svc *need = svc_find(l->v[i]);

		if (!need)
			err_set(e, ENOENT, "requires", "%s", l->v[i]);
		else if (need->state == SVC_FAILED || need->unit->bad)
			err_set(e, ECANCELED, "requires", "%s failed", l->v[i]);
	}
	return e->code != 0;
}

void deps_look(struct svc *s)
{
	struct err e = { 0 };
	unsigned i;

	/* A start by command may come while the disks are still being mounted. */
	if (!boot_is_over())
		return;
	if (degraded_store() && s->unit->image)
		e = *degraded_store();
	if (e.code || refused(s, &e)) {
		svc_reason(s, &e);
		svc_event(s, EV_REFUSED);
		return;
	}
	for (i = 0; i < n_svcs; i++)
		if (unit_after(&units, svc_index(s), i) && coming_up(&svcs[i]))
			return;
	svc_event(s, EV_READY);
}

static void pull(const struct unit_list *l)
{
	unsigned i;

	for (i = 0; i < l->n; i++) {
		struct svc *need = svc_find(l->v[i]);
		struct err e = { 0 };

		if (need && (need->state == SVC_INACTIVE || need->state == SVC_FAILED))
			svc_start(need, false, &e);
	}
}

void deps_pull(struct svc *s)
{
	pull(&s->unit->requires);
	pull(&s->unit->wants);
}
