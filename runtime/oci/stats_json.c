/* SPDX-License-Identifier: ISC */
/* Statistics as JSON: see stats_json.h. */
#include "runtime/oci/stats_json.h"

#include "runtime/base/jsonw.h"

static void put_each(struct jsonw *w, const char *key, const uint64_t *values, unsigned n)
{
	jsonw_array(w, key);
	for (; n; n--)
		jsonw_u64(w, NULL, *values++);
	jsonw_close(w, ']');
}

static void put_pressure(struct jsonw *w, const char *key, const struct cg_pressure *p)
{
	jsonw_object(w, key);
	jsonw_hundredths(w, "avg10", p->avg10);
	jsonw_hundredths(w, "avg60", p->avg60);
	jsonw_hundredths(w, "avg300", p->avg300);
	jsonw_u64(w, "total", p->total);
	jsonw_close(w, '}');
}

static void put_psi(struct jsonw *w, const struct cg_psi *psi)
{
	if (!psi->there)
		return;
	jsonw_object(w, "psi");
	put_pressure(w, "some", &psi->some);
	put_pressure(w, "full", &psi->full);
	jsonw_close(w, '}');
}

static void put_cpu(struct jsonw *w, const struct cg_stats *s)
{
	jsonw_object(w, "cpu");
	jsonw_object(w, "usage");
	jsonw_u64(w, "total", s->cpu.total_ns);
	put_each(w, "percpu", s->cpu.per_cpu_ns, s->cpu.n_cpus);
	put_each(w, "percpu_kernel", s->cpu.per_cpu_system_ns, s->cpu.n_cpus);
	put_each(w, "percpu_user", s->cpu.per_cpu_user_ns, s->cpu.n_cpus);
	jsonw_u64(w, "kernel", s->cpu.system_ns);
	jsonw_u64(w, "user", s->cpu.user_ns);
	jsonw_close(w, '}');
	jsonw_object(w, "throttling");
	jsonw_u64(w, "periods", s->cpu.periods);
	jsonw_u64(w, "throttledPeriods", s->cpu.throttled_periods);
	jsonw_u64(w, "throttledTime", s->cpu.throttled_ns);
	jsonw_close(w, '}');
	put_psi(w, &s->cpu.psi);
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
	put_psi(w, &s->memory_psi);
	jsonw_close(w, '}');
}

/* Tables without a row are left out, as runc does. */
static void put_blkio(struct jsonw *w, const struct cg_stats *s)
{
	static const char *const keys[CG_IO_TABLES] = {
		"ioServiceBytesRecursive", "ioServicedRecursive", "ioQueueRecursive",
		"ioServiceTimeRecursive",  "ioWaitTimeRecursive", "ioMergedRecursive",
		"ioTimeRecursive",	   "sectorsRecursive",
	};
	unsigned i, k;
	bool open;

	jsonw_object(w, "blkio");
	for (k = 0; k < CG_IO_TABLES; k++) {
		for (i = 0, open = false; i < s->n_io; i++) {
			if (s->io[i].table != k)
				continue;
			if (!open)
				jsonw_array(w, keys[k]);
			open = true;
			jsonw_object(w, NULL);
			jsonw_u64(w, "major", s->io[i].major);
			jsonw_u64(w, "minor", s->io[i].minor);
			if (s->io[i].op[0])
				jsonw_text(w, "op", s->io[i].op);
			jsonw_u64(w, "value", s->io[i].value);
			jsonw_close(w, '}');
		}
		if (open)
			jsonw_close(w, ']');
	}
	put_psi(w, &s->io_psi);
	jsonw_close(w, '}');
}

static void put_hugetlb(struct jsonw *w, const struct cg_stats *s)
{
	unsigned i;

	jsonw_object(w, "hugetlb");
	for (i = 0; i < s->n_hugetlb; i++) {
		jsonw_object(w, s->hugetlb[i].size);
		jsonw_u64(w, "usage", s->hugetlb[i].usage);
		jsonw_u64(w, "max", s->hugetlb[i].max);
		jsonw_u64(w, "failcnt", s->hugetlb[i].failures);
		jsonw_close(w, '}');
	}
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
	put_blkio(&w, s);
	put_hugetlb(&w, s);
	jsonw_close(&w, '}');
	jsonw_close(&w, '}');
	jsonw_newline(&w);
	return jsonw_flush(&w);
}
