/* SPDX-License-Identifier: ISC */
/* Any bytes as a unit file: read from a file as PID 1 does, checked, ordered. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "init/unit/unit.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

static _Alignas(16) char space[64 * 1024];
static struct unit table[UNITS_MAX];

static void report(void *ctx, int level, const char *file, unsigned line, const char *text)
{
	(void)ctx;
	(void)level;
	(void)line;
	/* What is said must be text. */
	if (!file || !text)
		abort();
}

/*
 * The first byte chooses the kind. The path ends like a unit's name, and is a link to the bytes in
 * memory.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char folder[] = "/tmp/unit_fuzz_XXXXXX", paths[2][64];
	static int fd = -1;
	struct arena arena;
	struct unit_set set = { .arena = &arena, .units = table };
	uint16_t order[UNITS_MAX];
	char link[64];

	if (fd < 0) {
		fd = (int)sys_memfd_create("unit", 0);
		if (fd < 0 || !mkdtemp(folder))
			abort();
		str_print(link, sizeof(link), "/proc/self/fd/%d", fd);
		str_print(paths[0], sizeof(paths[0]), "%s/f.container", folder);
		str_print(paths[1], sizeof(paths[1]), "%s/f.service", folder);
		if (symlink(link, paths[0]) || symlink(link, paths[1]))
			abort();
	}
	if (!size)
		return 0;
	if (ftruncate(fd, 0) || pwrite(fd, data + 1, size - 1, 0) != (ssize_t)size - 1)
		abort();
	arena_init(&arena, space, sizeof(space));
	unit_load_file(&set, paths[data[0] & 1], report, NULL);
	unit_order(&set, order, report, NULL);
	return 0;
}
