/* SPDX-License-Identifier: ISC */
/* PID 1: the part of pintle that the kernel starts. */
#ifndef PINTLE_INIT_PID1_H
#define PINTLE_INIT_PID1_H

/*
 * Early set-up, units, control socket, consoles, boot helper, then the loop: never returns. Words
 * it takes from the command line (the kernel passes on what it does not know): --cgroup=NAME, the
 * parent group.
 */
int pid1_main(int argc, char **argv);

#endif
