/* SPDX-License-Identifier: ISC */
/* Loads the board's kernel modules in the order of its list. Runs in the boot helper. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "board/board.h"
#include "runtime/base/io.h"
#include "runtime/base/sys.h"

#define LIST_MAX 8192

static int load(const char *path, const char *args, struct err *e)
{
	int fd AUTO_CLOSE = open(path, O_RDONLY | O_CLOEXEC);
	long rc;

	if (fd < 0)
		return err_set(e, errno, "module", "%s", path);
	rc = sys_finit_module(fd, args, 0);
	if (rc < 0 && rc != -EEXIST)
		return err_set(e, (int)-rc, "module", "%s", path);
	return rc == 0;
}

int board_load_modules(void (*report)(void *ctx, const struct err *e), void *ctx)
{
	char list[LIST_MAX], *line = list;
	ssize_t n = io_read_file(AT_FDCWD, CONFIG_MODULES_ORDER, list, sizeof(list));
	int loaded = 0;

	if (n < 0)
		return n == -ENOENT ? 0 : (int)n;
	while (*line) {
		char *end = line + strcspn(line, "\n"), *next = *end ? end + 1 : end, *args;
		struct err e = { 0 };
		int rc;

		*end = '\0';
		args = line + strcspn(line, " ");
		if (*args)
			*args++ = '\0';
		rc = *line && *line != '#' ? load(line, args, &e) : 0;
		if (rc < 0)
			report(ctx, &e);
		else
			loaded += rc;
		line = next;
	}
	return loaded;
}
