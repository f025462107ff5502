/* SPDX-License-Identifier: ISC */
/* Who may use the control socket: root all of it, group pintle may look. PID 1. */
#ifndef PINTLE_INIT_CTL_CTL_ACCESS_H
#define PINTLE_INIT_CTL_CTL_ACCESS_H

#include <stdbool.h>

/*
 * Finds the number of group pintle in /etc/group; without one nobody but root may look. Before the
 * loop: reads a file.
 */
void ctl_access_start(void);
/*
 * Whether the process that connected may look (SO_PEERCRED, SO_PEERGROUPS); *ret_root: it may act,
 * too.
 */
bool ctl_access_may_look(int fd, bool *ret_root);

#endif
