/* SPDX-License-Identifier: ISC */
/* Feeds inih logical lines and keeps from it what it would misread. See parse.h; pure. */
#include <string.h>

#include "init/unit/parse.h"
#include "runtime/base/str.h"

/*
 * One physical line: [start, end) without its newline and carriage return. False at the end of the
 * file.
 */
static bool physical(struct lines *l, const char **start, const char **end)
{
	const char *newline;

	if (l->at >= l->end)
		return false;
	newline = memchr(l->at, '\n', (size_t)(l->end - l->at));
	*start = l->at;
	*end = newline ? newline : l->end;
	l->at = newline ? newline + 1 : l->end;
	if (*end > *start && (*end)[-1] == '\r')
		(*end)--;
	l->next++;
	return true;
}

static bool is_comment(const char *start, const char *end)
{
	while (start < end && (*start == ' ' || *start == '\t'))
		start++;
	return start < end && (*start == '#' || *start == ';');
}

/*
 * Joins a line with those that its trailing backslash asks for; comments among them are passed
 * over.
 */
static bool logical(struct lines *l, struct str *s)
{
	const char *start, *end;
	bool more;

	if (!physical(l, &start, &end))
		return false;
	l->p->line = l->next - 1;
	if (is_comment(start, end)) {
		str_putc(s, '#');
		return true;
	}
	do {
		more = end > start && end[-1] == '\\';
		str_put(s, start, (size_t)(end - start) - more);
		if (more)
			str_putc(s, ' ');
		while (more && (more = physical(l, &start, &end)) && is_comment(start, end))
			;
	} while (more);
	return true;
}

static bool is_blank(const char *line)
{
	return line[strspn(line, " \t")] == '\0';
}

/* Whether inih will read the line as we mean it; says why not. */
static bool is_sound(struct parse *p, const struct str *s)
{
	const char *line = s->buf + strspn(s->buf, " \t");
	size_t name = strcspn(line, "=:");

	if (s->cut)
		return parse_bad(p, "the line is longer than %d bytes", UNIT_LINE_MAX - 3), false;
	if (strlen(s->buf) != s->len)
		return parse_bad(p, "there is a NUL byte in the line"), false;
	if (line[0] == '[') {
		size_t n = strcspn(line, "]");

		if (!line[n] || !is_blank(line + n + 1))
			return parse_bad(p, "a section is written [Name]"), false;
		return n - 1 <= UNIT_SECTION_MAX ||
		       (parse_bad(p, "the section's name is too long"), false);
	}
	if (line[0] == '#' || is_blank(line))
		return true;
	if (line[name] != '=' || name == 0)
		return parse_bad(p, "there is no \"Key=\" in the line"), false;
	return true;
}

char *lines_read(char *str, int num, void *lines)
{
	struct lines *l = lines;
	struct str s;

	/* A newline and the NUL have their place at the end. */
	str_init(&s, str, (size_t)num - 1);
	if (!logical(l, &s))
		return NULL;
	if (!is_sound(l->p, &s)) {
		s.buf[0] = '#';
		s.len = 1;
	}
	s.buf[s.len] = '\n';
	s.buf[s.len + 1] = '\0';
	return str;
}
