/* SPDX-License-Identifier: ISC */
/* A spec as config.json. See config_write.h. */
#include "runtime/oci/config_write.h"

#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "runtime/base/compiler.h"
#include "runtime/base/num.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/container.h"
#include "runtime/oci/config.h"
#include "runtime/seccomp.h"

static void put_list(struct jsonw *w, const char *key, const char *const *list)
{
	jsonw_array(w, key);
	for (; list && *list; list++)
		jsonw_text(w, NULL, *list);
	jsonw_close(w, ']');
}

static void put_caps(struct jsonw *w, const char *key, uint64_t caps)
{
	unsigned bit;

	jsonw_array(w, key);
	for (bit = 0; ctr_cap_name(bit); bit++)
		if (caps >> bit & 1)
			jsonw_text(w, NULL, ctr_cap_name(bit));
	jsonw_close(w, ']');
}

/*
 * Names are looked up in the container's own passwd and group, and so is the group of a user who is
 * named without one: then they are an annotation.
 */
static bool put_user(struct jsonw *w, const struct spec *s)
{
	size_t n = strcspn(s->user, ":");
	uint64_t uid = 0, gid = 0;
	bool plain = (!n || !num_u64(s->user, n, UINT32_MAX, &uid)) &&
		     (!s->user[n] ||
		      !num_u64(s->user + n + 1, strlen(s->user + n + 1), UINT32_MAX, &gid));

	jsonw_object(w, "user");
	jsonw_u64(w, "uid", plain ? uid : 0);
	jsonw_u64(w, "gid", plain ? gid : 0);
	jsonw_u64(w, "umask", s->umask);
	jsonw_close(w, '}');
	return plain && (!*s->user || s->user[n]);
}

static bool put_process(struct jsonw *w, const struct spec *s)
{
	unsigned i;
	bool plain;

	jsonw_object(w, "process");
	jsonw_bool(w, "terminal", false);
	plain = put_user(w, s);
	put_list(w, "args", (const char *const *)s->argv);
	put_list(w, "env", (const char *const *)s->envp);
	jsonw_text(w, "cwd", s->cwd);
	jsonw_object(w, "capabilities");
	put_caps(w, "bounding", s->caps);
	put_caps(w, "effective", s->caps);
	put_caps(w, "permitted", s->caps);
	jsonw_close(w, '}');
	jsonw_array(w, "rlimits");
	for (i = 0; i < s->n_rlimits; i++) {
		jsonw_object(w, NULL);
		jsonw_text(w, "type", oci_rlimit_name(s->rlimits[i].resource));
		jsonw_u64(w, "soft", s->rlimits[i].soft);
		jsonw_u64(w, "hard", s->rlimits[i].hard);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	jsonw_bool(w, "noNewPrivileges", s->no_new_privs);
	jsonw_i64(w, "oomScoreAdj", s->oom_score_adj);
	jsonw_close(w, '}');
	return plain;
}

static void put_options(struct jsonw *w, const struct spec_mount *m)
{
	static const struct {
		unsigned long flag;
		const char *word;
	} words[] = {
		{ MS_BIND | MS_REC, "rbind" }, { MS_BIND, "bind" },	{ MS_RDONLY, "ro" },
		{ MS_NOSUID, "nosuid" },       { MS_NODEV, "nodev" },	{ MS_NOEXEC, "noexec" },
		{ MS_NOATIME, "noatime" },     { MS_STRICTATIME, "strictatime" },
	}, kinds[] = {
		{ MS_SHARED | MS_REC, "rshared" }, { MS_SHARED, "shared" },
		{ MS_SLAVE | MS_REC, "rslave" },   { MS_SLAVE, "slave" },
		{ MS_PRIVATE | MS_REC, "rprivate" }, { MS_PRIVATE, "private" },
	};
	unsigned long left = m->flags;
	const char *at = m->data;
	char option[256];
	size_t i, n;

	jsonw_array(w, "options");
	for (i = 0; i < ARRAY_LEN(words); i++)
		if ((left & words[i].flag) == words[i].flag) {
			jsonw_text(w, NULL, words[i].word);
			left &= ~words[i].flag;
		}
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (m->propagation == kinds[i].flag)
			jsonw_text(w, NULL, kinds[i].word);
	for (; at && *at; at += n + (at[n] == ',')) {
		n = strcspn(at, ",");
		if (str_print(option, sizeof(option), "%.*s", (int)n, at) > 0)
			jsonw_text(w, NULL, option);
	}
	if (m->copy_up)
		jsonw_text(w, NULL, "tmpcopyup");
	jsonw_close(w, ']');
}

static void put_mount(struct jsonw *w, const struct spec_mount *m)
{
	jsonw_object(w, NULL);
	jsonw_text(w, "destination", m->target);
	jsonw_text(w, "type", m->type ? m->type : "none");
	jsonw_text(w, "source", m->source ? m->source : m->type);
	put_options(w, m);
	jsonw_close(w, '}');
}

static void put_mounts(struct jsonw *w, const struct spec *s)
{
	struct spec_mount m;
	unsigned i;

	jsonw_array(w, "mounts");
	for (i = 0; !s->no_default_mounts && ctr_default_mount(i, &m); i++)
		put_mount(w, &m);
	for (i = 0; i < s->n_mounts; i++)
		put_mount(w, &s->mounts[i]);
	jsonw_close(w, ']');
}

static void put_devices(struct jsonw *w, const struct spec *s)
{
	struct stat st;
	unsigned i;

	jsonw_array(w, "devices");
	for (i = 0; i < s->n_devices; i++) {
		const struct spec_device *d = &s->devices[i];

		jsonw_object(w, NULL);
		jsonw_text(w, "path", d->target);
		/* Of this machine: on the desk a device may be another, or not be there. */
		if (d->source && !path_stat(d->source, &st)) {
			jsonw_text(w, "type", S_ISBLK(st.st_mode) ? "b" : "c");
			jsonw_u64(w, "major", major(st.st_rdev));
			jsonw_u64(w, "minor", minor(st.st_rdev));
		}
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void put_maps(struct jsonw *w, const char *key, const struct spec_idmap *map, unsigned n)
{
	unsigned i;

	jsonw_array(w, key);
	for (i = 0; i < n; i++) {
		jsonw_object(w, NULL);
		jsonw_u64(w, "containerID", map[i].inside);
		jsonw_u64(w, "hostID", map[i].outside);
		jsonw_u64(w, "size", map[i].count);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void put_number(struct jsonw *w, const char *object, const char *key, uint64_t v)
{
	if (v == UINT64_MAX)
		return;
	jsonw_object(w, object);
	jsonw_u64(w, key, v);
	jsonw_close(w, '}');
}

static void put_resources(struct jsonw *w, const struct cg_limits *l)
{
	jsonw_object(w, "resources");
	put_number(w, "memory", "limit", l->memory_max);
	put_number(w, "pids", "limit", l->pids_max);
	if (l->cpu_quota_percent) {
		jsonw_object(w, "cpu");
		jsonw_u64(w, "quota", l->cpu_quota_percent * 1000ull);
		jsonw_u64(w, "period", 100000);
		jsonw_close(w, '}');
	}
	jsonw_close(w, '}');
}

static void put_sysctls(struct jsonw *w, const char *const *v)
{
	char name[256];

	jsonw_object(w, "sysctl");
	for (; v && *v; v++)
		if (str_print(name, sizeof(name), "%.*s", (int)strcspn(*v, "="), *v) > 0)
			jsonw_pair(w, name, *v + strcspn(*v, "=") + 1);
	jsonw_close(w, '}');
}

static void put_seccomp(struct jsonw *w, const struct spec *s)
{
	if (s->seccomp == SPEC_SECCOMP_POLICY)
		oci_seccomp_write(w, s->policy);
	else if (s->seccomp != SPEC_SECCOMP_OFF)
		oci_seccomp_write(w, seccomp_profile_policy(s->seccomp == SPEC_SECCOMP_HARDENED
								    ? SECCOMP_HARDENED
								    : SECCOMP_DEFAULT,
							    s->caps));
}

static void put_linux(struct jsonw *w, const struct spec *s, const struct cg_limits *limits)
{
	static const char *const always[] = { "pid", "ipc", "uts", "mount", "cgroup" };
	const char *const names[] = { s->loopback ? "network" : NULL, s->userns ? "user" : NULL };
	size_t i;

	jsonw_object(w, "linux");
	jsonw_array(w, "namespaces");
	for (i = 0; i < ARRAY_LEN(always) + ARRAY_LEN(names); i++) {
		const char *name = i < ARRAY_LEN(always) ? always[i] : names[i - ARRAY_LEN(always)];

		if (!name)
			continue;
		jsonw_object(w, NULL);
		jsonw_text(w, "type", name);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	if (s->userns) {
		put_maps(w, "uidMappings", s->userns->uid, s->userns->n_uid);
		put_maps(w, "gidMappings", s->userns->gid, s->userns->n_gid);
	}
	if (limits)
		put_resources(w, limits);
	put_devices(w, s);
	put_sysctls(w, s->sysctl);
	put_seccomp(w, s);
	put_list(w, "maskedPaths", s->masked ? s->masked : ctr_default_masked());
	put_list(w, "readonlyPaths", s->readonly ? s->readonly : ctr_default_readonly());
	jsonw_close(w, '}');
}

static void put_annotations(struct jsonw *w, const struct spec *s, bool plain_user)
{
	static const char *const profiles[] = {
		[SPEC_SECCOMP_DEFAULT] = "default",
		[SPEC_SECCOMP_HARDENED] = "hardened",
		[SPEC_SECCOMP_OFF] = "unconfined",
		[SPEC_SECCOMP_POLICY] = "file",
	};

	jsonw_object(w, "annotations");
	jsonw_text(w, "org.pintle.seccomp", profiles[s->seccomp]);
	if (!plain_user)
		jsonw_text(w, "org.pintle.user", s->user);
	if (!s->root.path && s->root.layers_dir)
		jsonw_text(w, "org.pintle.layers", s->root.layers_dir);
	jsonw_close(w, '}');
}

void oci_config_write(struct jsonw *w, const char *key, const struct spec *s,
		      const struct cg_limits *limits)
{
	bool plain;

	jsonw_object(w, key);
	jsonw_text(w, "ociVersion", "1.2.0");
	plain = put_process(w, s);
	jsonw_object(w, "root");
	jsonw_text(w, "path", s->root.path ? s->root.path : "rootfs");
	jsonw_bool(w, "readonly", s->root.read_only);
	jsonw_close(w, '}');
	jsonw_text(w, "hostname", s->hostname);
	put_mounts(w, s);
	put_linux(w, s, limits);
	put_annotations(w, s, plain);
	jsonw_close(w, '}');
}
