/* SPDX-License-Identifier: ISC */
/* Why the board started. See reset.h. */
#include "board/reset.h"

#include <fcntl.h>
#include <linux/watchdog.h>
#include <sys/stat.h>

#include "runtime/base/compiler.h"
#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define HOT (WDIOF_OVERHEAT | WDIOF_FANFAULT)

enum reset_cause reset_judge(const struct reset_signs *s)
{
	if (s->watchdog_flags & HOT)
		return RESET_HEAT;
	/* A panic that the watchdog ended is a panic: it came first, and it says more. */
	if (s->dump)
		return RESET_PANIC;
	if (s->watchdog_flags & WDIOF_CARDRESET)
		return RESET_WATCHDOG;
	if (s->watchdog_flags & (WDIOF_POWERUNDER | WDIOF_POWEROVER))
		return RESET_POWER;
	if (!s->has_record)
		return RESET_UNKNOWN;
	if (s->was_running)
		return s->feeding_stopped ? RESET_WATCHDOG : RESET_POWER;
	return s->by_ladder ? RESET_LADDER : RESET_ORDERLY;
}

const char *reset_word(enum reset_cause cause)
{
	static const char *const words[] = {
		[RESET_UNKNOWN] = "",	   [RESET_ORDERLY] = "orderly",
		[RESET_LADDER] = "ladder", [RESET_WATCHDOG] = "watchdog",
		[RESET_PANIC] = "panic",   [RESET_HEAT] = "heat",
		[RESET_POWER] = "power",
	};

	_Static_assert(ARRAY_LEN(words) == RESET_CAUSES, "a word a cause");
	return cause < RESET_CAUSES ? words[cause] : "";
}

uint64_t reset_dump_time(const char *folder)
{
	int fd AUTO_CLOSE = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dir_entry entry;
	uint64_t newest = 0;
	struct dir d;
	struct stat st;

	if (fd < 0 || dir_start(&d, fd))
		return 0;
	while (dir_next(&d, &entry) > 0)
		if (str_starts(entry.name, "dmesg-") &&
		    !fstatat(fd, entry.name, &st, AT_SYMLINK_NOFOLLOW) && st.st_mtime > 0 &&
		    (uint64_t)st.st_mtime > newest)
			newest = (uint64_t)st.st_mtime;
	return newest;
}
