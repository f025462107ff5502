/* SPDX-License-Identifier: ISC */
/*
 * Puts the container's root together on a tmpfs of its own mount namespace: an overlay of the
 * image's layers with its changes in RAM or in a folder, or a plain folder. Runs in the container's
 * child.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/io.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/enter.h"
#include "runtime/idmap.h"

#define STAGE_ROOT ENTER_STAGE "/root"
#define STAGE_LAYERS ENTER_STAGE "/l"

static int make_stage(struct err *e)
{
	static const char *const folders[] = { STAGE_ROOT, ENTER_STAGE "/upper",
					       ENTER_STAGE "/work", STAGE_LAYERS };
	size_t i;
	int rc = io_mkdirs(AT_FDCWD, ENTER_STAGE, 0700);

	if (rc)
		return err_set(e, rc, "stage", "%s", ENTER_STAGE);
	if (path_mount("tmpfs", ENTER_STAGE, "tmpfs", MS_NODEV | MS_NOATIME, "mode=0755"))
		return err_set(e, errno, "stage", "mount tmpfs on %s", ENTER_STAGE);
	for (i = 0; i < ARRAY_LEN(folders); i++)
		if (path_mkdir(AT_FDCWD, folders[i], 0755))
			return err_set(e, errno, "stage", "%s", folders[i]);
	return 0;
}

/*
 * pivot_root(2) refuses a root whose parent mount is shared: where the tree was left shared for the
 * volumes' sake, the mount that holds the folder is found by trying, upwards, and made private.
 */
static int unshare_parent(const char *path, struct err *e)
{
	char at[4096];
	char *slash;

	if (str_copy(at, sizeof(at), path))
		return err_set(e, ENAMETOOLONG, "root", "%s", path);
	while (path_mount(NULL, at, NULL, MS_PRIVATE, NULL)) {
		if (errno != EINVAL || !strcmp(at, "/"))
			return err_set(e, errno, "root", "make %s private", at);
		slash = strrchr(at, '/');
		slash[slash == at] = '\0';
	}
	return 0;
}

/*
 * A folder used as it is becomes a mount point by being bound to itself. fd of the new mount or
 * -errno.
 */
static int plain_folder(struct enter *c, const char *path, struct err *e)
{
	const struct spec_extra *x = c->spec->extra;
	char self[48];
	int rc, fd;

	if (x && x->root_propagation & MS_SHARED && (rc = unshare_parent(path, e)))
		return rc;
	fd = path_open(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return err_set(e, errno, "root", "%s", path);
	at_fd_path(self, sizeof(self), fd);
	rc = at_mount(self, fd, NULL, MS_BIND | MS_REC, NULL);
	close(fd);
	if (rc)
		return err_set(e, rc, "root", "%s", path);
	/* Opened anew it is the mount, not what it covers. */
	fd = path_open(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);
	if (fd < 0)
		return err_set(e, errno, "root", "%s", path);
	rc = at_mount(NULL, fd, NULL, MS_PRIVATE, NULL);
	if (!rc)
		return fd;
	close(fd);
	return err_set(e, rc, "root", "make %s private", path);
}

/*
 * The layers belong to the host's root; a container whose ids are mapped sees them through the same
 * map (overlayfs takes id-mapped layers since Linux 5.19).
 */
static int map_layers(struct enter *c, struct err *e)
{
	const struct spec_root *r = &c->spec->root;
	int userns AUTO_CLOSE = idmap_userns(c->spec->userns, c->proc_fd), layers AUTO_CLOSE = -1;
	char path[64], name[8];
	unsigned i;

	layers = path_open(AT_FDCWD, r->layers_dir, O_PATH | O_DIRECTORY, 0);
	if (userns < 0 || layers < 0)
		return err_set(e, userns < 0 ? -userns : errno, "layers",
			       userns < 0 ? "map ids" : "%s", r->layers_dir);
	for (i = 0; i < r->n_layers; i++) {
		int from AUTO_CLOSE = -1, to AUTO_CLOSE = -1, rc;

		str_print(name, sizeof(name), "%u", i);
		str_print(path, sizeof(path), STAGE_LAYERS "/%u", i);
		from = path_open(layers, name, O_PATH | O_DIRECTORY, 0);
		if (from < 0 || path_mkdir(AT_FDCWD, path, 0755))
			return err_set(e, errno, "layers", "%s/%s", r->layers_dir, name);
		to = path_open(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);
		rc = to < 0 ? -errno : idmap_bind(userns, from, to, false, false);
		if (rc)
			return err_set(e, rc, "layers",
				       "show layer %u with other owners: it takes Linux 5.19", i);
	}
	return 0;
}

/*
 * lowerdir=2:1:0 relative to the folder of the layers: 127 layers fit the one page that mount(2)
 * takes.
 */
static int lower_names(struct str *s, const struct spec_root *r, bool mapped, struct err *e)
{
	unsigned i;

	if (r->path) {
		if (path_chdir("/"))
			return err_set(e, errno, "root", "/");
		str_fmt(s, "lowerdir=%s", r->path);
		return strpbrk(r->path, ":,\\")
			       ? err_set(e, EINVAL, "root",
					 "%s: no ':' ',' '\\' in a path under an overlay", r->path)
			       : 0;
	}
	if (path_chdir(mapped ? STAGE_LAYERS : r->layers_dir))
		return err_set(e, errno, "layers", "%s", r->layers_dir);
	str_puts(s, "lowerdir=");
	for (i = r->n_layers; i-- > 0;)
		str_fmt(s, "%u%s", i, i ? ":" : "");
	return 0;
}

static int upper_names(struct str *s, const struct spec_root *r, struct err *e)
{
	const char *base = r->upper == SPEC_UPPER_DIR ? r->upper_dir : ENTER_STAGE;
	char path[512];

	if (r->upper == SPEC_UPPER_NONE)
		return 0;
	if (r->upper == SPEC_UPPER_DIR) {
		str_print(path, sizeof(path), "%s/upper", base);
		if (io_mkdirs(AT_FDCWD, path, 0755))
			return err_set(e, errno, "upper", "%s", path);
		str_print(path, sizeof(path), "%s/work", base);
		if (io_mkdirs(AT_FDCWD, path, 0700))
			return err_set(e, errno, "upper", "%s", path);
	}
	str_fmt(s, ",upperdir=%s/upper,workdir=%s/work", base, base);
	return 0;
}

static int overlay(struct enter *c, struct err *e)
{
	const struct spec_root *r = &c->spec->root;
	bool mapped = c->spec->userns && !r->path;
	char options[4096];
	struct stat st;
	struct str s;
	int rc = mapped ? map_layers(c, e) : 0;

	str_init(&s, options, sizeof(options));
	rc = rc ?: lower_names(&s, r, mapped, e);
	rc = rc ?: upper_names(&s, r, e);
	if (rc)
		return rc;
	if (s.cut)
		return err_set(e, E2BIG, "overlay", "%u layers", r->n_layers);
	/* The root folder's own mode and owner are the top layer's. */
	if (r->upper == SPEC_UPPER_TMPFS && !path_stat(r->path ? r->path : "0", &st)) {
		int up AUTO_CLOSE = path_open(AT_FDCWD, ENTER_STAGE "/upper", O_DIRECTORY, 0);

		(void)!fchown(up, st.st_uid, st.st_gid);
		(void)!fchmod(up, st.st_mode & 07777);
	}
	if (path_mount("overlay", STAGE_ROOT, "overlay", 0, options))
		return err_set(e, errno, "overlay", "%u layers", r->n_layers);
	return path_chdir("/") ? err_set(e, errno, "overlay", "/") : 0;
}

static int open_stage_root(struct err *e)
{
	int fd = path_open(AT_FDCWD, STAGE_ROOT, O_PATH | O_DIRECTORY, 0);

	return fd < 0 ? err_set(e, errno, "root", STAGE_ROOT) : fd;
}

int rootfs_mount(struct enter *c, struct err *e)
{
	const struct spec_root *r = &c->spec->root;
	char lowest[512];
	int rc;

	if (r->upper == SPEC_UPPER_NONE && (r->path || (r->n_layers == 1 && !c->spec->userns))) {
		/* An overlay wants two folders; one read-only layer is itself. */
		if (!r->path && str_print(lowest, sizeof(lowest), "%s/0", r->layers_dir) < 0)
			return err_set(e, ENAMETOOLONG, "layers", "%s", r->layers_dir);
		c->root_fd = plain_folder(c, r->path ? r->path : lowest, e);
	} else {
		rc = make_stage(e);
		rc = rc ?: overlay(c, e);
		c->root_fd = rc ? rc : open_stage_root(e);
	}
	return c->root_fd < 0 ? c->root_fd : 0;
}

int rootfs_seal(struct enter *c, struct err *e)
{
	const struct spec_root *r = &c->spec->root;
	int rc;

	if (!r->read_only && !(r->upper == SPEC_UPPER_NONE && !r->path))
		return 0;
	rc = enter_remount_fd(c->root_fd, MS_RDONLY);
	return rc ? err_set(e, rc, "root", "make it read-only") : 0;
}
