/* SPDX-License-Identifier: ISC */
/*
 * Units read from their files, by PID 1 and by `pintle check` on the desk: the same code, the same
 * words. What a unit consists of: record.h.
 */
#ifndef PINTLE_INIT_UNIT_UNIT_H
#define PINTLE_INIT_UNIT_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "init/unit/record.h"
#include "runtime/base/arena.h"

#define UNITS_MAX CONFIG_UNITS_MAX	/* Kconfig, 4..256 */

/* A line of a unit's files as it is taken: section, key, value with its specifiers still in. */
typedef void unit_line(void *ctx, const struct unit *u, const char *file, unsigned line,
		       const char *section, const char *key, const char *value);

struct unit_set {
	struct arena *arena;
	struct unit *units;	/* room for UNITS_MAX, the caller's */
	unsigned n;
	unit_line *on_line;	/* NULL = nobody wants to know */
	void *line_ctx;
};

/*
 * What the reader has to say: LOG_LVL_WARN (ignored), LOG_LVL_ERR (unit refused). line 0 = whole
 * file.
 */
typedef void unit_report(void *ctx, int level, const char *file, unsigned line, const char *text);

/* Where a device looks, later wins; as a list that ends with NULL, too. */
#define UNIT_PATH "/usr/share/pintle/units", "/etc/containers/systemd", "/etc/pintle/units"
extern const char *const unit_path[];

/*
 * Reads every unit file of the folders in path (NULL-terminated, later wins; missing ones are fine)
 * with drop-ins NAME.d/ *.conf of all folders in name order. Allocates only from set->arena: a full
 * one refuses the one unit and says so. Number of units, or -errno.
 */
int unit_load(struct unit_set *set, const char *const *path, unit_report *report, void *ctx);
/*
 * The same of folders that stand for others: a snapshot (snapshot.h) that messages call by the
 * names of what was copied. A folder called UNIT_GONE holds units that only still run.
 */
#define UNIT_GONE "(gone)"
int unit_load_as(struct unit_set *set, const char *const *path, const char *const *as,
		 unit_report *report, void *ctx);
/* The same for one named file and the drop-ins beside it. 0, or -errno when it is refused. */
int unit_load_file(struct unit_set *set, const char *path, unit_report *report, void *ctx);

/* By full name, or by the name without suffix (container first). NULL if there is none. */
struct unit *unit_find(const struct unit_set *set, const char *name);

#define UNIT_ORDER_CYCLE_MAX 512
/*
 * Fills order[n] with indices so that every unit comes after those it is to come after (After=,
 * other units' Before=; systemd.unit(5)). A cycle is reported in full and broken at one edge, the
 * same one each time; their number is returned.
 */
int unit_order(const struct unit_set *set, uint16_t *order, unit_report *report, void *ctx);
/* Whether unit a is to be started after unit b (edges that unit_order broke are not counted). */
bool unit_after(const struct unit_set *set, unsigned a, unsigned b);

#endif
