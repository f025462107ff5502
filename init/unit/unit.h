/* SPDX-License-Identifier: ISC */
/*
 * A unit as its files say it, resolved: drop-ins merged, specifiers expanded, values checked.
 * Read once at boot (and by `pintle check` on the desk: the same code, the same words). All
 * strings live in the set's arena. Pure data but for unit_load().
 */
#ifndef PINTLE_INIT_UNIT_UNIT_H
#define PINTLE_INIT_UNIT_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "init/ctl.h"
#include "runtime/base/arena.h"

#define UNITS_MAX CONFIG_UNITS_MAX	/* Kconfig, 4..256 */

enum unit_kind { UNIT_CONTAINER, UNIT_SERVICE };
enum unit_type { UNIT_SIMPLE, UNIT_ONESHOT };
enum unit_restart {
	UNIT_RESTART_NO, UNIT_RESTART_ALWAYS, UNIT_RESTART_ON_SUCCESS, UNIT_RESTART_ON_FAILURE,
	UNIT_RESTART_ON_ABNORMAL, UNIT_RESTART_ON_ABORT, UNIT_RESTART_ON_WATCHDOG,
};
enum unit_network { UNIT_NET_NONE, UNIT_NET_HOST };

struct unit_list {		/* strings in order */
	const char **v;
	unsigned n;
};

struct unit_argv {		/* one command line */
	char **argv;		/* NULL-terminated */
	bool ignore_failure;	/* "-" prefix of ExecStart= */
	struct unit_argv *next;
};

struct unit {
	char name[CTL_UNIT_MAX];	/* "web.container" */
	enum unit_kind kind;
	const char *file;		/* where it was read (the main file) */
	bool bad;			/* a known key has a bad value: the unit is listed, never started */
	struct err why_bad;		/* file:line and reason */

	/* [Unit] */
	const char *description;	/* NULL if none */
	struct unit_list after, before, requires, wants;	/* unit names as written, suffix completed where the set tells */

	/* [Container] */
	const char *image, *rootfs;	/* exactly one is set for a container */
	char **exec, **entrypoint;	/* NULL = not given */
	struct unit_list environment;	/* "NAME=value" */
	struct unit_list environment_files; /* absolute; leading '-' = may be missing */
	struct unit_list volumes, tmpfs, devices;	/* as written, syntax checked: SRC:DST[:OPTS], DST[:OPTS], SRC[:DST[:rwm]] */
	const char *user, *group, *workdir, *hostname;
	bool read_only, no_new_privileges;
	uint64_t caps_add, caps_drop;	/* masks by ctr_cap_by_name() */
	enum unit_network network;
	uint32_t userns_ids;	/* UserNS=auto: how many ids are mapped; 0 = the host's user namespace */
	int stop_signal;		/* 0 = the image's, else SIGTERM */

	/* [Service] */
	enum unit_type type;
	struct unit_argv *exec_start_pre, *exec_start;
	enum unit_restart restart;
	bool remain_after_exit;
	uint64_t restart_ms;		/* RestartSec, default 100 */
	uint32_t restart_steps;
	uint64_t restart_max_ms;	/* RestartMaxDelaySec, UINT64_MAX = none */
	uint64_t start_limit_ms;	/* StartLimitIntervalSec, default 10 s, 0 = off */
	uint32_t start_limit_burst;	/* default 5 */
	uint64_t timeout_stop_ms;	/* StopTimeout= or TimeoutStopSec=, default 10 s containers, 90 s services */
	uint64_t memory_max, pids_max;	/* UINT64_MAX = no limit */
	uint32_t cpu_quota_percent;
	int oom_score_adjust;

	bool enabled;			/* [Install] WantedBy= is there */
};

struct unit_set {
	struct arena *arena;
	struct unit *units;		/* room for UNITS_MAX, the caller's */
	unsigned n;
};

/* What the reader has to say; level LOG_LVL_WARN (unknown key, ignored) or LOG_LVL_ERR (unit refused). line 0 = whole file. */
typedef void unit_report(void *ctx, int level, const char *file, unsigned line, const char *text);

/*
 * Reads every unit file of the folders in path (NULL-terminated, later wins; missing folders are
 * fine) with drop-ins NAME.d/ *.conf of all folders in name order. Allocates only from set->arena. A full set or arena refuses the
 * one unit and says so. Number of units, or -errno. Opens files: before the loop starts, or in a tool.
 */
int unit_load(struct unit_set *set, const char *const *path, unit_report *report, void *ctx);
/* The same for one named file (`pintle check FILE`), without search path; drop-ins beside the file count. 0, or -errno when it is refused. */
int unit_load_file(struct unit_set *set, const char *path, unit_report *report, void *ctx);

/* By full name, or by the name without suffix (container first). NULL if there is none. */
struct unit *unit_find(const struct unit_set *set, const char *name);

#define UNIT_ORDER_CYCLE_MAX 512
/*
 * Start order: fills order[n] with indices so that every unit comes after those it is to come
 * after (After=, other units' Before=; Requires/Wants alone do not order, systemd.unit(5)). A cycle is reported in full
 * ("a -> b -> c -> a") and broken at one edge, the same one each time; its count is returned.
 */
int unit_order(const struct unit_set *set, uint16_t *order, unit_report *report, void *ctx);
/* Whether unit a is to be started after unit b (edges that unit_order broke are not counted). */
bool unit_after(const struct unit_set *set, unsigned a, unsigned b);

#endif
