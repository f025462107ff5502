/* SPDX-License-Identifier: ISC */
/* Points in time. See when.h; pure. */
#include "init/cli/when.h"

#include <errno.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"

#define DAY_MS 86400000ull
#define YEAR_FIRST 1970
#define YEAR_LAST 9999

static bool is_leap(uint64_t y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static unsigned month_days(uint64_t y, unsigned m)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[m - 1] + (m == 2 && is_leap(y) ? 1u : 0u);
}

/* Days from 1970-01-01 to the first of January. */
static uint64_t days_to(uint64_t y)
{
	return (y - 1970) * 365 + (y - 1969) / 4 - (y - 1901) / 100 + (y - 1601) / 400;
}

/* Digits up to a separator or the end; moves behind it. */
static int field(const char **at, char separator, uint64_t least, uint64_t most, uint64_t *ret)
{
	size_t n = strspn(*at, "0123456789");
	int rc = num_u64(*at, n, most, ret);

	if (rc || *ret < least || (separator && (*at)[n] != separator))
		return -EINVAL;
	*at += n + (separator != 0);
	return 0;
}

/* "10:00" or "10:00:00", the whole of it; ms within the day. */
static int time_of_day(const char *at, uint64_t *ret_ms)
{
	uint64_t h, m, s = 0;

	if (field(&at, ':', 0, 23, &h) || field(&at, 0, 0, 59, &m))
		return -EINVAL;
	if (*at == ':' && (at++, field(&at, 0, 0, 59, &s)))
		return -EINVAL;
	*ret_ms = (h * 3600 + m * 60 + s) * 1000;
	return *at ? -EINVAL : 0;
}

static int date(const char *at, uint64_t *ret_ms)
{
	uint64_t y, m, d, ms = 0, days;
	unsigned i;

	if (field(&at, '-', YEAR_FIRST, YEAR_LAST, &y) || field(&at, '-', 1, 12, &m) ||
	    field(&at, 0, 1, month_days(y, (unsigned)m), &d))
		return -EINVAL;
	if (*at && *at != ' ' && *at != 'T')
		return -EINVAL;
	if (*at && time_of_day(at + 1, &ms))
		return -EINVAL;
	days = days_to(y) + d - 1;
	for (i = 1; i < m; i++)
		days += month_days(y, i);
	*ret_ms = days * DAY_MS + ms;
	return 0;
}

/* A time of the wall clock's, in ms since 1970. */
static int absolute(const char *text, uint64_t now_ms, uint64_t *ret_ms)
{
	uint64_t today = now_ms - now_ms % DAY_MS, s;

	if (text[0] == '@') {
		if (num_u64(text + 1, strlen(text + 1), UINT64_MAX / 1000, &s))
			return -EINVAL;
		*ret_ms = s * 1000;
		return 0;
	}
	if (strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0) {
		*ret_ms = text[0] == 't' ? today : today - DAY_MS;
		return 0;
	}
	if (!time_of_day(text, ret_ms)) {
		*ret_ms += today;
		return 0;
	}
	return date(text, ret_ms);
}

/* "SPAN ago" or "-SPAN". */
static int before_now(const char *text, uint64_t *ret_ms)
{
	char span[32];
	size_t n = strlen(text);

	if (text[0] == '-')
		return num_span_ms(text + 1, ret_ms);
	if (n < 5 || !str_ends(text, " ago") || n - 4 >= sizeof(span))
		return -EINVAL;
	memcpy(span, text, n - 4);
	span[n - 4] = '\0';
	return num_span_ms(span, ret_ms);
}

int when_parse(const char *text, const struct when_now *now, uint64_t *ret_mono_ms)
{
	uint64_t ms, booted_ms = now->wall_ms - now->mono_ms;
	int rc;

	if (text[0] == '+')
		return num_span_ms(text + 1, ret_mono_ms);
	if (strcmp(text, "now") == 0) {
		*ret_mono_ms = now->mono_ms;
		return 0;
	}
	if (!before_now(text, &ms)) {
		*ret_mono_ms = ms > now->mono_ms ? 0 : now->mono_ms - ms;
		return 0;
	}
	rc = absolute(text, now->wall_ms ? now->wall_ms : 2 * DAY_MS, &ms);
	if (rc)
		return rc;
	if (!now->wall_ms)
		return -ENODATA;
	*ret_mono_ms = ms > booted_ms ? ms - booted_ms : 0;
	return 0;
}

void when_format(char *buf, size_t cap, uint64_t wall_ms)
{
	uint64_t days = wall_ms / DAY_MS, ms = wall_ms % DAY_MS, y = YEAR_FIRST;
	unsigned m = 1;

	while (y < YEAR_LAST && days_to(y + 1) <= days)
		y++;
	days -= days_to(y);
	while (m < 12 && days >= month_days(y, m))
		days -= month_days(y, m++);
	str_print(buf, cap, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)y, m,
		  (unsigned)days + 1, (unsigned)(ms / 3600000), (unsigned)(ms / 60000 % 60),
		  (unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000));
}
