/* SPDX-License-Identifier: ISC */
/*
 * Condition*= and Assert*=. See condition.h; tested in a child, since paths may be on slow disks.
 */
#include "init/unit/condition.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"

enum {
#define CONDITION(name) IS_##name,
#include "init/unit/conditions.def"
#undef CONDITION
};

static const char *const names[] = {
#define CONDITION(name) #name,
#include "init/unit/conditions.def"
#undef CONDITION
};

int condition_by_name(const char *name)
{
	int i;

	for (i = 0; i < (int)ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

bool condition_wants_path(int what)
{
	return what != IS_KernelCommandLine && what != IS_Host;
}

/* "quiet" is there as itself or as "quiet=…"; "a=b" only as itself. */
static bool on_command_line(const char *word)
{
	char text[4097];
	size_t n = strlen(word), at;
	const char *p = text;

	if (io_read_file(AT_FDCWD, "/proc/cmdline", text, sizeof(text)) < 0)
		return false;
	for (; *p; p += at) {
		p += strspn(p, " \t\n");
		at = strcspn(p, " \t\n");
		if (at >= n && n && memcmp(p, word, n) == 0 &&
		    (at == n || (p[n] == '=' && !strchr(word, '='))))
			return true;
	}
	return false;
}

static bool is_host(const char *name)
{
	struct utsname names_of;

	return uname(&names_of) == 0 && strcmp(names_of.nodename, name) == 0;
}

static bool holds(const struct unit_condition *c)
{
	struct stat st;
	struct statvfs fs;

	switch (c->what) {
	case IS_KernelCommandLine: return on_command_line(c->value);
	case IS_Host: return is_host(c->value);
	case IS_PathIsSymbolicLink: return lstat(c->value, &st) == 0 && S_ISLNK(st.st_mode);
	case IS_PathIsReadWrite: return statvfs(c->value, &fs) == 0 && !(fs.f_flag & ST_RDONLY);
	}
	if (stat(c->value, &st))
		return false;
	switch (c->what) {
	case IS_PathIsDirectory: return S_ISDIR(st.st_mode);
	case IS_FileNotEmpty: return S_ISREG(st.st_mode) && st.st_size > 0;
	case IS_FileIsExecutable: return S_ISREG(st.st_mode) && (st.st_mode & 0111);
	default: return true;
	}
}

static int failed(const struct unit_condition *c, struct err *e)
{
	return err_set(e, c->is_assert ? EPERM : ECANCELED, c->is_assert ? "assert" : "condition",
		       "%s%s=%s%s%s", c->is_assert ? "Assert" : "Condition", names[c->what],
		       c->trigger ? "|" : "", c->negate ? "!" : "", c->value);
}

static int all_hold(const struct unit *u, bool is_assert, struct err *e)
{
	const struct unit_condition *c, *missed = NULL;
	bool one_did = false;

	for (c = u->conditions; c; c = c->next) {
		bool yes;

		if (c->is_assert != is_assert)
			continue;
		yes = holds(c) != c->negate;
		if (!yes && !c->trigger)
			return failed(c, e);
		one_did |= yes && c->trigger;
		if (!yes && !missed)
			missed = c;
	}
	return missed && !one_did ? failed(missed, e) : 0;
}

int unit_conditions_hold(const struct unit *u, struct err *e)
{
	int rc = all_hold(u, false, e);

	return rc ? rc : all_hold(u, true, e);
}
