/* SPDX-License-Identifier: ISC */
/* Calendar events. See calendar.h. */
#include "init/svc/calendar.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "runtime/base/compiler.h"

static const char *const weekdays[] = {
	"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
};

static const struct {
	const char *word, *meaning;
} shorthands[] = {
	{ "minutely", "*-*-* *:*:00" },
	{ "hourly", "*-*-* *:00:00" },
	{ "daily", "*-*-* 00:00:00" },
	{ "monthly", "*-*-01 00:00:00" },
	{ "weekly", "Mon *-*-* 00:00:00" },
	{ "yearly", "*-01-01 00:00:00" },
	{ "annually", "*-01-01 00:00:00" },
	{ "quarterly", "*-01,04,07,10-01 00:00:00" },
	{ "semiannually", "*-01,07-01 00:00:00" },
};

/* --- reading --- */

static bool read_number(const char **at, unsigned *ret)
{
	const char *p = *at;
	unsigned v = 0;

	for (; *p >= '0' && *p <= '9' && p - *at < 5; p++)
		v = v * 10 + (unsigned)(*p - '0');
	if (p == *at)
		return false;
	*at = p;
	*ret = v;
	return true;
}

/* One of a list: "*", "5", "5..9", each with "/2"; *ret_step 0 = the value alone. */
static int read_item(const char **at, unsigned low, unsigned high, unsigned *first, unsigned *last,
		     unsigned *step)
{
	bool star = **at == '*';

	*first = low;
	*last = high;
	*step = 1;
	if (star)
		(*at)++;
	else if (!read_number(at, first))
		return -EINVAL;
	else
		*last = *first;
	if (!star && strncmp(*at, "..", 2) == 0) {
		*at += 2;
		if (!read_number(at, last))
			return -EINVAL;
	}
	if (**at == '/') {
		(*at)++;
		if (!read_number(at, step) || !*step)
			return -EINVAL;
		/* "5/10" goes on to the end; "5..9/2" to 9. */
		if (*last == *first)
			*last = high;
	}
	return *first < low || *last > high || *first > *last ? -EINVAL : 0;
}

/* down: days from the end of a month, where "7/1" goes on to the last day. */
static int read_set(const char **at, unsigned low, unsigned high, bool down, uint64_t *ret)
{
	unsigned first, last, step;
	int rc;

	*ret = 0;
	for (;;) {
		const char *item = *at;

		rc = read_item(at, low, high, &first, &last, &step);
		if (rc)
			return rc;
		if (down && *item != '*' && !memchr(item, '.', (size_t)(*at - item)) &&
		    memchr(item, '/', (size_t)(*at - item))) {
			last = first;
			first = last - (last - low) / step * step;
		}
		for (; first <= last; first += step)
			*ret |= 1ull << (first - low);
		if (**at != ',')
			return 0;
		(*at)++;
	}
}

static int read_years(const char **at, struct calendar *c)
{
	unsigned first, last, step, n = 0;
	int rc;

	if (**at == '*' && (*at)[1] != '/') {
		(*at)++;
		return 0;
	}
	for (;;) {
		rc = read_item(at, 1970, CALENDAR_LAST_YEAR, &first, &last, &step);
		if (rc || n == CALENDAR_YEARS_MAX)
			return -EINVAL;
		c->years[n].first = (uint16_t)first;
		c->years[n].last = (uint16_t)last;
		c->years[n++].step = (uint16_t)step;
		if (**at != ',')
			return 0;
		(*at)++;
	}
}

static int read_weekday(const char **at, unsigned *ret)
{
	size_t n = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	unsigned i;

	for (i = 0; i < 7; i++)
		if ((n == 3 || n == strlen(weekdays[i])) && strncasecmp(*at, weekdays[i], n) == 0) {
			*at += n;
			*ret = i;
			return 0;
		}
	return -EINVAL;
}

/* "Mon", "Mon,Wed", "Mon..Fri", "Sat..Mon". */
static int read_weekdays(const char **at, struct calendar *c)
{
	unsigned first, last;

	for (;;) {
		if (read_weekday(at, &first))
			return -EINVAL;
		last = first;
		if (strncmp(*at, "..", 2) == 0) {
			*at += 2;
			if (read_weekday(at, &last))
				return -EINVAL;
		}
		for (;; first = (first + 1) % 7) {
			c->weekdays = (uint8_t)(c->weekdays | 1u << first);
			if (first == last)
				break;
		}
		if (**at != ',')
			break;
		(*at)++;
	}
	if (**at == ',')
		(*at)++;
	return **at && **at != ' ' ? -EINVAL : 0;
}

/* [YEAR-]MONTH-DAY or MONTH~DAY. */
static int read_date(const char **at, const char *end, struct calendar *c)
{
	unsigned dashes = 0;
	const char *p;
	uint64_t set;

	for (p = *at; p < end; p++)
		dashes += *p == '-' || *p == '~';
	if (dashes == 2 && (read_years(at, c) || *(*at)++ != '-'))
		return -EINVAL;
	if (dashes < 1 || dashes > 2 || read_set(at, 1, 12, false, &set))
		return -EINVAL;
	c->months = (uint16_t)set;
	c->from_end = **at == '~';
	if (**at != '-' && **at != '~')
		return -EINVAL;
	(*at)++;
	if (read_set(at, 1, 31, c->from_end, &set))
		return -EINVAL;
	c->days = (uint32_t)set;
	return *at == end ? 0 : -EINVAL;
}

/* HOUR:MINUTE[:SECOND]; a second's fraction is none of ours. */
static int read_time(const char **at, struct calendar *c)
{
	uint64_t set;

	if (read_set(at, 0, 23, false, &set) || *(*at)++ != ':' ||
	    read_set(at, 0, 59, false, &c->minutes))
		return -EINVAL;
	c->hours = (uint32_t)set;
	c->seconds = 1;
	if (**at != ':')
		return 0;
	(*at)++;
	return read_set(at, 0, 59, false, &c->seconds);
}

static void skip_blanks(const char **at)
{
	while (**at == ' ')
		(*at)++;
}

int calendar_parse(const char *text, struct calendar *ret)
{
	struct calendar c = {
		.months = 0xfff, .days = 0x7fffffff, .hours = 1, .minutes = 1, .seconds = 1
	};
	const char *at = text;
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(shorthands); i++)
		if (strcasecmp(text, shorthands[i].word) == 0)
			at = shorthands[i].meaning;
	if (((*at | 32) >= 'a' && (*at | 32) <= 'z') && read_weekdays(&at, &c))
		return -EINVAL;
	skip_blanks(&at);
	n = strcspn(at, " ");
	if (n && !memchr(at, ':', n) && strncasecmp(at, "UTC", 3) && read_date(&at, at + n, &c))
		return -EINVAL;
	skip_blanks(&at);
	if (*at && strncasecmp(at, "UTC", 3) && read_time(&at, &c))
		return -EINVAL;
	skip_blanks(&at);
	if (strcasecmp(at, "UTC") == 0)
		at += 3;
	if (*at || !text[strspn(text, " ")])
		return -EINVAL;
	*ret = c;
	return 0;
}

/* --- searching --- */

/*
 * Days since 1970-01-01 of a date, and back: Howard Hinnant's well-known formulas for the proleptic
 * calendar.
 */
static int64_t days_of(int64_t y, unsigned m, unsigned d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (int64_t)(m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void date_of(int64_t days, unsigned *y, unsigned *m, unsigned *d)
{
	int64_t z = days + 719468, era = z / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365,
		doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*d = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*m = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*y = (unsigned)(yoe + era * 400 + (*m <= 2));
}

static unsigned month_days(unsigned y, unsigned m)
{
	return (unsigned)(days_of(m == 12 ? y + 1 : y, m == 12 ? 1 : m + 1, 1) - days_of(y, m, 1));
}

static bool year_fits(const struct calendar *c, unsigned y)
{
	unsigned i;

	for (i = 0; i < CALENDAR_YEARS_MAX && c->years[i].step; i++)
		if (y >= c->years[i].first && y <= c->years[i].last &&
		    (y - c->years[i].first) % c->years[i].step == 0)
			return true;
	return i == 0;
}

static bool day_fits(const struct calendar *c, unsigned y, unsigned m, unsigned d)
{
	unsigned bit = c->from_end ? month_days(y, m) - d : d - 1;
	unsigned weekday = (unsigned)((days_of(y, m, d) + 3) % 7);

	return c->days >> bit & 1 && (!c->weekdays || c->weekdays >> weekday & 1);
}

/* The lowest bit of set from `from` on, or 64. */
static unsigned bit_from(uint64_t set, unsigned from)
{
	set = from < 64 ? set >> from << from : 0;
	return set ? (unsigned)__builtin_ctzll(set) : 64;
}

/* The first time of day at or after `from` that fits, in seconds; 86400 = none. */
static unsigned time_from(const struct calendar *c, unsigned from)
{
	unsigned h = bit_from(c->hours, from / 3600), m = 0, s = 0;

	if (h == from / 3600) {
		m = bit_from(c->minutes, from / 60 % 60);
		if (m == from / 60 % 60) {
			s = bit_from(c->seconds, from % 60);
			if (s < 64)
				return h * 3600 + m * 60 + s;
			m = bit_from(c->minutes, m + 1);
		}
		if (m < 64)
			return h * 3600 + m * 60 + bit_from(c->seconds, 0);
		h = bit_from(c->hours, h + 1);
	}
	return h < 24 ? h * 3600 + bit_from(c->minutes, 0) * 60 + bit_from(c->seconds, 0) : 86400;
}

uint64_t calendar_next(const struct calendar *c, uint64_t after)
{
	uint64_t day = (after + 1) / 86400;
	unsigned from = (unsigned)((after + 1) % 86400), y, m, d, t;

	if (after >= (uint64_t)days_of(CALENDAR_LAST_YEAR + 1, 1, 1) * 86400)
		return UINT64_MAX;
	date_of((int64_t)day, &y, &m, &d);
	while (y <= CALENDAR_LAST_YEAR) {
		if (!year_fits(c, y)) {
			y++;
			m = d = 1;
			from = 0;
		} else if (!(c->months >> (m - 1) & 1)) {
			m++;
			d = 1;
			from = 0;
		} else if (day_fits(c, y, m, d) && (t = time_from(c, from)) < 86400) {
			return (uint64_t)days_of(y, m, d) * 86400 + t;
		} else {
			d++;
			from = 0;
			if (d > month_days(y, m)) {
				m++;
				d = 1;
			}
		}
		if (m > 12) {
			y++;
			m = 1;
		}
	}
	return UINT64_MAX;
}
