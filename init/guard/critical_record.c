/* SPDX-License-Identifier: ISC */
/*
 * The ladder's record. The boot helper copies it, with the time of the kernel's last dump, to /run;
 * PID 1 reads it there. Writing is a child's; the last writing, after all units, is the shutdown
 * helper's.
 */
#include "init/guard/critical_record.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "init/guard/critical.h"
#include "init/report.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"
#include "runtime/container.h"

#define NAME "ladder"
#define COPY "/run/pintle/last-life"
#define PSTORE "/sys/fs/pstore"

static struct ladder_record newest;	/* what is to be in the file */
static bool has_newest, again;
static enum ladder_end at_end = LADDER_ORDERLY;
static uint64_t dump_time;
static pid_t writer;

/*
 * Where the data partition is not there, the folder may be missing: then nothing is kept, and
 * nothing is lost.
 */
static int write_record(const struct ladder_record *r)
{
	int fd AUTO_CLOSE = open(CONFIG_STORE, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char text[LADDER_TEXT_MAX];
	int n = ladder_record_print(r, text, sizeof(text));

	if (n < 0)
		return n;
	return fd < 0 ? -errno : io_replace_file(fd, NAME, text, (size_t)n, 0600);
}

static int write_child(void *ctx, struct err *e)
{
	(void)e;
	write_record(ctx);
	_exit(0);
	return 0;
}

static void start_writer(void)
{
	struct ctr_place place = { .cgroup_fd = -1, .netns_fd = -1 };
	struct ctr_proc proc;
	struct err e = { 0 };

	again = false;
	if (ctr_spawn(&place, write_child, &newest, &proc, &e)) {
		log_err(LOG_LVL_WARN, "ladder", &e);
		return;
	}
	io_close(&proc.pidfd);
	report_keep(&proc);
	writer = proc.pid;
}

void critical_record_save(const struct ladder_record *r)
{
	newest = *r;
	newest.dump_time = dump_time;
	has_newest = true;
	if (writer)
		again = true;
	else
		start_writer();
}

bool critical_reaped(pid_t pid)
{
	struct err e = { 0 };

	if (!writer || pid != writer)
		return false;
	report_take(pid, &e);
	writer = 0;
	if (again)
		start_writer();
	return true;
}

void critical_record_at_end(enum ladder_end end)
{
	at_end = end;
}

void critical_goodbye(void)
{
	struct ladder_record r = { .end = at_end, .dump_time = dump_time };

	if (!has_newest)
		return;
	/* Somebody asked for this end: what was counted is over, and safe mode with it. */
	if (at_end != LADDER_ORDERLY) {
		r = newest;
		r.end = at_end;
	}
	write_record(&r);
}

void critical_collect(void)
{
	char text[LADDER_TEXT_MAX + 64], record[LADDER_TEXT_MAX] = "";
	int fd AUTO_CLOSE = open(CONFIG_STORE, O_RDONLY | O_DIRECTORY | O_CLOEXEC), n;

	if (mount("pstore", PSTORE, "pstore", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) &&
	    errno != EBUSY)
		errno = 0;	/* a kernel without it leaves no dumps */
	if (fd < 0 || io_read_file(fd, NAME, record, sizeof(record)) < 0)
		record[0] = '\0';
	n = str_print(text, sizeof(text), "%llu\n%s", (unsigned long long)reset_dump_time(PSTORE),
		      record);
	fd = open(COPY, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0 && n > 0)
		io_write_full(fd, text, (size_t)n);
}

enum reset_cause critical_record_read(uint32_t watchdog_flags, struct ladder_record *ret)
{
	char text[LADDER_TEXT_MAX + 64];
	struct reset_signs signs = { .watchdog_flags = watchdog_flags };
	ssize_t got = io_read_file(AT_FDCWD, COPY, text, sizeof(text));
	size_t n = got > 0 ? strcspn(text, "\n") : 0;

	memset(ret, 0, sizeof(*ret));
	if (n && text[n])
		num_u64(text, n, UINT64_MAX, &dump_time);
	if (n && text[n] && !ladder_record_read(text + n + 1, ret)) {
		signs.has_record = true;
		signs.was_running = ret->end == LADDER_RUNNING || ret->end == LADDER_STARVED;
		signs.feeding_stopped = ret->end == LADDER_STARVED;
		signs.by_ladder = ret->end == LADDER_OWN;
	}
	signs.dump = dump_time > ret->dump_time;
	return reset_judge(&signs);
}
