/* SPDX-License-Identifier: ISC */
/* The unit files, read again. See reload.h. */
#include "init/reload.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/boot/degraded.h"
#include "init/ctl/ctl_server.h"
#include "init/keep/svc_saved.h"
#include "init/report.h"
#include "init/svc/svc.h"
#include "init/svc/svc_place.h"
#include "init/unit/snapshot.h"
#include "runtime/base/compiler.h"
#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"
#include "runtime/container.h"

#define SNAPSHOTS "/run/pintle/units"
#define PATHS 3

static const char *const called[PATHS + 2] = { UNIT_GONE, UNIT_PATH, NULL };

static struct set {
	struct unit table[UNITS_MAX];
	struct arena arena;
	_Alignas(16) char text[CONFIG_UNIT_ARENA_KB * 1024];
} sets[2];
static unsigned used;		/* of sets */
static uint32_t generation;
static pid_t child;
static bool keeps_only;	/* the child copies what is loaded already */
static struct err first_error;

/* The folders of a snapshot: what is gone lies lowest. */
struct folders {
	char name[PATHS + 1][64];
	const char *path[PATHS + 2];
};

static void name_folders(struct folders *f, uint32_t of)
{
	unsigned i;

	str_print(f->name[0], sizeof(f->name[0]), SNAPSHOTS "/%u/gone", of);
	for (i = 0; i < PATHS; i++)
		str_print(f->name[i + 1], sizeof(f->name[0]), SNAPSHOTS "/%u/%u", of, i);
	for (i = 0; i <= PATHS; i++)
		f->path[i] = f->name[i];
	f->path[PATHS + 1] = NULL;
}

static void begin_set(struct unit_set *ret, struct set *s)
{
	arena_init(&s->arena, s->text, sizeof(s->text));
	*ret = (struct unit_set){ .arena = &s->arena, .units = s->table };
}

void reload_first(uint32_t of)
{
	struct folders f;

	generation = of;
	begin_set(&units, &sets[used]);
	if (!of) {
		unit_load(&units, unit_path, degraded_report, NULL);
		return;
	}
	name_folders(&f, of);
	unit_load_as(&units, f.path, called, degraded_report, NULL);
}

uint32_t reload_generation(void)
{
	return generation;
}

/* One file of a snapshot to another. */
static void copy_kept(int from, int to, const char *name)
{
	static SCRATCH char bytes[CONFIG_UNIT_FILE_KB * 1024];
	int out AUTO_CLOSE = -1;
	ssize_t n = io_read_file(from, name, bytes, sizeof(bytes));

	if (n < 0)
		return;
	out = openat(to, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (out >= 0)
		io_write_full(out, bytes, (size_t)n);
}

static void copy_dropins(int from, int to, const char *unit)
{
	char name[CTL_UNIT_MAX + 4];
	struct dir_entry entry;
	struct dir d;
	int in AUTO_CLOSE = -1, out AUTO_CLOSE = -1;

	str_print(name, sizeof(name), "%s.d", unit);
	in = openat(from, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (in < 0)
		return;
	mkdirat(to, name, 0755);
	out = openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out < 0 || dir_start(&d, in))
		return;
	while (dir_next(&d, &entry) > 0)
		copy_kept(in, out, entry.name);
}

/*
 * A unit that runs keeps the files it was made from, in a place below all others: a file that is
 * there still wins. In the child.
 */
static void keep_running(void)
{
	struct folders old, new;
	int to AUTO_CLOSE = -1;
	unsigned i, k;

	name_folders(&old, generation);
	name_folders(&new, generation + 1);
	mkdir(new.path[0], 0755);
	to = open(new.path[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (i = 0; i < n_svcs && to >= 0; i++) {
		if (svc_state_class(svcs[i].state) == SVC_IS_DOWN || !svcs[i].unit->name[0])
			continue;
		for (k = 0; k <= PATHS; k++) {
			int from AUTO_CLOSE = open(old.path[k], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

			if (from < 0)
				continue;
			copy_kept(from, to, svcs[i].unit->name);
			copy_dropins(from, to, svcs[i].unit->name);
		}
	}
}

static int copy(void *ctx, struct err *e)
{
	char to[64], old[64];
	int rc;

	(void)ctx;
	str_print(old, sizeof(old), SNAPSHOTS "/%u", generation - 1);
	io_remove_tree(AT_FDCWD, old);
	str_print(to, sizeof(to), SNAPSHOTS "/%u", generation + 1);
	rc = unit_snapshot(unit_path, to, e);
	if (rc)
		return rc;
	keep_running();
	_exit(0);
}

static int start_child(struct err *e)
{
	struct ctr_place place = { .cgroup_fd = -1, .netns_fd = -1 };
	struct ctr_proc proc;
	int rc;

	if (child)
		return err_set(e, EBUSY, "reload", "one is at work");
	rc = ctr_spawn(&place, copy, NULL, &proc, e);
	if (rc)
		return rc;
	io_close(&proc.pidfd);
	report_keep(&proc);
	child = proc.pid;
	err_clear(&first_error);
	return 0;
}

int reload_start(struct err *e)
{
	int rc = start_child(e);

	keeps_only = false;
	return rc;
}

void reload_keep(void)
{
	struct err e = { 0 };

	if (generation || start_child(&e))
		return;
	keeps_only = true;
}

static void note(void *ctx, int level, const char *file, unsigned line, const char *text)
{
	(void)ctx;
	log_line((enum log_level)level, "reload: %s:%u: %s", file, line, text);
	if (level <= LOG_LVL_ERR)
		err_set(&first_error, EBADMSG, "reload", "%s:%u: %s", file, line, text);
}

static void give_back(struct set *s)
{
	memset(s, 0, sizeof(*s));
}

static int swap(struct err *e)
{
	struct unit_set fresh;
	struct folders new;

	name_folders(&new, generation + 1);
	begin_set(&fresh, &sets[!used]);
	unit_load_as(&fresh, new.path, called, note, NULL);
	if (first_error.code) {
		give_back(&sets[!used]);
		*e = first_error;
		return -e->code;
	}
	svc_adopt_units(&fresh);
	give_back(&sets[used]);
	used = !used;
	generation++;
	log_line(LOG_LVL_NOTICE, "unit files read again: %u units", units.n);
	return 0;
}

bool reload_reaped(pid_t pid, int code, int sig)
{
	struct err e = { 0 };

	if (!child || pid != child)
		return false;
	child = 0;
	if (!report_take(pid, &e)) {
		if (keeps_only && !code && !sig) {
			generation = 1;
			return true;
		}
		if (code || sig)
			err_set(&e, ECHILD, "reload", "its child ended with status %d, signal %d",
				code, sig);
		else
			swap(&e);
	}
	if (e.code)
		log_err(LOG_LVL_ERR, "reload", &e);
	ctl_reloaded(&e);
	return true;
}
