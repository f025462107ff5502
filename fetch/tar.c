/* SPDX-License-Identifier: ISC */
/* The tar push parser: blocks, numbers, long names. See tar.h; PAX records are in tar_pax.c. */
#include "fetch/tar.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/base/str.h"

/* Where a header's fields stand, and how long they are. */
#define F_NAME 0, 100
#define F_MODE 100, 8
#define F_UID 108, 8
#define F_GID 116, 8
#define F_SIZE 124, 12
#define F_MTIME 136, 12
#define F_SUM_AT 148
#define F_TYPE_AT 156
#define F_LINK 157, 100
#define F_MAGIC_AT 257
#define F_MAJOR 329, 8
#define F_MINOR 337, 8
#define F_PREFIX 345, 155

static int bad(const struct tar *t, const char *why, struct err *e)
{
	return err_set(e, EBADMSG, "tar", "offset %llu: %s", (unsigned long long)t->entry.offset, why);
}

void tar_init(struct tar *t, const struct tar_ops *ops, void *ctx)
{
	memset(t, 0, offsetof(struct tar, long_path));
	t->long_path[0] = t->long_link[0] = '\0';
	t->ops = ops;
	t->ctx = ctx;
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

static int number_within(const struct tar *t, size_t at, size_t n, int64_t max, const char *what, int64_t *ret,
	struct err *e)
{
	if (number(t, at, n, ret) || *ret < 0 || *ret > max)
		return err_set(e, EBADMSG, "tar", "offset %llu: bad number in the header: %s",
			(unsigned long long)t->entry.offset, what);
	return 0;
}

static bool checksum_ok(const struct tar *t)
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
	if (!rc && (number(t, F_MTIME, &n->mtime_s) || n->mtime_s > 1ll << 40 || n->mtime_s < -(1ll << 40)))
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

/* 'x', 'g', 'L', 'K': a body that describes the next entry (or, 'g', the rest of the archive). */
static int start_body(struct tar *t, char type, struct err *e)
{
	uint64_t most = type == 'L' || type == 'K' ? TAR_PATH_MAX + 1 : TAR_PAX_MAX;
	int64_t size;
	int rc = number_within(t, F_SIZE, INT64_MAX, "size", &size, e);

	if (rc)
		return rc;
	if (t->pax_seen || t->n_xattrs)		/* what was read points into the one buffer for bodies */
		return bad(t, "a second extended header after a PAX header", e);
	if ((uint64_t)size > most)
		return err_set(e, EBADMSG, "tar", "offset %llu: %s header of %lld bytes: larger than the limit of %llu",
			(unsigned long long)t->entry.offset, type == 'L' || type == 'K' ? "long name" : "PAX",
			(long long)size, (unsigned long long)most);
	t->body_type = type;
	t->left = (uint64_t)size;
	t->pad = -(uint64_t)size & 511;
	t->have = 0;
	t->state = TAR_S_BODY;
	return 0;
}

static int finish_long(struct tar *t, char *name, struct err *e)
{
	size_t n = t->have;

	if (n && t->pax[n - 1] == '\0')
		n--;
	if (n > TAR_PATH_MAX)
		return bad(t, "name too long", e);
	memcpy(name, t->pax, n);
	name[n] = '\0';
	if (strlen(name) != n)
		return bad(t, "a long name holds a NUL", e);
	return 0;
}

static int finish_body(struct tar *t, struct err *e)
{
	t->left = t->pad;
	t->state = TAR_S_PAD;
	switch (t->body_type) {
	case 'L':
		return finish_long(t, t->long_path, e);
	case 'K':
		return finish_long(t, t->long_link, e);
	case 'x':
		return tar_pax_read(t, t->have, 0, e);
	default:
		return tar_pax_read(t, t->have, 1, e);
	}
}

static void forget_extras(struct tar *t)
{
	t->pax_path = t->pax_link = NULL;
	t->pax_seen = 0;
	t->n_xattrs = 0;
	t->long_path[0] = t->long_link[0] = '\0';
}

static int entry_ended(struct tar *t, struct err *e)
{
	t->state = TAR_S_PAD;
	t->left = t->pad;
	forget_extras(t);
	return t->ops->end(t->ctx, e);
}

static int read_type(struct tar *t, struct err *e)
{
	char type = (char)t->block[F_TYPE_AT];

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

static int start_entry(struct tar *t, struct err *e)
{
	int rc;

	read_names(t);
	rc = read_type(t, e);
	if (!rc)
		rc = read_numbers(t, e);
	if (rc)
		return rc;
	/* Only files have data, whatever a size field says (POSIX leaves it open for links). */
	if (t->entry.type != TAR_FILE)
		t->entry.size = 0;
	t->entry.xattrs = t->xattrs;
	t->entry.n_xattrs = t->n_xattrs;
	t->left = t->entry.size;
	t->pad = -t->entry.size & 511;
	t->state = TAR_S_DATA;
	rc = t->ops->entry(t->ctx, &t->entry, e);
	if (!rc && !t->left)
		rc = entry_ended(t, e);
	return rc;
}

static int read_header(struct tar *t, struct err *e)
{
	char type = (char)t->block[F_TYPE_AT];
	size_t i;

	t->entry.offset = t->offset - sizeof(t->block);
	for (i = 0; i < sizeof(t->block) && !t->block[i]; i++)
		;
	if (i == sizeof(t->block)) {
		if (t->pax_seen || t->n_xattrs || t->long_path[0] || t->long_link[0])
			return bad(t, "the archive ends after an extended header", e);
		if (++t->zeros == 2)
			t->state = TAR_S_DONE;
		return 0;
	}
	if (t->zeros)
		return bad(t, "a header after a lone zero block", e);
	if (!checksum_ok(t))
		return bad(t, "wrong header checksum", e);
	if (type == 'x' || type == 'g' || type == 'L' || type == 'K')
		return start_body(t, type, e);
	return start_entry(t, e);
}

/* Takes what the present state can use of n bytes: how many, or -errno. */
static int64_t step(struct tar *t, const unsigned char *p, size_t n, struct err *e)
{
	size_t part = t->left < n ? (size_t)t->left : n;
	int rc = 0;

	switch (t->state) {
	case TAR_S_HEADER:
		part = sizeof(t->block) - t->have < n ? sizeof(t->block) - t->have : n;
		memcpy(t->block + t->have, p, part);
		t->have += part;
		t->offset += part;
		if (t->have == sizeof(t->block)) {
			t->have = 0;
			rc = read_header(t, e);
		}
		return rc ? rc : (int64_t)part;
	case TAR_S_BODY:
		memcpy(t->pax + t->have, p, part);
		t->have += part;
		break;
	case TAR_S_DATA:
		rc = part ? t->ops->data(t->ctx, p, part, e) : 0;
		break;
	case TAR_S_PAD:
		break;
	case TAR_S_DONE:
		part = n;
		t->left = n;
	}
	t->offset += part;
	t->left -= part;
	return rc ? rc : (int64_t)part;
}

/* Leaves a state whose bytes are all there. */
static int settle(struct tar *t, struct err *e)
{
	int rc = 0;

	while (!rc && !t->left && t->state != TAR_S_HEADER && t->state != TAR_S_DONE) {
		if (t->state == TAR_S_BODY) {
			rc = finish_body(t, e);
		} else if (t->state == TAR_S_DATA) {
			rc = entry_ended(t, e);
		} else {
			t->state = TAR_S_HEADER;
			t->have = 0;
		}
	}
	return rc;
}

int tar_feed(struct tar *t, const void *bytes, size_t n, struct err *e)
{
	const unsigned char *p = bytes;

	while (n && !t->failed) {
		int64_t took = step(t, p, n, e);

		if (took < 0) {
			t->failed = (int)took;
			break;
		}
		p += took;
		n -= (size_t)took;
		t->failed = settle(t, e);
	}
	return t->failed;
}

int tar_finish(struct tar *t, struct err *e)
{
	if (t->failed || t->state == TAR_S_DONE)
		return t->failed;
	if (t->state == TAR_S_HEADER && !t->have && !t->pax_seen && !t->n_xattrs && !t->long_path[0] && !t->long_link[0])
		return 0;
	return err_set(e, EBADMSG, "tar", "truncated: the archive ends at offset %llu, inside an entry",
		(unsigned long long)t->offset);
}

uint64_t tar_skippable(const struct tar *t)
{
	return !t->failed && t->state == TAR_S_DATA ? t->left : 0;
}

int tar_skip(struct tar *t, uint64_t n, struct err *e)
{
	if (n > tar_skippable(t))
		return err_set(e, EINVAL, "tar", "skip beyond the data");
	t->offset += n;
	t->left -= n;
	t->failed = settle(t, e);
	return t->failed;
}
