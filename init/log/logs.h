/* SPDX-License-Identifier: ISC */
/* The units' output and PID 1's own lines: from pipes into rings. PID 1 only. */
#ifndef PINTLE_INIT_LOG_LOGS_H
#define PINTLE_INIT_LOG_LOGS_H

#include "init/svc/svc.h"

/*
 * Makes the pipes of a unit's output, or takes those that are there (-1: none), and watches them. 0
 * or -errno.
 */
int logs_open(struct svc *s, const int fds[4]);
/* Takes in what is in the pipes now: before an exit is told, its last words. */
void logs_drain(struct svc *s);
/* The time of day in ms since 1970, 0 while the clock is not set. */
uint64_t logs_wall_ms(void);
/* A line of pintle's own in the unit's ring. */
void logs_say(struct svc *s, uint8_t severity, const char *line);
/* Keeps PID 1's own log lines in a ring from now on. */
void logs_keep_own(void);
/* That ring. */
const struct ring *logs_own(void);

#endif
