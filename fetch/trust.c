/* SPDX-License-Identifier: ISC */
/* Reads the trust settings through inih. See trust.h. */
#include "fetch/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <string.h>

#include "runtime/base/io.h"
#include "runtime/base/num.h"
#include "runtime/base/str.h"

#ifndef CONFIG_IMAGE_UNPACKED_MAX_MIB
#define CONFIG_IMAGE_UNPACKED_MAX_MIB 256
#endif
#ifndef CONFIG_IMAGE_RESERVE_MIB
#define CONFIG_IMAGE_RESERVE_MIB 1
#endif

#define LINE_LIMIT 2000	/* inih cuts longer lines and delivers what is left */
#define SECTION_LIMIT 49	/* the same for section names */

struct reading {
	struct trust *t;
	const char *file;
	struct err *e;
	int failed;
};

static int wrong(struct reading *r, int line, const char *why)
{
	if (!r->failed)
		r->failed = err_set(r->e, EINVAL, "trust", "%.120s:%d: %s", r->file, line, why);
	return 0;
}

static int take_key(struct reading *r, const char *scope, const char *path, int line)
{
	struct trust_key *k = &r->t->keys[r->t->n_keys];
	char pem[1024];
	ssize_t n;

	if (r->t->n_keys == TRUST_KEYS_MAX)
		return wrong(r, line, "too many keys");
	n = io_read_file(AT_FDCWD, path, pem, sizeof(pem));
	if (n < 0) {
		r->failed =
			err_set(r->e, (int)n, "trust", "%.100s:%d: key %.90s", r->file, line, path);
		return 0;
	}
	if (pem_read_key(pem, (size_t)n, &k->key)) {
		r->failed = err_set(r->e, EINVAL, "trust",
			"%.100s:%d: %.80s is no P-256 public key", r->file, line, path);
		return 0;
	}
	if (str_copy(k->scope, sizeof(k->scope), scope))
		return wrong(r, line, "scope too long");
	r->t->n_keys++;
	return 1;
}

static int take_size(struct reading *r, const char *value, int line, uint64_t *to)
{
	return num_size(value, to) ? wrong(r, line, "not a size") : 1;
}

static int take_general(struct reading *r, const char *name, const char *value, int line)
{
	struct trust *t = r->t;

	if (strcmp(name, "Key") == 0)
		return take_key(r, "", value, line);
	if (strcmp(name, "MaxUnpackedSize") == 0)
		return take_size(r, value, line, &t->max_unpacked);
	if (strcmp(name, "Reserve") == 0)
		return take_size(r, value, line, &t->reserve);
	if (strcmp(name, "AllowDevices") == 0)
		return num_bool(value, &t->devices) ? wrong(r, line, "AllowDevices= is yes or no")
						    : 1;
	if (strcmp(name, "Policy") == 0) {
		t->insecure = strcmp(value, "insecure") == 0;
		return t->insecure || strcmp(value, "strict") == 0
			       ? 1
			       : wrong(r, line, "Policy= is strict or insecure");
	}
	return 1;
}

/* inih's callback; name is NULL where a section begins. 0 counts as an error, but inih reads on. */
static int on_pair(void *ctx, const char *section, const char *name, const char *value, int line)
{
	struct reading *r = ctx;
	char scope[SECTION_LIMIT + 1];
	size_t n = strlen(section);

	if (!name || r->failed)
		return 1;
	if (strcmp(section, "Trust") == 0)
		return take_general(r, name, value, line);
	if (strcmp(section, "Images") == 0 && strcmp(name, "Layouts") == 0)
		return str_copy(r->t->layouts, sizeof(r->t->layouts), value)
			       ? wrong(r, line, "path too long")
			       : 1;
	if (!str_starts(section, "Trust \"") || n < 9 || section[n - 1] != '"' ||
		strcmp(name, "Key"))
		return 1;
	memcpy(scope, section + 7, n - 8);
	scope[n - 8] = '\0';
	return take_key(r, scope, value, line);
}

/* inih's shortcomings, kept out: what it would cut or hide is refused before it reads. */
static int check_lines(struct reading *r, const char *text, size_t n)
{
	const char *p = text, *end = text + n;
	int line = 1;

	if (memchr(text, 0, n))
		return wrong(r, 0, "holds a NUL"), r->failed;
	for (; p < end; line++) {
		size_t len = strcspn(p, "\n"), name = strcspn(p, "]\n");

		if (len > LINE_LIMIT)
			return wrong(r, line, "line too long"), r->failed;
		if (p[strspn(p, " \t")] == '[' && name > SECTION_LIMIT)
			return wrong(r, line, "section name too long"), r->failed;
		p += len + (p + len < end);
	}
	return 0;
}

int trust_read(const char *path, char *scratch, struct trust *ret, struct err *e)
{
	struct reading r = { .t = ret, .file = path, .e = e };
	ssize_t n;
	int line;

	memset(ret, 0, sizeof(*ret));
	ret->max_unpacked = (uint64_t)CONFIG_IMAGE_UNPACKED_MAX_MIB << 20;
	ret->reserve = (uint64_t)CONFIG_IMAGE_RESERVE_MIB << 20;
	n = io_read_file(AT_FDCWD, path, scratch, TRUST_CONF_MAX);
	if (n == -ENOENT)
		return 0;
	if (n < 0)
		return err_set(e, (int)n, "trust", "%.200s", path);
	if (check_lines(&r, scratch, (size_t)n))
		return r.failed;
	line = ini_parse_string(scratch, on_pair, &r);
	if (!r.failed && line)
		wrong(&r, line, "neither a section nor a key");
	return r.failed;
}

static bool covers(const char *scope, const char *image)
{
	size_t n = strlen(scope);

	return strncmp(scope, image, n) == 0 &&
	       (image[n] == '\0' || strchr("/:@", image[n]) || scope[n - 1] == '/');
}

const char *trust_scope(const struct trust *t, const char *image)
{
	const char *best = "";

	for (unsigned i = 0; i < t->n_keys; i++) {
		const char *scope = t->keys[i].scope;

		if (scope[0] && strlen(scope) > strlen(best) && covers(scope, image))
			best = scope;
	}
	return best;
}
