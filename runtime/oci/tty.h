/* SPDX-License-Identifier: ISC */
/*
 * Standing in front of a process: its signals, its terminal, its end. For run and exec that are not
 * detached.
 */
#ifndef PINTLE_RUNTIME_OCI_TTY_H
#define PINTLE_RUNTIME_OCI_TTY_H

#include <stdbool.h>
#include <sys/types.h>

#include "runtime/base/err.h"

struct tty {
	int pair[2];	/* the console socket's ends: ours, the child's */
	int master;	/* -1 = no terminal, or not come yet */
	int signal_fd;
};

/*
 * Blocks signals from here on, so that none is lost before tty_wait(); with terminal makes the
 * socket. 0 or -errno.
 */
int tty_open(struct tty *t, bool terminal, struct err *e);
/* Takes the terminal's master that the child has sent. 0 or -errno. */
int tty_receive(struct tty *t, struct err *e);
/*
 * Until the process, a child of ours, ends: hands on signals and, with a terminal, bytes and the
 * window's size. Returns its exit status, 128 + n for signal n. The caller's terminal is as before
 * afterwards.
 */
int tty_wait(struct tty *t, pid_t pid);

#endif
