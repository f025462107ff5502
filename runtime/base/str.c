/* SPDX-License-Identifier: ISC */
/* Bounded string builder. See str.h; the formatter is in str_fmt.c. */
#include "runtime/base/str.h"

#include <errno.h>
#include <string.h>

void str_init(struct str *s, char *buf, size_t cap)
{
	s->buf = buf;
	s->len = 0;
	s->cap = cap;
	s->cut = false;
	if (cap)
		buf[0] = '\0';
}

void str_put(struct str *s, const char *bytes, size_t n)
{
	size_t room = s->cap ? s->cap - 1 - s->len : 0;

	if (n > room) {
		n = room;
		s->cut = true;
	}
	if (!s->cap)
		return;
	memcpy(s->buf + s->len, bytes, n);
	s->len += n;
	s->buf[s->len] = '\0';
}

void str_puts(struct str *s, const char *text)
{
	str_put(s, text, strlen(text));
}

void str_putc(struct str *s, char c)
{
	str_put(s, &c, 1);
}

int str_print(char *buf, size_t cap, const char *fmt, ...)
{
	struct str s;
	va_list ap;

	str_init(&s, buf, cap);
	va_start(ap, fmt);
	str_vfmt(&s, fmt, ap);
	va_end(ap);
	return s.cut ? -ENAMETOOLONG : (int)s.len;
}

int str_copy(char *buf, size_t cap, const char *text)
{
	size_t n = strlen(text);

	if (n >= cap) {
		if (cap)
			buf[0] = '\0';
		return -ENAMETOOLONG;
	}
	memcpy(buf, text, n + 1);
	return 0;
}

bool str_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
	size_t n = strlen(text), m = strlen(suffix);

	return n >= m && memcmp(text + n - m, suffix, m) == 0;
}

bool str_is(const char *span, size_t n, const char *text)
{
	return strlen(text) == n && memcmp(span, text, n) == 0;
}

size_t str_utf8_len(const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned char lo = 0x80, hi = 0xbf;
	size_t len, i;

	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		len = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		len = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (len > n)
		return 0;
	if (p[0] == 0xe0)
		lo = 0xa0;
	else if (p[0] == 0xed)
		hi = 0x9f;
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xf4)
		hi = 0x8f;
	if (p[1] < lo || p[1] > hi)
		return 0;
	for (i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

void str_put_escaped(struct str *s, const char *bytes, size_t n)
{
	const unsigned char *p = (const unsigned char *)bytes;
	size_t i = 0;

	while (i < n) {
		size_t len = p[i] >= 0x20 && p[i] < 0x7f ? 1 : 0;

		/* U+0080..U+009F are control characters too: some terminals obey them. */
		if (!len && p[i] >= 0x80 && !(p[i] == 0xc2 && i + 1 < n && p[i + 1] < 0xa0))
			len = str_utf8_len(bytes + i, n - i);
		if (len)
			str_put(s, bytes + i, len);
		else
			str_fmt(s, "\\x%02x", p[i]);
		i += len ? len : 1;
	}
}
