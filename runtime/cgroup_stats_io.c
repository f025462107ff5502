/* SPDX-License-Identifier: ISC */
/*
 * A group's input, output, huge pages and pressure: see cgroup_stats.h. For the OCI command line.
 */
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"
#include "runtime/cgroup_stats.h"

#define DIGITS "0123456789"

static const char *blanks(const char *at)
{
	return at + strspn(at, " ");
}

/* A number at *at, which moves behind it. */
static bool take_number(const char **at, uint64_t max, uint64_t *ret)
{
	size_t n = strspn(*at, DIGITS);

	if (num_u64(*at, n, max, ret))
		return false;
	*at += n;
	return true;
}

/* "8:0 " */
static bool take_device(const char **at, struct cg_io_row *row)
{
	uint64_t major, minor;

	if (!take_number(at, UINT32_MAX, &major) || *(*at)++ != ':' ||
	    !take_number(at, UINT32_MAX, &minor) || **at != ' ')
		return false;
	row->major = (uint32_t)major;
	row->minor = (uint32_t)minor;
	*at = blanks(*at);
	return true;
}

static void add_row(struct cg_stats *s, const struct cg_io_row *row)
{
	if (s->n_io < CG_STAT_IO)
		s->io[s->n_io++] = *row;
	else
		s->cut = true;
}

void cg_stats_take_blkio(struct cg_stats *s, enum cg_io_table table, const char *line)
{
	struct cg_io_row row = { .table = table };
	size_t n;

	if (!take_device(&line, &row))
		return;		/* "Total 0" */
	n = strcspn(line, " ");
	if (line[n] == ' ') {
		if (str_print(row.op, sizeof(row.op), "%.*s", (int)n, line) < 0)
			return;
		line = blanks(line + n);
	}
	if (take_number(&line, UINT64_MAX, &row.value) && !*line)
		add_row(s, &row);
}

void cg_stats_take_io(struct cg_stats *s, const char *line)
{
	static const struct {
		const char *key;
		enum cg_io_table table;
		const char *op;
	} known[] = {
		{ "rbytes=", CG_IO_BYTES, "Read" },
		{ "wbytes=", CG_IO_BYTES, "Write" },
		{ "rios=", CG_IO_SERVICED, "Read" },
		{ "wios=", CG_IO_SERVICED, "Write" },
	};
	struct cg_io_row row = { 0 };
	size_t i;

	if (!take_device(&line, &row))
		return;
	for (; *line; line = blanks(line + strcspn(line, " ")))
		for (i = 0; i < ARRAY_LEN(known); i++) {
			const char *value = line + strlen(known[i].key);

			if (!str_starts(line, known[i].key) ||
			    !take_number(&value, UINT64_MAX, &row.value))
				continue;
			row.table = known[i].table;
			str_copy(row.op, sizeof(row.op), known[i].op);
			add_row(s, &row);
		}
}

/* "7.61" as 761. */
static uint64_t hundredths(const char *at)
{
	uint64_t whole = 0, part = 0;

	if (!take_number(&at, UINT32_MAX, &whole))
		return 0;
	if (*at == '.' && strspn(at + 1, DIGITS) == 2)
		num_u64(at + 1, 2, 99, &part);
	return whole * 100 + part;
}

void cg_stats_take_pressure(struct cg_psi *psi, const char *line)
{
	bool some = str_starts(line, "some ");
	struct cg_pressure *p = some ? &psi->some : &psi->full;

	if (!some && !str_starts(line, "full "))
		return;
	psi->there = true;
	for (line = blanks(line + 5); *line; line = blanks(line + strcspn(line, " "))) {
		if (str_starts(line, "avg10="))
			p->avg10 = hundredths(line + 6);
		else if (str_starts(line, "avg60="))
			p->avg60 = hundredths(line + 6);
		else if (str_starts(line, "avg300="))
			p->avg300 = hundredths(line + 7);
		else if (str_starts(line, "total="))
			num_u64(line + 6, strspn(line + 6, DIGITS), UINT64_MAX, &p->total);
	}
}

/* The whole lines of a file that is not larger than a page or two. */
struct lines {
	char text[8192];
	char *at;
};

static bool lines_open(struct lines *l, int fd, const char *file)
{
	ssize_t n = fd >= 0 ? io_read_file(fd, file, l->text, sizeof(l->text)) : -1;

	l->at = l->text;
	return n > 0;
}

static const char *lines_next(struct lines *l)
{
	char *line = l->at, *end = strchr(line, '\n');

	if (!*line)
		return NULL;
	if (end)
		*end = '\0';
	l->at = end ? end + 1 : line + strlen(line);
	return line;
}

/* BFQ's file, or CFQ's of kernels before 5.0, or what counts without a scheduler. */
static void read_blkio(int fd, struct cg_stats *s)
{
	static const char *const files[CG_IO_TABLES] = {
		"io_service_bytes_recursive",
		"io_serviced_recursive",
		"io_queued_recursive",
		"io_service_time_recursive",
		"io_wait_time_recursive",
		"io_merged_recursive",
		"time_recursive",
		"sectors_recursive",
	};
	static const char *const prefixes[] = { "blkio.bfq.", "blkio.", "blkio.throttle." };
	static SCRATCH struct lines l;
	const char *line;
	char file[64];
	unsigned had;
	size_t i, k;

	for (k = 0; k < CG_IO_TABLES; k++)
		for (i = 0, had = s->n_io; i < ARRAY_LEN(prefixes) && s->n_io == had; i++) {
			str_print(file, sizeof(file), "%s%s", prefixes[i], files[k]);
			if (!lines_open(&l, fd, file))
				continue;
			while ((line = lines_next(&l)))
				cg_stats_take_blkio(s, (enum cg_io_table)k, line);
		}
}

static void read_io(int fd, struct cg_stats *s)
{
	static SCRATCH struct lines l;
	const char *line;

	if (lines_open(&l, fd, "io.stat"))
		while ((line = lines_next(&l)))
			cg_stats_take_io(s, line);
}

static void read_pressure(int fd, const char *file, struct cg_psi *psi)
{
	static SCRATCH struct lines l;
	const char *line;

	if (lines_open(&l, fd, file))
		while ((line = lines_next(&l)))
			cg_stats_take_pressure(psi, line);
}

static uint64_t sized(int fd, const char *size, const char *what)
{
	char file[64];

	str_print(file, sizeof(file), "hugetlb.%s.%s", size, what);
	return cg_read_u64(fd, file);
}

/* v2: "max 3" in hugetlb.SIZE.events. */
static uint64_t sized_events(int fd, const char *size)
{
	char file[64], text[64];
	uint64_t n = 0;

	str_print(file, sizeof(file), "hugetlb.%s.events", size);
	if (io_read_file(fd, file, text, sizeof(text)) > 4 && str_starts(text, "max "))
		num_u64(text + 4, strspn(text + 4, DIGITS), UINT64_MAX, &n);
	return n;
}

/* The page sizes are in the names of the files. */
static void read_hugetlb(int fd, bool v2, struct cg_stats *s)
{
	const char *ending = v2 ? ".current" : ".usage_in_bytes";
	struct dir_entry entry;
	struct dir d;

	if (fd < 0 || dir_start(&d, fd))
		return;
	while (dir_next(&d, &entry) > 0) {
		struct cg_hugetlb *h = &s->hugetlb[s->n_hugetlb];
		const char *size = entry.name + 8;

		if (!str_starts(entry.name, "hugetlb.") || !str_ends(size, ending) ||
		    strstr(size, ".rsvd."))
			continue;
		if (s->n_hugetlb == CG_STAT_PAGE_SIZES) {
			s->cut = true;
			return;
		}
		if (str_print(h->size, sizeof(h->size), "%.*s",
			      (int)(strlen(size) - strlen(ending)), size) < 0)
			continue;
		h->usage = sized(fd, h->size, v2 ? "current" : "usage_in_bytes");
		h->max = v2 ? 0 : sized(fd, h->size, "max_usage_in_bytes");
		h->failures = v2 ? sized_events(fd, h->size) : sized(fd, h->size, "failcnt");
		s->n_hugetlb++;
	}
}

void cg_stats_read_devices(const struct cg *c, struct cg_stats *s)
{
	int unified = c->fd >= 0 ? c->fd : c->v1_fd[CG_V1_UNIFIED],
	    hugetlb = cg_v1_by_name(c, "hugetlb");

	if (c->fd >= 0)
		read_io(c->fd, s);
	else
		read_blkio(cg_v1_by_name(c, "blkio"), s);
	read_hugetlb(hugetlb < 0 ? unified : hugetlb, hugetlb < 0, s);
	read_pressure(unified, "cpu.pressure", &s->cpu.psi);
	read_pressure(unified, "memory.pressure", &s->memory_psi);
	read_pressure(unified, "io.pressure", &s->io_psi);
}
