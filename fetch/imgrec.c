/* SPDX-License-Identifier: ISC */
/* Writes and reads run.rec. The reader runs in a container's child. See imgrec.h and image.h. */
#include "fetch/imgrec.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "fetch/desc.h"
#include "fetch/image.h"
#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

static const uint8_t magic[5] = { 'P', 'N', 'R', 'R', 1 };

void imgrec_start(struct imgrec *w, void *buf, size_t cap)
{
	w->buf = buf;
	w->cap = cap - IMGREC_SUM;
	w->len = IMGREC_HEAD;
	w->failed = 0;
}

int imgrec_put(struct imgrec *w, enum imgrec_kind kind, const char *text, size_t n)
{
	uint8_t *p = w->buf + w->len;

	if (n > UINT16_MAX || n + 4 > w->cap - w->len)
		w->failed = -E2BIG;
	if (w->failed)
		return w->failed;
	p[0] = (uint8_t)kind;
	p[1] = (uint8_t)n;
	p[2] = (uint8_t)(n >> 8);
	memcpy(p + 3, text, n);
	p[3 + n] = '\0';
	w->len += n + 4;
	return 0;
}

int imgrec_finish(struct imgrec *w, unsigned n_layers, int stop_signal)
{
	size_t whole = w->len + IMGREC_SUM;
	struct digest sum;

	if (w->failed)
		return w->failed;
	memcpy(w->buf, magic, sizeof(magic));
	w->buf[5] = (uint8_t)stop_signal;
	w->buf[6] = (uint8_t)n_layers;
	w->buf[7] = (uint8_t)(n_layers >> 8);
	for (unsigned i = 0; i < 4; i++)
		w->buf[8 + i] = (uint8_t)(whole >> (8 * i));
	sha256_of(w->buf, w->len, &sum);
	memcpy(w->buf + w->len, sum.b, IMGREC_SUM);
	return (int)whole;
}

/* Head, length and sum. */
static int check(const uint8_t *p, size_t n)
{
	struct digest sum;

	if (n < IMGREC_HEAD + IMGREC_SUM || memcmp(p, magic, sizeof(magic)))
		return -EBADMSG;
	if ((p[8] | (size_t)p[9] << 8 | (size_t)p[10] << 16 | (size_t)p[11] << 24) != n)
		return -EBADMSG;
	sha256_of(p, n - IMGREC_SUM, &sum);
	return memcmp(sum.b, p + n - IMGREC_SUM, IMGREC_SUM) ? -EBADMSG : 0;
}

struct record {
	unsigned kind;
	char *text;
};

/* The next record of p[0..n) at *at: 1, 0 at the end, -EBADMSG. */
static int next(char *p, size_t n, size_t *at, struct record *ret)
{
	const uint8_t *u = (const uint8_t *)p + *at;
	size_t len;

	if (*at == n)
		return 0;
	if (n - *at < 4)
		return -EBADMSG;
	len = u[1] | (size_t)u[2] << 8;
	if (n - *at - 4 < len || u[3 + len])
		return -EBADMSG;
	ret->kind = u[0];
	ret->text = p + *at + 3;
	*at += len + 4;
	return 1;
}

/* All records of one kind as a NULL-terminated list from the arena. */
static int list(char *p, size_t n, unsigned kind, struct arena *a, char ***ret)
{
	struct record r = { 0 };
	size_t at = IMGREC_HEAD, count = 0;
	int rc;

	while ((rc = next(p, n, &at, &r)) > 0)
		count += r.kind == kind;
	if (rc < 0)
		return rc;
	*ret = arena_get(a, (count + 1) * sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	count = 0;
	for (at = IMGREC_HEAD; next(p, n, &at, &r) > 0;)
		if (r.kind == kind)
			(*ret)[count++] = r.text;
	return 0;
}

static int lists(char *p, size_t n, struct arena *a, struct image *ret)
{
	char **user, **cwd;
	int rc = list(p, n, IMGREC_ENTRYPOINT, a, &ret->entrypoint);

	if (!rc)
		rc = list(p, n, IMGREC_CMD, a, &ret->cmd);
	if (!rc)
		rc = list(p, n, IMGREC_ENV, a, &ret->env);
	if (!rc)
		rc = list(p, n, IMGREC_VOLUME, a, &ret->volumes);
	if (!rc)
		rc = list(p, n, IMGREC_USER, a, &user);
	if (!rc)
		rc = list(p, n, IMGREC_CWD, a, &cwd);
	if (rc)
		return rc;
	ret->user = user[0] ? user[0] : "";
	ret->cwd = cwd[0] && cwd[0][0] ? cwd[0] : "/";
	return 0;
}

int image_read(const char *store, const uint8_t manifest[32], struct arena *a, struct image *ret,
	struct err *e)
{
	struct digest d;
	char hex[65], path[PATH_MAX];
	struct stat st;
	ssize_t n;
	char *p;
	int fd AUTO_CLOSE = -1, rc;

	memcpy(d.b, manifest, sizeof(d.b));
	digest_hex(&d, hex);
	if (str_print(path, sizeof(path), "%s/images/sha256/%s/" IMGREC_NAME, store, hex) < 0)
		return err_set(e, ENAMETOOLONG, "image", "%.200s", store);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st))
		return err_set(e, errno, "image", "sha256:%.12s: " IMGREC_NAME, hex);
	if (st.st_size > IMGREC_MAX)
		return err_set(
			e, EBADMSG, "image", "sha256:%.12s: " IMGREC_NAME ": too large", hex);
	p = arena_get(a, (size_t)st.st_size + 1);
	if (!p)
		return err_set(e, ENOMEM, "image", "sha256:%.12s: " IMGREC_NAME " of %u bytes", hex,
			(unsigned)st.st_size);
	n = io_read_full(fd, p, (size_t)st.st_size);
	rc = n < 0 ? (int)n : check((uint8_t *)p, (size_t)n);
	if (!rc)
		rc = lists(p, (size_t)n - IMGREC_SUM, a, ret);
	if (rc)
		return err_set(e, rc, "image", "sha256:%.12s: " IMGREC_NAME " is damaged", hex);
	ret->stop_signal = (uint8_t)p[5];
	ret->n_layers = (uint8_t)p[6] | (unsigned)(uint8_t)p[7] << 8;
	str_print(path, sizeof(path), "%s/images/sha256/%s/l", store, hex);
	ret->layers_dir = arena_text(a, path, strlen(path));
	if (ret->n_layers > LAYERS_MAX || !ret->layers_dir)
		return err_set(e, ret->layers_dir ? EBADMSG : ENOMEM, "image",
			"sha256:%.12s: " IMGREC_NAME, hex);
	return 0;
}
