/* SPDX-License-Identifier: ISC */
/*
 * The mounts of control groups: see cgroup_mounts.h. The kernel's text is trusted, its lengths are
 * not.
 */
#include "runtime/cgroup_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_int.h"

#define CGROUP2_MAGIC 0x63677270
#define CGROUP_MAGIC 0x27e0eb
#define LINE_CAP 1024	/* overlay mounts have longer ones: no cgroup mount has */

/* The next word of a line; what is left in *at. */
static size_t word(const char **at, const char *end, const char **ret)
{
	const char *p = *at;

	while (p < end && *p == ' ')
		p++;
	*ret = p;
	while (p < end && *p != ' ')
		p++;
	*at = p;
	return (size_t)(p - *ret);
}

/* "\040" and the like are octal. */
static bool unescape(const char *from, size_t n, char *to, size_t cap)
{
	size_t i, len = 0;

	for (i = 0; i < n; i++) {
		char c = from[i];

		if (c == '\\' && n - i > 3) {
			c = (char)((from[i + 1] - '0') << 6 | (from[i + 2] - '0') << 3 |
				   (from[i + 3] - '0'));
			i += 3;
		}
		if (len + 1 >= cap)
			return false;
		to[len++] = c;
	}
	to[len] = '\0';
	return len > 0;
}

/* The controllers among a v1 superblock's options: "rw,cpu,cpuacct", "rw,name=systemd". */
static uint32_t controllers(const char *options, size_t n)
{
	uint32_t found = 0;
	size_t at, len, i;

	for (at = 0; at < n; at += len + 1) {
		const char *o = options + at, *comma = memchr(o, ',', n - at);
		bool named;

		len = comma ? (size_t)(comma - o) : n - at;
		named = len > 5 && !memcmp(o, "name=", 5);
		for (i = 0; i < CG_V1_N; i++) {
			if (named != !strcmp(cg_hierarchies[i].folder, "systemd") ||
			    i == CG_V1_UNIFIED)
				continue;
			if (str_is(named ? o + 5 : o, named ? len - 5 : len,
				   cg_hierarchies[i].folder))
				found |= 1u << i;
		}
	}
	return found;
}

bool cg_mount_parse(const char *line, size_t n, struct cg_mount *ret)
{
	const char *at = line, *end = line + n, *point, *type, *w;
	size_t point_len, type_len, i;

	for (i = 0; i < 4; i++)		/* id, parent, device, root */
		word(&at, end, &w);
	point_len = word(&at, end, &point);
	do {
		i = word(&at, end, &w);
	} while (i && !str_is(w, i, "-"));
	type_len = word(&at, end, &type);
	word(&at, end, &w);		/* source */
	i = word(&at, end, &w);
	if (str_is(type, type_len, "cgroup2"))
		ret->hierarchies = 1u << CG_V1_UNIFIED;
	else if (str_is(type, type_len, "cgroup"))
		ret->hierarchies = controllers(w, i);
	else
		return false;
	return ret->hierarchies && unescape(point, point_len, ret->point, sizeof(ret->point));
}

static bool at_custom_place(const char *point)
{
	return str_starts(point, CG_ROOT) &&
	       (point[strlen(CG_ROOT)] == '/' || !point[strlen(CG_ROOT)]);
}

/* A v1 and a v2 mount: the file system's own magic. */
static bool is_fs(int fd, uint32_t magic)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && (uint32_t)fs.f_type == magic;
}

/* Takes a line's mount, for the hierarchies that have none yet or one at a less likely place. */
static void take(struct cg_mounts *m, uint32_t *custom, const char *line, size_t n)
{
	struct cg_mount mount;
	size_t i;

	if (!cg_mount_parse(line, n, &mount))
		return;
	for (i = 0; i < CG_V1_N; i++) {
		int fd;

		if (!(mount.hierarchies >> i & 1) || *custom >> i & 1 ||
		    (m->fd[i] >= 0 && !at_custom_place(mount.point)))
			continue;
		fd = path_open(AT_FDCWD, mount.point, O_RDONLY | O_DIRECTORY, 0);
		if (fd >= 0 && is_fs(fd, i == CG_V1_UNIFIED ? CGROUP2_MAGIC : CGROUP_MAGIC)) {
			io_close(&m->fd[i]);
			m->fd[i] = fd;
			*custom |= at_custom_place(mount.point) ? 1u << i : 0;
		} else {
			io_close(&fd);
		}
	}
}

static int read_lines(int fd, struct cg_mounts *m)
{
	char text[LINE_CAP];
	uint32_t custom = 0;
	size_t have = 0, begin, i;
	bool skip = false;
	ssize_t got;

	while ((got = read(fd, text + have, sizeof(text) - have)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		for (begin = 0, i = have, have += (size_t)got; i < have; i++) {
			if (text[i] != '\n')
				continue;
			if (!skip)
				take(m, &custom, text + begin, i - begin);
			skip = false;
			begin = i + 1;
		}
		have -= begin;
		memmove(text, text + begin, have);
		if (have == sizeof(text)) {
			skip = true;
			have = 0;
		}
	}
	return 0;
}

/*
 * The unified hierarchy where version 1's folders would be: what else is mounted elsewhere is
 * somebody's own business.
 */
static bool is_unified(struct cg_mounts *m)
{
	int top = path_open(AT_FDCWD, CG_ROOT, O_RDONLY | O_DIRECTORY, 0);

	if (top >= 0 && is_fs(top, CGROUP2_MAGIC))
		m->fd[CG_V1_UNIFIED] = top;
	else
		io_close(&top);
	return m->fd[CG_V1_UNIFIED] >= 0;
}

/* Controllers on version 1 make a v1 host, hybrid or not; a named hierarchy alone does not. */
static enum cg_mode mode_of(const struct cg_mounts *m)
{
	size_t i;

	for (i = 0; i < CG_V1_UNIFIED; i++)
		if (m->fd[i] >= 0 && strcmp(cg_hierarchies[i].folder, "systemd"))
			return CG_V1;
	return m->fd[CG_V1_UNIFIED] >= 0 ? CG_V2 : CG_NONE;
}

int cg_mounts_open(struct cg_mounts *ret, struct err *e)
{
	int fd AUTO_CLOSE = -1, rc;
	size_t i;

	for (i = 0; i < CG_V1_N; i++)
		ret->fd[i] = -1;
	ret->mode = CG_V2;
	if (is_unified(ret))
		return 0;
	fd = path_open(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY, 0);
	rc = fd < 0 ? -errno : read_lines(fd, ret);
	ret->mode = mode_of(ret);
	if (rc)
		cg_mounts_close(ret);
	return rc ? err_set(e, rc, "cgroup", "/proc/self/mountinfo") : 0;
}

void cg_mounts_close(struct cg_mounts *m)
{
	size_t i;

	for (i = 0; i < CG_V1_N; i++)
		io_close(&m->fd[i]);
}
