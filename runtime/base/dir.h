/* SPDX-License-Identifier: ISC */
/* Walks a folder by getdents64 over caller-owned space: opendir(3) would allocate. */
#ifndef PINTLE_RUNTIME_BASE_DIR_H
#define PINTLE_RUNTIME_BASE_DIR_H

#include <stddef.h>
#include <stdint.h>

struct dir {
	int fd;			/* the caller's; not closed here */
	int have, at;		/* bytes in buf, next record */
	_Alignas(8) char buf[2048];
};

struct dir_entry {
	const char *name;	/* points into the walker: valid until the next call */
	uint8_t type;		/* DT_*; may be DT_UNKNOWN */
};

/* Starts a walk over an open folder fd (its offset is rewound). 0 or -errno. */
int dir_start(struct dir *d, int fd);
/* 1 with the next entry ("." and ".." are left out), 0 at the end, -errno. */
int dir_next(struct dir *d, struct dir_entry *ret);

#endif
