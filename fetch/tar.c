/* SPDX-License-Identifier: ISC */
/*
 * The tar push parser: blocks, bodies, data. See tar.h; headers are read in tar_header.c, PAX
 * records in tar_pax.c.
 */
#include "fetch/tar.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static int bad(const struct tar *t, const char *why, struct err *e)
{
	return err_set(
		e, EBADMSG, "tar", "offset %llu: %s", (unsigned long long)t->entry.offset, why);
}

void tar_init(struct tar *t, const struct tar_ops *ops, void *ctx)
{
	memset(t, 0, offsetof(struct tar, long_path));
	t->long_path[0] = t->long_link[0] = '\0';
	t->ops = ops;
	t->ctx = ctx;
}

/* 'x', 'g', 'L', 'K': a body that describes the next entry (or, 'g', the rest of the archive). */
static int start_body(struct tar *t, char type, struct err *e)
{
	uint64_t most = type == 'L' || type == 'K' ? TAR_PATH_MAX + 1 : TAR_PAX_MAX;
	int64_t size;
	int rc = tar_header_size(t, &size, e);

	if (rc)
		return rc;
	if (t->pax_seen || t->n_xattrs) /* what was read points into the one buffer for bodies */
		return bad(t, "a second extended header after a PAX header", e);
	if ((uint64_t)size > most)
		return err_set(e, EBADMSG, "tar",
			"offset %llu: %s header of %lld bytes: larger than the limit of %llu",
			(unsigned long long)t->entry.offset,
			type == 'L' || type == 'K' ? "long name" : "PAX", (long long)size,
			(unsigned long long)most);
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

static int start_entry(struct tar *t, struct err *e)
{
	int rc;

	rc = tar_header_read(t, e);
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

/* Whether an extended header waits for its entry. */
static bool extras(const struct tar *t)
{
	return t->pax_seen || t->n_xattrs || t->long_path[0] || t->long_link[0];
}

static int read_header(struct tar *t, struct err *e)
{
	char type = (char)t->block[TAR_TYPE_AT];
	size_t i;

	t->entry.offset = t->offset - sizeof(t->block);
	for (i = 0; i < sizeof(t->block) && !t->block[i]; i++)
		;
	if (i == sizeof(t->block)) {
		if (extras(t))
			return bad(t, "the archive ends after an extended header", e);
		if (++t->zeros == 2)
			t->state = TAR_S_DONE;
		return 0;
	}
	if (t->zeros)
		return bad(t, "a header after a lone zero block", e);
	if (!tar_header_ok(t))
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

/*
 * umoci leaves out both the end mark and the padding of the last entry; so do others that never
 * flush.
 */
int tar_finish(struct tar *t, struct err *e)
{
	bool between = t->state == TAR_S_PAD || (t->state == TAR_S_HEADER && !t->have);

	if (t->failed || t->state == TAR_S_DONE)
		return t->failed;
	if (between && !extras(t))
		return 0;
	return err_set(e, EBADMSG, "tar",
		"truncated: the archive ends at offset %llu, inside an entry",
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
