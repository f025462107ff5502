/* SPDX-License-Identifier: ISC */
/* Statistics as JSON: see stats_json.h. */
#include "runtime/oci/stats_json.h"

#include "runtime/base/jsonw.h"

static void put_cpu(struct jsonw *w, const struct cg_stats *s)
{
	unsigned i;

	jsonw_object(w, "cpu");
	jsonw_object(w, "usage");
	jsonw_u64(w, "total", s->cpu.total_ns);
	jsonw_array(w, "percpu");
	for (i = 0; i < s->cpu.n_cpus; i++)
		jsonw_u64(w, NULL, s->cpu.per_cpu_ns[i]);
	jsonw_close(w, ']');
	jsonw_u64(w, "kernel", s->cpu.system_ns);
	jsonw_u64(w, "user", s->cpu.user_ns);
	jsonw_close(w, '}');
	jsonw_object(w, "throttling");
	jsonw_u64(w, "periods", s->cpu.periods);
	jsonw_u64(w, "throttledPeriods", s->cpu.throttled_periods);
	jsonw_u64(w, "throttledTime", s->cpu.throttled_ns);
	jsonw_close(w, '}');
	jsonw_close(w, '}');
}

static void put_usage(struct jsonw *w, const char *key, const struct cg_usage *u)
{
	jsonw_object(w, key);
	jsonw_u64(w, "limit", u->limit);
	jsonw_u64(w, "usage", u->usage);
	jsonw_u64(w, "max", u->max);
	jsonw_u64(w, "failcnt", u->failures);
	jsonw_close(w, '}');
}

static void put_memory(struct jsonw *w, const struct cg_stats *s)
{
	unsigned i;

	jsonw_object(w, "memory");
	jsonw_u64(w, "cache", s->memory_cache);
	put_usage(w, "usage", &s->memory);
	put_usage(w, "swap", &s->swap);
	put_usage(w, "kernel", &s->kernel);
	put_usage(w, "kernelTCP", &s->kernel_tcp);
	jsonw_object(w, "raw");
	for (i = 0; i < s->n_memory_stat; i++)
		jsonw_u64(w, s->memory_stat[i].name, s->memory_stat[i].value);
	jsonw_close(w, '}');
	jsonw_close(w, '}');
}

int oci_stats_write(int fd, const char *id, const struct cg_stats *s)
{
	struct jsonw w;

	jsonw_start(&w, fd);
	jsonw_object(&w, NULL);
	jsonw_text(&w, "type", "stats");
	jsonw_text(&w, "id", id);
	jsonw_object(&w, "data");
	put_cpu(&w, s);
	put_memory(&w, s);
	jsonw_object(&w, "pids");
	jsonw_u64(&w, "current", s->pids);
	if (s->pids_limit != UINT64_MAX)
		jsonw_u64(&w, "limit", s->pids_limit);
	jsonw_close(&w, '}');
	jsonw_close(&w, '}');
	jsonw_close(&w, '}');
	jsonw_newline(&w);
	return jsonw_flush(&w);
}
