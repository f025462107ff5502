/* SPDX-License-Identifier: ISC */
/*
 * The records of a PAX extended header: "LEN KEY=VALUE\n". A key given twice is refused, and so is
 * a global header that would rename or resize what follows: other readers disagree on both.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "fetch/tar.h"
#include "runtime/base/compiler.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"

#define XATTR_PREFIX "SCHILY.xattr."

static int bad(const struct tar *t, const char *why, struct err *e)
{
	return err_set(e, EBADMSG, "tar", "offset %llu: PAX header: %s",
		(unsigned long long)t->entry.offset, why);
}

/* "1700000000.25", "-1": seconds and nanoseconds >= 0 (the fraction counts up from the floor). */
static int read_time(const char *text, size_t n, int64_t *s, uint32_t *ns)
{
	const char *dot = memchr(text, '.', n);
	size_t whole = dot ? (size_t)(dot - text) : n, i;
	uint32_t frac = 0, scale = 100000000;

	if (num_i64(text, whole, -(1ll << 40), 1ll << 40, s))
		return -EINVAL;
	for (i = whole + 1; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
		frac += (uint32_t)(text[i] - '0') * scale;
		scale /= 10;
	}
	if (frac && text[0] == '-') {
		*s -= 1;
		frac = 1000000000u - frac;
	}
	*ns = frac;
	return 0;
}

static int read_name(struct tar *t, char *value, size_t n, unsigned bit, char **ret, struct err *e)
{
	if (memchr(value, 0, n))
		return bad(t, "a name holds a NUL", e);
	if (n > TAR_PATH_MAX)
		return bad(t, "name too long", e);
	if (n)
		*ret = value;
	else
		t->pax_seen &= ~bit;	/* POSIX: an empty value takes the record away */
	return 0;
}

static int read_xattr(struct tar *t, const char *name, const char *value, size_t n, struct err *e)
{
	unsigned i;

	for (i = 0; i < t->n_xattrs; i++)
		if (strcmp(t->xattrs[i].name, name) == 0)
			return bad(t, "duplicate xattr", e);
	if (t->n_xattrs == TAR_XATTRS_MAX)
		return bad(t, "too many xattrs", e);
	t->xattrs[t->n_xattrs++] = (struct tar_xattr){ name, value, n };
	return 0;
}

static const struct {
	const char *key;
	unsigned bit;
} keys[] = {
	{ "path", TAR_PAX_PATH }, { "linkpath", TAR_PAX_LINK }, { "size", TAR_PAX_SIZE },
	{ "uid", TAR_PAX_UID }, { "gid", TAR_PAX_GID }, { "mtime", TAR_PAX_MTIME },
};

static int read_value(struct tar *t, unsigned bit, char *value, size_t n, struct err *e)
{
	int rc = 0;

	switch (bit) {
	case TAR_PAX_PATH:
		return read_name(t, value, n, bit, &t->pax_path, e);
	case TAR_PAX_LINK:
		return read_name(t, value, n, bit, &t->pax_link, e);
	case TAR_PAX_SIZE:
		rc = num_u64(value, n, INT64_MAX, &t->pax_size);
		break;
	case TAR_PAX_UID:
		rc = num_u64(value, n, UINT32_MAX - 1, &t->pax_uid);
		break;
	case TAR_PAX_GID:
		rc = num_u64(value, n, UINT32_MAX - 1, &t->pax_gid);
		break;
	default:
		rc = read_time(value, n, &t->pax_mtime_s, &t->pax_mtime_ns);
	}
	return rc ? bad(t, "bad number", e) : 0;
}

static int read_record(struct tar *t, char *key, char *value, size_t n, int global, struct err *e)
{
	size_t i;

	if (str_starts(key, "GNU.sparse."))
		return err_set(e, EBADMSG, "tar", "offset %llu: sparse file",
			(unsigned long long)t->entry.offset);
	for (i = 0; i < ARRAY_LEN(keys); i++) {
		if (strcmp(key, keys[i].key))
			continue;
		if (global)
			return bad(t, "a global header may not set it", e);
		if (t->pax_seen & keys[i].bit)
			return bad(t, "duplicate record", e);
		t->pax_seen |= keys[i].bit;
		return read_value(t, keys[i].bit, value, n, e);
	}
	if (!str_starts(key, XATTR_PREFIX))
		return 0;
	if (global)
		return bad(t, "a global header may not set it", e);
	return read_xattr(t, key + sizeof(XATTR_PREFIX) - 1, value, n, e);
}

int tar_pax_read(struct tar *t, size_t n, int global, struct err *e)
{
	char *p = t->pax, *end = t->pax + n;

	while (p < end) {
		char *space = memchr(p, ' ', (size_t)(end - p)), *equals, *stop;
		uint64_t len;
		int rc;

		if (!space || num_u64(p, (size_t)(space - p), (uint64_t)(end - p), &len) ||
		    len < (uint64_t)(space - p) + 3)
			return bad(t, "bad record length", e);
		stop = p + len - 1;
		equals = memchr(space + 1, '=', (size_t)(stop - space - 1));
		if (*stop != '\n' || !equals || equals == space + 1)
			return bad(t, "broken record", e);
		if (memchr(space + 1, 0, (size_t)(equals - space - 1)))
			return bad(t, "a key holds a NUL", e);
		*stop = *equals = '\0';
		rc = read_record(t, space + 1, equals + 1, (size_t)(stop - equals - 1), global, e);
		if (rc)
			return rc;
		p = stop + 1;
	}
	return 0;
}
