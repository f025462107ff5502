/* SPDX-License-Identifier: ISC */
/* What PID 1 tells of itself and of its units, as the control socket's rows. See ctl_server.h. */
#include <fcntl.h>
#include <string.h>

#include "board/board.h"
#include "init/boot/degraded.h"
#include "init/boot/shutdown.h"
#include "init/ctl/ctl_server.h"
#include "init/guard/critical.h"
#include "init/guard/watchdog.h"
#include "init/keep/keep.h"
#include "init/log/logs.h"
#include "init/sig.h"
#include "init/svc/health.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

/* A "Name:  123 kB" line of a proc file, in bytes. */
static uint64_t kib_line(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	uint64_t kib = 0;

	if (!at)
		return 0;
	at += strlen(name);
	at += strspn(at, " \t");
	num_u64(at, strspn(at, "0123456789"), UINT64_MAX / 1024, &kib);
	return kib * 1024;
}

/*
 * Pages that no other process shares: what PID 1 really costs. procfs only; 4.14 to 4.20 lack the
 * file.
 */
static uint64_t private_bytes(void)
{
	char text[1536];

	if (io_read_file(AT_FDCWD, "/proc/self/smaps_rollup", text, sizeof(text)) < 0)
		return 0;
	return kib_line(text, "Private_Clean:") + kib_line(text, "Private_Dirty:");
}

void ctl_fill_system(struct ctl_system *row)
{
	unsigned i;

	memset(row, 0, sizeof(*row));
	ctl_head_fill(&row->head, CTL_R_SYSTEM, sizeof(*row));
	row->uptime_ms = sys_boot_ms();
	row->pid1_private_bytes = private_bytes();
	row->units = units.n;
	for (i = 0; i < n_svcs; i++)
		row->failed += svcs[i].state == SVC_FAILED || svcs[i].unit->bad;
	row->zombies_reaped = sig_orphans();
	row->log_dropped = log_dropped();
	str_copy(row->version, sizeof(row->version), PINTLE_VERSION);
	str_copy(row->board, sizeof(row->board), board_name());
	str_copy(row->degraded, sizeof(row->degraded), degraded_text());
	row->policy = degraded_is_insecure();
	row->crashes = keep_crashes()->count;
	row->reexecs = keep_crashes()->reexecs;
	str_copy(row->reset_cause, sizeof(row->reset_cause), reset_word(critical_cause()));
	row->watchdog_s = watchdog_held()->fd < 0 ? 0 : watchdog_held()->timeout_s;
	row->watchdog_fed = watchdog_is_fed();
	row->ladder_reboots = critical_reboots();
	row->safe_mode = critical_is_safe_mode();
	row->cgroup = (uint8_t)cgroups.mode;
	row->shutting_down = shutdown_begun();
}

void ctl_fill_unit(struct ctl_unit *row, const struct svc *s)
{
	uint64_t now = sys_now_ms(), retry = svc_next_start(s);

	memset(row, 0, sizeof(*row));
	ctl_head_fill(&row->head, CTL_R_UNIT, sizeof(*row));
	str_copy(row->name, sizeof(row->name), s->unit->name);
	str_print(row->description, sizeof(row->description), "%s",
		  s->unit->description ? s->unit->description : "");
	str_copy(row->state, sizeof(row->state), s->unit->bad ? "bad" : svc_state_word(s->state));
	row->since_ms = now - s->since_ms;
	row->uptime_ms = s->state == SVC_RUNNING && s->up_ms ? now - s->up_ms : 0;
	row->memory_bytes = s->has_cg && s->proc[SVC_MAIN].pid ? cg_memory(&s->cg) : 0;
	row->next_start_ms = retry > now ? retry - now : 0;
	row->pid = (uint32_t)s->proc[SVC_MAIN].pid;
	row->restarts = s->restarts;
	row->exit_code = s->exit_code;
	row->exit_signal = s->exit_signal;
	memcpy(row->digest, s->digest, sizeof(row->digest));
	row->active = svc_state_active(s->state);
	row->enabled = s->unit->enabled;
	row->cached = s->cached;
	row->insecure = s->insecure;
	row->oom_killed = s->oom_killed;
	row->health = (uint8_t)health_of(s);
	if (s->state != SVC_RUNNING)
		row->reason = s->reason;
}

bool ctl_fill_log(struct ctl_log *row, const struct svc *s, uint64_t *at, bool whole)
{
	static struct ring_line line;

	if (!ring_read(s ? s->ring : logs_own(), at, whole, &line))
		return false;
	memset(row, 0, sizeof(*row));
	ctl_head_fill(&row->head, CTL_R_LOG, sizeof(*row));
	str_copy(row->unit, sizeof(row->unit), s ? s->unit->name : CTL_OWN_LOG);
	row->mono_ms = line.mono_ms;
	row->wall_ms = line.wall_ms;
	row->severity = line.severity;
	row->lost = line.lost;
	row->len = line.len;
	row->stream = line.stream;
	row->partial = line.partial;
	memcpy(row->text, line.text, line.len);
	return true;
}
