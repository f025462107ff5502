/* SPDX-License-Identifier: ISC */
/*
 * What the keys of a unit mean as data: the parts that struct unit (unit.h) is made of. Names are
 * those of the keys in podman-systemd.unit(5) and systemd's manuals. Pure data; all pointers lead
 * into the set's arena.
 */
#ifndef PINTLE_INIT_UNIT_TYPES_H
#define PINTLE_INIT_UNIT_TYPES_H

#include <stdbool.h>
#include <stdint.h>

enum unit_kind {
	UNIT_CONTAINER, UNIT_SERVICE,	/* a process; the others have none of their own */
	UNIT_TARGET, UNIT_TIMER, UNIT_SOCKET, UNIT_VOLUME, UNIT_NETWORK, UNIT_IMAGE, UNIT_KINDS,
};
enum unit_type { UNIT_SIMPLE, UNIT_EXEC, UNIT_ONESHOT, UNIT_NOTIFY, UNIT_FORKING };
enum unit_restart {
	UNIT_RESTART_NO, UNIT_RESTART_ALWAYS, UNIT_RESTART_ON_SUCCESS, UNIT_RESTART_ON_FAILURE,
	UNIT_RESTART_ON_ABNORMAL, UNIT_RESTART_ON_ABORT, UNIT_RESTART_ON_WATCHDOG,
};
enum unit_network { UNIT_NET_NONE, UNIT_NET_HOST };
enum unit_notify_access { UNIT_NOTIFY_NONE, UNIT_NOTIFY_MAIN, UNIT_NOTIFY_EXEC, UNIT_NOTIFY_ALL };
enum unit_kill_mode { UNIT_KILL_GROUP, UNIT_KILL_MIXED, UNIT_KILL_PROCESS, UNIT_KILL_NONE };
enum unit_oom_policy { UNIT_OOM_STOP, UNIT_OOM_CONTINUE, UNIT_OOM_KILL };
/* What StartLimitAction=, FailureAction= and SuccessAction= do; rollback is pintle's own. */
enum unit_action {
	UNIT_ACTION_NONE,
	UNIT_ACTION_REBOOT,
	UNIT_ACTION_POWEROFF,
	UNIT_ACTION_ROLLBACK
};
enum unit_seccomp {
	UNIT_SECCOMP_DEFAULT,
	UNIT_SECCOMP_HARDENED,
	UNIT_SECCOMP_OFF,
	UNIT_SECCOMP_FILE
};

struct unit_list {		/* strings in order */
	const char **v;
	unsigned n;
};

struct unit_argv {		/* one command line */
	/* NULL-terminated; argv[0] is what the process sees ("@" prefix), else the path */
	char **argv;
	const char *path;	/* what is executed */
	bool ignore_failure;	/* "-" prefix */
	bool no_expand;		/* ":" prefix: no variables */
	bool privileged; /* "+" or "!" prefix: User=, Group= and the capability keys do not apply */
	struct unit_argv *next;
};

/*
 * ConditionPathExists= and the other cheap ones: the name is the key's without "Condition" or
 * "Assert".
 */
struct unit_condition {
	uint8_t what;		/* enum unit_condition_kind, conditions.def */
	bool negate;		/* "!" */
	bool trigger;		/* "|": one of all such is enough */
	bool is_assert;		/* a failure is an error, not a skip */
	const char *value;
	struct unit_condition *next;
};

/* Exit statuses and signals: SuccessExitStatus= and its sisters. Bits by number. */
struct unit_statuses {
	uint64_t codes[4];	/* 0..255 */
	uint64_t signals;	/* bit n-1 = signal n, 1..64 */
};

enum unit_probe_kind { UNIT_PROBE_NONE, UNIT_PROBE_EXEC, UNIT_PROBE_TCP, UNIT_PROBE_HTTP };
struct unit_probe {
	enum unit_probe_kind kind;
	/* EXEC: in the container (HealthCmd= as podman: a lone string is given to sh -c) */
	char **argv;
	const char *host; /* TCP, HTTP: name or address as the unit sees it; NULL = 127.0.0.1 */
	const char *path;	/* HTTP */
	uint16_t port;
	uint64_t interval_ms;	/* UINT64_MAX = disable: only by command */
	uint64_t timeout_ms;
	/*
	 * failures in a row that mean unhealthy; for the start-up probe: until it gives up, 0 =
	 * never
	 */
	uint32_t retries;
	uint32_t successes;	/* start-up probe: successes in a row that end it */
};
enum unit_health_action {
	UNIT_HEALTH_NONE,
	UNIT_HEALTH_KILL,
	UNIT_HEALTH_RESTART,
	UNIT_HEALTH_STOP
};
struct unit_health {
	struct unit_probe probe, startup;
	uint64_t start_period_ms;	/* failures in it do not count */
	enum unit_health_action on_failure;
};

struct unit_limit {		/* Ulimit=, Limit*= */
	uint64_t soft, hard;	/* UINT64_MAX = infinity */
	int resource;		/* RLIMIT_* of this architecture */
	struct unit_limit *next;
};

/* Sandbox keys of [Service]. */
struct unit_sandbox {
	uint8_t protect_system;		/* 0 no, 1 yes, 2 full, 3 strict */
	uint8_t protect_home;		/* 0 no, 1 yes, 2 read-only, 3 tmpfs */
	bool private_tmp, private_devices, private_network;
	bool protect_kernel_tunables, protect_kernel_modules, protect_control_groups,
		protect_proc_invisible;
	struct unit_list read_only_paths, read_write_paths, inaccessible_paths, bind_paths,
		bind_read_only_paths, temporary_fs;
	uint64_t cap_bounding, cap_ambient;	/* masks; bounding default UINT64_MAX */
	/* SystemCallFilter= words as written: names, @sets; the first '~' makes a deny list */
	struct unit_list syscalls;
	bool syscalls_deny;
	const char *root_directory;
};

struct unit_log {
	uint64_t rate_ms;		/* LogRateLimitIntervalSec=, 0 = no limit */
	uint32_t rate_burst;		/* lines */
	uint32_t spill_bytes_day;	/* LogOpt=spill=SIZE: to flash; 0 = off */
	bool spill_on_failure;		/* LogOpt=spill-on-failure */
	bool to_kmsg, to_syslog, off;	/* LogDriver=, StandardOutput= */
	uint8_t level_max;		/* LogLevelMax=, 7 = all */
	const char *identifier;		/* SyslogIdentifier= */
	struct unit_list labels;	/* Label= as written */
};

#endif
