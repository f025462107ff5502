/* SPDX-License-Identifier: ISC */
/*
 * One image job: reference → layout → documents → signature → config → layers → store. Runs in a
 * worker (worker.c) or behind `pintle load` and `pintle verify`, once at a time: its memory is
 * static, and costs nothing in a process that runs no job.
 */
#include "fetch/job.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fetch/image.h"
#include "fetch/work.h"
#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"

static SCRATCH struct work work;

static bool is_text(const char *field, size_t cap)
{
	return memchr(field, 0, cap) && field[0];
}

static int check_request(const struct job_request *req, struct err *e)
{
	if (req->magic != JOB_MAGIC || req->version != JOB_VERSION)
		return err_set(e, EPROTO, "job", "a request of another version");
	if (req->kind != JOB_PREPARE && req->kind != JOB_VERIFY)
		return err_set(e, EPROTO, "job", "a request of unknown kind");
	if (!is_text(req->image, sizeof(req->image)) || !is_text(req->conf, sizeof(req->conf)) ||
	    !is_text(req->store, sizeof(req->store)))
		return err_set(e, EINVAL, "job", "image, configuration or store is not named");
	return 0;
}

/* The published image with all that belongs to it: its folder's fd, or -errno. */
static int stored(struct work *w, const struct digest *manifest)
{
	struct err ignored = { 0 };
	struct image image;
	struct arena a;
	int rc, fd;

	arena_init(&a, w->rec, sizeof(w->rec));
	rc = image_read(w->req->store, manifest->b, &a, &image, &ignored);
	if (rc)
		return rc;
	fd = store_image(&w->store, manifest, image.n_layers);
	if (fd >= 0) {
		w->res->n_layers = image.n_layers;
		w->res->stop_signal = image.stop_signal;
		w->res->flags |= JOB_R_CACHED;
	}
	return fd;
}

/*
 * The layout has gone (a stick was pulled): what the store has may run if it is still signed by a
 * key of today.
 */
static int from_store(struct work *w)
{
	struct digest manifest;
	int rc = store_get_ref(&w->store, w->req->image, &manifest, NULL);
	int fd AUTO_CLOSE = -1;

	if (rc)
		return rc;
	fd = stored(w, &manifest);
	if (fd < 0)
		return fd;
	err_clear(w->e);
	memcpy(w->res->manifest, manifest.b, sizeof(manifest.b));
	rc = evidence_check(w, fd, &manifest);
	if (rc && w->trust.insecure) {
		err_clear(w->e);
		w->res->flags |= JOB_R_INSECURE;
		rc = 0;
	}
	return rc;
}

static int find_signature(struct work *w)
{
	int rc = evidence_find(w);

	if (rc && w->trust.insecure) {
		err_clear(w->e);
		w->res->flags |= JOB_R_INSECURE;
		return 0;
	}
	return rc;
}

/* image-spec, config.md: a layer's chain ID names what the layers up to it make together. */
static void make_chain_ids(struct work *w)
{
	char text[2 * DIGEST_TEXT_MAX];
	unsigned n;

	for (n = 0; n < w->conf.n_diff_ids; n++) {
		if (!n) {
			w->chain_ids[0] = w->conf.diff_ids[0];
			continue;
		}
		digest_text(&w->chain_ids[n - 1], text);
		text[DIGEST_TEXT_MAX - 1] = ' ';
		digest_text(&w->conf.diff_ids[n], text + DIGEST_TEXT_MAX);
		sha256_of(text, 2 * DIGEST_TEXT_MAX - 1, &w->chain_ids[n]);
	}
}

static int read_config(struct work *w, struct imgrec *rec)
{
	const struct imgconf *c = &w->conf;
	int n = chain_read(w, &w->manifest.config, "config"), rc;

	if (n < 0)
		return n;
	imgrec_start(rec, w->rec, sizeof(w->rec));
	rc = store_put(&w->store, "config.json", w->doc, (size_t)n, w->e);
	if (!rc)
		rc = imgconf_read(&w->json, w->doc, (size_t)n, &w->conf, rec, w->e);
	if (rc)
		return rc;
	if (c->n_diff_ids != w->manifest.n_layers)
		return err_set(w->e, EBADMSG, "config", "%u diff_ids for %u layers", c->n_diff_ids,
			w->manifest.n_layers);
	/* On a desk the image of any board may be verified. */
	if (w->req->kind == JOB_PREPARE && !platform_rank(c->os, c->arch, c->variant))
		return err_set(w->e, ENOEXEC, "config", "built for platform %s/%s%s%s, this is %s",
			c->os, c->arch, c->variant[0] ? "/" : "", c->variant, platform_name());
	make_chain_ids(w);
	return 0;
}

static int read_layers(struct work *w)
{
	uint64_t room = store_room(&w->store, w->trust.reserve);
	unsigned n;
	int rc = 0;

	w->unpack.entries = w->unpack.written = 0;
	w->unpack.left = room < w->trust.max_unpacked ? room : w->trust.max_unpacked;
	w->unpack.loose = w->req->kind == JOB_VERIFY && geteuid() != 0;
	for (n = 0; n < w->manifest.n_layers && !rc; n++) {
		int fd AUTO_CLOSE = -1;

		if (w->req->kind == JOB_PREPARE && store_has_layer(&w->store, &w->chain_ids[n]))
			continue;
		fd = store_stage_layer(&w->store, n, w->e);
		rc = fd < 0 ? fd : layer_read(w, n, fd);
	}
	w->res->bytes_written = w->unpack.written;
	w->res->n_layers = w->manifest.n_layers;
	return rc;
}

/*
 * overlayfs does not look at the root of a layer: below one that is opaque, nothing is stacked at
 * all.
 */
static unsigned first_visible(const struct work *w)
{
	unsigned n = w->manifest.n_layers;

	while (n-- > 1) {
		int fd AUTO_CLOSE = store_layer(&w->store, n, &w->chain_ids[n]);
		int root AUTO_CLOSE =
			fd < 0 ? -1 : openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		char mark;

		if (root >= 0 && fgetxattr(root, UNPACK_OPAQUE, &mark, 1) == 1)
			return n;
	}
	return 0;
}

static int publish(struct work *w, struct imgrec *rec)
{
	struct digest manifest = w->chain[w->n_chain - 1];
	unsigned first = first_visible(w);
	int n = imgrec_finish(rec, w->manifest.n_layers - first, w->conf.stop_signal), rc;

	w->res->stop_signal = w->conf.stop_signal;
	if (n < 0)
		return err_set(w->e, n, "config", "too much to keep");
	rc = store_put(&w->store, IMGREC_NAME, w->rec, (size_t)n, w->e);
	if (!rc)
		rc = store_publish(
			&w->store, &manifest, w->chain_ids, w->manifest.n_layers, first, w->e);
	return rc;
}

/* Whether the stored image keeps the very signature that was just found good: keys come and go. */
static bool same_evidence(const struct work *w, int stored_fd)
{
	char now[COSIGN_BASE64_MAX], then[COSIGN_BASE64_MAX];
	ssize_t n;

	if (w->res->flags & JOB_R_INSECURE)
		return true;
	n = io_read_file(w->store.image_fd, EVIDENCE_FILE, now, sizeof(now));
	return n > 0 && io_read_file(stored_fd, EVIDENCE_FILE, then, sizeof(then)) == n &&
	       strcmp(now, then) == 0;
}

static int from_layout(struct work *w)
{
	const struct digest *manifest;
	struct imgrec rec;
	int rc = chain_resolve(w), fd;

	if (!rc)
		rc = find_signature(w);
	if (rc)
		return rc;
	manifest = &w->chain[w->n_chain - 1];
	fd = w->req->kind == JOB_PREPARE ? stored(w, manifest) : -ENOENT;
	if (fd >= 0 && !same_evidence(w, fd)) {
		io_close(&fd);
		w->res->flags &= ~JOB_R_CACHED;
	}
	if (fd < 0) {
		rc = read_config(w, &rec);
		if (!rc)
			rc = read_layers(w);
		if (!rc && w->req->kind == JOB_PREPARE)
			rc = publish(w, &rec);
	}
	io_close(&fd);
	if (!rc && w->req->kind == JOB_PREPARE)
		rc = store_put_ref(&w->store, w->req->image, manifest, w->e);
	return rc;
}

static int open_layout(struct work *w)
{
	char layouts[JOB_PATH_MAX + 16];
	int rc;

	str_print(layouts, sizeof(layouts), "%s/layouts", w->req->store);
	rc = ref_locate(&w->ref, w->trust.layouts[0] ? w->trust.layouts : layouts, w->e);
	return rc ? rc
		  : layout_open(&w->layout, w->ref.path, w->ref.is_tar, &w->tar, &w->table, w->e);
}

static int run(struct work *w)
{
	int rc = check_request(w->req, w->e);

	w->store = (struct store){ -1, -1, -1 };
	w->layout.fd = -1;
	w->n_chain = 0;
	arena_init(&w->table, w->table_memory, sizeof(w->table_memory));
	arena_init(&w->json, w->json_memory, sizeof(w->json_memory));
	if (!rc)
		rc = trust_read(w->req->conf, w->doc, &w->trust, w->e);
	if (!rc)
		rc = ref_parse(w->req->image, &w->ref, w->e);
	if (rc)
		return rc;
	if (w->req->policy == JOB_POLICY_INSECURE)
		w->trust.insecure = true;
	rc = store_open(&w->store, w->req->store, w->e);
	if (!rc) {
		rc = open_layout(w);
		if (!rc)
			rc = from_layout(w);
		else if (w->req->kind == JOB_PREPARE && from_store(w) == 0)
			rc = 0;
	}
	layout_close(&w->layout);
	store_close(&w->store);
	return rc;
}

int job_run(const struct job_request *req, struct job_result *ret)
{
	uint64_t start_ms = sys_now_ms();
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->magic = JOB_MAGIC;
	ret->version = JOB_VERSION;
	ret->kind = req->kind;
	work.req = req;
	work.res = ret;
	work.e = &ret->err;
	rc = run(&work);
	if (rc)
		err_set(&ret->err, rc, "job", "failed");
	ret->status = rc;
	ret->elapsed_ms = (uint32_t)(sys_now_ms() - start_ms);
	return rc;
}
