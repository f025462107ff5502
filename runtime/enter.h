/* SPDX-License-Identifier: ISC */
/* What the steps of enter.def share. All of it lives in the container's child, on its stack. */
#ifndef PINTLE_RUNTIME_ENTER_H
#define PINTLE_RUNTIME_ENTER_H

#include "runtime/base/err.h"
#include "runtime/spec.h"

#define ENTER_GROUPS_MAX 64
/* Where a container's root is put together: a tmpfs of its own mount namespace, seen by nobody else. */
#define ENTER_STAGE "/run/pintle/ctr"

struct enter {
	const struct spec *spec;
	int root_fd;		/* the container's root folder once rootfs_mount() has run */
	bool no_devices;	/* no device rules could be set: CAP_MKNOD goes */
	uint32_t uid, gid;
	gid_t groups[ENTER_GROUPS_MAX];
	unsigned n_groups;
	const char *home;	/* unused by the runtime itself; for HOME= of the environment */
};

#define STEP(name) int name(struct enter *c, struct err *e);
#include "runtime/enter.def"
#undef STEP

/*
 * Mounts on a path inside the root by way of an fd that inroot.h resolved, so that no symlink of the image
 * can lead it elsewhere: as mount(2). target is for messages too. 0 or -errno.
 */
int enter_mount_at(struct enter *c, const char *source, const char *target, const char *type, unsigned long flags,
		   const char *data, struct err *e);
/* Opens path inside the root (O_PATH), made as a folder (or, with file, an empty file) if it is missing. fd or -errno. */
int enter_target(struct enter *c, const char *path, bool file, struct err *e);
/* mount(2) on an fd. */
int enter_mount_fd(const char *source, int target_fd, const char *type, unsigned long flags, const char *data);
/* Writes "/proc/self/fd/N", by which mount(2) reaches an fd. */
void enter_proc_path(char *buf, unsigned cap, int fd);
/* Fills c->uid, gid, groups from a "user[:group]" text and the passwd and group files below etc_fd. */
int user_parse(struct enter *c, const char *text, int root_fd, struct err *e);
/* Installs the seccomp filter; caps tells which of its conditional rules are lifted. */
int seccomp_install(uint64_t caps, struct err *e);

#endif
