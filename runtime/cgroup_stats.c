/* SPDX-License-Identifier: ISC */
/* Reading a group's use: see cgroup_stats.h. For the OCI command line. */
#include "runtime/base/compiler.h"
#include "runtime/cgroup_stats.h"

#include <errno.h>
#include <string.h>

#include "runtime/base/io.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"

#define NS_PER_US 1000u
#define NS_PER_TICK 10000000u	/* USER_HZ is 100 everywhere */

typedef void pair_fn(void *ctx, const char *name, uint64_t value);

/* "name value" lines of a file. */
static void each_pair(int fd, const char *file, pair_fn *take, void *ctx)
{
	static SCRATCH char text[8192];
	char *line, *next;
	ssize_t n = fd >= 0 ? io_read_file(fd, file, text, sizeof(text)) : -1;

	for (line = text; n > 0 && *line; line = next) {
		char *space = strchr(line, ' ');
		uint64_t value;

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (!space)
			continue;
		*space++ = '\0';
		if (!num_u64(space, strcspn(space, "\n"), UINT64_MAX, &value))
			take(ctx, line, value);
	}
}

/* UINT64_MAX for "max"; v1 writes a number of its own for it, which is passed on as runc does. */
static uint64_t limit_of(int fd, const char *file)
{
	char text[32];

	if (fd < 0 || io_read_file(fd, file, text, sizeof(text)) <= 0 || !strncmp(text, "max", 3))
		return UINT64_MAX;
	return cg_read_u64(fd, file);
}

static void take_memory(void *ctx, const char *name, uint64_t value)
{
	struct cg_stats *s = ctx;
	struct cg_pair *p = &s->memory_stat[s->n_memory_stat];

	if (!strcmp(name, "cache") || !strcmp(name, "file"))
		s->memory_cache = value;
	if (s->n_memory_stat == CG_STAT_PAIRS) {
		s->cut = true;
	} else if (!str_copy(p->name, sizeof(p->name), name)) {
		p->value = value;
		s->n_memory_stat++;
	}
}

static void take_cpu(void *ctx, const char *name, uint64_t value)
{
	struct cg_stats *s = ctx;
	const struct {
		const char *name;
		uint64_t *to;
		uint64_t unit;
	} rows[] = {
		{ "usage_usec", &s->cpu.total_ns, NS_PER_US },
		{ "user_usec", &s->cpu.user_ns, NS_PER_US },
		{ "system_usec", &s->cpu.system_ns, NS_PER_US },
		{ "user", &s->cpu.user_ns, NS_PER_TICK },
		{ "system", &s->cpu.system_ns, NS_PER_TICK },
		{ "nr_periods", &s->cpu.periods, 1 },
		{ "nr_throttled", &s->cpu.throttled_periods, 1 },
		{ "throttled_usec", &s->cpu.throttled_ns, NS_PER_US },
		{ "throttled_time", &s->cpu.throttled_ns, 1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(rows); i++)
		if (!strcmp(name, rows[i].name))
			*rows[i].to = value * rows[i].unit;
}

static void take_events(void *ctx, const char *name, uint64_t value)
{
	struct cg_stats *s = ctx;

	if (!strcmp(name, "oom_kill"))
		s->oom_kills = value;
	else if (!strcmp(name, "max"))
		s->memory.failures = value;
}

static void read_v2(int fd, struct cg_stats *s)
{
	each_pair(fd, "cpu.stat", take_cpu, s);
	each_pair(fd, "memory.stat", take_memory, s);
	each_pair(fd, "memory.events", take_events, s);
	s->memory.usage = cg_read_u64(fd, "memory.current");
	s->memory.max = cg_read_u64(fd, "memory.peak");
	s->memory.limit = limit_of(fd, "memory.max");
	if (cg_has_file(fd, "memory.swap.max")) {
		s->swap.usage = cg_read_u64(fd, "memory.swap.current") + s->memory.usage;
		s->swap.limit = limit_of(fd, "memory.swap.max");
		if (s->swap.limit != UINT64_MAX &&
		    !num_add(s->swap.limit, s->memory.limit, &s->swap.limit))
			s->swap.limit = UINT64_MAX;
	}
	s->pids = cg_read_u64(fd, "pids.current");
	s->pids_limit = limit_of(fd, "pids.max");
}

/* "memory.memsw" → memory.memsw.usage_in_bytes and its sisters. */
static void read_v1_usage(int fd, const char *prefix, struct cg_usage *u)
{
	char file[64];

	str_print(file, sizeof(file), "%s.usage_in_bytes", prefix);
	u->usage = cg_read_u64(fd, file);
	str_print(file, sizeof(file), "%s.max_usage_in_bytes", prefix);
	u->max = cg_read_u64(fd, file);
	str_print(file, sizeof(file), "%s.limit_in_bytes", prefix);
	u->limit = limit_of(fd, file);
	str_print(file, sizeof(file), "%s.failcnt", prefix);
	u->failures = cg_read_u64(fd, file);
}

/* Numbers with blanks between them, up to the line's end. How many. */
static unsigned take_numbers(const char **at, uint64_t *to, unsigned cap)
{
	unsigned n = 0;
	size_t len;

	while (n < cap) {
		len = strspn(*at, "0123456789");
		if (num_u64(*at, len, UINT64_MAX, &to[n]))
			break;
		n++;
		*at += len;
		*at += strspn(*at, " ");
	}
	return n;
}

/* cpuacct.usage_all has a head line, then "cpu user system" (Linux 4.8). */
static void read_v1_cpus(int fd, struct cg_stats *s)
{
	static SCRATCH char text[4096];
	const char *at = text;
	uint64_t row[3];

	if (fd < 0 || io_read_file(fd, "cpuacct.usage_percpu", text, sizeof(text)) <= 0)
		return;
	s->cpu.n_cpus = take_numbers(&at, s->cpu.per_cpu_ns, CG_STAT_CPUS);
	s->cut |= s->cpu.n_cpus == CG_STAT_CPUS && *at >= '0' && *at <= '9';
	if (io_read_file(fd, "cpuacct.usage_all", text, sizeof(text)) <= 0)
		return;
	at = text;
	while ((at = strchr(at, '\n')) && *++at)
		if (take_numbers(&at, row, 3) == 3 && row[0] < s->cpu.n_cpus) {
			s->cpu.per_cpu_user_ns[row[0]] = row[1];
			s->cpu.per_cpu_system_ns[row[0]] = row[2];
		}
}

static void read_v1(const struct cg *c, struct cg_stats *s)
{
	int memory = cg_v1_by_name(c, "memory"), acct = cg_v1_by_name(c, "cpuacct"),
	    pids = cg_v1_by_name(c, "pids");

	each_pair(cg_v1_by_name(c, "cpu"), "cpu.stat", take_cpu, s);
	each_pair(acct, "cpuacct.stat", take_cpu, s);
	each_pair(memory, "memory.stat", take_memory, s);
	each_pair(memory, "memory.oom_control", take_events, s);
	s->cpu.total_ns = cg_read_u64(acct, "cpuacct.usage");
	read_v1_cpus(acct, s);
	read_v1_usage(memory, "memory", &s->memory);
	read_v1_usage(memory, "memory.memsw", &s->swap);
	read_v1_usage(memory, "memory.kmem", &s->kernel);
	read_v1_usage(memory, "memory.kmem.tcp", &s->kernel_tcp);
	s->pids = cg_read_u64(pids, "pids.current");
	s->pids_limit = limit_of(pids, "pids.max");
}

int cg_stats_read(const struct cg *c, struct cg_stats *ret)
{
	size_t i;
	bool any = c->fd >= 0;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < CG_V1_N; i++)
		any |= c->v1_fd[i] >= 0;
	if (!any)
		return -ENOENT;
	if (c->fd >= 0)
		read_v2(c->fd, ret);
	else
		read_v1(c, ret);
	cg_stats_read_devices(c, ret);
	return 0;
}
