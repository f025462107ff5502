/* SPDX-License-Identifier: ISC */
/*
 * The control socket's frames: /run/pintle/control, SOCK_SEQPACKET, one request or reply a packet,
 * native byte order, every length fixed. A request is answered by any number of rows and one
 * CTL_R_END. Spoken by PID 1 (init/ctl/ctl_server.c) and by every client (init/cli/).
 */
#ifndef PINTLE_INIT_CTL_CTL_H
#define PINTLE_INIT_CTL_CTL_H

#include <stdint.h>

#include "init/ctl/event.h"
#include "runtime/base/err.h"

#define CTL_PATH "/run/pintle/control"
#define CTL_MAGIC 0x504e4354u	/* "PNCT" */
#define CTL_VERSION 1
#define CTL_OWN_LOG "pintle"	/* the name by which CTL_LOGS has PID 1's own lines */

enum ctl_verb {
	/* CTL_R_SYSTEM, then a CTL_R_UNIT a unit; or the one named, with its last `count` lines */
	CTL_STATUS = 1,
	CTL_LIST,	/* a CTL_R_UNIT a unit */
	CTL_START,
	CTL_STOP,
	CTL_RESTART, /* END comes when the unit has settled, or at once with CTL_F_NOWAIT */
	CTL_KILL,    /* signal number in count */
	/*
	 * CTL_R_LOG rows of a unit, or of all and PID 1 by time; count = last lines (0 = all);
	 * CTL_F_FOLLOW goes on
	 */
	CTL_LOGS,
	CTL_REBOOT,
	CTL_POWEROFF,
	CTL_HALT,
	CTL_RELOAD, /* of a unit its own configuration; of none all unit files are read again */
	CTL_REEXEC, /* PID 1 becomes its binary anew, or the one in an fd beside the request */
	CTL_EVENTS, /* CTL_R_EVENT rows; count = the last (0 = all); CTL_F_FOLLOW goes on */
	CTL_VERBS
};
#define CTL_F_NOWAIT 1u
#define CTL_F_FOLLOW 2u

struct ctl_request {
	uint32_t magic;
	uint16_t version, verb;
	uint32_t flags, count;
	/* "" = all / none; "web" is taken as web.container or web.service */
	char unit[CTL_UNIT_MAX];
	uint8_t reserved[16];
};
_Static_assert(sizeof(struct ctl_request) == 96, "wire form");

enum ctl_row { CTL_R_SYSTEM = 1, CTL_R_UNIT, CTL_R_LOG, CTL_R_END, CTL_R_EVENT };

struct ctl_head {		/* first 16 bytes of every reply packet */
	uint32_t magic;
	uint16_t version, row;
	uint32_t len;		/* bytes of the whole packet */
	uint32_t reserved;
};

struct ctl_system {
	struct ctl_head head;
	uint64_t uptime_ms;
	uint64_t pid1_private_bytes;	/* /proc/self/smaps_rollup, 0 = unknown */
	uint32_t units, failed;
	uint32_t zombies_reaped;	/* orphans that were no unit's */
	uint32_t log_dropped;
	char version[24], board[24];
	/* "" or why the device is not whole: "mount /var/lib/pintle: /dev/vda: No such device" */
	char degraded[256];
	uint8_t policy;			/* 0 strict, 1 insecure */
	uint8_t cgroup;			/* enum cg_mode */
	uint8_t shutting_down;
	uint8_t spare;
	uint32_t crashes, reexecs;	/* of PID 1, that it came back from; since boot */
	uint8_t reserved[20];
	char reset_cause[12];		/* "watchdog", "" = not known */
	uint32_t watchdog_s;		/* the driver's timeout, 0 = there is none */
	uint32_t ladder_reboots;
	uint8_t watchdog_fed, safe_mode;
	uint8_t more[10];
};

/* Unit states as systemctl's ActiveState + SubState; names in svc_state.def. */
struct ctl_unit {
	struct ctl_head head;
	char name[CTL_UNIT_MAX];
	char description[80];
	char state[16];			/* "running", "backoff", "failed", … */
	uint64_t since_ms;		/* time in this state */
	uint64_t uptime_ms;		/* since exec, 0 when not running */
	uint64_t memory_bytes;		/* 0 = unknown */
	uint64_t next_start_ms;		/* in backoff: until the next try */
	uint32_t pid, restarts;
	/* last exit: code >= 0 or signal > 0; code -1 and signal 0 = never */
	int32_t exit_code, exit_signal;
	uint8_t digest[32];		/* manifest digest; all zero = none */
	uint8_t active;			/* 1 = counts as running for exit status 3 */
	uint8_t enabled;		/* [Install] says on at boot */
	uint8_t cached;			/* the image came from the store */
	uint8_t insecure;
	uint8_t oom_killed;
	uint8_t health; /* enum health_word: 0 none, 1 starting, 2 healthy, 3 unhealthy */
	uint8_t reserved[26];
	struct err reason;		/* why it is not running; code 0 = nothing to say */
};

#define CTL_LOG_MAX 1024
struct ctl_log {
	struct ctl_head head;
	uint64_t mono_ms;		/* when the line's first byte came in */
	uint64_t wall_ms;		/* the same since 1970; 0 = the clock was not set */
	uint64_t lost;			/* bytes overwritten before this row */
	/* bytes in text: one line without the newline, as the unit wrote it (not escaped) */
	uint16_t len;
	uint8_t stream;			/* 1 stdout, 2 stderr, 0 pintle's own words */
	uint8_t partial;		/* the line goes on in the next row */
	uint8_t severity;		/* 0 to 7, syslog(3) */
	uint8_t reserved[3];
	char unit[CTL_UNIT_MAX];	/* whose line, CTL_OWN_LOG = PID 1's */
	char text[CTL_LOG_MAX];
};

struct ctl_event {
	struct ctl_head head;
	struct event_body body;
};

struct ctl_end {
	struct ctl_head head;
	int32_t exit;			/* the command's exit status, DESIGN section 5: 0 1 2 3 4 */
	uint32_t reserved;
	struct err err;
};

/*
 * 0 if n bytes are a request this version understands (unit NUL-terminated, verb known), else
 * -EPROTO. Pure.
 */
int ctl_request_check(const struct ctl_request *r, uint32_t n);
/* Fills the head of a reply. Pure. */
void ctl_head_fill(struct ctl_head *h, enum ctl_row row, uint32_t len);

#endif
