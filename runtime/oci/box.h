/* SPDX-License-Identifier: ISC */
/*
 * The containers of a --root: a folder each, that create makes and delete removes.
 * ROOT/ID/: config.json (a copy: the bundle may change), state.json (replaced whole), start.sock
 * (while created).
 */
#ifndef PINTLE_RUNTIME_OCI_BOX_H
#define PINTLE_RUNTIME_OCI_BOX_H

#include <stdint.h>
#include <sys/types.h>

#include "runtime/base/err.h"
#include "runtime/cgroup_res.h"

#define BOX_ID_MAX 1024

enum box_status { BOX_CREATING, BOX_CREATED, BOX_RUNNING, BOX_PAUSED, BOX_STOPPED };

struct box {
	char id[BOX_ID_MAX];
	int fd;				/* its folder */
	enum box_status status;		/* as stored; box_refresh() compares it with the process */
	int32_t pid;			/* 0 = none yet */
	uint64_t start_ticks;		/* of the pid: proc(5) stat's field 22, against reuse */
	char version[32];		/* ociVersion */
	char bundle[4096], rootfs[4096];	/* absolute */
	char cgroup[4096];		/* cgroupsPath, "" = none was made */
	char created[40];		/* RFC 3339 */
	uint32_t owner;			/* uid */
};

/*
 * Sets and makes the --root; NULL: /run/pintle-runc, or below XDG_RUNTIME_DIR for a user other than
 * root. 0 or -errno.
 */
int box_root(const char *path, struct err *e);
/* The fd of that folder, for listing. */
int box_root_fd(void);
/* Letters, digits, "_+-." and not "." or "..": as runc. 0 or -EINVAL with e. */
int box_check_id(const char *id, struct err *e);
/* Claims an id: -EEXIST where a container has it. The folder is locked as by box_open(). */
int box_make(struct box *b, const char *id, struct err *e);
/*
 * Opens and reads state.json. With change it is locked against other commands that change it until
 * box_close() (waits 10 s: a hook of ours that comes back here must not hang for ever). -ENOENT:
 * "container … does not exist".
 */
int box_open(struct box *b, const char *id, bool change, struct err *e);
/* Writes state.json whole. */
int box_save(struct box *b, enum box_status status, struct err *e);
/*
 * Compares with the process and the freezer: b->status is then what the specification calls status.
 */
void box_refresh(struct box *b);
/* The specification's word. */
const char *box_word(enum box_status s);
/*
 * Opens a pidfd that is proved to be the container's init, or -ESRCH; before Linux 5.3 -ENOSYS when
 * it is alive.
 */
int box_pidfd(const struct box *b);
/* Sends a signal to the container's init. 0 or -errno. */
int box_kill(const struct box *b, int sig);
/* Opens its control group. -ENOENT: it has none. */
int box_cgroup(const struct box *b, struct cg_tree *t, struct cg *c, struct err *e);
/*
 * Lets other commands at it, while this one waits for the container's end; and takes it back. As
 * box_open().
 */
void box_unlock(struct box *b);
int box_lock(struct box *b, struct err *e);
/* Removes the folder. */
int box_remove(struct box *b, struct err *e);
void box_close(struct box *b);
/* proc(5) stat's start time of a process, 0 when it is gone or a zombie. */
uint64_t box_ticks(pid_t pid);

/* The state of the specification as one JSON object, indented not at all: for hooks and `state`. */
struct oci_config;
int box_write_state(const struct box *b, const struct oci_config *c, int fd);
/*
 * The specification's "Container Process State" of a process of it, for who listens to its filter;
 * metadata may be NULL.
 */
int box_write_process_state(const struct box *b, const struct oci_config *c, int32_t pid,
			    const char *metadata, int fd);

#endif
