/* SPDX-License-Identifier: ISC */
/*
 * Makes one layer's files below a staging folder that nobody else can name, from what the tar
 * parser reports. Every name is foreign: ".." and leading "/" are refused, no symlink is followed
 * in any component. Whiteouts become overlayfs's: a character device 0:0, trusted.overlay.opaque.
 * Blocks on the disk; in a worker or a tool only. image-spec, layer.md; kernel,
 * filesystems/overlayfs.
 */
#ifndef PINTLE_FETCH_UNPACK_H
#define PINTLE_FETCH_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/tar.h"
#include "runtime/base/err.h"

#define UNPACK_OPAQUE "trusted.overlay.opaque"
#define UNPACK_DEPTH_MAX 64	/* folders in a path */
#define UNPACK_ENTRIES_MAX 262144u	/* of one image */

struct unpack {
	/* Set by the caller before unpack_start(). */
	int root_fd;		/* the layer's folder, empty, opened for reading */
	int notes_fd;		/* a file of the caller's for folder times, opened for both */
	bool loose;		/* not privileged: what is not permitted is left out */
	bool devices;		/* device nodes are allowed */
	/* O_PATH fd of the n-th layer below (0 = next), -ENOENT at the bottom */
	int (*lower)(void *ctx, unsigned n);
	void *lower_ctx;
	/* Counted over an image: set once by the caller. */
	uint64_t entries, written;
	uint64_t left;		/* bytes that the image may still unpack to */
	/* Private. */
	struct tar_entry entry;
	char path[TAR_PATH_MAX + 1];	/* of the entry, cleaned */
	char target[TAR_PATH_MAX + 1];	/* of a hard link, cleaned */
	char parent[TAR_PATH_MAX + 1];	/* whose folder parent_fd is */
	int parent_fd, file_fd;
};

/* The operations to give to tar_init(), with the struct unpack as context. */
extern const struct tar_ops unpack_ops;

/* Starts a layer: the root takes the attributes of the root below. 0 or -errno with e set. */
int unpack_start(struct unpack *u, struct err *e);
/* Ends a layer whose archive has ended: sets the folders' times. 0 or -errno with e set. */
int unpack_finish(struct unpack *u, struct err *e);
/* Closes what is open; after unpack_finish() or instead of it. */
void unpack_close(struct unpack *u);

/*
 * --- between the files of the unpacker ----------------------------------------------------------
 */

/* Fills e with the entry's offset, its name and why. Returns -code. */
int unpack_bad(const struct unpack *u, int code, const char *why, struct err *e);
/*
 * Cleans a name into to[TAR_PATH_MAX + 1]: no ".", no empty component, "" for the root itself. 0,
 * or -EINVAL with e set.
 */
int unpack_clean(const struct unpack *u, const char *name, char *to, struct err *e);
/*
 * An O_PATH fd (u's own) of the folder that holds path, made with what is missing; *ret_name is its
 * last component.
 */
int unpack_parent(struct unpack *u, const char *path, const char **ret_name, struct err *e);

/* Owner, mode, xattrs, times of u->entry on an fd opened for it. 0 or -errno with e set. */
int unpack_attrs(struct unpack *u, int fd, struct err *e);
/* Owner and times of u->entry on a node that cannot be opened; mode too unless it is a symlink. */
int unpack_attrs_at(struct unpack *u, int parent_fd, const char *name, struct err *e);
/*
 * The attributes of a folder no entry names: those of the nearest layer below that has it. fd is
 * opened on it.
 */
int unpack_implicit(struct unpack *u, int fd, const char *path, struct err *e);
/* Keeps a folder's time for unpack_finish(). */
int unpack_note(struct unpack *u, const char *path, int64_t s, uint32_t ns, struct err *e);
/* Sets the times kept. */
int unpack_apply_notes(struct unpack *u, struct err *e);
/* Marks the folder `name` below parent_fd opaque. */
int unpack_opaque(struct unpack *u, int parent_fd, const char *name, struct err *e);

#endif
