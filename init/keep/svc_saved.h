/* SPDX-License-Identifier: ISC */
/* Units to records and back. See saved.h. PID 1 only. */
#ifndef PINTLE_INIT_KEEP_SVC_SAVED_H
#define PINTLE_INIT_KEEP_SVC_SAVED_H

#include "init/keep/saved.h"
#include "init/svc/svc.h"

/* Leaves the unit's record as it is now. */
void svc_save(struct svc *s);
/*
 * The same for those that changed since. Before a child's end is taken from the kernel, and after
 * each turn.
 */
void svc_save_changed(void);
/*
 * Fills every place of svcs[] from the records, by the units' names, for the units that `units`
 * has; what has become of their processes meanwhile is looked at. A unit that is new gets a place;
 * the processes of one that is no more are killed.
 */
void svc_resume(void);
/* The unit has a new definition: commands that run keep their place in its lists. */
void svc_remap(struct svc *s, const struct unit *u);
/* A descriptor by its number in a record (+ 1), -1 = none. */
int saved_fd(uint16_t number);
uint16_t saved_number(int fd);
/*
 * Of all descriptors from 3 on only those that records name stay open, close-on-exec; and the two
 * given. Before anything is opened.
 */
void saved_sweep(int exe_fd, int state_fd);

#endif
