/* SPDX-License-Identifier: ISC */
/* Checked numbers. See num.h. */
#include "runtime/base/num.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "runtime/base/compiler.h"

bool num_add(uint64_t a, uint64_t b, uint64_t *ret)
{
	return !__builtin_add_overflow(a, b, ret);
}

bool num_mul(uint64_t a, uint64_t b, uint64_t *ret)
{
	uint64_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return false;
	*ret = product;
	return true;
}

static int digits(const char *text, size_t n, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i;

	if (!n)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		unsigned d = (unsigned char)text[i] - '0';

		if (d >= base)
			return -EINVAL;
		if (v > (UINT64_MAX - d) / base)
			return -ERANGE;
		v = v * base + d;
	}
	if (v > max)
		return -ERANGE;
	*ret = v;
	return 0;
}

int num_u64(const char *text, size_t n, uint64_t max, uint64_t *ret)
{
	return digits(text, n, 10, max, ret);
}

int num_octal(const char *text, size_t n, uint64_t max, uint64_t *ret)
{
	return digits(text, n, 8, max, ret);
}

int num_i64(const char *text, size_t n, int64_t min, int64_t max, int64_t *ret)
{
	bool negative = n && text[0] == '-';
	size_t skip = n && (text[0] == '-' || text[0] == '+');
	uint64_t v;
	int rc = digits(text + skip, n - skip, 10, negative ? 1ull << 63 : INT64_MAX, &v);
	int64_t s;

	if (rc)
		return rc;
	s = negative ? (int64_t)(0 - v) : (int64_t)v;
	if (s < min || s > max)
		return -ERANGE;
	*ret = s;
	return 0;
}

static size_t digit_run(const char *text)
{
	return strspn(text, "0123456789");
}

int num_size(const char *text, uint64_t *ret_bytes)
{
	static const char units[] = "KMGT";
	size_t n = digit_run(text);
	uint64_t v, bytes;
	const char *u;
	int rc;

	if (strcmp(text, "infinity") == 0) {
		*ret_bytes = UINT64_MAX;
		return 0;
	}
	rc = num_u64(text, n, UINT64_MAX, &v);
	if (rc)
		return rc;
	text += n;
	bytes = v;
	u = *text ? strchr(units, *text & ~0x20) : NULL;
	if (u) {
		if (!num_mul(v, 1ull << (10 * (unsigned)(u - units + 1)), &bytes))
			return -ERANGE;
		text++;
		if (*text == 'i')
			text++;
	}
	if (*text == 'B' || *text == 'b')
		text++;
	if (*text)
		return -EINVAL;
	*ret_bytes = bytes;
	return 0;
}

struct span_unit {
	const char *name;
	uint64_t us;
};

/* systemd.time(7), without months and years, which mean nothing for a timeout. */
static const struct span_unit span_units[] = {
	{ "us", 1 },
	{ "usec", 1 },
	{ "ms", 1000 },
	{ "msec", 1000 },
	{ "s", 1000000 },
	{ "sec", 1000000 },
	{ "second", 1000000 },
	{ "seconds", 1000000 },
	{ "", 1000000 },
	{ "m", 60000000 },
	{ "min", 60000000 },
	{ "minute", 60000000 },
	{ "minutes", 60000000 },
	{ "h", 3600000000 },
	{ "hr", 3600000000 },
	{ "hour", 3600000000 },
	{ "hours", 3600000000 },
	{ "d", 86400000000 },
	{ "day", 86400000000 },
	{ "days", 86400000000 },
	{ "w", 604800000000 },
	{ "week", 604800000000 },
	{ "weeks", 604800000000 },
};

static uint64_t span_unit_us(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(span_units); i++)
		if (strlen(span_units[i].name) == n && memcmp(name, span_units[i].name, n) == 0)
			return span_units[i].us;
	return 0;
}

/* One "1.5 min" at *at; adds it to *us. Fractions count to six places. */
static int span_part(const char **at, uint64_t *us)
{
	const char *whole = *at, *frac, *unit;
	size_t nw = digit_run(whole), nf = 0, nu, i;
	uint64_t v = 0, f = 0, scale = 1000000, unit_us, part;

	frac = whole + nw;
	if (*frac == '.')
		nf = digit_run(++frac);
	if (!nw && !nf)
		return -EINVAL;
	if (nw && num_u64(whole, nw, UINT64_MAX, &v))
		return -ERANGE;
	unit = frac + nf;
	unit += strspn(unit, " \t");
	nu = strspn(unit, "abcdefghijklmnopqrstuvwxyz");
	unit_us = span_unit_us(unit, nu);
	if (!unit_us)
		return -EINVAL;
	for (i = 0; i < nf && i < 6; i++) {
		scale /= 10;
		f += (uint64_t)(frac[i] - '0') * scale;
	}
	if (!num_mul(v, unit_us, &part) || !num_add(part, unit_us * f / 1000000, &part) ||
	    !num_add(*us, part, us))
		return -ERANGE;
	*at = unit + nu;
	return 0;
}

int num_span_ms(const char *text, uint64_t *ret_ms)
{
	uint64_t us = 0;
	int rc;

	if (strcmp(text, "infinity") == 0) {
		*ret_ms = UINT64_MAX;
		return 0;
	}
	text += strspn(text, " \t");
	if (!*text)
		return -EINVAL;
	while (*text) {
		rc = span_part(&text, &us);
		if (rc)
			return rc;
		text += strspn(text, " \t");
	}
	*ret_ms = us / 1000 + (us % 1000 != 0);
	return 0;
}

int num_bool(const char *text, bool *ret)
{
	static const char *const yes[] = { "yes", "true", "on", "1", "y", "t" };
	static const char *const no[] = { "no", "false", "off", "0", "n", "f" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(yes); i++) {
		if (strcasecmp(text, yes[i]) == 0 || strcasecmp(text, no[i]) == 0) {
			*ret = strcasecmp(text, yes[i]) == 0;
			return 0;
		}
	}
	return -EINVAL;
}
