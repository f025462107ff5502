/* SPDX-License-Identifier: ISC */
/* Descriptors that services leave with PID 1. See fdstore.h. */
#include "init/svc/fdstore.h"

#include <string.h>

#include "init/keep/svc_saved.h"
#include "init/svc/notify_parse.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

static struct stored {
	int fd;			/* 0 = a free place: it is never PID 1's to keep */
	uint8_t unit;
	char name[NOTIFY_NAME_MAX];
} store[FDSTORE_MAX];

static void save(void)
{
	static struct saved_fdstore r;
	unsigned i;

	for (i = 0; i < FDSTORE_MAX; i++) {
		r.fds[i].fd = store[i].fd ? saved_number(store[i].fd) : 0;
		r.fds[i].unit = store[i].unit;
		memcpy(r.fds[i].name, store[i].name, sizeof(store[i].name));
	}
	keep_put(KEEP_FDSTORE, 0, &r, sizeof(r));
}

void fdstore_load(void)
{
	static struct saved_fdstore r;
	unsigned i;

	if (keep_get(KEEP_FDSTORE, 0, &r, sizeof(r)) < 0)
		return;
	for (i = 0; i < FDSTORE_MAX; i++) {
		store[i].fd = r.fds[i].fd ? saved_fd(r.fds[i].fd) : 0;
		store[i].unit = r.fds[i].unit;
		memcpy(store[i].name, r.fds[i].name, sizeof(store[i].name) - 1);
	}
}

static unsigned count(const struct svc *s)
{
	unsigned i, n = 0;

	for (i = 0; i < FDSTORE_MAX; i++)
		n += store[i].fd && store[i].unit == svc_index(s);
	return n;
}

static bool keep(struct svc *s, int fd, const char *name)
{
	unsigned i;

	for (i = 0; i < FDSTORE_MAX && store[i].fd; i++)
		;
	if (i == FDSTORE_MAX || count(s) >= s->unit->fd_store_max)
		return false;
	store[i].fd = fd;
	store[i].unit = (uint8_t)svc_index(s);
	str_copy(store[i].name, sizeof(store[i].name), *name ? name : "stored");
	return true;
}

void fdstore_add(struct svc *s, int *fds, unsigned n, const char *name)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		if (keep(s, fds[i], name))
			continue;
		svc_say(s, "FDSTORE=1: no room, descriptor closed");
		io_close(&fds[i]);
	}
	save();
}

static void drop(struct svc *s, const char *name)
{
	unsigned i;

	for (i = 0; i < FDSTORE_MAX; i++) {
		if (!store[i].fd || store[i].unit != svc_index(s) ||
		    (name && strcmp(store[i].name, name)))
			continue;
		io_close(&store[i].fd);
		store[i].fd = 0;
	}
	save();
}

void fdstore_remove(struct svc *s, const char *name)
{
	drop(s, *name ? name : "stored");
}

void fdstore_clear(struct svc *s)
{
	drop(s, NULL);
}

unsigned fdstore_list(const struct svc *s, int *fds, const char **names, unsigned cap)
{
	unsigned i, n = 0;

	for (i = 0; i < FDSTORE_MAX && n < cap; i++)
		if (store[i].fd && store[i].unit == svc_index(s)) {
			fds[n] = store[i].fd;
			names[n++] = store[i].name;
		}
	return n;
}
