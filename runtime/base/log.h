/* SPDX-License-Identifier: ISC */
/*
 * One line of diagnosis from a policy file. PID 1 and its workers write to /dev/kmsg, tools to
 * standard error; a line that cannot be written at once is dropped and counted.
 * Libraries return errors, they do not log.
 */
#ifndef PINTLE_RUNTIME_BASE_LOG_H
#define PINTLE_RUNTIME_BASE_LOG_H

#include "runtime/base/compiler.h"
#include "runtime/base/err.h"

enum log_level {
	LOG_LVL_ERR = 3,
	LOG_LVL_WARN = 4,
	LOG_LVL_NOTICE = 5,
	LOG_LVL_INFO = 6,
	LOG_LVL_DEBUG = 7
};

#define LOG_LINE_MAX 480

/*
 * Where lines go: an fd opened non-blocking by the caller (not closed here), -1 = nowhere. kmsg
 * adds "<level>pintle: ".
 */
void log_to(int fd, int is_kmsg);
/* Lines above this level are dropped. Default LOG_LVL_INFO. */
void log_set_level(enum log_level most);
/*
 * A second reader of every line (PID 1 keeps its own ring by it); NULL removes it. line is
 * NUL-terminated, no newline.
 */
void log_set_hook(void (*hook)(enum log_level level, const char *line));

/* Formats by str_fmt's rules; never blocks if the fd does not. */
void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* "prefix: step: text: reason". */
void log_err(enum log_level level, const char *prefix, const struct err *e);
/* Lines that could not be written so far. */
unsigned log_dropped(void);

#endif
