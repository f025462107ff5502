/* SPDX-License-Identifier: ISC */
/* Layout folders and archives behind one set of functions. See layout.h. */
#include "fetch/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/text.h"

#define BLOBS "blobs/sha256/"

/* Opens what must be a regular file; never waits for a FIFO's writer. Its size, or -errno. */
static int open_file(int dirfd, const char *path, uint64_t *ret_size)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int rc;

	if (fd < 0)
		return -errno;
	rc = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) ? 0 : -EMEDIUMTYPE;
	if (rc) {
		close(fd);
		return rc;
	}
	*ret_size = (uint64_t)st.st_size;
	return fd;
}

static int say_open(int rc, const char *what, const char *name, struct err *e)
{
	if (rc == -EMEDIUMTYPE)
		return err_set(e, EINVAL, what, "%.120s: not a regular file", name);
	return err_set(e, rc, what, "%.120s", name);
}

struct walk {
	struct layout *l;
	struct arena *a;
	uint64_t size;	/* of the archive */
};

static int on_entry(void *ctx, const struct tar_entry *n, struct err *e)
{
	struct walk *w = ctx;
	const char *name = str_starts(n->path, "./") ? n->path + 2 : n->path;
	struct layout_member m = { .size = n->size };

	if (n->type != TAR_FILE)
		return 0;
	m.offset = n->offset + 512;
	if (n->size > w->size || m.offset > w->size - n->size)
		return err_set(e, EBADMSG, "archive",
			"truncated: %.120s ends behind the archive's end", name);
	if (strcmp(name, "index.json") == 0)
		w->l->index = m;
	if (strcmp(name, "oci-layout") == 0)
		w->l->version = m;
	if (!str_starts(name, BLOBS) ||
		text_unhex(name + strlen(BLOBS), strlen(name + strlen(BLOBS)), m.digest.b,
			sizeof(m.digest.b)))
		return 0;
	if (w->l->n_members == LAYOUT_MEMBERS_MAX || !arena_get(w->a, sizeof(m)))
		return err_set(e, E2BIG, "archive", "too many blobs");
	w->l->members[w->l->n_members++] = m;
	return 0;
}

static int on_data(void *ctx, const void *bytes, size_t n, struct err *e)
{
	(void)ctx;
	(void)bytes;
	(void)n;
	(void)e;
	return 0;
}

static int on_end(void *ctx, struct err *e)
{
	return on_data(ctx, NULL, 0, e);
}

/* Only headers are read: data is passed over by offset. */
static int walk_archive(
	struct layout *l, uint64_t size, struct tar *t, struct arena *a, struct err *e)
{
	static const struct tar_ops ops = { on_entry, on_data, on_end };
	struct walk w = { l, a, size };
	unsigned char block[512];
	uint64_t at = 0;
	int rc = 0;

	_Static_assert(sizeof(struct layout_member) % _Alignof(max_align_t) == 0,
		"members follow each other in the arena");
	l->members = arena_get(a, 0);
	tar_init(t, &ops, &w);
	while (!rc && t->state != TAR_S_DONE) {
		uint64_t skip = tar_skippable(t);
		ssize_t n;

		if (skip) {
			rc = tar_skip(t, skip, e);
			at += skip;
			continue;
		}
		n = pread(l->fd, block, sizeof(block) - at % sizeof(block), (off_t)at);
		if (n < 0)
			return err_set(e, errno, "archive", "offset %llu", (unsigned long long)at);
		if (n == 0)
			return tar_finish(t, e);
		rc = tar_feed(t, block, (size_t)n, e);
		at += (uint64_t)n;
	}
	return rc;
}

int layout_open(struct layout *l, const char *path, int is_tar, struct tar *t, struct arena *a,
	struct err *e)
{
	uint64_t size;

	memset(l, 0, sizeof(*l));
	l->is_tar = is_tar;
	if (!is_tar) {
		l->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (l->fd < 0)
			return err_set(e, errno, "layout", "%.180s", path);
		/* The empty mount point of a stick that was pulled is no layout either. */
		return faccessat(l->fd, "oci-layout", F_OK, 0)
			       ? err_set(e, errno, "layout", "%.180s/oci-layout", path)
			       : 0;
	}
	l->fd = open_file(AT_FDCWD, path, &size);
	if (l->fd < 0)
		return say_open(l->fd, "archive", path, e);
	return walk_archive(l, size, t, a, e);
}

void layout_close(struct layout *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

int blob_read(struct blob *b, void *buf, size_t cap)
{
	size_t want = b->left < cap ? (size_t)b->left : cap;
	ssize_t n;

	if (!want)
		return 0;
	do
		n = pread(b->fd, buf, want, (off_t)b->at);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n ? -errno : -EIO;
	b->at += (uint64_t)n;
	b->left -= (uint64_t)n;
	return (int)n;
}

void blob_close(struct blob *b)
{
	io_close(&b->fd);
}

/* A whole small file of the layout's top level. */
static int read_top(const struct layout *l, const char *name, const struct layout_member *m,
	void *buf, size_t cap, struct err *e)
{
	struct blob b = { l->fd, m->offset, m->size };
	size_t have = 0;
	int n, rc = 0;

	if (!l->is_tar) {
		rc = open_file(l->fd, name, &b.left);
		if (rc < 0)
			return say_open(rc, "layout", name, e);
		b.fd = rc;
	} else if (!m->offset) {
		return err_set(e, ENOENT, "archive", "%s", name);
	}
	if (b.left > cap)
		rc = err_set(e, EFBIG, "layout", "%s: %llu bytes, larger than the limit of %zu",
			name, (unsigned long long)b.left, cap);
	else
		while ((n = blob_read(&b, (char *)buf + have, cap - have)) != 0 && (rc = n) > 0)
			have += (size_t)n;
	if (!l->is_tar)
		blob_close(&b);
	if (rc < 0)
		return err_set(e, rc, "layout", "%s", name);
	return (int)have;
}

int layout_read_index(const struct layout *l, void *buf, size_t cap, struct err *e)
{
	return read_top(l, "index.json", &l->index, buf, cap, e);
}

int layout_read_version(const struct layout *l, void *buf, size_t cap, struct err *e)
{
	return read_top(l, "oci-layout", &l->version, buf, cap, e);
}

/* Opens the blob; its real size goes to ret->left. */
static int find_blob(const struct layout *l, const struct digest *d, struct blob *ret)
{
	char path[sizeof(BLOBS) + 64];

	if (l->is_tar) {
		for (unsigned i = 0; i < l->n_members; i++) {
			if (!digest_same(&l->members[i].digest, d))
				continue;
			ret->fd = fcntl(l->fd, F_DUPFD_CLOEXEC, 3);
			ret->at = l->members[i].offset;
			ret->left = l->members[i].size;
			return ret->fd < 0 ? -errno : 0;
		}
		return -ENOENT;
	}
	memcpy(path, BLOBS, sizeof(BLOBS));
	digest_hex(d, path + sizeof(BLOBS) - 1);
	ret->at = 0;
	ret->fd = open_file(l->fd, path, &ret->left);
	return ret->fd < 0 ? ret->fd : 0;
}

int layout_blob(const struct layout *l, const struct desc *d, const char *what, struct blob *ret,
	struct err *e)
{
	char name[DIGEST_TEXT_MAX];
	int rc = find_blob(l, &d->digest, ret);

	digest_text(&d->digest, name);
	if (rc) {
		ret->fd = -1;
		return say_open(rc, what, name, e);
	}
	if (ret->left == d->size)
		return 0;
	rc = err_set(e, EBADMSG, what, "%s: size is %llu, expected %llu%s", name,
		(unsigned long long)ret->left, (unsigned long long)d->size,
		ret->left < d->size ? ": truncated" : "");
	blob_close(ret);
	return rc;
}
