/* SPDX-License-Identifier: ISC */
/*
 * One 512-byte header of a tar archive: checksum, numbers, names, type. All of it foreign. See
 * tar.h.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "fetch/tar.h"
#include "runtime/base/str.h"

/* Where a header's fields stand, and how long they are. */
#define F_NAME 0, 100
#define F_MODE 100, 8
#define F_UID 108, 8
#define F_GID 116, 8
#define F_SIZE 124, 12
#define F_MTIME 136, 12
#define F_SUM_AT 148
#define F_LINK 157, 100
#define F_MAGIC_AT 257
#define F_MAJOR 329, 8
#define F_MINOR 337, 8
#define F_PREFIX 345, 155

static int bad(const struct tar *t, const char *why, struct err *e)
{
	return err_set(
		e, EBADMSG, "tar", "offset %llu: %s", (unsigned long long)t->entry.offset, why);
}

/* GNU: the top bit says that the rest is a big-endian number in two's complement. */
static int base256(const unsigned char *p, size_t n, int64_t *ret)
{
	bool negative = p[0] & 0x40;
	uint64_t v = negative ? UINT64_MAX : 0;
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned byte = i ? p[i] : (negative ? p[0] | 0x80u : p[0] & 0x7fu);

		/* What is shifted out must be nothing but sign. */
		if ((v >> 55) != (negative ? 0x1ff : 0))
			return -ERANGE;
		v = v << 8 | byte;
	}
	*ret = (int64_t)v;
	return 0;
}

/* Octal with leading blanks, ended by a blank, a NUL or the field's end; nothing at all is 0. */
static int number(const struct tar *t, size_t at, size_t n, int64_t *ret)
{
	const unsigned char *p = t->block + at;
	uint64_t v = 0;
	size_t i = 0;

	if (p[0] & 0x80)
		return base256(p, n, ret);
	while (i < n && p[i] == ' ')
		i++;
	for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
		v = v << 3 | (unsigned)(p[i] - '0');	/* 12 digits at most: 36 bits */
	for (; i < n; i++)
		if (p[i] != ' ' && p[i] != '\0')
			return -EINVAL;
	*ret = (int64_t)v;
	return 0;
}

static int number_within(const struct tar *t, size_t at, size_t n, int64_t max, const char *what,
	int64_t *ret, struct err *e)
{
	if (number(t, at, n, ret) || *ret < 0 || *ret > max)
		return err_set(e, EBADMSG, "tar", "offset %llu: bad number in the header: %s",
			(unsigned long long)t->entry.offset, what);
	return 0;
}

bool tar_header_ok(const struct tar *t)
{
	int64_t said, plain = 0, with_sign = 0;
	size_t i;

	if (number(t, F_SUM_AT, 8, &said))
		return false;
	for (i = 0; i < sizeof(t->block); i++) {
		unsigned char byte = i >= F_SUM_AT && i < F_SUM_AT + 8 ? ' ' : t->block[i];

		plain += byte;
		with_sign += (signed char)byte;
	}
	return said == plain || said == with_sign;
}

/* A field's text ends at a NUL or at its end. */
static void put_field(struct str *s, const struct tar *t, size_t at, size_t n)
{
	const char *p = (const char *)t->block + at;

	str_put(s, p, strnlen(p, n));
}

static void read_names(struct tar *t)
{
	struct str s;

	str_init(&s, t->path, sizeof(t->path));
	/* Only POSIX's own magic has a prefix: GNU keeps other things there. */
	if (memcmp(t->block + F_MAGIC_AT, "ustar\0", 6) == 0 && t->block[345]) {
		put_field(&s, t, F_PREFIX);
		str_putc(&s, '/');
	}
	put_field(&s, t, F_NAME);
	str_init(&s, t->link, sizeof(t->link));
	put_field(&s, t, F_LINK);
	t->entry.path = t->pax_path ? t->pax_path : t->long_path[0] ? t->long_path : t->path;
	t->entry.link = t->pax_link ? t->pax_link : t->long_link[0] ? t->long_link : t->link;
}

static int read_numbers(struct tar *t, struct err *e)
{
	struct tar_entry *n = &t->entry;
	int64_t mode, uid, gid, size, major = 0, minor = 0;
	int rc;

	rc = number_within(t, F_MODE, INT64_MAX, "mode", &mode, e);
	if (!rc)
		rc = number_within(t, F_SIZE, INT64_MAX, "size", &size, e);
	if (!rc && !(t->pax_seen & TAR_PAX_UID))
		rc = number_within(t, F_UID, UINT32_MAX - 1, "uid", &uid, e);
	if (!rc && !(t->pax_seen & TAR_PAX_GID))
		rc = number_within(t, F_GID, UINT32_MAX - 1, "gid", &gid, e);
	if (!rc && (n->type == TAR_CHAR || n->type == TAR_BLOCK)) {
		rc = number_within(t, F_MAJOR, UINT32_MAX, "major", &major, e);
		if (!rc)
			rc = number_within(t, F_MINOR, UINT32_MAX, "minor", &minor, e);
	}
	if (!rc && (number(t, F_MTIME, &n->mtime_s) || n->mtime_s > 1ll << 40 ||
			   n->mtime_s < -(1ll << 40)))
		rc = bad(t, "bad number in the header: mtime", e);
	if (rc)
		return rc;
	n->mode = (uint32_t)mode & 07777;
	n->size = t->pax_seen & TAR_PAX_SIZE ? t->pax_size : (uint64_t)size;
	n->uid = (uint32_t)(t->pax_seen & TAR_PAX_UID ? (int64_t)t->pax_uid : uid);
	n->gid = (uint32_t)(t->pax_seen & TAR_PAX_GID ? (int64_t)t->pax_gid : gid);
	n->major = (uint32_t)major;
	n->minor = (uint32_t)minor;
	n->mtime_ns = 0;
	if (t->pax_seen & TAR_PAX_MTIME) {
		n->mtime_s = t->pax_mtime_s;
		n->mtime_ns = t->pax_mtime_ns;
	}
	return 0;
}

static int read_type(struct tar *t, struct err *e)
{
	char type = (char)t->block[TAR_TYPE_AT];

	switch (type) {
	case '0': case '1': case '2': case '3': case '4': case '5': case '6':
		t->entry.type = (enum tar_type)type;
		return 0;
	case '7':
		t->entry.type = TAR_FILE;
		return 0;
	case '\0':
		t->entry.type = str_ends(t->entry.path, "/") ? TAR_DIR : TAR_FILE;
		return 0;
	case 'S':
		return bad(t, "sparse file", e);
	default:
		return err_set(e, EBADMSG, "tar", "offset %llu: header of unknown type 0x%02x",
			(unsigned long long)t->entry.offset, (unsigned char)type);
	}
}

int tar_header_size(const struct tar *t, int64_t *ret, struct err *e)
{
	return number_within(t, F_SIZE, INT64_MAX, "size", ret, e);
}

int tar_header_read(struct tar *t, struct err *e)
{
	int rc;

	read_names(t);
	rc = read_type(t, e);
	return rc ? rc : read_numbers(t, e);
}
