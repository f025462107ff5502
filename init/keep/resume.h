/* SPDX-License-Identifier: ISC */
/*
 * PID 1 after an exec of itself: what the one before left is taken up; and the record of all that
 * is not a unit's. When it has fallen too often (crash.h), nothing is touched for a minute: safe
 * mode. PID 1 only.
 */
#ifndef PINTLE_INIT_KEEP_RESUME_H
#define PINTLE_INIT_KEEP_RESUME_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the command line has --resume=. */
bool resume_is_wanted(int argc, char **argv);
/*
 * Reads --resume= and --crash-limit= of the command line, guards against faults, opens the region.
 * Before all else.
 */
void resume_begin(int argc, char **argv);
/* Whether there was a PID 1 before. */
bool resume_is_due(void);
/* It has fallen too often: units are left alone. */
bool resume_is_safe_mode(void);
/* Which generation of unit files the one before had; 0 at a boot. */
uint32_t resume_units(void);
/* The held binary has a descriptor of its own now. */
void resume_guard(int exe_fd);
/* Units, control socket, consoles, helpers of the one before. */
void resume_all(void (*booted)(void));
/* After each turn: the system's record, and a reexec that was asked for. */
void resume_after_turn(void);
/*
 * Has PID 1 become the binary in fd (the held one if < 0) at the end of this turn; fd is taken.
 * Until the new one has called resume_guard() a fault of it leads back to the binary before.
 */
void resume_ask(int fd);

#endif
