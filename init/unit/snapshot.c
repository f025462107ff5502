/* SPDX-License-Identifier: ISC */
/* A copy of the unit files. See snapshot.h. */
#include "init/unit/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/unit/parse.h"
#include "runtime/base/compiler.h"
#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define PATH_BYTES 512

static SCRATCH char bytes[CONFIG_UNIT_FILE_KB * 1024 + 1];

/* One that is too large goes along cut a byte above the limit: whoever reads it says so. */
static int copy_file(int from, int to, const char *name, struct err *e)
{
	int in AUTO_CLOSE = openat(from, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int out AUTO_CLOSE = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	struct stat st;
	ssize_t n;

	/* A link to nothing is no unit. */
	if (in < 0 && errno == ENOENT) {
		unlinkat(to, name, 0);
		return 0;
	}
	if (in < 0 || out < 0 || fstat(in, &st))
		return err_set(e, errno, "units", "%s", name);
	if (!S_ISREG(st.st_mode))
		return 0;
	n = io_read_full(in, bytes, sizeof(bytes));
	if (n < 0)
		return err_set(e, (int)-n, "units", "%s", name);
	n = io_write_full(out, bytes, (size_t)n);
	return n < 0 ? err_set(e, (int)-n, "units", "%s", name) : 0;
}

static int copy_folder(int from, int to, bool deeper, struct err *e);

static int copy_below(int from, int to, const char *name, struct err *e)
{
	int in AUTO_CLOSE = openat(from, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	       out AUTO_CLOSE = -1;

	if (in < 0)
		return 0;	/* a file of that name is no drop-in folder */
	if (!mkdirat(to, name, 0755))
		out = openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return out < 0 ? err_set(e, errno, "units", "%s", name) : copy_folder(in, out, false, e);
}

/* Units and their drop-in folders; inside of those every *.conf. */
static int copy_folder(int from, int to, bool deeper, struct err *e)
{
	struct dir_entry entry;
	enum unit_kind kind;
	struct dir d;
	int rc = dir_start(&d, from);

	if (rc)
		return err_set(e, rc, "units", "folder");
	while (!rc && dir_next(&d, &entry) > 0) {
		if (entry.name[0] == '.')
			continue;
		if (deeper && str_ends(entry.name, ".d"))
			rc = copy_below(from, to, entry.name, e);
		else if (deeper ? unit_suffix(entry.name, &kind) : str_ends(entry.name, ".conf"))
			rc = copy_file(from, to, entry.name, e);
	}
	return rc;
}

int unit_snapshot(const char *const *path, const char *to, struct err *e)
{
	char name[PATH_BYTES];
	unsigned i;
	int rc = 0;

	io_remove_tree(AT_FDCWD, to);
	if (io_mkdirs(AT_FDCWD, to, 0755))
		return err_set(e, errno, "units", "%s", to);
	for (i = 0; path[i] && !rc; i++) {
		int from AUTO_CLOSE = open(path[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC),
			 into AUTO_CLOSE = -1;

		str_print(name, sizeof(name), "%s/%u", to, i);
		if (mkdir(name, 0755) ||
		    (into = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
			return err_set(e, errno, "units", "%s", name);
		rc = from < 0 ? 0 : copy_folder(from, into, true, e);
	}
	return rc;
}
