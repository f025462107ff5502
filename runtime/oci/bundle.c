/* SPDX-License-Identifier: ISC */
/* Reading a bundle: see bundle.h. */
#include "runtime/oci/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/arena.h"
#include "runtime/base/at.h"
#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"

#define ARENA_BYTES (4 * BUNDLE_CONFIG_MAX)

/* Pages come as they are touched. */
static void *get_pages(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		       -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

struct arena *bundle_arena(void)
{
	static struct arena a;
	void *pages = get_pages(ARENA_BYTES);

	arena_init(&a, pages, pages ? ARENA_BYTES : 0);
	return pages ? &a : NULL;
}

int bundle_file(int dirfd, const char *path, const char **ret_text, size_t *ret_len, struct err *e)
{
	bool is_stdin = !strcmp(path, "-");
	int fd = is_stdin ? dup(STDIN_FILENO) : path_open(dirfd, path, O_RDONLY, 0);
	char *text = get_pages(BUNDLE_CONFIG_MAX + 1);
	ssize_t n;

	if (fd < 0 || !text) {
		int why = fd < 0 ? errno : ENOMEM;

		io_close(&fd);
		return err_set(e, why, "open", "%s", path);
	}
	n = io_read_full(fd, text, BUNDLE_CONFIG_MAX + 1);
	io_close(&fd);
	if (n < 0)
		return err_set(e, (int)-n, "read", "%s", path);
	if (n > (ssize_t)BUNDLE_CONFIG_MAX)
		return err_set(e, EFBIG, "read", "%s: more than %u bytes", path, BUNDLE_CONFIG_MAX);
	*ret_text = text;
	*ret_len = (size_t)n;
	return 0;
}

static int parse(struct bundle *u, struct err *e)
{
	struct arena *a = bundle_arena();

	return a ? oci_config_read(a, u->text, u->len, "config.json", &u->config, e)
		 : err_set(e, ENOMEM, "config.json", "arena");
}

/*
 * Relative to the bundle, and without symlinks: it is what the container's mounts are compared
 * with.
 */
static int resolve_root(struct bundle *u, struct box *b, struct err *e)
{
	const char *path = u->config.root_path;
	char joined[8200];

	if (!path)
		return err_set(e, EINVAL, "config.json", "root.path is missing");
	if (str_print(joined, sizeof(joined), "%s%s%s", path[0] == '/' ? "" : b->bundle,
		      path[0] == '/' ? "" : "/", path) < 0)
		return err_set(e, ENAMETOOLONG, "root", "%s", path);
	if (!path_real(joined, b->rootfs))
		return err_set(e, errno, "root", "%s", joined);
	u->config.spec.root.path = b->rootfs;
	return 0;
}

int bundle_read(struct bundle *u, const char *path, struct box *b, struct err *e)
{
	int folder AUTO_CLOSE = -1, rc;

	if (!path_real(path ? path : ".", b->bundle))
		return err_set(e, errno, "bundle", "%s", path ? path : ".");
	folder = path_open(AT_FDCWD, b->bundle, O_PATH | O_DIRECTORY, 0);
	if (folder < 0)
		return err_set(e, errno, "bundle", "%s", b->bundle);
	rc = bundle_file(folder, "config.json", &u->text, &u->len, e);
	rc = rc ?: parse(u, e);
	rc = rc ?: resolve_root(u, b, e);
	if (!rc &&
	    str_copy(b->version, sizeof(b->version), u->config.version ? u->config.version : ""))
		rc = err_set(e, EINVAL, "config.json", "ociVersion is too long");
	return rc;
}

int bundle_keep(const struct bundle *u, const struct box *b, struct err *e)
{
	int fd AUTO_CLOSE =
		at_open(b->fd, "config.json", O_WRONLY | O_CREAT | O_EXCL, 0600);
	int rc = fd < 0 ? -errno : io_write_full(fd, u->text, u->len);

	return rc ? err_set(e, rc, "container", "keep config.json of %s", b->id) : 0;
}

int bundle_of(struct bundle *u, const struct box *b, struct err *e)
{
	int rc = bundle_file(b->fd, "config.json", &u->text, &u->len, e);

	rc = rc ?: parse(u, e);
	if (!rc)
		u->config.spec.root.path = b->rootfs;
	return rc;
}
