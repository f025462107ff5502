/* SPDX-License-Identifier: ISC */
/*
 * A push parser for tar: ustar, GNU long names (L, K) and base-256 numbers, PAX extended headers
 * with xattrs. Sparse files are refused. It does no I/O and trusts no byte; whether a path may be
 * written is the receiver's to judge. pax(1) of POSIX.1-2017, GNU tar manual "Basic Tar Format".
 */
#ifndef PINTLE_FETCH_TAR_H
#define PINTLE_FETCH_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/err.h"

#define TAR_PATH_MAX 4095	/* bytes of a name or link target */
#define TAR_PAX_MAX 16384	/* bytes of one extended header */
#define TAR_XATTRS_MAX 16	/* of one entry */

enum tar_type {
	TAR_FILE = '0',
	TAR_HARDLINK = '1',
	TAR_SYMLINK = '2',
	TAR_CHAR = '3',
	TAR_BLOCK = '4',
	TAR_DIR = '5',
	TAR_FIFO = '6'
};

struct tar_xattr {
	const char *name;	/* "security.capability" */
	const char *value;	/* bytes */
	size_t len;
};

struct tar_entry {
	enum tar_type type;
	const char *path, *link;	/* as the archive has them; valid until the next header */
	uint32_t mode;			/* 07777 */
	uint32_t uid, gid;
	uint32_t major, minor;
	int64_t mtime_s;
	uint32_t mtime_ns;
	uint64_t size;			/* data bytes that follow; 0 for all but files */
	uint64_t offset;		/* of its header in the archive */
	const struct tar_xattr *xattrs;
	unsigned n_xattrs;
};

/* Where the pieces go. Each returns 0, or -errno after err_set(); that ends the parse. */
struct tar_ops {
	int (*entry)(void *ctx, const struct tar_entry *entry, struct err *e);
	int (*data)(void *ctx, const void *bytes, size_t n, struct err *e);
	int (*end)(void *ctx, struct err *e);	/* of the entry's data */
};

enum tar_state { TAR_S_HEADER, TAR_S_BODY, TAR_S_DATA, TAR_S_PAD, TAR_S_DONE };

struct tar {			/* the caller's; private to tar.c */
	const struct tar_ops *ops;
	void *ctx;
	enum tar_state state;
	int failed;
	unsigned zeros;		/* zero blocks seen in a row */
	uint64_t offset;	/* of the next byte */
	uint64_t left;		/* of body, data or padding */
	uint64_t pad;
	size_t have;		/* in block or body */
	char body_type;		/* x g L K */
	unsigned char block[512];
	struct tar_entry entry;
	char *pax_path, *pax_link;
	unsigned pax_seen;	/* which keys one extended header set */
	uint64_t pax_size, pax_uid, pax_gid;
	int64_t pax_mtime_s;
	uint32_t pax_mtime_ns;
	struct tar_xattr xattrs[TAR_XATTRS_MAX];
	unsigned n_xattrs;
	char long_path[TAR_PATH_MAX + 1], long_link[TAR_PATH_MAX + 1];
	char path[260], link[104];
	char pax[TAR_PAX_MAX + 1];
};

/* Makes t ready for the first byte. */
void tar_init(struct tar *t, const struct tar_ops *ops, void *ctx);
/*
 * Takes the next n bytes, in pieces of any split. 0, or -errno with e naming the offset and the
 * reason (what an operation filled in stays as it is). Bytes after the end mark are ignored.
 */
int tar_feed(struct tar *t, const void *bytes, size_t n, struct err *e);
/* The archive's bytes have ended: 0 if that is between entries, else -EBADMSG. */
int tar_finish(struct tar *t, struct err *e);
/* Data bytes and padding that may be passed over by tar_skip() instead of being fed. */
uint64_t tar_skippable(const struct tar *t);
/*
 * Passes over n <= tar_skippable() bytes; the data operation does not see them. 0 or an operation's
 * -errno.
 */
int tar_skip(struct tar *t, uint64_t n, struct err *e);

/* --- between tar.c, tar_header.c and tar_pax.c --- */

#define TAR_TYPE_AT 156	/* in the block */
/* Whether the checksum in t->block is right, as bytes or as signed characters. */
bool tar_header_ok(const struct tar *t);
/* The size field of t->block. 0 or -EBADMSG with e set. */
int tar_header_size(const struct tar *t, int64_t *ret, struct err *e);
/* Fills t->entry from t->block and the extended headers before it. 0 or -EBADMSG with e set. */
int tar_header_read(struct tar *t, struct err *e);
/* Reads an extended header's records from t->pax[0..n). 0 or -EBADMSG with e set. */
int tar_pax_read(struct tar *t, size_t n, int global, struct err *e);
#define TAR_PAX_SIZE 1u
#define TAR_PAX_UID 2u
#define TAR_PAX_GID 4u
#define TAR_PAX_MTIME 8u
#define TAR_PAX_PATH 16u
#define TAR_PAX_LINK 32u

#endif
