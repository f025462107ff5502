/* SPDX-License-Identifier: ISC */
/* What the files of init/unit/ share: the state of reading one unit, and the stages of it. */
#ifndef PINTLE_INIT_UNIT_PARSE_H
#define PINTLE_INIT_UNIT_PARSE_H

#include <stddef.h>

#include "init/unit/unit.h"

#define UNIT_LINE_MAX                                                                              \
	4096 /* inih's INI_MAX_LINE: a longer logical line is refused before it is cut */
#define UNIT_SECTION_MAX 49	/* inih cuts a longer section name in silence */

struct parse {
	struct unit_set *set;
	struct unit *unit;
	const char *file;	/* the file being read, for messages */
	unsigned line;		/* of the first physical line of the current logical one */
	char section[UNIT_SECTION_MAX + 1];
	bool skip_section;	/* another program's (X-…) or unknown */
	unit_report *report;
	void *ctx;
};

/* The source that feeds inih logical lines: continuation lines joined, systemd.syntax(7). */
struct lines {
	const char *at, *end;	/* the file's bytes not yet read */
	unsigned next;		/* number of the physical line at `at` */
	struct parse *p;
};

/*
 * fgets() for inih: the next logical line into str[num]. A line that inih would misread (over-long,
 * no '=', a NUL byte) is reported, spoils the unit, and is replaced by a comment. NULL at the end.
 */
char *lines_read(char *str, int num, void *lines);

/* Whether a file of that name is a unit, and of which kind. */
bool unit_suffix(const char *name, enum unit_kind *ret);

/* Says something about the current line, by the caller's report. */
void parse_warn(struct parse *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same as an error: the unit will be listed, never started. Returns -EINVAL. */
int parse_bad(struct parse *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Reads one file's bytes into the unit. 0 or -errno for a file that could not be read. */
int parse_file(struct parse *p, int dirfd, const char *name, const char *path);
/* After the last file: defaults that depend on others, and what must or must not stand together. */
void parse_finish(struct parse *p);

/*
 * Takes the next word off *at by the rules of systemd.syntax(7) "quoting": quotes around a word or
 * within it, C escapes. 1 with the word in out[cap], 0 at the end, -EINVAL (unbalanced quote, bad
 * escape), -ENAMETOOLONG.
 */
int words_next(const char **at, char *out, size_t cap);

/*
 * Expands %-specifiers of systemd.unit(5) for a unit's name. 0, -EINVAL (unknown letter in
 * *ret_bad), -ENAMETOOLONG.
 */
int specifier_expand(const char *unit_name, const char *in, char *out, size_t cap, char *ret_bad);

/* Looks section and key up in keys.def and stores the value. */
void value_set(struct parse *p, const char *key, const char *value);

#endif
