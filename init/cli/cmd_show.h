/* SPDX-License-Identifier: ISC */
/* pintle show UNIT|FILE…: what a unit comes to. */
#ifndef PINTLE_INIT_CLI_CMD_SHOW_H
#define PINTLE_INIT_CLI_CMD_SHOW_H

#include "init/cli/cli.h"

/*
 * Prints the lines of the unit and its drop-ins with the file and line that each comes from, and,
 * for a container, the config.json of the runtime-spec that it becomes; with --json one document
 * a unit. A word with '/' in it is a file on the desk, else a unit of this device. What only the
 * image knows is there when the image is in the store. 0; 1 for a unit with an error; 4 no such
 * unit.
 */
int cmd_show(const struct call *c);

#endif
