/* SPDX-License-Identifier: ISC */
/* The store's folders, staging and publishing. See store.h. */
#include "fetch/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>	/* renameat */
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

#define LAYERS "layers/sha256"
#define IMAGES "images/sha256"
#define NAME_MAX_HERE 96

static int say(int rc, const char *what, struct err *e)
{
	return err_set(e, rc, "store", "%s", what);
}

static const char *name_of(char *buf, const char *folder, const struct digest *d)
{
	char hex[65];

	str_print(buf, NAME_MAX_HERE, "%s/%s", folder, digest_hex(d, hex));
	return buf;
}

static int open_folder(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int sweep(int staging_fd)
{
	struct dir_entry n;
	struct dir d;
	int rc = dir_start(&d, staging_fd), more;

	while (!rc && (more = dir_next(&d, &n)) > 0) {
		rc = io_remove_tree(staging_fd, n.name);
		/* The walk is not sure of itself once something went: start over. */
		if (!rc)
			rc = dir_start(&d, staging_fd);
	}
	return rc;
}

static int sync_folder(const struct store *s, const char *name)
{
	int fd AUTO_CLOSE = open_folder(s->fd, name);

	return fd < 0 ? fd : fsync(fd) ? -errno : 0;
}

/*
 * A job that was killed between a rename and the sync of its folder left a name that the next power
 * cut may take: nothing is built on what is found here before it is on the disk. Costs nothing when
 * there is nothing to write.
 */
static int settle(const struct store *s)
{
	int rc = sync_folder(s, LAYERS);

	if (!rc)
		rc = sync_folder(s, IMAGES);
	return rc ? rc : sync_folder(s, "refs");
}

int store_open(struct store *s, const char *path, struct err *e)
{
	static const char *const folders[] = { LAYERS, IMAGES, "refs", "staging" };
	int rc = io_mkdirs(AT_FDCWD, path, 0755);
	size_t i;

	s->fd = s->staging_fd = s->image_fd = -1;
	if (rc)
		return say(rc, path, e);
	s->fd = open_folder(AT_FDCWD, path);
	if (s->fd < 0)
		return say(s->fd, path, e);
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		rc = io_mkdirs(s->fd, folders[i], 0700);
		if (rc)
			return say(rc, folders[i], e);
	}
	s->staging_fd = open_folder(s->fd, "staging");
	if (s->staging_fd < 0)
		return say(s->staging_fd, "staging", e);
	while (flock(s->staging_fd, LOCK_EX))
		if (errno != EINTR)
			return say(errno, "lock", e);
	rc = settle(s);
	if (!rc)
		rc = sweep(s->staging_fd);
	if (!rc && mkdirat(s->staging_fd, "image", 0700))
		rc = -errno;
	if (rc)
		return say(rc, "staging", e);
	s->image_fd = open_folder(s->staging_fd, "image");
	return s->image_fd < 0 ? say(s->image_fd, "staging", e) : 0;
}

void store_close(struct store *s)
{
	if (s->staging_fd >= 0)
		sweep(s->staging_fd);
	io_close(&s->image_fd);
	io_close(&s->staging_fd);
	io_close(&s->fd);
}

int store_put(struct store *s, const char *name, const void *bytes, size_t n, struct err *e)
{
	int fd AUTO_CLOSE = openat(
		s->image_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = fd < 0 ? -errno : io_write_full(fd, bytes, n);

	return rc ? say(rc, name, e) : 0;
}

static void layer_name(char *buf, unsigned n)
{
	str_print(buf, NAME_MAX_HERE, "layer-%u", n);
}

int store_stage_layer(struct store *s, unsigned n, struct err *e)
{
	char name[NAME_MAX_HERE];
	int fd;

	layer_name(name, n);
	if (mkdirat(s->staging_fd, name, 0700))
		return say(errno, name, e);
	fd = open_folder(s->staging_fd, name);
	return fd < 0 ? say(fd, name, e) : fd;
}

int store_layer(const struct store *s, unsigned n, const struct digest *chain_id)
{
	char name[NAME_MAX_HERE];
	int fd;

	layer_name(name, n);
	fd = openat(s->staging_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		fd = openat(s->fd, name_of(name, LAYERS, chain_id),
			O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

bool store_has_layer(const struct store *s, const struct digest *chain_id)
{
	char name[NAME_MAX_HERE];
	struct stat st;

	return fstatat(s->fd, name_of(name, LAYERS, chain_id), &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

int store_scratch(struct store *s, struct err *e)
{
	int fd = openat(
		s->staging_fd, "notes", O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return say(errno, "notes", e);
	unlinkat(s->staging_fd, "notes", 0);
	return fd;
}

/*
 * Renames what is staged as `from` into `folder`, which is then synced by the caller. What is there
 * already stays.
 */
static int publish_one(
	struct store *s, const char *from, const char *folder, const struct digest *d)
{
	char to[NAME_MAX_HERE];

	if (renameat(s->staging_fd, from, s->fd, name_of(to, folder, d)) == 0)
		return 0;
	return errno == EEXIST || errno == ENOTEMPTY || errno == ENOENT ? 0 : -errno;
}

static int make_links(
	struct store *s, const struct digest *chain_ids, unsigned n_layers, unsigned first)
{
	char to[NAME_MAX_HERE], name[NAME_MAX_HERE], hex[65];
	unsigned i;

	if (mkdirat(s->image_fd, "l", 0700))
		return -errno;
	for (i = first; i < n_layers; i++) {
		str_print(name, sizeof(name), "l/%u", i - first);
		str_print(to, sizeof(to), "../../../../" LAYERS "/%s",
			digest_hex(&chain_ids[i], hex));
		if (symlinkat(to, s->image_fd, name))
			return -errno;
	}
	return 0;
}

int store_publish(struct store *s, const struct digest *manifest, const struct digest *chain_ids,
	unsigned n_layers, unsigned first_link, struct err *e)
{
	char name[NAME_MAX_HERE];
	int rc = make_links(s, chain_ids, n_layers, first_link);
	unsigned i;

	if (rc)
		return say(rc, "links to the layers", e);
	/* Before the first rename all bytes are on the disk: no name may stand for a torn file. */
	if (syncfs(s->staging_fd))
		return say(errno, "syncfs", e);
	for (i = 0; i < n_layers && !rc; i++) {
		layer_name(name, i);
		rc = publish_one(s, name, LAYERS, &chain_ids[i]);
	}
	if (!rc)
		rc = sync_folder(s, LAYERS);
	if (rc)
		return say(rc, "publish a layer", e);
	/* An image folder that is there was found damaged, else we would not be here. */
	rc = io_remove_tree(s->fd, name_of(name, IMAGES, manifest));
	if (rc && rc != -ENOENT)
		return say(rc, "remove a damaged image", e);
	if (renameat(s->staging_fd, "image", s->fd, name))
		return say(errno, "publish the image", e);
	rc = sync_folder(s, IMAGES);
	return rc ? say(rc, "sync", e) : 0;
}

int store_image(const struct store *s, const struct digest *manifest, unsigned n_layers)
{
	char name[NAME_MAX_HERE];
	int dir_fd = open_folder(s->fd, name_of(name, IMAGES, manifest));
	struct stat st;
	unsigned i;

	for (i = 0; dir_fd >= 0 && i < n_layers; i++) {
		str_print(name, sizeof(name), "l/%u", i);
		if (fstatat(dir_fd, name, &st, 0) || !S_ISDIR(st.st_mode)) {
			close(dir_fd);
			return -ENOENT;
		}
	}
	return dir_fd;
}

static void ref_name(char name[65], const char *image)
{
	struct digest d;

	sha256_of(image, strlen(image), &d);
	digest_hex(&d, name);
}

int store_put_ref(struct store *s, const char *image, const struct digest *manifest, struct err *e)
{
	char name[65], text[DIGEST_TEXT_MAX + 260], dig[DIGEST_TEXT_MAX];
	int fd AUTO_CLOSE = open_folder(s->fd, "refs");
	int n = str_print(text, sizeof(text), "%s\n%s\n", digest_text(manifest, dig), image);
	struct digest was;

	if (store_get_ref(s, image, &was, NULL) == 0 && digest_same(&was, manifest))
		return 0;
	ref_name(name, image);
	if (fd >= 0 && n >= 0)
		n = io_replace_file(fd, name, text, (size_t)n, 0600);
	else
		n = fd < 0 ? fd : n;
	return n < 0 ? say(n, "refs", e) : 0;
}

int store_get_ref(const struct store *s, const char *image, struct digest *ret, struct err *e)
{
	char path[80], name[65], text[DIGEST_TEXT_MAX + 260];
	ssize_t n;

	ref_name(name, image);
	str_print(path, sizeof(path), "refs/%s", name);
	n = io_read_file(s->fd, path, text, sizeof(text));
	if (n < 0)
		return say((int)n, "no such image", e);
	if (n < 73 || text[71] != '\n' || digest_parse(text, 71, ret))
		return say(EBADMSG, path, e);
	return 0;
}

uint64_t store_room(const struct store *s, uint64_t reserve)
{
	struct statvfs v;
	uint64_t room;

	if (fstatvfs(s->fd, &v))
		return UINT64_MAX;
	room = (uint64_t)v.f_bavail * v.f_frsize;
	return room > reserve ? room - reserve : 0;
}
