/* SPDX-License-Identifier: ISC */
/*
 * A bounded JSON reader on yajl: strict UTF-8, no comments, no duplicate names, depth and sizes
 * capped, all memory from the caller's arena. The document arrives in pieces of any split; each
 * scalar is reported with its path. Runs in workers and tools, never in PID 1.
 */
#ifndef PINTLE_RUNTIME_BASE_JSON_H
#define PINTLE_RUNTIME_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/base/arena.h"
#include "runtime/base/err.h"

#define JSON_DEPTH_MAX 16
#define JSON_NAMES_MAX 1024	/* names seen in open objects together, for the duplicate check */
#define JSON_PATH_MAX 512

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_INT,
	JSON_OTHER_NUMBER,
	JSON_STRING,
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_END
};

struct json_value {
	enum json_type type;	/* JSON_OBJECT/JSON_ARRAY when one opens, JSON_END when it closes */
	bool boolean;
	uint8_t depth;		/* containers around the value (around the container itself) */
	uint8_t n_index;	/* arrays among them */
	uint16_t index[JSON_DEPTH_MAX];	/* where in those arrays the value is, outermost first */
	int64_t integer;
	/*
	 * JSON_STRING: without NULs; numbers: as written, not NUL-terminated. In the callback only
	 */
	const char *text;
	size_t len;
};

/*
 * Called in document order. path is like "layers[].annotations.dev.cosignproject.cosign/signature":
 * names joined by '.', "[]" for an array's items (v->index says which), "" for the top value, "?"
 * for what is nested in a name too long to keep. Return 0 to go on, or -errno after err_set() to
 * stop.
 */
typedef int json_callback(void *ctx, const char *path, const struct json_value *v, struct err *e);

struct json_reader;	/* lives in the arena */

/* Reads a whole document from memory; the arena is as before afterwards. Errors as json_feed. */
int json_read(struct arena *a, const void *bytes, size_t n, json_callback *call, void *ctx,
	const char *what, struct err *e);

/*
 * Makes a reader whose every byte comes from a (about 8 KiB + the longest string). NULL when a is
 * too small.
 */
struct json_reader *json_start(struct arena *a, json_callback *call, void *ctx, const char *what);
/* Feeds n bytes. 0, or -errno with e naming `what`, the byte offset and the reason. */
int json_feed(struct json_reader *r, const void *bytes, size_t n, struct err *e);
/*
 * Whether the value stands at that path, this many containers deep: a name may hold dots and
 * brackets itself.
 */
bool json_at(const char *path, const struct json_value *v, const char *want, unsigned depth);
/* Ends the document: -EBADMSG when it is not whole. The arena is the caller's to release. */
int json_finish(struct json_reader *r, struct err *e);

#endif
