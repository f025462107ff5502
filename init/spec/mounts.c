/* SPDX-License-Identifier: ISC */
/* Volume=, Tmpfs=, AddDevice= in podman's words. See mounts.h. */
#include "init/spec/mounts.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "runtime/base/str.h"

#define MOUNTS_MAX 64
#define DEVICES_MAX 32

/* A mount option's word; 0 and 0: takes no flag here, but is known. */
static const struct {
	const char *word;
	unsigned long flag, propagation;
} options[] = {
	{ "ro", MS_RDONLY, 0 },
	{ "rw", 0, 0 },
	{ "nosuid", MS_NOSUID, 0 },
	{ "suid", 0, 0 },
	{ "nodev", MS_NODEV, 0 },
	{ "dev", 0, 0 },
	{ "noexec", MS_NOEXEC, 0 },
	{ "exec", 0, 0 },
	{ "noatime", MS_NOATIME, 0 },
	{ "bind", 0, 0 },
	{ "rbind", 0, 0 },
	{ "z", 0, 0 },
	{ "Z", 0, 0 },
	{ "U", 0, 0 },
	{ "private", 0, MS_PRIVATE },
	{ "rprivate", 0, MS_PRIVATE | MS_REC },
	{ "slave", 0, MS_SLAVE },
	{ "rslave", 0, MS_SLAVE | MS_REC },
};

/* Reads "a,b,c": flags into m, what is a file system's own (size=, mode=) into data. */
static int read_options(struct spec_mount *m, const char *words, struct str *data)
{
	while (*words) {
		size_t n = strcspn(words, ","), i;

		for (i = 0; i < ARRAY_LEN(options) && !str_is(words, n, options[i].word); i++)
			;
		if (i < ARRAY_LEN(options)) {
			m->flags |= options[i].flag;
			m->propagation |= options[i].propagation;
		} else if (data && (str_starts(words, "size=") || str_starts(words, "mode="))) {
			str_fmt(data, "%s%.*s", data->len ? "," : "", (int)n, words);
		} else if (n) {
			return -EINVAL;
		}
		words += n + (words[n] == ',');
	}
	return 0;
}

/*
 * Copies the part before the next ':' and moves behind it; "" at the end. NULL when the arena is
 * full.
 */
static char *part(const char **at, struct arena *a)
{
	size_t n = strcspn(*at, ":");
	char *copy = arena_text(a, *at, n);

	*at += n + ((*at)[n] == ':');
	return copy;
}

static int add_volume(struct spec_mount *m, const struct unit *u, const char *word, struct arena *a,
		      struct err *e)
{
	const char *at = word, *source, *target;
	char path[256];

	source = part(&at, a);
	target = part(&at, a);
	if (!source || !target)
		return err_set(e, E2BIG, "volume", "%s", word);
	m->flags = MS_BIND | MS_REC;
	m->propagation = MS_PRIVATE | MS_REC;
	/*
	 * "/data" alone: an anonymous volume, of this unit. A source that is no path: a volume by
	 * name.
	 */
	if (!*target || source[0] != '/') {
		if (!*target)
			str_print(path, sizeof(path), CONFIG_STORE "/volumes/%s%s", u->name,
				  source);
		else
			str_print(path, sizeof(path), CONFIG_STORE "/volumes/%s", source);
		target = *target ? target : source;
		source = arena_text(a, path, strlen(path));
		m->make_source = true;
	}
	m->source = source;
	m->target = target;
	return source && !read_options(m, at, NULL)
		       ? 0
		       : err_set(e, EINVAL, "volume", "%s: unknown option", word);
}

static int add_tmpfs(struct spec_mount *m, const char *word, struct arena *a, struct err *e)
{
	const char *at = word;
	char text[128];
	struct str data;

	m->type = "tmpfs";
	m->target = part(&at, a);
	m->flags = MS_NOSUID | MS_NODEV;
	str_init(&data, text, sizeof(text));
	if (read_options(m, at, &data) || data.cut)
		return err_set(e, EINVAL, "tmpfs", "%s: unknown option", word);
	m->data = arena_text(a, text, data.len);
	return m->target && m->data ? 0 : err_set(e, E2BIG, "tmpfs", "%s", word);
}

static unsigned access_of(const char *word)
{
	unsigned access = 0;

	for (; *word; word++)
		access |= *word == 'r'	 ? SPEC_DEV_READ
			  : *word == 'w' ? SPEC_DEV_WRITE
					 : SPEC_DEV_MKNOD;
	return access ? access : SPEC_DEV_READ | SPEC_DEV_WRITE | SPEC_DEV_MKNOD;
}

/* SOURCE[:TARGET][:rwm]. False when '-' says it may be missing, and it is. */
static bool add_device(struct spec_device *d, const char *word, struct arena *a)
{
	bool optional = *word == '-';
	const char *at = word + optional, *second;

	d->source = d->target = part(&at, a);
	second = part(&at, a);
	if (second && second[0] == '/') {
		d->target = second;
		second = at;
	}
	d->access = access_of(second ? second : "");
	return !optional || (d->source && !access(d->source, F_OK));
}

static bool is_covered(const struct spec *spec, const char *target)
{
	unsigned i;

	for (i = 0; i < spec->n_mounts; i++)
		if (strcmp(spec->mounts[i].target, target) == 0)
			return true;
	return false;
}

static const char *const run_folders[] = { "/run", "/tmp", "/var/tmp", NULL };

/*
 * A read-only root gets a tmpfs where programs must be able to write: podman's ReadOnlyTmpfs=, and
 * declared volumes.
 */
static void add_scratch(struct spec *spec, struct spec_mount *mounts, const char *const *targets)
{
	for (; targets && *targets && spec->n_mounts < MOUNTS_MAX; targets++)
		if (!is_covered(spec, *targets))
			mounts[spec->n_mounts++] = (struct spec_mount){
				.type = "tmpfs",
				.target = *targets,
				.flags = MS_NOSUID | MS_NODEV,
				.data = "mode=1777",
				.if_there = true,
			};
}

/* ShmSize=: over the standard one. */
static int add_shm(struct spec *spec, struct spec_mount *mounts, const struct unit *u,
		   struct arena *a, struct err *e)
{
	char text[64];
	int n = str_print(text, sizeof(text), "mode=1777,size=%llu",
			  (unsigned long long)u->shm_bytes);
	char *data;

	if (u->shm_bytes == 64 << 20)
		return 0;
	data = n < 0 ? NULL : arena_text(a, text, (size_t)n);
	if (!data)
		return err_set(e, E2BIG, "mounts", "/dev/shm");
	mounts[spec->n_mounts++] = (struct spec_mount){
		.type = "tmpfs",
		.target = "/dev/shm",
		.flags = MS_NOSUID | MS_NODEV | MS_NOEXEC,
		.data = data,
	};
	return 0;
}

int spec_mounts_fill(struct spec *spec, const struct unit *u, char *const *image_volumes,
		    struct arena *a, struct err *e)
{
	struct spec_mount *mounts = arena_get(a, MOUNTS_MAX * sizeof(*mounts));
	struct spec_device *devices = arena_get(a, DEVICES_MAX * sizeof(*devices));
	unsigned i;
	int rc = 0;

	if (!mounts || !devices || u->volumes.n + u->tmpfs.n + 1 > MOUNTS_MAX ||
	    u->devices.n > DEVICES_MAX)
		return err_set(e, E2BIG, "mounts", "more than %d mounts or %d devices", MOUNTS_MAX,
			       DEVICES_MAX);
	spec->mounts = mounts;
	spec->devices = devices;
	rc = add_shm(spec, mounts, u, a, e);
	for (i = 0; i < u->tmpfs.n && !rc; i++)
		rc = add_tmpfs(&mounts[spec->n_mounts++], u->tmpfs.v[i], a, e);
	for (i = 0; i < u->volumes.n && !rc; i++) {
		struct spec_mount *m = &mounts[spec->n_mounts++];

		rc = add_volume(m, u, u->volumes.v[i], a, e);
		/*
		 * A volume of ours is the container's, whatever ids it has; a host's folder stays
		 * who it is.
		 */
		m->idmap = m->make_source ? spec->userns : NULL;
	}
	for (i = 0; i < u->devices.n && !rc; i++)
		spec->n_devices += add_device(&devices[spec->n_devices], u->devices.v[i], a);
	if (!rc && u->read_only && !u->rootfs) {
		add_scratch(spec, mounts, (const char *const *)image_volumes);
		if (u->read_only_tmpfs)
			add_scratch(spec, mounts, run_folders);
	}
	return rc;
}

int spec_mounts_add_bind(struct spec *spec, const char *source, const char *target, struct arena *a,
			struct err *e)
{
	/* The array is spec_mounts_fill()'s own: there is room for MOUNTS_MAX. */
	struct spec_mount *m = (struct spec_mount *)(uintptr_t)&spec->mounts[spec->n_mounts];
	char *copy = arena_text(a, source, strlen(source));

	if (!copy || spec->n_mounts == MOUNTS_MAX)
		return err_set(e, E2BIG, "mounts", "%s", target);
	*m = (struct spec_mount){
		.source = copy, .target = target, .flags = MS_BIND, .propagation = MS_PRIVATE,
	};
	spec->n_mounts++;
	return 0;
}
