/* SPDX-License-Identifier: ISC */
/* Where output goes: standard output and error of the command line. The console's sink is its own. */
#include <unistd.h>

#include "init/cli/cli.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define TEXT_MAX 1536

void sink_fmt(struct sink *s, const char *fmt, ...)
{
	char text[TEXT_MAX];
	struct str out;
	va_list ap;

	str_init(&out, text, sizeof(text));
	va_start(ap, fmt);
	str_vfmt(&out, fmt, ap);
	va_end(ap);
	s->put(s, text, out.len);
}

void sink_error(struct sink *s, const char *word, const char *fmt, ...)
{
	char text[TEXT_MAX];
	struct str out;
	va_list ap;

	str_init(&out, text, sizeof(text));
	if (!s->is_console)
		str_puts(&out, "pintle: ");
	str_fmt(&out, "%s: ", word);
	va_start(ap, fmt);
	str_vfmt(&out, fmt, ap);
	va_end(ap);
	str_putc(&out, '\n');
	if (s->is_console)
		s->put(s, text, out.len);
	else
		io_write_full(STDERR_FILENO, text, out.len);
}

static void put_stdout(struct sink *s, const char *bytes, size_t n)
{
	(void)s;
	/* A reader that has gone ends us by SIGPIPE, as it should. */
	io_write_full(STDOUT_FILENO, bytes, n);
}

struct sink *sink_stdout(void)
{
	static struct sink s = { .put = put_stdout, .stop_fd = -1 };

	return &s;
}
