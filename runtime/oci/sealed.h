/* SPDX-License-Identifier: ISC */
/*
 * Against CVE-2019-5736: a process of the container's that gets hold of /proc/PID/exe of the
 * runtime must find something that nobody can write to.
 */
#ifndef PINTLE_RUNTIME_OCI_SEALED_H
#define PINTLE_RUNTIME_OCI_SEALED_H

#include "runtime/base/err.h"

/*
 * Makes sure that the running program cannot be written to: goes on at once where it is a sealed
 * memory file already or lies on a read-only file system; else copies itself into one and execs it
 * (does not return). 0 or -errno with e.
 */
int sealed_exec(char **argv, struct err *e);

#endif
