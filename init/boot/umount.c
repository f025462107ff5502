/* SPDX-License-Identifier: ISC */
/* Unmounts everything. See umount.h; runs in the shutdown helper, which may block. */
#include "init/boot/umount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>

#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define TABLE_MAX 65536
#define PASSES 3	/* a mount on a mount that came first in the table */

static SCRATCH char table[TABLE_MAX];

/*
 * The fifth field: the mount point, with \ooo undone by the kernel's own quoting rules for blanks
 * only.
 */
static bool mount_point(const char *line, char *out, size_t cap)
{
	struct str s;
	unsigned field = 0;

	while (*line && field < 4)
		field += *line++ == ' ';
	str_init(&s, out, cap);
	while (*line && *line != ' ' && *line != '\n') {
		if (strncmp(line, "\\040", 4) == 0) {
			str_putc(&s, ' ');
			line += 4;
		} else {
			str_putc(&s, *line++);
		}
	}
	return s.len && !s.cut;
}

static bool is_kernels(const char *path)
{
	static const char *const kept[] = { "/proc", "/sys", "/dev", "/run" };
	size_t i, n;

	for (i = 0; i < ARRAY_LEN(kept); i++) {
		n = strlen(kept[i]);
		if (strncmp(path, kept[i], n) == 0 && (!path[n] || path[n] == '/'))
			return true;
	}
	return strcmp(path, "/") == 0;
}

/* From the end of the table to its start. */
static void pass(ssize_t n, bool last)
{
	char path[512];

	while (n > 0) {
		ssize_t start = n - 1;

		while (start > 0 && table[start - 1] != '\n')
			start--;
		if (mount_point(table + start, path, sizeof(path)) && !is_kernels(path)) {
			if (umount2(path, UMOUNT_NOFOLLOW) && last && errno == EBUSY)
				mount(NULL, path, NULL, MS_REMOUNT | MS_RDONLY, NULL);
		}
		n = start;
	}
}

void umount_all(void)
{
	unsigned i;

	for (i = 0; i < PASSES; i++) {
		ssize_t n = io_read_file(AT_FDCWD, "/proc/self/mountinfo", table, sizeof(table));

		if (n == -EFBIG)
			n = sizeof(table) - 1;
		if (n > 0)
			pass(n, i == PASSES - 1);
	}
	mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
}
