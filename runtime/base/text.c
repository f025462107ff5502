/* SPDX-License-Identifier: ISC */
/* Hexadecimal and base64. See text.h. */
#include "runtime/base/text.h"

#include <errno.h>
#include <stdint.h>

void text_hex(const void *bytes, size_t n, char *out)
{
	static const char set[] = "0123456789abcdef";
	const uint8_t *p = bytes;

	for (; n; n--, p++) {
		*out++ = set[*p >> 4];
		*out++ = set[*p & 15];
	}
	*out = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int text_unhex(const char *digits, size_t len, void *out, size_t n)
{
	uint8_t *p = out;
	size_t i;

	if (len / 2 != n || len % 2)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		int hi = hex_value(digits[2 * i]), lo = hex_value(digits[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -EINVAL;
		p[i] = (uint8_t)(hi << 4 | lo);
	}
	return 0;
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

ssize_t text_unbase64(const char *in, size_t len, void *out, size_t cap)
{
	size_t pad = 0, n = 0, i;
	uint8_t *p = out;
	uint32_t acc = 0;
	unsigned bits = 0;

	if (len % 4)
		return -EINVAL;
	while (pad < 2 && len && in[len - 1 - pad] == '=')
		pad++;
	for (i = 0; i < len - pad; i++) {
		int v = base64_value(in[i]);

		if (v < 0)
			return -EINVAL;
		acc = acc << 6 | (uint32_t)v;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		if (n == cap)
			return -ENOSPC;
		p[n++] = (uint8_t)(acc >> bits);
		acc &= (1u << bits) - 1;
	}
	return acc ? -EINVAL : (ssize_t)n;
}

bool text_is_utf8(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	while (n) {
		size_t len = *p < 0x80	 ? 1
			     : *p < 0xc2 ? 0
			     : *p < 0xe0 ? 2
			     : *p < 0xf0 ? 3
			     : *p < 0xf5 ? 4
					 : 0;

		if (!len || len > n)
			return false;
		for (size_t i = 1; i < len; i++)
			if ((p[i] & 0xc0) != 0x80)
				return false;
		if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
			(*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
			return false;
		p += len;
		n -= len;
	}
	return true;
}
