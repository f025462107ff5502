/* SPDX-License-Identifier: ISC */
/*
 * ProtectSystem= and its sisters: each key is a few paths, capabilities or system calls. See
 * sandbox.h.
 */
#include "init/spec/sandbox.h"

#include <errno.h>
#include <string.h>

#include "runtime/base/compiler.h"
#include "runtime/base/str.h"
#include "runtime/container.h"
#include "runtime/sandbox.h"
#include "runtime/seccomp.h"
#include "runtime/syscall_sets.h"

#define WORDS_MAX 256
#define CAP(number) (1ull << (number))
#define CAP_RAWIO 17
#define CAP_MODULE 16
#define CAP_ADMIN 21
#define CAP_MKNOD_BIT 27

/* Touched in the child only. */
static struct sandbox box;
static struct sandbox_path paths[SANDBOX_PATHS_MAX];
static SCRATCH const char *names[SYSCALL_NAMES_MAX];
static const char *words[WORDS_MAX];
static struct seccomp_rule rule;
static struct seccomp_policy policy;
static struct spec_caps caps;

static int add(enum sandbox_how how, const char *path, bool may_lack, struct err *e)
{
	if (box.n_paths == SANDBOX_PATHS_MAX)
		return err_set(e, E2BIG, "sandbox", "more than %u paths", SANDBOX_PATHS_MAX);
	paths[box.n_paths++] =
		(struct sandbox_path){ .path = path, .how = how, .may_lack = may_lack };
	return 0;
}

static int add_all(enum sandbox_how how, const char *const *list, struct err *e)
{
	int rc = 0;

	for (; *list && !rc; list++)
		rc = add(how, *list, true, e);
	return rc;
}

/* "-/may/lack"; '+' (as seen below RootDirectory=) is how all are taken. */
static int add_list(enum sandbox_how how, const struct unit_list *l, struct err *e)
{
	unsigned i;
	int rc = 0;

	for (i = 0; i < l->n && !rc; i++) {
		const char *path = l->v[i];
		bool may_lack = *path == '-';

		path += may_lack;
		rc = add(how, path + (*path == '+'), may_lack, e);
	}
	return rc;
}

/* A piece of SOURCE[:TARGET[:OPTIONS]]. */
static const char *piece(const char **at, struct arena *a)
{
	size_t n = strcspn(*at, ":");
	const char *text = arena_text(a, *at, n);

	*at += n;
	*at += **at == ':';
	return text;
}

static int add_binds(enum sandbox_how how, const struct unit_list *l, struct arena *a,
		     struct err *e)
{
	unsigned i;
	int rc = 0;

	for (i = 0; i < l->n && !rc; i++) {
		const char *at = l->v[i], *source, *target, *options;
		bool may_lack = *at == '-';

		at += may_lack;
		source = piece(&at, a);
		target = piece(&at, a);
		options = piece(&at, a);
		if (!source || !target || !options)
			return err_set(e, E2BIG, "sandbox", "%s", l->v[i]);
		rc = add(how, *target ? target : source, may_lack, e);
		if (!rc) {
			paths[box.n_paths - 1].source = source;
			paths[box.n_paths - 1].shallow = strcmp(options, "norbind") == 0;
		}
	}
	return rc;
}

static int add_tmpfs(const char *path, const char *data, struct err *e)
{
	int rc = add(SANDBOX_TMPFS, path, false, e);

	if (!rc)
		paths[box.n_paths - 1].data = data;
	return rc;
}

static int add_tmpfs_list(const struct unit_list *l, struct arena *a, struct err *e)
{
	unsigned i;
	int rc = 0;

	for (i = 0; i < l->n && !rc; i++) {
		const char *at = l->v[i], *path = piece(&at, a);

		rc = path ? add_tmpfs(path, *at ? at : "mode=0755", e)
			  : err_set(e, E2BIG, "sandbox", "%s", l->v[i]);
	}
	return rc;
}

/* --- what each key stands for --- */

static int protect_system(const struct unit_sandbox *b, struct err *e)
{
	/*
	 * /bin and its like are part of /usr where they are links to it, and of the system where
	 * they are not.
	 */
	static const char *const yes[] = { "/usr",  "/boot", "/efi",   "/bin",
					   "/sbin", "/lib",  "/lib64", NULL };
	static const char *const full[] = { "/etc", NULL };
	int rc = b->protect_system ? add_all(SANDBOX_READ_ONLY, yes, e) : 0;

	box.strict = b->protect_system == 3;
	return rc ?: b->protect_system >= 2 ? add_all(SANDBOX_READ_ONLY, full, e) : 0;
}

static int protect_home(const struct unit_sandbox *b, struct err *e)
{
	static const char *const homes[] = { "/home", "/root", "/run/user", NULL };
	unsigned i;
	int rc = 0;

	if (b->protect_home == 1 || b->protect_home == 2)
		return add_all(b->protect_home == 1 ? SANDBOX_HIDDEN : SANDBOX_READ_ONLY, homes, e);
	for (i = 0; b->protect_home == 3 && homes[i] && !rc; i++)
		rc = add_tmpfs(homes[i], "mode=0755,size=64k", e);
	return rc;
}

static int protect_kernel(const struct unit_sandbox *b, struct err *e)
{
	static const char *const tunables[] = {
		"/proc/acpi",	       "/proc/fs",  "/proc/irq",
		"/proc/latency_stats", "/proc/sys", "/proc/sysrq-trigger",
		"/proc/timer_stats",   "/sys",	    NULL,
	};
	static const char *const secrets[] = { "/proc/kallsyms", "/proc/kcore", NULL };
	static const char *const modules[] = { "/lib/modules", "/usr/lib/modules", NULL };
	static const char *const groups[] = { "/sys/fs/cgroup", NULL };
	int rc = 0;

	if (b->protect_kernel_tunables)
		rc = add_all(SANDBOX_READ_ONLY, tunables, e) ?: add_all(SANDBOX_HIDDEN, secrets, e);
	/* The groups stay as they are below a /sys that is not, unless they are asked for, too. */
	if (!rc && b->protect_kernel_tunables && !b->protect_control_groups)
		rc = add_all(SANDBOX_READ_WRITE, groups, e);
	if (!rc && b->protect_control_groups)
		rc = add_all(SANDBOX_READ_ONLY, groups, e);
	return rc ?: b->protect_kernel_modules ? add_all(SANDBOX_HIDDEN, modules, e) : 0;
}

/* Of two for one path the later holds: what is general comes first. */
static int collect(const struct unit *u, struct arena *a, struct err *e)
{
	const struct unit_sandbox *b = &u->sandbox;
	int rc = protect_system(b, e);

	rc = rc ?: protect_home(b, e);
	rc = rc ?: protect_kernel(b, e);
	if (!rc && b->private_tmp)
		rc = add_tmpfs("/tmp", "mode=1777", e) ?: add_tmpfs("/var/tmp", "mode=1777", e);
	rc = rc ?: add_tmpfs_list(&b->temporary_fs, a, e);
	rc = rc ?: add_binds(SANDBOX_BIND, &b->bind_paths, a, e);
	rc = rc ?: add_binds(SANDBOX_BIND_READ_ONLY, &b->bind_read_only_paths, a, e);
	rc = rc ?: add_list(SANDBOX_READ_ONLY, &b->read_only_paths, e);
	rc = rc ?: add_list(SANDBOX_READ_WRITE, &b->read_write_paths, e);
	return rc ?: add_list(SANDBOX_HIDDEN, &b->inaccessible_paths, e);
}

/* --- rights --- */

static bool is_root(const struct unit *u)
{
	return !u->user || strcmp(u->user, "root") == 0 || strcmp(u->user, "0") == 0;
}

static void limit_caps(struct spec *spec, const struct unit *u)
{
	const struct unit_sandbox *b = &u->sandbox;
	uint64_t bounding = b->cap_bounding;

	if (b->private_devices)
		bounding &= ~(CAP(CAP_MKNOD_BIT) | CAP(CAP_RAWIO));
	if (b->protect_kernel_modules)
		bounding &= ~CAP(CAP_MODULE);
	if (bounding == UINT64_MAX && !b->cap_ambient)
		return;
	caps.bounding = bounding;
	caps.ambient = caps.inheritable = b->cap_ambient & bounding;
	caps.permitted = caps.effective = is_root(u) ? bounding : caps.ambient;
	spec->cap_sets = &caps;
}

static int add_word(unsigned *n, const char *word, struct err *e)
{
	if (*n == WORDS_MAX)
		return err_set(e, E2BIG, "SystemCallFilter=", "more than %u words", WORDS_MAX);
	words[(*n)++] = word;
	return 0;
}

/*
 * With an allow list, what other keys forbid is taken back from it; without, there is a deny list
 * of that alone.
 */
static int limit_calls(struct spec *spec, const struct unit *u, struct arena *a, struct err *e)
{
	const struct unit_sandbox *b = &u->sandbox;
	bool deny = !b->syscalls.n || b->syscalls_deny;
	unsigned i, n = 0;
	int rc = 0;

	for (i = 0; i < b->syscalls.n && !rc; i++)
		rc = add_word(&n, b->syscalls.v[i], e);
	if (!rc && b->private_devices)
		rc = add_word(&n, "~@raw-io", e);
	if (!rc && b->protect_kernel_modules)
		rc = add_word(&n, "~@module", e);
	if (!n || rc)
		return rc;
	rc = syscall_filter(words, n, deny, a, names, &rule, &policy, e);
	spec->seccomp = SPEC_SECCOMP_POLICY;
	spec->policy = &policy;
	/* As systemd: a filter without CAP_SYS_ADMIN takes no_new_privs. */
	spec->no_new_privs |= !is_root(u) || (spec->cap_sets && !(caps.effective & CAP(CAP_ADMIN)));
	return rc;
}

int spec_sandbox_fill(struct spec *spec, const struct unit *u, struct arena *a, struct err *e)
{
	const struct unit_sandbox *b = &u->sandbox;
	int rc = collect(u, a, e);

	box.root = b->root_directory;
	box.paths = paths;
	box.private_devices = b->private_devices;
	box.private_network = b->private_network;
	if (box.n_paths || box.root || box.strict || box.private_devices || box.private_network)
		spec->sandbox = &box;
	limit_caps(spec, u);
	return rc ?: limit_calls(spec, u, a, e);
}
