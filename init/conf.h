/* SPDX-License-Identifier: ISC */
/*
 * What /etc/pintle/pintle.conf says to PID 1 itself: [Watchdog] and [Memory]. Read with the unit
 * files, before the loop.
 */
#ifndef PINTLE_INIT_CONF_H
#define PINTLE_INIT_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "init/unit/unit.h"

enum conf_admission { ADMISSION_AUTO, ADMISSION_WARN, ADMISSION_ENFORCE, ADMISSION_OFF };

struct conf {
	/* [Watchdog] */
	bool watchdog;			/* Enable=, default yes: where there is one */
	char watchdog_device[64];	/* Device=, default /dev/watchdog */
	uint64_t timeout_ms;		/* Timeout=, default 30 s */
	uint64_t pretimeout_ms;		/* Pretimeout=, default 0: none */
	/* Patience=, default 1 min: how long a critical unit may be sick on each rung */
	uint64_t patience_ms;
	uint64_t healthy_ms;  /* Healthy=, default 10 min: a spell that clears all counters */
	uint32_t restarts, group_restarts, reboots; /* Restarts= 2, GroupRestarts= 1, Reboots= 2 */
	/* [Memory] */
	uint64_t reserve;		/* Reserve=, default 8 MiB: what units may not have */
	uint64_t low_water,
		high_water; /* LowWater= 1/16 of RAM, HighWater= 1/8; 0 = that default */
	enum conf_admission admission;	/* Admission=auto, warn, enforce, off */
};

extern struct conf conf;

/* The defaults. */
void conf_init(struct conf *c);
/*
 * One text of n bytes; lines of other sections are passed over, a bad value is reported and leaves
 * the default. Pure.
 */
void conf_read(struct conf *c, const char *text, size_t n, const char *file, unit_report *report,
	       void *ctx);
/*
 * conf_init() and the file CONF_FILE into `conf`; no file is fine. Opens a file: before the loop.
 */
void conf_load(unit_report *report, void *ctx);

#endif
