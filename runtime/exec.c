/* SPDX-License-Identifier: ISC */
/* The last step: find the command in PATH, as execvp(3) does, and become it. Runs in the container's child. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/str.h"
#include "runtime/enter.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static const char *find_path(char *const *envp)
{
	for (; envp && *envp; envp++)
		if (str_starts(*envp, "PATH="))
			return *envp + 5;
	return DEFAULT_PATH;
}

static int fail(const char *path, int code, struct err *e)
{
	return err_set(e, code, "exec", "%s", path);
}

int exec_command(struct enter *c, struct err *e)
{
	char *const *argv = c->spec->argv, *const *envp = c->spec->envp;
	const char *at = find_path(envp);
	int worst = ENOENT;
	char path[4096];

	if (!argv || !argv[0] || !*argv[0])
		return fail("no command", EINVAL, e);
	if (strchr(argv[0], '/')) {
		execve(argv[0], argv, envp);
		return fail(argv[0], errno, e);
	}
	for (; *at; at += strcspn(at, ":"), at += *at == ':') {
		size_t n = strcspn(at, ":");

		if (str_print(path, sizeof(path), "%.*s%s%s", (int)n, at, n ? "/" : "", argv[0]) < 0)
			continue;
		execve(path, argv, envp);
		if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
			return fail(path, errno, e);
		/* A file that may not be run is a better reason than none at all. */
		if (errno == EACCES)
			worst = EACCES;
	}
	return fail(argv[0], worst, e);
}
