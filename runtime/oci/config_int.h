/* SPDX-License-Identifier: ISC */
/*
 * How config.json is read: one table of rows an area says where each property goes, one engine
 * (config_read.c) carries them out. A row with "[]" in its path belongs to the item that is
 * being read.
 */
#ifndef PINTLE_RUNTIME_OCI_CONFIG_INT_H
#define PINTLE_RUNTIME_OCI_CONFIG_INT_H

#include "runtime/base/json.h"
#include "runtime/oci/config.h"

struct config_reader;

enum config_kind {
	CONFIG_TEXT, /* const char * */
	CONFIG_NAME, /* const char *, NULL where it is "" */
	CONFIG_PATH, /* const char *, absolute */
	CONFIG_BOOL, /* bool */
	CONFIG_I32,  /* int32_t */
	CONFIG_I64,  /* int64_t */
	CONFIG_U32,  /* uint32_t */
	CONFIG_U64,  /* uint64_t, all of its range */
	/*
	 * array of strings → char ** with a NULL at the end; its number (unsigned) at `count`
	 * unless that is 0
	 */
	CONFIG_TEXTS,
	CONFIG_ITEMS, /* array of objects → an array of `size` bytes each; its number at `count` */
	/*
	 * object with names of its own and string values → struct oci_pair[], its number at `count`
	 */
	CONFIG_PAIRS,
	CONFIG_SUBTREE, /* everything at the path and below it: `take` says what becomes of it */
	CONFIG_OTHER,	/* `take` alone says what becomes of it */
};

typedef int config_take(struct config_reader *r, const struct json_value *v, const char *path,
			struct err *e);

struct config_row {
	const char *path;
	uint8_t kind;		/* enum config_kind */
	uint16_t at, count, size;	/* offsets in struct oci_config, or in the item */
	config_take *take;	/* after the value was stored; for ITEMS: at the end of each item */
	config_take *begin;	/* ITEMS: at the start of each */
};

struct config_node {
	struct config_node *next;
	_Alignas(8) unsigned char bytes[];	/* the item */
};

struct config_list {		/* grows as the document is read */
	struct config_node *first, *last;
	unsigned n;
};

struct config_host {		/* what the conditions of a seccomp profile file are held against */
	uint64_t caps;
	const char *arch;	/* "amd64", "arm", … */
	uint64_t kernel;	/* 4.8 is 4 << 32 | 8 */
};

struct config_reader {
	struct arena *a;		/* results */
	struct oci_config *c;
	void *items[3];			/* being read, by nesting; [0] is c */
	unsigned known[3];		/* how many properties with a row each of them has so far */
	struct config_list lists[3], texts;
	unsigned depth;			/* of the prefix that the document leaves out */
	struct config_rdma *rdma;
	const struct config_host
		*profile; /* a seccomp profile file is read, and no config.json; else NULL */
	struct {			/* timeOffsets */
		bool given;
		int64_t secs, nanosecs;
	} offsets[2];
};

extern const struct config_row config_process_rows[], config_mount_rows[], config_linux_rows[],
	config_resource_rows[], config_seccomp_rows[], config_profile_rows[],
	config_hook_rows[];

/* Is it a row that config.json does not have, only a seccomp profile file? */
bool config_is_profile(const struct config_row *row);
/* "4.8", "5.10.0-8-amd64" → 4 << 32 | 8, 5 << 32 | 10; what is no number counts as 0. */
uint64_t config_kernel(const char *version);
/* A copy of the string in the arena, NULL when it is full. */
char *config_copy(struct config_reader *r, const struct json_value *v);
/* The errors of reading, with the property's path. */
int config_full(const char *path, struct err *e);
int config_wrong(const char *path, const char *want, struct err *e);
/* Returns rc; where it is an error of a row, puts the document's name in place of CONFIG_STEP. */
int config_say(int rc, const char *what, struct err *e);
/* The end of an item of uidMappings or gidMappings. */
config_take config_end_idmap;
/* What has to be decided once everything is known; a function an area. */
int config_linux_finish(struct config_reader *r, struct err *e);
int config_mounts_finish(struct config_reader *r, struct err *e);
int config_resources_finish(struct config_reader *r, struct err *e);
int config_sysctl_finish(struct config_reader *r, struct err *e);
/* Reads a document whose rows begin with prefix ("process.") though it does not. */
int config_read_with(struct config_reader *r, const char *prefix, const void *bytes, size_t n,
		     const char *what, struct err *e);

/* How many containers are around a value at that path, if no name in it holds a dot or bracket. */
unsigned config_depth(const char *path);
/*
 * What follows the row's own path in the value's: "" for itself, "[]" for its items, ".name"
 * for a pair; NULL: another's. The depth tells {"mounts[].type": 1} from {"mounts": [{"type":
 * 1}]}: a name may hold dots and brackets itself.
 */
const char *config_match(const struct config_row *row, const char *path, unsigned depth);
/*
 * For a path that is no row's but has rows below it: the value must be the object or array that
 * holds them.
 */
int config_check_shape(const struct config_row *below, const char *path, unsigned depth,
		       const struct json_value *v, struct err *e);
/* The row for a path; or NULL, with *ret_below one that is below it, if there is. */
const struct config_row *config_find(const char *path, unsigned depth,
				     const struct config_row **ret_below);

/* Of the errors of rows, which do not know the document's name. */
#define CONFIG_STEP "config.json"
#define CONFIG_AT(member) offsetof(struct oci_config, member)
#define CONFIG_SPEC(member) offsetof(struct oci_config, spec.member)

#endif
