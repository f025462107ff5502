/* SPDX-License-Identifier: ISC */
/*
 * A unit as its files say it, resolved: drop-ins merged, specifiers expanded, values checked. All
 * strings live in the set's arena. Pure data.
 */
#ifndef PINTLE_INIT_UNIT_RECORD_H
#define PINTLE_INIT_UNIT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "init/ctl/event.h"
#include "init/unit/kinds.h"
#include "init/unit/types.h"
#include "runtime/base/err.h"

struct unit {
	char name[CTL_UNIT_MAX];	/* "web.container" */
	enum unit_kind kind;
	const char *file;		/* where it was read (the main file) */
	bool bad; /* a known key has a bad value: the unit is listed, never started */
	bool gone;			/* its file is no more; it still runs */
	struct err why_bad;		/* file:line and reason */

	/* [Unit] */
	const char *description;	/* NULL if none */
	struct unit_list after, before, requires, requisite, wants, binds_to, part_of, conflicts,
		on_failure, on_success;
	struct unit_condition *conditions;
	enum unit_action start_limit_action, failure_action, success_action;
	bool refuse_manual_start, refuse_manual_stop, stop_when_unneeded;

	/* [Container] */
	const char *image, *rootfs;	/* exactly one is set for a container */
	char **exec, **entrypoint;	/* NULL = not given */
	struct unit_list environment;	/* "NAME=value" */
	struct unit_list environment_files; /* absolute; leading '-' = may be missing */
	struct unit_list pass_environment, unset_environment;
	bool environment_host;
	/* as written, syntax checked: SRC:DST[:OPTS], DST[:OPTS], SRC[:DST[:rwm]] */
	struct unit_list volumes, tmpfs, devices;
	struct unit_list mounts;	/* Mount=type=…,src=…,dst=… as written, syntax checked */
	struct unit_list mask, unmask;	/* paths; unmask "ALL" */
	struct unit_list sysctls;	/* "key=value" */
	struct unit_list add_hosts;	/* "name:address" */
	struct unit_list dns, dns_search, dns_options;
	struct unit_list groups;	/* GroupAdd=, SupplementaryGroups= */
	struct unit_list annotations;	/* "key=value" */
	struct unit_list secrets;	/* "name[,opt=value…]" as written */
	struct unit_list publish;	/* PublishPort= as written */
	const char *user, *group, *workdir, *hostname, *timezone;
	bool read_only, no_new_privileges, run_init;
	bool read_only_tmpfs; /* /tmp, /run, … writable on a read-only root; podman's default */
	uint64_t caps_add, caps_drop;	/* masks by ctr_cap_by_name() */
	enum unit_network network;
	const char *network_unit;	/* Network=NAME.network, NULL */
	/* UserNS=auto: how many ids are mapped; 0 = the host's user namespace */
	uint32_t userns_ids;
	enum unit_seccomp seccomp;
	const char *seccomp_file;
	uint64_t shm_bytes;		/* ShmSize=, default 64 MiB */
	int stop_signal; /* StopSignal=, KillSignal=: 0 = the image's, else SIGTERM */
	struct unit_health health;
	bool pull_never, notify_healthy; /* Notify=healthy: up when its health check says so */

	/* [Service] */
	enum unit_type type;
	bool notify_reload;		/* Type=notify-reload */
	struct unit_argv *exec_condition, *exec_start_pre, *exec_start, *exec_start_post,
		*exec_reload, *exec_stop, *exec_stop_post;
	enum unit_restart restart;
	bool remain_after_exit;
	const char *pid_file;
	enum unit_notify_access notify_access;
	int notify_fd; /* [X-Pintle] NotifyFD=: s6's newline on this fd means ready; 0 = none */
	uint32_t fd_store_max;		/* FileDescriptorStoreMax= */
	struct unit_list sockets;	/* Sockets= */
	uint64_t restart_ms;		/* RestartSec, default 100 */
	uint32_t restart_steps;
	uint64_t restart_max_ms;	/* RestartMaxDelaySec, UINT64_MAX = none */
	uint32_t restart_jitter_percent;	/* [X-Pintle] RestartJitter=, default 0 */
	uint64_t start_limit_ms;	/* StartLimitIntervalSec, default 10 s, 0 = off */
	uint32_t start_limit_burst;	/* default 5 */
	uint64_t timeout_start_ms;	/* 90 s; UINT64_MAX = none: the default of a oneshot */
	/* StopTimeout= or TimeoutStopSec=, default 10 s containers, 90 s services */
	uint64_t timeout_stop_ms;
	uint64_t runtime_max_ms;	/* UINT64_MAX */
	uint64_t watchdog_ms;		/* 0 = off */
	struct unit_statuses success, restart_prevent, restart_force;
	enum unit_kill_mode kill_mode;	/* mixed for containers, as Quadlet has it */
	bool send_sigkill, send_sighup;
	/* 0: SIGABRT, SIGHUP, SIGKILL, KillSignal= */
	int watchdog_signal, reload_signal, final_kill_signal, restart_kill_signal;
	/* UINT64_MAX = no limit (low, min: 0) */
	uint64_t memory_max, memory_high, memory_low, memory_min, swap_max, pids_max;
	uint32_t cpu_quota_percent;
	uint32_t cpu_weight, io_weight;	/* 1..10000, 0 = not set */
	enum unit_oom_policy oom_policy;
	int oom_score_adjust;
	int nice;			/* 0 = not set */
	uint32_t umask;			/* UMask=, default 022 */
	struct unit_limit *limits;
	struct unit_sandbox sandbox;
	struct unit_log log;

	union {				/* by kind; of a .image: image is what it pulls */
		struct unit_timer timer;
		struct unit_socket socket;
		struct unit_volume volume;
	} of;

	/* [X-Pintle] */
	bool critical; /* Critical=yes: the hardware watchdog is fed only while it is healthy */
	bool safe;			/* Safe=yes: runs in safe mode, too */
	/* Priority=: 0 = never shed under memory pressure; else the higher, the later (1..1000) */
	int shed_priority;
	/* [Install] WantedBy= or RequiredBy= of a boot target, or a link in its .wants folder */
	bool enabled;
	/* of other units: they have the edge, too, after unit_load() */
	struct unit_list wanted_by, required_by;
	struct unit_list aliases;	/* Alias=, and links to the file by another name */
};

#endif
