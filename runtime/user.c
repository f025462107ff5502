/* SPDX-License-Identifier: ISC */
/*
 * Who a container runs as: numbers, or names looked up in the container's own /etc/passwd and
 * /etc/group (image-spec, config.md "User"). Those files are foreign: read line by line with
 * bounds, never by the C library. Runs in the container's child after the pivot.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "runtime/base/inroot.h"
#include "runtime/base/io.h"
#include "runtime/base/num.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/enter.h"

#define LINE_MAX_BYTES 1024
#define FIELDS 7

struct reader {		/* one line at a time of a file like passwd(5) */
	int fd;
	unsigned have, at;
	char buf[512];
	char line[LINE_MAX_BYTES];
	char *field[FIELDS];
	unsigned n;
};

static int next_byte(struct reader *r)
{
	if (r->at == r->have) {
		ssize_t n = io_read_full(r->fd, r->buf, sizeof(r->buf));

		if (n <= 0)
			return -1;
		r->have = (unsigned)n;
		r->at = 0;
	}
	return (unsigned char)r->buf[r->at++];
}

/*
 * Reads a line and splits it at ':'. False at the end of the file; over-long lines are passed over.
 */
static bool next_line(struct reader *r)
{
	unsigned len = 0;
	bool too_long = false;
	int c;

	for (;;) {
		c = next_byte(r);
		if (c < 0 && !len)
			return false;
		if (c < 0 || c == '\n') {
			if (!too_long)
				break;
			too_long = false;
			len = 0;
			continue;
		}
		if (len < sizeof(r->line) - 1)
			r->line[len++] = (char)c;
		else
			too_long = true;
	}
	r->line[len] = '\0';
	r->n = 1;
	r->field[0] = r->line;
	for (char *p = r->line; *p && r->n < FIELDS; p++)
		if (*p == ':') {
			*p = '\0';
			r->field[r->n++] = p + 1;
		}
	return true;
}

static int open_file(struct reader *r, int root_fd, const char *path)
{
	r->have = r->at = 0;
	r->fd = inroot_open(root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	return r->fd < 0 ? r->fd : 0;
}

static bool number(const char *text, uint32_t *ret)
{
	uint64_t v;

	/*
	 * 2^32 - 1 means "no change" to setuid(2): never an id. The whole string, no wrap
	 * (CVE-2026-30892).
	 */
	if (num_u64(text, strlen(text), UINT32_MAX - 1, &v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

/* The passwd line whose name (or, for a number, id) is text: its uid, gid and name. */
static int find_user(struct enter *c, struct reader *r, int root_fd, const char *text,
		     char name[64])
{
	uint32_t want, uid, gid;
	bool by_id = number(text, &want);
	int rc = open_file(r, root_fd, "/etc/passwd"), found = 0;

	while (!rc && !found && next_line(r)) {
		if (r->n < 4 || !number(r->field[2], &uid) || !number(r->field[3], &gid))
			continue;
		if (by_id ? uid != want : strcmp(r->field[0], text) != 0)
			continue;
		c->uid = uid;
		c->gid = gid;
		found = str_copy(name, 64, r->field[0]) == 0;
	}
	io_close(&r->fd);
	if (!found && by_id) {
		c->uid = want;
		return 0;
	}
	return found ? 0 : -ENOENT;
}

static int find_group(struct enter *c, struct reader *r, int root_fd, const char *text)
{
	int rc = open_file(r, root_fd, "/etc/group"), found = 0;

	if (number(text, &c->gid)) {
		io_close(&r->fd);
		return 0;
	}
	while (!rc && !found && next_line(r))
		found = r->n >= 3 && strcmp(r->field[0], text) == 0 && number(r->field[2], &c->gid);
	io_close(&r->fd);
	return found ? 0 : -ENOENT;
}

static bool lists_member(const char *members, const char *name)
{
	size_t n = strlen(name);

	for (; *members; members += strcspn(members, ","), members += *members == ',')
		if (strncmp(members, name, n) == 0 && (members[n] == ',' || members[n] == '\0'))
			return true;
	return false;
}

/* The groups that list the user by name: his supplementary ones. */
static void find_memberships(struct enter *c, struct reader *r, int root_fd, const char *name)
{
	uint32_t gid;

	if (!*name || open_file(r, root_fd, "/etc/group"))
		return;
	while (c->n_groups < ENTER_GROUPS_MAX && next_line(r))
		if (r->n >= 4 && number(r->field[2], &gid) && lists_member(r->field[3], name))
			c->groups[c->n_groups++] = gid;
	io_close(&r->fd);
}

int user_parse(struct enter *c, const char *text, int root_fd, struct err *e)
{
	char user[128], name[64] = "", *group;
	struct reader r;

	if (str_copy(user, sizeof(user), text))
		return err_set(e, ENAMETOOLONG, "user", "%s", text);
	group = strchr(user, ':');
	if (group)
		*group++ = '\0';
	if (*user && find_user(c, &r, root_fd, user, name))
		return err_set(e, ENOENT, "user", "\"%s\" is not in /etc/passwd", user);
	if (group && *group) {
		if (find_group(c, &r, root_fd, group))
			return err_set(e, ENOENT, "group", "\"%s\" is not in /etc/group", group);
	} else {
		find_memberships(c, &r, root_fd, name);
	}
	return 0;
}

int user_find(struct enter *c, struct err *e)
{
	const struct spec *s = c->spec;
	int root AUTO_CLOSE = -1;
	unsigned i;

	if (s->numeric_user) {
		c->uid = s->uid;
		c->gid = s->gid;
	} else if (s->user && *s->user) {
		int rc;

		root = c->root_fd >= 0 ? -1 : path_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
		rc = user_parse(c, s->user, c->root_fd >= 0 ? c->root_fd : root, e);
		if (rc)
			return rc;
	}
	for (i = 0; i < s->n_groups && c->n_groups < ENTER_GROUPS_MAX; i++)
		c->groups[c->n_groups++] = s->groups[i];
	return 0;
}
