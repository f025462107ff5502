/* SPDX-License-Identifier: ISC */
/* pintle features: what is built in, and what the running kernel has of what pintle would use. */
#include <errno.h>
#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "init/cli/cli.h"
#include "init/cli/json_out.h"
#include "runtime/base/sys.h"

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

static bool has_cgroup2(void)
{
	struct statfs fs;

	return !statfs("/sys/fs/cgroup", &fs) && (unsigned)fs.f_type == 0x63677270;
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
		{ "build_seccomp", IS_ON(CONFIG_SECCOMP) }, { "build_cgroup_v1", IS_ON(CONFIG_CGROUP_V1) },
		{ "build_userns", IS_ON(CONFIG_USERNS) }, { "kernel_clone3", has_clone3() },
		{ "kernel_pidfd", has_pidfd() }, { "kernel_openat2", has_openat2() },
		{ "kernel_mount_setattr", has_mount_setattr() }, { "kernel_cgroup2", has_cgroup2() },
		{ "kernel_seccomp", has_seccomp() },
	};
	struct json_out j;
	size_t i;

	if (c->json)
		json_out_start(&j, c->out);
	for (i = 0; i < ARRAY_LEN(list); i++) {
		if (c->json)
			json_out_bool(&j, list[i].name, list[i].on);
		else
			sink_fmt(c->out, "%-22s %s\n", list[i].name, list[i].on ? "yes" : "no");
	}
	if (c->json) {
		json_out_end(&j);
		sink_fmt(c->out, "\n");
	}
	return 0;
}
