/* SPDX-License-Identifier: ISC */
/*
 * One layer, in one pass: file → SHA-256 → inflate → SHA-256 → tar → files. Every byte that is
 * used was hashed, and every byte that was hashed is used or refused. See work.h.
 */
#include <errno.h>
#include <string.h>

#include "fetch/work.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

/* Unpacked bytes, from inflate or from the file itself. */
static int on_plain(void *ctx, const void *bytes, size_t n, struct err *e)
{
	struct work *w = ctx;

	if (n > w->unpack.left)
		return err_set(e, EFBIG, "tar",
			"the image unpacks to more than the limit of %llu MiB, or than the disk "
			"holds",
			(unsigned long long)(w->trust.max_unpacked >> 20));
	w->unpack.left -= n;
	sha256_add(&w->plain, bytes, n);
	return tar_feed(&w->tar, bytes, n, e);
}

static int lower_layer(void *ctx, unsigned n)
{
	struct work *w = ctx;
	unsigned at = (unsigned)(w->res->n_layers);	/* the layer being unpacked */

	if (n >= at)
		return -ENOENT;
	return store_layer(&w->store, at - 1 - n, &w->chain_ids[at - 1 - n]);
}

static int start(struct work *w, bool gzip, int root_fd, struct err *e)
{
	struct unpack *u = &w->unpack;

	tar_init(&w->tar, &unpack_ops, u);
	sha256_init(&w->plain);
	u->root_fd = root_fd;
	u->lower = lower_layer;
	u->lower_ctx = w;
	u->devices = w->trust.devices;
	u->notes_fd = store_scratch(&w->store, e);
	if (u->notes_fd < 0)
		return u->notes_fd;
	if (gzip && gunzip_init(&w->gunzip, w->gunzip_memory, w->out, sizeof(w->out), on_plain, w))
		return err_set(e, ENOMEM, "gzip", "no memory for inflate");
	return unpack_start(u, e);
}

/*
 * Reads the blob to its end even when what is in it was refused: a wrong digest says more than the
 * damage that it did. ret_why holds what was wrong inside.
 */
static int pump(struct work *w, struct blob *b, bool gzip, struct digest *ret, struct err *why)
{
	struct sha256 h;
	int n, rc = 0;

	sha256_init(&h);
	while ((n = blob_read(b, w->in, sizeof(w->in))) > 0) {
		sha256_add(&h, w->in, (size_t)n);
		w->res->bytes_read += (uint64_t)n;
		if (!rc)
			rc = gzip ? gunzip_feed(&w->gunzip, w->in, (size_t)n, why)
				  : on_plain(w, w->in, (size_t)n, why);
	}
	sha256_end(&h, ret);
	return n;
}

static int finish(struct work *w, bool gzip, const struct digest *diff_id, struct err *why)
{
	char want[DIGEST_TEXT_MAX], got[DIGEST_TEXT_MAX];
	struct digest plain;
	int rc = gzip ? gunzip_finish(&w->gunzip, why) : 0;

	if (!rc)
		rc = tar_finish(&w->tar, why);
	if (rc)
		return rc;
	sha256_end(&w->plain, &plain);
	if (!digest_same(&plain, diff_id))
		return err_set(why, EBADMSG, "", "diff_id is %s (expected %s)",
			digest_text(&plain, got), digest_text(diff_id, want));
	return unpack_finish(&w->unpack, why);
}

int layer_read(struct work *w, unsigned n, int root_fd)
{
	const struct desc *d = &w->manifest.layers[n];
	bool gzip = d->media == MEDIA_TAR_GZIP;
	char want[DIGEST_TEXT_MAX], got[DIGEST_TEXT_MAX];
	struct err why = { 0 };
	struct digest found;
	struct blob b;
	int rc = layout_blob(&w->layout, d, "layer", &b, w->e);

	if (rc)
		return rc;
	w->res->n_layers = n;
	rc = start(w, gzip, root_fd, &why);
	if (!rc)
		rc = pump(w, &b, gzip, &found, &why);
	blob_close(&b);
	digest_text(&d->digest, want);
	if (!rc && !digest_same(&found, &d->digest))
		rc = err_set(w->e, EBADMSG, "layer", "%.19s: digest is %s (expected %s)", want,
			digest_text(&found, got), want);
	else if (!rc)
		rc = why.code ? -why.code : finish(w, gzip, &w->conf.diff_ids[n], &why);
	unpack_close(&w->unpack);
	io_close(&w->unpack.notes_fd);
	if (rc)
		err_set(w->e, rc, "layer", "%.19s: %s%s%s", want, why.step, why.step[0] ? " " : "",
			why.code ? why.text : "cannot read");
	return rc;
}
