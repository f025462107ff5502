/* SPDX-License-Identifier: ISC */
/* What the steps of enter.def share. All of it lives in the container's child, on its stack. */
#ifndef PINTLE_RUNTIME_ENTER_H
#define PINTLE_RUNTIME_ENTER_H

#include "runtime/base/err.h"
#include "runtime/spec.h"

#define ENTER_GROUPS_MAX 64
/*
 * Where a container's root is put together: a tmpfs of its own mount namespace, seen by nobody
 * else.
 */
#define ENTER_STAGE "/run/pintle/ctr"

struct enter {
	const struct spec *spec;
	int proc_fd; /* a procfs that no mount of the container's can cover, see procfs.h */
	int tty_fd;		/* the terminal's container end, -1 = none */
	int root_fd;		/* the container's root folder once rootfs_mount() has run */
	bool no_devices;	/* no device rules could be set: CAP_MKNOD goes */
	uint32_t uid, gid;
	gid_t groups[ENTER_GROUPS_MAX];
	unsigned n_groups;
	char path[4096];	/* the command, found */
};

#define STEP(name) int name(struct enter *c, struct err *e);
#include "runtime/enter.def"
#undef STEP

/*
 * Opens path inside the root (O_PATH), made as a folder (or, with file, an empty file) if it is
 * missing. fd or -errno.
 */
int enter_target(struct enter *c, const char *path, bool file, struct err *e);
/*
 * Changes the flags of the mount at an fd, keeping those that a user namespace has locked. 0 or
 * -errno.
 */
int enter_remount_fd(int fd, unsigned long flags);
/*
 * Opens a folder below the root that may not be reached through a symlink ("/dev"), made if
 * missing. fd or -errno.
 */
int enter_standard_folder(struct enter *c, const char *target, struct err *e);
/* mounts what is no bind and no plain file system: type "cgroup". */
int mount_cgroups(struct enter *c, const struct spec_mount *m, int target_fd, struct err *e);
/*
 * Copies the tree below from_fd (a folder) into the folder at to_fd: files, folders, symlinks,
 * modes, owners. 0 or -errno.
 */
int copyup_tree(int from_fd, int to_fd, struct err *e);
/*
 * Fills c->uid, gid, groups from a "user[:group]" text and the passwd and group files below etc_fd.
 */
int user_parse(struct enter *c, const char *text, int root_fd, struct err *e);
/*
 * Compiles and installs the filter that s asks for, hands its listener on; caps lift rules of the
 * built-in profiles.
 */
int seccomp_install(const struct spec *s, uint64_t caps, struct err *e);

#endif
