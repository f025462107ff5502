/* SPDX-License-Identifier: ISC */
/* The words that handle images themselves, without PID 1: on a desk, in a script, on a device. */
#ifndef PINTLE_INIT_CLI_CMD_IMAGE_H
#define PINTLE_INIT_CLI_CMD_IMAGE_H

/*
 * pintle load [--config FILE] [--store DIR] [--insecure] IMAGE: verifies an image and puts it into
 * the store. argv[0] is the word. Returns the exit status: 0 done, 1 failed (one line on standard
 * error), 2 usage. Blocks.
 */
int cmd_load(int argc, char **argv);
/*
 * pintle verify, same options: the same checks, nothing kept. Without --store it works below
 * $TMPDIR or /tmp, root or not.
 */
int cmd_verify(int argc, char **argv);
/*
 * pintle images [--store DIR] [--json]: the references that the store knows and the digests they
 * stand for.
 */
int cmd_images(int argc, char **argv);

#endif
