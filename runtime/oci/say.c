/* SPDX-License-Identifier: ISC */
/* Messages and the log file: see say.h. */
#include "runtime/oci/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/jsonw.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"

static int log_fd = -1;
static bool as_json, with_debug;

int say_open(const char *path, const char *format, bool debug, struct err *e)
{
	as_json = format && strcmp(format, "json") == 0;
	if (format && !as_json && strcmp(format, "text"))
		return err_set(e, EINVAL, "usage", "--log-format %s: text and json are known",
			       format);
	with_debug = debug;
	if (!path || !*path)
		return 0;
	log_fd = path_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	return log_fd < 0 ? err_set(e, errno, "log", "%s", path) : 0;
}

void say_time(const struct timespec *t, char text[40])
{
	struct tm tm;

	gmtime_r(&t->tv_sec, &tm);
	str_print(text, 40, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", tm.tm_year + 1900,
		  tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (long)t->tv_nsec);
}

static void to_log(const char *level, const char *text)
{
	struct timespec now;
	struct jsonw w;
	char when[40], line[640];
	struct str s;

	clock_gettime(CLOCK_REALTIME, &now);
	say_time(&now, when);
	jsonw_start(&w, log_fd);
	if (as_json) {
		jsonw_object(&w, NULL);
		jsonw_text(&w, "level", level);
		jsonw_text(&w, "msg", text);
		jsonw_text(&w, "time", when);
		jsonw_close(&w, '}');
		jsonw_newline(&w);
		jsonw_flush(&w);
		return;
	}
	str_init(&s, line, sizeof(line));
	str_fmt(&s, "time=\"%s\" level=%s msg=\"%s\"\n", when, level, text);
	io_write_full(log_fd, s.buf, s.len);
}

static void say(const char *level, const char *text)
{
	char line[560];
	struct str s;

	if (log_fd >= 0)
		to_log(level, text);
	str_init(&s, line, sizeof(line));
	str_fmt(&s, "pintle-runc: %s%s%s\n", strcmp(level, "error") ? level : "",
		strcmp(level, "error") ? ": " : "", text);
	io_write_full(STDERR_FILENO, s.buf, s.len);
}

void say_error(const struct err *e)
{
	char text[400];

	say("error", err_say(e, text, sizeof(text)));
}

void say_warning(const char *fmt, ...)
{
	char text[400];
	struct str s;
	va_list ap;

	str_init(&s, text, sizeof(text));
	va_start(ap, fmt);
	str_vfmt(&s, fmt, ap);
	va_end(ap);
	say("warning", text);
}

void say_debug(const char *fmt, ...)
{
	char text[400];
	struct str s;
	va_list ap;

	if (!with_debug)
		return;
	str_init(&s, text, sizeof(text));
	va_start(ap, fmt);
	str_vfmt(&s, fmt, ap);
	va_end(ap);
	say("debug", text);
}
