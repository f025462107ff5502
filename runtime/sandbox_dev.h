/* SPDX-License-Identifier: ISC */
/*
 * PrivateDevices=: a /dev with nothing of the hardware in it. In the service's child, in a mount
 * namespace of its own.
 */
#ifndef PINTLE_RUNTIME_SANDBOX_DEV_H
#define PINTLE_RUNTIME_SANDBOX_DEV_H

#include "runtime/base/err.h"

/*
 * Puts it over /dev of the root: null zero full random urandom tty, pts, shm, log, and the usual
 * links. 0 or -errno with e.
 */
int sandbox_devices(int root_fd, struct err *e);

#endif
