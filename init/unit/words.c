/* SPDX-License-Identifier: ISC */
/* Words, quotes and C escapes of systemd.syntax(7). See parse.h; pure. */
#include <errno.h>
#include <string.h>

#include "init/unit/parse.h"
#include "runtime/base/str.h"

#define BLANKS " \t\n\r"

static int digits(const char **at, unsigned n, unsigned base, uint32_t *ret)
{
	uint32_t v = 0;

	while (n--) {
		char c = *(*at)++;
		unsigned d = c >= '0' && c <= '9'		  ? (unsigned)(c - '0')
			     : (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)((c | 32) - 'a' + 10)
								  : 99;

		if (d >= base)
			return -EINVAL;
		v = v * base + d;
	}
	*ret = v;
	return 0;
}

static void put_utf8(struct str *s, uint32_t c)
{
	if (c < 0x80) {
		str_putc(s, (char)c);
		return;
	}
	if (c < 0x800) {
		str_putc(s, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			str_putc(s, (char)(0xe0 | c >> 12));
		} else {
			str_putc(s, (char)(0xf0 | c >> 18));
			str_putc(s, (char)(0x80 | (c >> 12 & 63)));
		}
		str_putc(s, (char)(0x80 | (c >> 6 & 63)));
	}
	str_putc(s, (char)(0x80 | (c & 63)));
}

/*
 * What follows a backslash; *at stands on it. A NUL cannot be in a word, nor a code point that is
 * none.
 */
static int escape(const char **at, struct str *s)
{
	static const char plain[] = "abfnrtv\\\"'s", value[] = "\a\b\f\n\r\t\v\\\"' ";
	const char *p = *at && **at ? strchr(plain, **at) : NULL;
	char kind = **at;
	uint32_t c = 0;
	int rc;

	if (!kind)
		return -EINVAL;
	if (p) {
		(*at)++;
		str_putc(s, value[p - plain]);
		return 0;
	}
	if (kind >= '0' && kind <= '7') {
		rc = digits(at, 3, 8, &c);
	} else {
		(*at)++;
		rc = kind == 'x' ? digits(at, 2, 16, &c) : kind == 'u' ? digits(at, 4, 16, &c) :
			kind == 'U' ? digits(at, 8, 16, &c) : -EINVAL;
	}
	if (rc || !c || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return -EINVAL;
	if (kind == 'u' || kind == 'U')
		put_utf8(s, c);
	else if (c <= 0xff)
		str_putc(s, (char)c);
	else
		return -EINVAL;
	return 0;
}

int words_next(const char **at, char *out, size_t cap)
{
	char quote = '\0';
	struct str s;
	int rc;

	*at += strspn(*at, BLANKS);
	if (!**at)
		return 0;
	str_init(&s, out, cap);
	while (**at && (quote || !strchr(BLANKS, **at))) {
		char c = *(*at)++;

		if (c == '\\') {
			rc = escape(at, &s);
			if (rc)
				return rc;
		} else if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? '\0' : c;
		} else {
			str_putc(&s, c);
		}
	}
	if (quote)
		return -EINVAL;
	return s.cut ? -ENAMETOOLONG : 1;
}
