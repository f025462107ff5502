/* SPDX-License-Identifier: ISC */
/*
 * Where output goes: standard output and error of the command line. The console's sink is its own.
 */
#include <string.h>
#include <unistd.h>

#include "init/cli/cli.h"
#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define TEXT_MAX 1536

static SCRATCH char held[4096];		/* a document is many small pieces: one write for all */
static size_t n_held;

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

void sink_flush(struct sink *s)
{
	if (s->flush)
		s->flush(s);
}

void sink_error(struct sink *s, const char *word, const char *fmt, ...)
{
	char raw[TEXT_MAX / 2], text[TEXT_MAX];
	struct str said, out;
	va_list ap;

	str_init(&said, raw, sizeof(raw));
	str_fmt(&said, "%s: ", word);
	va_start(ap, fmt);
	str_vfmt(&said, fmt, ap);
	va_end(ap);
	/* What failed may be named by a foreign image. */
	str_init(&out, text, sizeof(text) - 1);
	str_puts(&out, s->is_console ? "" : "pintle: ");
	str_put_escaped(&out, raw, said.len);
	text[out.len++] = '\n';
	sink_flush(s);
	if (s->is_console)
		s->put(s, text, out.len);
	else
		io_write_full(STDERR_FILENO, text, out.len);
}

static void flush_stdout(struct sink *s)
{
	int rc = io_write_full(STDOUT_FILENO, held, n_held);

	n_held = 0;
	if (rc && !s->lost_errno)
		s->lost_errno = -rc;
}

/* A reader that has gone ends us by SIGPIPE, as it should. */
static void put_stdout(struct sink *s, const char *bytes, size_t n)
{
	while (n) {
		size_t part = sizeof(held) - n_held;

		if (part > n)
			part = n;
		memcpy(held + n_held, bytes, part);
		n_held += part;
		bytes += part;
		n -= part;
		if (n_held == sizeof(held))
			flush_stdout(s);
	}
}

struct sink *sink_stdout(void)
{
	static struct sink s = { .put = put_stdout, .flush = flush_stdout, .stop_fd = -1 };

	return &s;
}
