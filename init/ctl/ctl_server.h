/* SPDX-License-Identifier: ISC */
/*
 * The control socket: a fixed number of clients, one request each, replies as fast as the client
 * reads. A client that does not read is dropped, never waited for; one that asks without end is
 * slowed. PID 1.
 */
#ifndef PINTLE_INIT_CTL_CTL_SERVER_H
#define PINTLE_INIT_CTL_CTL_SERVER_H

#include "init/ctl/ctl.h"
#include "init/svc/svc.h"

/* Makes the socket and listens. 0 or -errno. */
int ctl_listen(void);
/* The same on the socket of the PID 1 before (-1: makes it); its clients come again. */
void ctl_resume(int fd);
int ctl_fd(void);
/* A reload is over; e->code 0 = well. */
void ctl_reloaded(const struct err *e);
/* A unit has settled: who waits for it is told. */
void ctl_settled(unsigned index);
/* A ring has new lines: who follows it is served. */
void ctl_new_lines(const struct ring *r);

/* Something happened: who follows events is served. */
void ctl_new_events(void);

/* Rows, ctl_rows.c: filled whole, ready to be sent. */
/* The backoff timer of a unit, for its remaining time. */
void svc_on_retry(unsigned index);
void ctl_fill_system(struct ctl_system *row);
void ctl_fill_unit(struct ctl_unit *row, const struct svc *s);
/* The next line of a unit's ring (NULL: PID 1's) from *at on; false at the end. */
bool ctl_fill_log(struct ctl_log *row, const struct svc *s, uint64_t *at, bool whole);

#endif
