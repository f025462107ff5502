/* SPDX-License-Identifier: ISC */
/* The formatter behind str_fmt(): the conversions that str.h lists and nothing else. */
#include <string.h>
#include <sys/types.h>

#include "runtime/base/str.h"

struct conv {
	unsigned width, precision;
	bool left, zero, has_precision;
	char length;	/* 0, 'H' (hh), 'h', 'l', 'L' (ll), 'z', 'j', 't' */
	char kind;
};

static unsigned parse_count(const char **at, va_list *ap)
{
	unsigned n = 0;

	if (**at == '*') {
		int arg = va_arg(*ap, int);

		(*at)++;
		return arg > 0 ? (unsigned)arg : 0;
	}
	for (; **at >= '0' && **at <= '9'; (*at)++)
		if (n < 10000)
			n = n * 10 + (unsigned)(**at - '0');
	return n;
}

/* Reads what stands after '%'; returns the place after the conversion. */
static const char *parse_conv(const char *at, struct conv *c, va_list *ap)
{
	memset(c, 0, sizeof(*c));
	for (; *at == '-' || *at == '0'; at++) {
		c->left |= *at == '-';
		c->zero |= *at == '0';
	}
	c->width = parse_count(&at, ap);
	if (*at == '.') {
		at++;
		c->has_precision = true;
		c->precision = parse_count(&at, ap);
	}
	if (*at && strchr("hlzjt", *at)) {
		c->length = *at++;
		if (*at == c->length && (*at == 'h' || *at == 'l'))
			c->length = *at++ == 'h' ? 'H' : 'L';
	}
	c->kind = *at;
	return *at ? at + 1 : at;
}

static void pad(struct str *s, char with, size_t have, size_t want)
{
	for (; have < want; have++)
		str_putc(s, with);
}

static void put_text(struct str *s, const struct conv *c, const char *text)
{
	size_t n;

	if (!text)
		text = "(null)";
	n = c->has_precision ? strnlen(text, c->precision) : strlen(text);
	if (!c->left)
		pad(s, ' ', n, c->width);
	str_put(s, text, n);
	if (c->left)
		pad(s, ' ', n, c->width);
}

static void put_number(struct str *s, const struct conv *c, uint64_t v, bool negative)
{
	const char *set = c->kind == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	unsigned base = c->kind == 'x' || c->kind == 'X' || c->kind == 'p' ? 16
			: c->kind == 'o'				   ? 8
									   : 10;
	char digits[24];
	size_t n = sizeof(digits), len;

	do {
		digits[--n] = set[v % base];
		v /= base;
	} while (v);
	len = sizeof(digits) - n + negative;
	if (!c->left && !c->zero)
		pad(s, ' ', len, c->width);
	if (negative)
		str_putc(s, '-');
	if (!c->left && c->zero)
		pad(s, '0', len, c->width);
	str_put(s, digits + n, sizeof(digits) - n);
	if (c->left)
		pad(s, ' ', len, c->width);
}

static int64_t get_signed(char length, va_list *ap)
{
	switch (length) {
	case 'H': return (signed char)va_arg(*ap, int);
	case 'h': return (short)va_arg(*ap, int);
	case 'l': return va_arg(*ap, long);
	case 'L': return va_arg(*ap, long long);
	case 'z': return va_arg(*ap, ssize_t);
	case 'j': return va_arg(*ap, intmax_t);
	case 't': return va_arg(*ap, ptrdiff_t);
	default: return va_arg(*ap, int);
	}
}

static uint64_t get_unsigned(char length, va_list *ap)
{
	switch (length) {
	case 'H': return (unsigned char)va_arg(*ap, unsigned);
	case 'h': return (unsigned short)va_arg(*ap, unsigned);
	case 'l': return va_arg(*ap, unsigned long);
	case 'L': return va_arg(*ap, unsigned long long);
	case 'z': return va_arg(*ap, size_t);
	case 'j': return va_arg(*ap, uintmax_t);
	case 't': return (uint64_t)va_arg(*ap, ptrdiff_t);
	default: return va_arg(*ap, unsigned);
	}
}

static void put_conv(struct str *s, const struct conv *c, va_list *ap)
{
	int64_t i;
	char one[2] = { 0 };

	switch (c->kind) {
	case 's':
		put_text(s, c, va_arg(*ap, const char *));
		break;
	case 'c':
		one[0] = (char)va_arg(*ap, int);
		put_text(s, c, one);
		break;
	case 'd':
	case 'i':
		i = get_signed(c->length, ap);
		put_number(s, c, i < 0 ? 0 - (uint64_t)i : (uint64_t)i, i < 0);
		break;
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		put_number(s, c, get_unsigned(c->length, ap), false);
		break;
	case 'p':
		put_number(s, c, (uintptr_t)va_arg(*ap, void *), false);
		break;
	case '%':
		str_putc(s, '%');
		break;
	default:
		str_putc(s, '?');
	}
}

void str_vfmt(struct str *s, const char *fmt, va_list ap)
{
	va_list args;
	struct conv c;

	va_copy(args, ap);
	while (*fmt) {
		size_t n = strcspn(fmt, "%");

		str_put(s, fmt, n);
		fmt += n;
		if (!*fmt)
			break;
		fmt = parse_conv(fmt + 1, &c, &args);
		put_conv(s, &c, &args);
	}
	va_end(args);
}

void str_fmt(struct str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vfmt(s, fmt, ap);
	va_end(ap);
}
