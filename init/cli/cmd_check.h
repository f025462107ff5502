/* SPDX-License-Identifier: ISC */
/* pintle check FILE…: what a device would say of these unit files. */
#ifndef PINTLE_INIT_CLI_CMD_CHECK_H
#define PINTLE_INIT_CLI_CMD_CHECK_H

#include "init/cli/cli.h"

/*
 * Reads the files with the device's own code and prints "file:line: warning|error: text" a message
 * (with --json an object a line); names dependencies that are missing among them, and cycles. 0
 * when all would run, 1 otherwise.
 */
int cmd_check(const struct call *c);

#endif
