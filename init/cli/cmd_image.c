/* SPDX-License-Identifier: ISC */
/*
 * `pintle load`, `verify` and `images`: a job in this very process, or a walk over the store. See
 * cmd_image.h.
 */
#include "init/cli/cmd_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/job.h"
#include "runtime/base/compiler.h"
#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/text.h"

#define CONF_DEFAULT "/etc/pintle/pintle.conf"
#define STORE_DEFAULT "/var/lib/pintle"

struct options {
	const char *word;
	const char *conf, *store, *image;
	int insecure, json;
};

static void print(int fd, const struct str *s)
{
	io_write_full(fd, s->buf, s->len);
}

static int complain(const struct options *o, const char *what, const char *why)
{
	char line[400];
	struct str s;

	str_init(&s, line, sizeof(line));
	str_fmt(&s, "pintle: %s: %s%s%s\n", o->word, what, why ? ": " : "", why ? why : "");
	print(STDERR_FILENO, &s);
	return 1;
}

static int usage(const struct options *o)
{
	if (strcmp(o->word, "images") == 0)
		complain(o, "usage: pintle images [--store DIR] [--json]", NULL);
	else
		complain(o, "usage: [--config FILE] [--store DIR] [--insecure] IMAGE", NULL);
	return 2;
}

/* "--name VALUE" or "--name=VALUE"; *i moves over what was taken. */
static const char *value_of(const char *name, int argc, char **argv, int *i)
{
	size_t n = strlen(name);

	if (strncmp(argv[*i], name, n))
		return NULL;
	if (argv[*i][n] == '=')
		return argv[*i] + n + 1;
	return argv[*i][n] == '\0' && *i + 1 < argc ? argv[++*i] : NULL;
}

/* 0, or the exit status. */
static int read_options(int argc, char **argv, struct options *o)
{
	int i, images = strcmp(argv[0], "images") == 0;

	o->word = argv[0];
	for (i = 1; i < argc; i++) {
		const char *v;

		if ((v = value_of("--store", argc, argv, &i)))
			o->store = v;
		else if (!images && (v = value_of("--config", argc, argv, &i)))
			o->conf = v;
		else if (!images && strcmp(argv[i], "--insecure") == 0)
			o->insecure = 1;
		else if (images && strcmp(argv[i], "--json") == 0)
			o->json = 1;
		else if (!images && !o->image && argv[i][0] != '-')
			o->image = argv[i];
		else
			return usage(o);
	}
	return images || o->image ? 0 : usage(o);
}

static void say_result(const struct job_result *r)
{
	char line[512], hex[65];
	struct str s;

	str_init(&s, line, sizeof(line));
	text_hex(r->manifest, sizeof(r->manifest), hex);
	str_fmt(&s, "sha256:%s\n", hex);
	str_fmt(&s, "layers: %u, read: %llu bytes, written: %llu bytes, %u ms%s\n", r->n_layers,
		(unsigned long long)r->bytes_read, (unsigned long long)r->bytes_written,
		r->elapsed_ms, r->flags & JOB_R_CACHED ? ", from the store" : "");
	text_hex(r->key, sizeof(r->key), hex);
	if (r->flags & JOB_R_INSECURE)
		str_puts(&s, "signed by: nobody (insecure)\n");
	else
		str_fmt(&s, "signed by: key sha256:%s\n", hex);
	print(STDOUT_FILENO, &s);
}

static int run_job(const struct options *o, enum job_kind kind)
{
	static struct job_request req;
	static struct job_result res;
	char reason[sizeof(res.err) + 64];

	req.magic = JOB_MAGIC;
	req.version = JOB_VERSION;
	req.kind = (uint16_t)kind;
	req.policy = o->insecure ? JOB_POLICY_INSECURE : JOB_POLICY_STRICT;
	if (str_copy(req.image, sizeof(req.image), o->image) ||
		str_copy(req.conf, sizeof(req.conf), o->conf) ||
		str_copy(req.store, sizeof(req.store), o->store))
		return complain(o, "an argument is too long", NULL);
	if (job_run(&req, &res))
		return complain(o, err_say(&res.err, reason, sizeof(reason)), NULL);
	say_result(&res);
	return 0;
}

int cmd_load(int argc, char **argv)
{
	struct options o = { .conf = CONF_DEFAULT, .store = STORE_DEFAULT };
	int rc = read_options(argc, argv, &o);

	return rc ? rc : run_job(&o, JOB_PREPARE);
}

int cmd_verify(int argc, char **argv)
{
	struct options o = { .conf = CONF_DEFAULT };
	char folder[JOB_PATH_MAX];
	const char *tmp = getenv("TMPDIR");
	int rc = read_options(argc, argv, &o);

	if (rc)
		return rc;
	if (o.store)
		return run_job(&o, JOB_VERIFY);
	if (str_print(folder, sizeof(folder), "%s/pintle-verify-XXXXXX", tmp ? tmp : "/tmp") < 0 ||
		!mkdtemp(folder))
		return complain(&o, "no folder to work in; name one by --store", NULL);
	o.store = folder;
	rc = run_job(&o, JOB_VERIFY);
	io_remove_tree(AT_FDCWD, folder);
	return rc;
}

static void put_json(struct str *s, const char *text)
{
	str_putc(s, '"');
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20)
			str_fmt(s, "\\u%04x", (unsigned)*text);
		else if (*text == '"' || *text == '\\')
			str_fmt(s, "\\%c", *text);
		else
			str_putc(s, *text);
	}
	str_putc(s, '"');
}

/* One file of refs/: "sha256:…\nREFERENCE\n". */
static int show_ref(const struct options *o, int refs_fd, const char *name, int first)
{
	char text[400], line[900];
	ssize_t n = io_read_file(refs_fd, name, text, sizeof(text));
	char *image, *end;
	struct str s;

	if (n < 0 || !(image = strchr(text, '\n')) || !(end = strchr(image + 1, '\n')))
		return 0;
	*image++ = *end = '\0';
	str_init(&s, line, sizeof(line));
	if (o->json) {
		str_puts(&s, first ? "" : ",");
		str_puts(&s, "{\"image\":");
		put_json(&s, image);
		str_puts(&s, ",\"digest\":");
		put_json(&s, text);
		str_puts(&s, "}");
	} else {
		str_fmt(&s, "%.19s  ", text);
		str_put_escaped(&s, image, strlen(image));
		str_putc(&s, '\n');
	}
	print(STDOUT_FILENO, &s);
	return 1;
}

int cmd_images(int argc, char **argv)
{
	struct options o = { .store = STORE_DEFAULT };
	int rc = read_options(argc, argv, &o), shown = 0;
	char path[512];
	struct dir_entry entry;
	struct dir d;
	int fd AUTO_CLOSE = -1;

	if (rc)
		return rc;
	if (str_print(path, sizeof(path), "%s/refs", o.store) < 0)
		return complain(&o, "an argument is too long", NULL);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT)
		return complain(&o, path, err_reason(errno));
	if (o.json)
		io_write_full(STDOUT_FILENO, "[", 1);
	rc = fd < 0 ? -1 : dir_start(&d, fd);
	while (!rc && dir_next(&d, &entry) > 0)
		shown += show_ref(&o, fd, entry.name, !shown);
	if (o.json)
		io_write_full(STDOUT_FILENO, "]\n", 2);
	return 0;
}
