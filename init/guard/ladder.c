/* SPDX-License-Identifier: ISC */
/* The ladder: arithmetic and its record. See ladder.h. Pure. */
#include "init/guard/ladder.h"

#include <errno.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"

#define HEAD "pintle ladder 1\n"

static const char *const words[] = {
#define RUNG(name, word) word,
#include "init/guard/ladder.def"
#undef RUNG
};

const char *ladder_word(enum ladder_rung rung)
{
	return rung < RUNGS ? words[rung] : "";
}

static enum ladder_rung next_rung(const struct ladder_conf *c, const struct ladder *l)
{
	unsigned i;

	for (i = 0; i < RUNG_SAFE; i++)
		if (l->done[i] < c->times[i])
			break;
	return (enum ladder_rung)i;
}

static bool has_counts(const struct ladder *l)
{
	unsigned i;

	for (i = 0; i < RUNGS; i++)
		if (l->done[i])
			return true;
	return false;
}

static uint64_t step_due(const struct ladder_conf *c, const struct ladder *l)
{
	return (l->step_ms ? l->step_ms : l->sick_ms) + c->patience_ms;
}

static enum ladder_verdict look_well(const struct ladder_conf *c, struct ladder *l, uint64_t now_ms)
{
	l->sick_ms = 0;
	l->step_ms = 0;
	if (!l->well_ms)
		l->well_ms = now_ms ? now_ms : 1;
	if (now_ms - l->well_ms < c->healthy_ms || !has_counts(l))
		return LADDER_WAIT;
	memset(l->done, 0, sizeof(l->done));
	return LADDER_CLEARED;
}

enum ladder_verdict ladder_look(const struct ladder_conf *c, struct ladder *l, bool sick,
				uint64_t now_ms, enum ladder_rung *ret)
{
	if (!sick)
		return look_well(c, l, now_ms);
	l->well_ms = 0;
	if (!l->sick_ms)
		l->sick_ms = now_ms ? now_ms : 1;
	if (l->done[RUNG_SAFE] || now_ms < step_due(c, l))
		return LADDER_WAIT;
	*ret = next_rung(c, l);
	l->done[*ret]++;
	l->step_ms = now_ms;
	return LADDER_STEP;
}

uint64_t ladder_due(const struct ladder_conf *c, const struct ladder *l)
{
	if (l->sick_ms)
		return l->done[RUNG_SAFE] ? UINT64_MAX : step_due(c, l);
	return l->well_ms && has_counts(l) ? l->well_ms + c->healthy_ms : UINT64_MAX;
}

bool ladder_take_reboot(const struct ladder_conf *c, struct ladder *l)
{
	if (l->done[RUNG_REBOOT] >= c->times[RUNG_REBOOT])
		return false;
	l->done[RUNG_REBOOT]++;
	return true;
}

bool ladder_after_reset(const struct ladder_conf *c, struct ladder *l)
{
	/*
	 * One more than was asked for by itself: a hang on the very last try is no reason to give
	 * up yet.
	 */
	if (l->done[RUNG_REBOOT] > c->times[RUNG_REBOOT])
		return true;
	l->done[RUNG_REBOOT]++;
	return false;
}

static const char *const ends[] = { "running", "orderly", "own", "starved" };

int ladder_record_print(const struct ladder_record *r, char *text, unsigned cap)
{
	_Static_assert(ARRAY_LEN(ends) == LADDER_ENDS, "a word an end");
	return str_print(text, cap,
			 HEAD
			 "end=%s\nsafe=%u\nreleases=%u\nreboots=%u\ndump=%llu\nunit=%s\nwhole\n",
			 ends[r->end], r->safe, r->releases, r->reboots,
			 (unsigned long long)r->dump_time, r->unit);
}

/* "NAME=VALUE\n" at *at: the value's length, and *at behind the line. -EBADMSG. */
static int take(const char **at, const char *name, const char **value)
{
	size_t n = strlen(name), len;

	if (strncmp(*at, name, n) || (*at)[n] != '=')
		return -EBADMSG;
	*value = *at + n + 1;
	len = strcspn(*value, "\n");
	if ((*value)[len] != '\n')
		return -EBADMSG;
	*at = *value + len + 1;
	return (int)len;
}

static int take_number(const char **at, const char *name, uint64_t max, uint64_t *ret)
{
	const char *value;
	int n = take(at, name, &value);

	return n < 0 || num_u64(value, (size_t)n, max, ret) ? -EBADMSG : 0;
}

static int take_end(const char **at, enum ladder_end *ret)
{
	const char *value;
	int n = take(at, "end", &value);
	unsigned i;

	for (i = 0; n >= 0 && i < LADDER_ENDS; i++)
		if (str_is(value, (size_t)n, ends[i])) {
			*ret = (enum ladder_end)i;
			return 0;
		}
	return -EBADMSG;
}

int ladder_record_read(const char *text, struct ladder_record *ret)
{
	struct ladder_record r = { 0 };
	uint64_t safe, releases, reboots;
	const char *at = text + sizeof(HEAD) - 1, *unit;
	int n;

	memset(ret, 0, sizeof(*ret));
	if (!str_starts(text, HEAD) || take_end(&at, &r.end) ||
	    take_number(&at, "safe", 1, &safe) || take_number(&at, "releases", 1000, &releases) ||
	    take_number(&at, "reboots", 1000, &reboots) ||
	    take_number(&at, "dump", UINT64_MAX, &r.dump_time))
		return -EBADMSG;
	n = take(&at, "unit", &unit);
	if (n < 0 || (size_t)n >= sizeof(r.unit) || strcmp(at, "whole\n"))
		return -EBADMSG;
	memcpy(r.unit, unit, (size_t)n);
	r.safe = safe;
	r.releases = (uint32_t)releases;
	r.reboots = (uint32_t)reboots;
	*ret = r;
	return 0;
}
