/* SPDX-License-Identifier: ISC */
/* pintle features: what is built in, and what the running kernel has of what pintle would use. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "init/cli/cli.h"
#include "init/cli/json_out.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/seccomp.h"

#define CGROUP2_MAGIC 0x63677270u

static bool has_clone3(void)
{
	struct sys_clone_args none = { 0 };

	/* A size the kernel refuses: a call it has says EINVAL. */
	return sys_clone3(&none, 1) != -ENOSYS;
}

static bool has_openat2(void)
{
	struct sys_open_how how = { .flags = O_PATH | O_CLOEXEC };
	long fd = sys_openat2(AT_FDCWD, "/", &how);

	if (fd >= 0)
		close((int)fd);
	return fd >= 0;
}

static bool has_pidfd(void)
{
	long fd = sys_pidfd_open(getpid(), 0);

	if (fd >= 0)
		close((int)fd);
	return fd >= 0;
}

static bool has_mount_setattr(void)
{
	return sys_mount_setattr(-1, "", 0, NULL, 0) != -ENOSYS;
}

/* What is mounted, as cgroups(7) has it: v2, v1, hybrid (v2 beside v1 at unified), or none. */
static const char *cgroup_mode(void)
{
	struct statfs fs;

	if (!statfs("/sys/fs/cgroup", &fs) && (unsigned)fs.f_type == CGROUP2_MAGIC)
		return "v2";
	if (!statfs("/sys/fs/cgroup/unified", &fs) && (unsigned)fs.f_type == CGROUP2_MAGIC)
		return "hybrid";
	return access("/sys/fs/cgroup/memory", F_OK) == 0 ||
			       access("/sys/fs/cgroup/pids", F_OK) == 0
		       ? "v1"
		       : "none";
}

static bool has_overlay(void)
{
	char text[4096];

	return io_read_file(AT_FDCWD, "/proc/filesystems", text, sizeof(text)) > 0 &&
	       strstr(text, "\toverlay\n");
}

static bool has_seccomp(void)
{
	return access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0;
}

int word_features(const struct call *c)
{
	const struct {
		const char *name;
		bool on;
	} list[] = {
		{ "build_seccomp", IS_ON(CONFIG_SECCOMP) },
		{ "build_cgroup_v1", IS_ON(CONFIG_CGROUP_V1) },
		{ "build_userns", IS_ON(CONFIG_USERNS) },
		{ "kernel_clone3", has_clone3() },
		{ "kernel_pidfd", has_pidfd() },
		{ "kernel_openat2", has_openat2() },
		{ "kernel_mount_setattr", has_mount_setattr() },
		{ "kernel_overlay", has_overlay() },
		{ "kernel_seccomp", has_seccomp() },
	};
	struct utsname u = { 0 };
	struct json_out j;
	size_t i;

	uname(&u);
	if (call_json(c)) {
		json_out_start(&j, c->out);
		json_out_text(&j, "kernel", u.release);
		json_out_text(&j, "cgroup", cgroup_mode());
	} else {
		sink_fmt(c->out, "%-22s %s\n%-22s %s\n", "kernel", u.release, "cgroup",
			 cgroup_mode());
	}
	for (i = 0; i < ARRAY_LEN(list); i++) {
		if (call_json(c))
			json_out_bool(&j, list[i].name, list[i].on);
		else
			sink_fmt(c->out, "%-22s %s\n", list[i].name, list[i].on ? "yes" : "no");
	}
	for (i = SECCOMP_DEFAULT; IS_ON(CONFIG_SECCOMP) && seccomp_profile_name(i); i++) {
		char name[32];

		str_print(name, sizeof(name), "seccomp_%s", seccomp_profile_name(i));
		if (call_json(c))
			json_out_bool(&j, name, true);
		else
			sink_fmt(c->out, "%-22s yes\n", name);
	}
	if (call_json(c)) {
		json_out_end(&j);
		sink_fmt(c->out, "\n");
	}
	return 0;
}
