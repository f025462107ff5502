/* SPDX-License-Identifier: ISC */
/* What a request on the control socket means. See ctl_verbs.h. */
#include "init/ctl/ctl_verbs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "init/boot/shutdown.h"
#include "init/keep/resume.h"
#include "init/log/events.h"
#include "init/log/logs.h"
#include "init/reload.h"
#include "init/svc/svc_proc.h"

void ctl_end_with(struct client *c, int exit_status, const struct err *e)
{
	memset(&c->end, 0, sizeof(c->end));
	ctl_head_fill(&c->end.head, CTL_R_END, sizeof(c->end));
	c->end.exit = exit_status;
	if (e)
		c->end.err = *e;
	c->stage = STAGE_END;
}

/* How a start or stop went, once the unit has settled. */
void ctl_end_by_state(struct client *c)
{
	const struct svc *s = c->unit;
	bool up = svc_state_active(s->state), wanted = c->q.verb != CTL_STOP;
	/* A oneshot that is done, or a command that ended well at once, is a success. */
	bool ok = wanted ? up || (s->state == SVC_INACTIVE && !svc_failed(s)) : !up;

	ctl_end_with(c, !ok, ok ? NULL : &s->reason);
}

static void begin_action(struct client *c)
{
	struct err e = { 0 };
	int rc = 0;

	switch (c->q.verb) {
	case CTL_START:
		rc = svc_state_active(c->unit->state) ? 0 : svc_start(c->unit, true, &e);
		break;
	case CTL_STOP:
		svc_stop(c->unit);
		break;
	case CTL_RESTART:
		rc = svc_restart(c->unit, &e);
		break;
	case CTL_RELOAD:
		rc = svc_reload(c->unit, &e);
		break;
	default:
		rc = c->unit->proc[SVC_MAIN].pid
			     ? 0
			     : err_set(&e, ESRCH, "kill", "%s is not running", c->unit->unit->name);
		svc_signal(c->unit, (int)c->q.count);
	}
	if (rc)
		ctl_end_with(c, 1, &e);
	else if (c->q.verb == CTL_KILL || c->q.flags & CTL_F_NOWAIT)
		ctl_end_with(c, 0, NULL);
	else
		c->stage = STAGE_WAIT;
}

static bool is_about_unit(unsigned verb)
{
	return verb >= CTL_START && verb <= CTL_KILL;
}

/* PID 1's own binary, or the one whose fd came with the request. */
static void begin_reexec(struct client *c)
{
	struct err e = { 0 };
	struct stat st;

	if (c->passed_fd >= 0 &&
	    (fstat(c->passed_fd, &st) || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))) {
		err_set(&e, EACCES, "reexec", "no program");
		ctl_end_with(c, 1, &e);
		return;
	}
	resume_ask(c->passed_fd);
	c->passed_fd = -1;
	ctl_end_with(c, 0, NULL);
}

void ctl_begin(struct client *c)
{
	static const enum shutdown_kind kinds[] = {
		[CTL_REBOOT] = SHUTDOWN_REBOOT,
		[CTL_POWEROFF] = SHUTDOWN_POWEROFF,
		[CTL_HALT] = SHUTDOWN_HALT,
	};
	unsigned verb = c->q.verb;
	struct err e = { 0 };

	c->next = 0;
	c->unit = c->q.unit[0] ? svc_find(c->q.unit) : NULL;
	c->ring = c->unit ? c->unit->ring : NULL;
	if (verb == CTL_LOGS && strcmp(c->q.unit, CTL_OWN_LOG) == 0)
		c->ring = logs_own();
	if (verb == CTL_LOGS ? c->q.unit[0] && !c->ring
			     : (c->q.unit[0] || is_about_unit(verb)) && !c->unit) {
		err_set(&e, ENOENT, "unit", "%s", c->q.unit);
		ctl_end_with(c, 4, &e);
	} else if (verb != CTL_STATUS && verb != CTL_LIST && verb != CTL_LOGS &&
		   verb != CTL_EVENTS && !c->may_act) {
		err_set(&e, EPERM, "control", "only root may do that");
		ctl_end_with(c, 1, &e);
	} else if (verb == CTL_STATUS || verb == CTL_LIST) {
		c->stage = verb == CTL_STATUS ? STAGE_SYSTEM : STAGE_UNITS;
	} else if (verb == CTL_LOGS) {
		ctl_begin_logs(c, c->q.count);
	} else if (verb == CTL_RELOAD && !c->unit) {
		c->stage = STAGE_RELOAD;
		if (reload_start(&e))
			ctl_end_with(c, 1, &e);
	} else if (verb == CTL_EVENTS) {
		c->log_at = events_tail(events_all(), c->q.count);
		c->stage = STAGE_EVENTS;
	} else if (verb == CTL_REEXEC) {
		begin_reexec(c);
	} else if (verb >= CTL_REBOOT && verb <= CTL_HALT) {
		shutdown_start(kinds[verb], "command");
		ctl_end_with(c, 0, NULL);
	} else {
		begin_action(c);
	}
}
