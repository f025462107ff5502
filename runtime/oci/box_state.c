/* SPDX-License-Identifier: ISC */
/*
 * state.json of a container, written whole and read back, and the specification's state (runtime.md
 * "State").
 */
#include "runtime/base/at.h"
#include "runtime/base/compiler.h"
#include "runtime/oci/box_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/arena.h"
#include "runtime/base/io.h"
#include "runtime/base/json.h"
#include "runtime/base/jsonw.h"
#include "runtime/base/str.h"
#include "runtime/oci/config.h"

static const char *const words[] = {
	[BOX_CREATING] = "creating", [BOX_CREATED] = "created", [BOX_RUNNING] = "running",
	[BOX_PAUSED] = "paused",     [BOX_STOPPED] = "stopped",
};

const char *box_word(enum box_status s)
{
	return words[s];
}

static enum box_status by_word(const char *word, size_t n)
{
	unsigned i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(word, n, words[i]))
			return (enum box_status)i;
	return BOX_STOPPED;
}

static void write_document(const struct box *b, struct jsonw *w)
{
	jsonw_object(w, NULL);
	jsonw_text(w, "ociVersion", b->version);
	jsonw_text(w, "id", b->id);
	jsonw_text(w, "status", box_word(b->status));
	jsonw_i64(w, "pid", b->pid);
	jsonw_u64(w, "start_ticks", b->start_ticks);
	jsonw_text(w, "bundle", b->bundle);
	jsonw_text(w, "rootfs", b->rootfs);
	jsonw_text(w, "cgroup", b->cgroup);
	jsonw_text(w, "created", b->created);
	jsonw_u64(w, "owner", b->owner);
	jsonw_close(w, '}');
	jsonw_newline(w);
}

int box_save(struct box *b, enum box_status status, struct err *e)
{
	int fd = at_open(b->fd, "state.tmp", O_WRONLY | O_CREAT | O_TRUNC, 0600), rc;
	struct jsonw w;

	if (fd < 0)
		return err_set(e, errno, "container", "state of %s", b->id);
	b->status = status;
	jsonw_start(&w, fd);
	write_document(b, &w);
	rc = jsonw_flush(&w);
	close(fd);
	/* On a tmpfs by nature: a container does not outlive its kernel, so nothing is synced. */
	if (!rc && at_rename(b->fd, "state.tmp", "state.json"))
		rc = -errno;
	return rc ? err_set(e, rc, "container", "state of %s", b->id) : 0;
}

struct field {
	const char *name;
	size_t at, cap;
};

#define TEXT(name, member) { name, offsetof(struct box, member), sizeof(((struct box *)0)->member) }

static int take(void *ctx, const char *path, const struct json_value *v, struct err *e)
{
	static const struct field texts[] = {
		TEXT("ociVersion", version), TEXT("bundle", bundle),   TEXT("rootfs", rootfs),
		TEXT("cgroup", cgroup),	     TEXT("created", created),
	};
	struct box *b = ctx;
	size_t i;

	for (i = 0; i < ARRAY_LEN(texts) && v->type == JSON_STRING; i++)
		if (!strcmp(path, texts[i].name) && str_print((char *)b + texts[i].at, texts[i].cap,
							      "%.*s", (int)v->len, v->text) < 0)
			return err_set(e, ENAMETOOLONG, "container", "state: %s", path);
	if (!strcmp(path, "status") && v->type == JSON_STRING)
		b->status = by_word(v->text, v->len);
	if (v->type != JSON_INT)
		return 0;
	if (!strcmp(path, "pid"))
		b->pid = (int32_t)v->integer;
	else if (!strcmp(path, "start_ticks"))
		b->start_ticks = (uint64_t)v->integer;
	else if (!strcmp(path, "owner"))
		b->owner = (uint32_t)v->integer;
	return 0;
}

int box_state_read(struct box *b, struct err *e)
{
	static SCRATCH char text[16384], space[32768];
	ssize_t n = io_read_file(b->fd, "state.json", text, sizeof(text));
	struct arena a;

	b->status = BOX_CREATING;
	if (n == -ENOENT)
		return 0;
	if (n < 0)
		return err_set(e, (int)-n, "container", "state of %s", b->id);
	arena_init(&a, space, sizeof(space));
	return json_read(&a, text, (size_t)n, take, b, "state.json", e);
}

static void put_annotations(struct jsonw *w, const struct oci_config *c)
{
	unsigned i;

	if (!c || !c->n_annotations)
		return;
	jsonw_object(w, "annotations");
	for (i = 0; i < c->n_annotations; i++)
		jsonw_pair(w, c->annotations[i].name, c->annotations[i].value);
	jsonw_close(w, '}');
}

static void put_state(struct jsonw *w, const struct box *b)
{
	jsonw_text(w, "ociVersion", b->version);
	jsonw_text(w, "id", b->id);
	jsonw_text(w, "status", box_word(b->status));
	jsonw_i64(w, "pid", b->status == BOX_STOPPED ? 0 : b->pid);
	jsonw_text(w, "bundle", b->bundle);
}

int box_write_process_state(const struct box *b, const struct oci_config *c, int32_t pid,
			    const char *metadata, int fd)
{
	struct jsonw w;

	jsonw_start(&w, fd);
	jsonw_object(&w, NULL);
	jsonw_text(&w, "ociVersion", b->version);
	jsonw_array(&w, "fds");
	jsonw_text(&w, NULL, "seccompFd");
	jsonw_close(&w, ']');
	jsonw_i64(&w, "pid", pid);
	if (metadata)
		jsonw_text(&w, "metadata", metadata);
	jsonw_object(&w, "state");
	put_state(&w, b);
	put_annotations(&w, c);
	jsonw_close(&w, '}');
	jsonw_close(&w, '}');
	return jsonw_flush(&w);
}

int box_write_state(const struct box *b, const struct oci_config *c, int fd)
{
	struct jsonw w;

	jsonw_start(&w, fd);
	jsonw_object(&w, NULL);
	put_state(&w, b);
	jsonw_text(&w, "rootfs", b->rootfs);
	jsonw_text(&w, "created", b->created);
	jsonw_text(&w, "owner", b->owner ? "" : "root");
	put_annotations(&w, c);
	jsonw_close(&w, '}');
	jsonw_newline(&w);
	return jsonw_flush(&w);
}
