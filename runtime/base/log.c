/* SPDX-License-Identifier: ISC */
/* One line of diagnosis. See log.h. */
#include "runtime/base/log.h"

#include <errno.h>
#include <unistd.h>

#include "runtime/base/str.h"

static int out_fd = -1;
static int out_is_kmsg;
static enum log_level most_level = LOG_LVL_INFO;
static void (*line_hook)(enum log_level level, const char *line);
static unsigned dropped;

void log_to(int fd, int is_kmsg)
{
	out_fd = fd;
	out_is_kmsg = is_kmsg;
}

void log_set_level(enum log_level most)
{
	most_level = most;
}

void log_set_hook(void (*hook)(enum log_level level, const char *line))
{
	line_hook = hook;
}

unsigned log_dropped(void)
{
	return dropped;
}

/*
 * One write(2) a line: a line on /dev/kmsg is one write by its contract, and lines never
 * interleave.
 */
static void emit(enum log_level level, const char *text)
{
	char line[LOG_LINE_MAX + 16];
	struct str s;
	ssize_t rc;

	if (line_hook)
		line_hook(level, text);
	if (out_fd < 0)
		return;
	str_init(&s, line, sizeof(line));
	if (out_is_kmsg)
		str_fmt(&s, "<%d>", (int)level);
	str_fmt(&s, "pintle: %s\n", text);
	do
		rc = write(out_fd, line, s.len);
	while (rc < 0 && errno == EINTR);
	if (rc < 0)
		dropped++;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char text[LOG_LINE_MAX];
	struct str s;
	va_list ap;

	if (level > most_level)
		return;
	str_init(&s, text, sizeof(text));
	va_start(ap, fmt);
	str_vfmt(&s, fmt, ap);
	va_end(ap);
	emit(level, text);
}

void log_err(enum log_level level, const char *prefix, const struct err *e)
{
	char said[sizeof(struct err) + 64];

	log_line(level, "%s: %s", prefix, err_say(e, said, sizeof(said)));
}
