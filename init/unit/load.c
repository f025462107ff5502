/* SPDX-License-Identifier: ISC */
/*
 * Finds the unit files and their drop-ins in the search path and reads them: see unit.h. A file of
 * the same name in a later folder takes the place of the earlier one, drop-ins too
 * (systemd.unit(5)).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/unit/hold.h"
#include "init/unit/parse.h"
#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

#define PATH_BYTES 512
#define DROPINS_MAX 16

struct found {		/* one file: its name and the folder it was last seen in */
	char name[CTL_UNIT_MAX];
	unsigned char folder;
};

const char *const unit_path[] = { UNIT_PATH, NULL };

static struct found files[UNITS_MAX];
static unsigned n_files;

bool unit_suffix(const char *name, enum unit_kind *ret)
{
	static const struct {
		const char *suffix;
		enum unit_kind kind;
	} kinds[] = {
		{ ".container", UNIT_CONTAINER },
		{ ".service", UNIT_SERVICE },
		{ ".target", UNIT_TARGET },
		{ ".timer", UNIT_TIMER },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_ends(name, kinds[i].suffix)) {
			*ret = kinds[i].kind;
			return true;
		}
	return false;
}

static void set_defaults(struct unit *u, enum unit_kind kind)
{
	bool is_container = kind == UNIT_CONTAINER;

	u->kind = kind;
	u->no_new_privileges = u->read_only_tmpfs = is_container;
	u->restart_ms = 100;
	u->restart_max_ms = u->memory_max = u->memory_high = u->swap_max = u->pids_max = UINT64_MAX;
	u->start_limit_ms = 10000;
	u->start_limit_burst = 5;
	u->timeout_start_ms = 90000;
	u->timeout_stop_ms = is_container ? 10000 : 90000;
	u->runtime_max_ms = UINT64_MAX;
	u->health.probe.interval_ms = u->health.startup.interval_ms = 30000;	/* podman's */
	u->health.probe.timeout_ms = u->health.startup.timeout_ms = 30000;
	u->health.probe.retries = 3;
	u->kill_mode = is_container ? UNIT_KILL_MIXED : UNIT_KILL_GROUP;
	u->send_sigkill = true;
	u->umask = 022;
	u->shm_bytes = 64 << 20;
	u->sandbox.cap_bounding = UINT64_MAX;
	u->log.rate_ms = 30000;	/* journald's */
	u->log.rate_burst = 10000;
	u->log.level_max = 7;
	if (is_container)
		u->pids_max = 2048;	/* podman's default */
}

/* Inserts a name in order, or moves it to the later folder. False when the table is full. */
static bool note_file(struct found *list, unsigned *n, unsigned max, const char *name,
		      unsigned folder)
{
	unsigned at = 0;

	while (at < *n && strcmp(list[at].name, name) < 0)
		at++;
	if (at == *n || strcmp(list[at].name, name)) {
		if (*n == max)
			return false;
		memmove(list + at + 1, list + at, (*n - at) * sizeof(*list));
		(*n)++;
		str_copy(list[at].name, sizeof(list[at].name), name);
	}
	list[at].folder = (unsigned char)folder;
	return true;
}

struct search {
	struct unit_set *set;
	const char *const *path, *const *shown;	/* the folders, and their names in messages */
	unit_report *report;
	void *ctx;
};

static void scan_units(const struct search *s, unsigned folder)
{
	int fd AUTO_CLOSE = open(s->path[folder], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dir_entry entry;
	enum unit_kind kind;
	struct dir d;

	if (fd < 0 || dir_start(&d, fd))
		return;
	while (dir_next(&d, &entry) > 0) {
		if (!unit_suffix(entry.name, &kind) || entry.name[0] == '.' ||
		    strstr(entry.name, "@."))
			continue;	/* a template is no unit by itself */
		if (strlen(entry.name) >= CTL_UNIT_MAX)
			s->report(s->ctx, LOG_LVL_ERR, entry.name, 0,
				  "the unit's name is too long");
		else if (!note_file(files, &n_files, UNITS_MAX, entry.name, folder))
			s->report(s->ctx, LOG_LVL_ERR, entry.name, 0,
				  "there are more units than UNITS_MAX");
	}
}

/* Empty, or a link to /dev/null: masked. */
static bool is_masked(const char *file)
{
	struct stat st;

	return !stat(file, &st) &&
	       (S_ISCHR(st.st_mode) || (S_ISREG(st.st_mode) && st.st_size == 0));
}

static void note_dropins(struct found *list, unsigned *n, const struct search *s, unsigned folder,
			 const char *name)
{
	char path[PATH_BYTES];
	struct dir_entry entry;
	struct dir d;
	int fd AUTO_CLOSE = -1;

	str_print(path, sizeof(path), "%s/%s.d", s->path[folder], name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || dir_start(&d, fd))
		return;
	while (dir_next(&d, &entry) > 0) {
		if (!str_ends(entry.name, ".conf") || entry.name[0] == '.')
			continue;
		if (strlen(entry.name) >= CTL_UNIT_MAX ||
		    !note_file(list, n, DROPINS_MAX, entry.name, folder))
			s->report(s->ctx, LOG_LVL_ERR, path, 0,
				  "too many drop-ins, or a name too long");
	}
}

static void read_dropins(struct parse *p, const struct search *s)
{
	struct found list[DROPINS_MAX];
	char file[PATH_BYTES], shown[PATH_BYTES];
	unsigned n = 0, i;

	for (i = 0; s->path[i]; i++)
		note_dropins(list, &n, s, i, p->unit->name);
	for (i = 0; i < n; i++) {
		unsigned folder = list[i].folder;

		str_print(file, sizeof(file), "%s/%s.d/%s", s->path[folder], p->unit->name,
			  list[i].name);
		str_print(shown, sizeof(shown), "%s/%s.d/%s", s->shown[folder], p->unit->name,
			  list[i].name);
		if (!is_masked(file))
			parse_file(p, AT_FDCWD, file, shown);
	}
}

/* Reads one unit with its drop-ins into the next place of the set. */
static int read_unit(const struct search *s, const char *name, const char *file, const char *shown)
{
	struct unit_set *set = s->set;
	struct parse p = { .set = set, .report = s->report, .ctx = s->ctx };
	enum unit_kind kind;

	if (set->n == UNITS_MAX) {
		s->report(s->ctx, LOG_LVL_ERR, shown, 0, "there are more units than UNITS_MAX");
		return -ENOSPC;
	}
	p.unit = &set->units[set->n++];
	memset(p.unit, 0, sizeof(*p.unit));
	unit_suffix(name, &kind);
	set_defaults(p.unit, kind);
	str_copy(p.unit->name, sizeof(p.unit->name), name);
	p.unit->file = arena_text(set->arena, shown, strlen(shown));
	if (!p.unit->file)
		p.unit->file = "";
	/* Of a file that could not be read nothing else is worth saying. */
	if (!parse_file(&p, AT_FDCWD, file, shown)) {
		read_dropins(&p, s);
		parse_finish(&p);
	}
	return p.unit->bad ? -EINVAL : 0;
}

/*
 * [Install] of one unit as the other's Wants= or Requires=; of a target without a file it means: at
 * boot.
 */
static void install(const struct search *s, struct unit *u, const struct unit_list *by,
		    bool requires)
{
	unsigned i;

	for (i = 0; i < by->n; i++) {
		struct unit *other = unit_find(s->set, by->v[i]);
		struct parse p = { .set = s->set,
				   .unit = other,
				   .file = u->file,
				   .report = s->report,
				   .ctx = s->ctx };

		if (other && other != u)
			hold_add(&p, requires ? &other->requires : &other->wants, u->name);
		else
			u->enabled = true;
	}
}

static void install_all(const struct search *s)
{
	static const char *const boot[] = { "default.target", "multi-user.target",
					    "graphical.target" };
	struct unit *target;
	unsigned i;

	for (i = 0; i < s->set->n; i++) {
		install(s, &s->set->units[i], &s->set->units[i].wanted_by, false);
		install(s, &s->set->units[i], &s->set->units[i].required_by, true);
	}
	/* What the boot is for, where it has a file. */
	for (i = 0; i < ARRAY_LEN(boot); i++)
		if ((target = unit_find(s->set, boot[i])) != NULL)
			target->enabled = true;
}

/* What is there only for a unit that still runs is not started again, by nobody. */
static void retire(struct unit *u)
{
	u->gone = true;
	u->enabled = false;
	u->wanted_by.n = u->required_by.n = 0;
}

int unit_load_as(struct unit_set *set, const char *const *path, const char *const *as,
		 unit_report *report, void *ctx)
{
	struct search s = { set, path, as, report, ctx };
	char file[PATH_BYTES], shown[PATH_BYTES];
	unsigned i;

	n_files = 0;
	for (i = 0; path[i]; i++)
		scan_units(&s, i);
	for (i = 0; i < n_files; i++) {
		str_print(file, sizeof(file), "%s/%s", path[files[i].folder], files[i].name);
		str_print(shown, sizeof(shown), "%s/%s", as[files[i].folder], files[i].name);
		if (is_masked(file))
			continue;
		read_unit(&s, files[i].name, file, shown);
		if (set->n && strcmp(as[files[i].folder], UNIT_GONE) == 0)
			retire(&set->units[set->n - 1]);
	}
	install_all(&s);
	return (int)set->n;
}

int unit_load(struct unit_set *set, const char *const *path, unit_report *report, void *ctx)
{
	return unit_load_as(set, path, path, report, ctx);
}

int unit_load_file(struct unit_set *set, const char *path, unit_report *report, void *ctx)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char folder[PATH_BYTES] = ".";
	const char *const search_path[] = { folder, NULL };
	struct search s = { set, search_path, search_path, report, ctx };
	enum unit_kind kind;

	if (slash && str_print(folder, sizeof(folder), "%.*s",
			       (int)(slash - path) + (slash == path), path) < 0)
		return -ENAMETOOLONG;
	if (!unit_suffix(name, &kind) || strlen(name) >= CTL_UNIT_MAX) {
		report(ctx, LOG_LVL_ERR, path, 0,
		       "not a unit's name: NAME.container, .service, .target or .timer, 63 bytes "
		       "at most");
		return -EINVAL;
	}
	if (is_masked(path)) {
		report(ctx, LOG_LVL_WARN, path, 0,
		       "masked: empty or a device, there is no such unit");
		return 0;
	}
	if (read_unit(&s, name, path, path))
		return -EINVAL;
	install_all(&s);
	return 0;
}

/* By exact name, or by stem and suffix. */
static struct unit *find_exact(const struct unit_set *set, const char *stem, size_t n,
			       const char *suffix)
{
	unsigned i;

	for (i = 0; i < set->n; i++)
		if (strncmp(set->units[i].name, stem, n) == 0 &&
		    strcmp(set->units[i].name + n, suffix) == 0)
			return &set->units[i];
	return NULL;
}

struct unit *unit_find(const struct unit_set *set, const char *name)
{
	size_t n = strlen(name);
	struct unit *u = find_exact(set, name, n, "");

	/* Quadlet makes web.service of web.container: other units name it so. */
	if (!u && str_ends(name, ".service"))
		return find_exact(set, name, n - strlen(".service"), ".container");
	if (!u)
		u = find_exact(set, name, n, ".container");
	return u ? u : find_exact(set, name, n, ".service");
}
