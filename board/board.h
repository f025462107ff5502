/* SPDX-License-Identifier: ISC */
/* What PID 1 asks of the hardware: the board's name, its consoles, its kernel modules. */
#ifndef PINTLE_BOARD_BOARD_H
#define PINTLE_BOARD_BOARD_H

#include <stddef.h>

#include "runtime/base/err.h"

#define BOARD_CONSOLES_MAX 4
#define BOARD_TTY_MAX 32	/* bytes of a tty's name with the NUL */

/* The board this binary was built for: "qemu_armv7". Static storage. */
const char *board_name(void);

/*
 * The serial lines that get a prompt: those of Kconfig's CONSOLES, then those that cmdline (the
 * kernel's words, NUL-terminated) names by console=, without options and without repeats. A
 * name with '/' or an over-long one is left out. Returns how many were written. Pure.
 */
size_t board_consoles(const char *cmdline, char ret[BOARD_CONSOLES_MAX][BOARD_TTY_MAX]);

/*
 * Loads the kernel modules that the board's list names (Kconfig MODULES_ORDER: a line a module,
 * path and arguments), in order; one that is loaded already is fine. Each failure goes to
 * report(), the rest is still tried. Blocks on the disk and on devices: never in PID 1 itself.
 * Returns how many were loaded, or -errno when the list could not be read (no list: 0).
 */
int board_load_modules(void (*report)(void *ctx, const struct err *e), void *ctx);

#endif
