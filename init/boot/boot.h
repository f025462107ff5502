/* SPDX-License-Identifier: ISC */
/*
 * The part of booting that may block: kernel modules and /etc/fstab, done by a helper process that
 * reports each result; PID 1 goes on without it, and starts the units when it is done or its time
 * is up.
 */
#ifndef PINTLE_INIT_BOOT_BOOT_H
#define PINTLE_INIT_BOOT_BOOT_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts the helper; done() is called once, from the loop. */
void boot_start(void (*done)(void));
/* Whether the mounts are made or given up: before that no unit may start. */
bool boot_is_over(void);
/* A process ended: true if it was the helper. */
bool boot_reaped(pid_t pid);
/* For the record: the helper that is still at work (0 = none) and its pipe (-1). */
pid_t boot_helper_pid(void);
int boot_pipe(void);
/* After an exec of PID 1: goes on hearing the helper, or knows that the boot is over. */
void boot_resume(bool was_over, pid_t pid, int pipe, void (*done)(void));

#endif
