/* SPDX-License-Identifier: ISC */
/*
 * What the OCI command line says besides its output: to standard error, and to the --log file in
 * the form that containerd and podman read ({"level":"error","msg":…,"time":…} or key=value text).
 */
#ifndef PINTLE_RUNTIME_OCI_SAY_H
#define PINTLE_RUNTIME_OCI_SAY_H

#include <stdbool.h>
#include <time.h>

#include "runtime/base/err.h"

/*
 * path NULL: standard error alone. format "text", "json" or NULL. 0, -EINVAL (the format) or -errno
 * with e.
 */
int say_open(const char *path, const char *format, bool debug, struct err *e);
/* An error that ends the command; what it was doing is in e. */
void say_error(const struct err *e);
/* A warning; the command goes on. */
void say_warning(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* With --debug only. */
void say_debug(const char *fmt, ...) PRINTF_LIKE(1, 2);
/* RFC 3339 with nanoseconds, UTC; 31 bytes with the NUL. */
void say_time(const struct timespec *t, char text[40]);

#endif
