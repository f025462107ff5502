/* SPDX-License-Identifier: ISC */
/*
 * What a container is to be: the resolved, bounded form of the OCI runtime-spec's process, root,
 * mounts and linux objects. Filled by init/ from a unit and an image (and by the OCI command line
 * from config.json); every pointer is the filler's and must live until exec. Pure data.
 */
#ifndef PINTLE_RUNTIME_SPEC_H
#define PINTLE_RUNTIME_SPEC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtime/spec_oci.h"

/* Overlayfs takes 500; one page of mount options takes 127 short names. */
#define SPEC_LAYERS_MAX 127

struct cg;
struct sandbox;
struct seccomp_policy;

struct spec_mount {
	const char *type;	/* "bind", "tmpfs", "proc", … as mount(2) has them */
	const char *source;	/* host path for bind; may be NULL for tmpfs */
	/* a bind's source, cloned by open_tree(2) where the child may not reach it; 0 = none */
	int tree_fd;
	const char *target;	/* absolute path inside the container */
	unsigned long flags;	/* MS_* ; MS_BIND|MS_REC for rbind */
	unsigned long propagation; /* MS_PRIVATE, MS_SLAVE, MS_SHARED (with MS_REC) or 0 */
	const char *data;	/* file-system options: "size=8m,mode=1777"; may be NULL */
	const struct spec_idmap_set *idmap; /* NULL = none: the mount shows mapped owners (5.12) */
	uint64_t attr_set, attr_clr; /* MOUNT_ATTR_* for the whole tree: "rro", "rnosuid" (5.12) */
	bool copy_up;		/* a tmpfs starts with what the root has there ("tmpcopyup") */
	bool if_there;		/* leave it out where the root has no such folder */
	bool make_source;	/* create a missing bind source folder (named volumes) */
};

struct spec_device {
	const char *source;	/* host path, a char or block device; unused by_number */
	const char *target;	/* path inside */
	mode_t mode;		/* 0 = as the host's, or 0666 */
	bool by_number;		/* made of what follows, whatever the host has */
	mode_t type;		/* S_IFCHR, S_IFBLK, S_IFIFO */
	uint32_t major, minor, uid, gid;
	unsigned access;	/* SPEC_DEV_* */
};
#define SPEC_DEV_READ 1u
#define SPEC_DEV_WRITE 2u
#define SPEC_DEV_MKNOD 4u

struct spec_rlimit {
	int resource;		/* RLIMIT_* */
	uint64_t soft, hard;	/* UINT64_MAX = infinity */
};

struct spec_idmap {
	uint32_t inside, outside, count;
};

struct spec_idmap_set {
	const struct spec_idmap *uid, *gid;
	unsigned n_uid, n_gid;
	bool recursive;		/* for a mount: "ridmap", also what is mounted below */
};

enum spec_upper {
	SPEC_UPPER_NONE,  /* read-only root */
	SPEC_UPPER_TMPFS, /* changes live in RAM, charged to the container's cgroup, gone at exit */
	SPEC_UPPER_DIR,	  /* changes live in upper_dir on the host */
};

struct spec_root {
	const char *path;	/* an unpacked root file system used as it is (Rootfs=), or NULL */
	/* folder that holds the layers by the names "0" (lowest), "1", …; symlinks are fine */
	const char *layers_dir;
	unsigned n_layers;	/* 1..SPEC_LAYERS_MAX when path is NULL */
	/* of layers and of path (then the only lower layer), unless it is NONE and !read_only */
	enum spec_upper upper;
	const char *upper_dir;	/* for SPEC_UPPER_DIR: holds "upper" and "work" */
	bool read_only;
};

/* The first two: seccomp_profile.def. */
enum spec_seccomp {
	SPEC_SECCOMP_DEFAULT, SPEC_SECCOMP_HARDENED,
	SPEC_SECCOMP_OFF,
	SPEC_SECCOMP_POLICY
};

struct spec_fd {
	int fd, at;		/* at: its number in the process, 3 to 63; no two alike */
};
#define SPEC_FDS_MAX 32

struct spec {
	const char *name;		/* for messages: the unit's name */
	struct spec_root root;

	/* NULL-terminated; argv[0] is looked up in PATH of env inside the root */
	char *const *argv;
	char *const *envp;		/* NULL-terminated, complete */
	const char *cwd;		/* absolute inside; made if missing */
	bool numeric_user;		/* uid and gid hold; nothing is looked up in the root */
	uint32_t uid, gid;
	/* else "", "uid", "name", "uid:gid", "name:group", by the root's passwd and group */
	const char *user;
	const gid_t *groups; /* supplementary, besides those of /etc/group for a named user */
	unsigned n_groups;
	mode_t umask;			/* 022 unless asked */

	const char *hostname;		/* NULL = leave */
	const char *domainname;
	bool loopback; /* bring "lo" up: a network namespace of its own starts with it down */
	const struct spec_mount *mounts;	/* after the standard ones, in order */
	unsigned n_mounts;
	bool no_default_mounts;		/* config.json names all mounts itself */
	const struct spec_device *devices;
	unsigned n_devices;
	/* made last, by the child itself: root in it has no right over the other namespaces; or
	 * NULL */
	const struct spec_idmap_set *userns;
	/* no mount namespace was asked for: mounts are the host's, the root is a chroot */
	bool host_mountns;
	bool own_cgroupns;		/* the place makes a cgroup namespace */
	const struct cg *cgroup; /* for the device rules; NULL = no rules, and no CAP_MKNOD */
	const char *const *masked;	/* NULL-terminated; NULL = the default list */
	const char *const *readonly;	/* NULL-terminated; NULL = the default list */
	const char *const *sysctl;	/* NULL-terminated "name=value" */

	const struct spec_caps *cap_sets;	/* NULL: as `caps` says */
	/* bit n = capability n: bounding = permitted = effective for root; see caps.h */
	uint64_t caps;
	bool no_new_privs;
	enum spec_seccomp seccomp;
	const struct seccomp_policy *policy;	/* for SPEC_SECCOMP_POLICY, see seccomp.h */
	const struct spec_rlimit *rlimits;
	unsigned n_rlimits;
	int oom_score_adj;
	bool oom_score_keep;	/* leave it as the caller has it */

	const struct spec_extra *extra;		/* NULL = none of it */
	const struct sandbox *sandbox;		/* a host service's, see sandbox.h; NULL = none */
	const struct spec_session *session;	/* NULL = nobody to talk to but by the report */
	const struct spec_fd *fds;	/* what else the process gets */
	unsigned n_fds;
	int stdin_fd, stdout_fd, stderr_fd;	/* dup'ed to 0, 1, 2; -1 = /dev/null */
};

#endif
