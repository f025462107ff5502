/* SPDX-License-Identifier: ISC */
/*
 * The last steps: find the command in PATH, as execvp(3) does, and become it. Runs in the
 * container's child.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/container.h"
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

/* Before the rights are dropped: whether the user may run it only exec itself can say. */
static int usable(const char *path)
{
	struct stat st;

	if (path_stat(path, &st))
		return -errno;
	return S_ISREG(st.st_mode) && st.st_mode & 0111 ? 0 : -EACCES;
}

int exec_find(struct enter *c, struct err *e)
{
	char *const *argv = c->spec->argv;
	const char *at = find_path(c->spec->envp);
	int worst = -ENOENT;

	/*
	 * The specification lets a container be created without a process; start is what then
	 * fails.
	 */
	if (!argv && c->spec->session)
		return 0;
	if (!argv || !argv[0] || !*argv[0])
		return fail("no command", EINVAL, e);
	if (strchr(argv[0], '/')) {
		int rc = str_copy(c->path, sizeof(c->path), argv[0]);

		rc = rc ?: usable(argv[0]);
		return rc ? fail(argv[0], rc, e) : 0;
	}
	for (; *at; at += strcspn(at, ":"), at += *at == ':') {
		size_t n = strcspn(at, ":");
		int rc;

		if (str_print(c->path, sizeof(c->path), "%.*s%s%s", (int)n, at, n ? "/" : "",
			      argv[0]) < 0)
			continue;
		rc = usable(c->path);
		if (!rc)
			return 0;
		/* A file that may not be run is a better reason than none at all. */
		if (rc == -EACCES)
			worst = rc;
	}
	return fail(argv[0], worst, e);
}

/* 3 and up as the command line was given them; all else closes by itself. */
static void keep_fds(const struct spec *spec)
{
	const struct spec_session *s = spec->session;
	unsigned i;

	for (i = 0; s && i < s->preserve_fds; i++)
		fcntl((int)i + 3, F_SETFD, 0);
}

/*
 * Only now: whatever has the numbers wanted is not needed any more but the report's end, and other
 * fds of the list. All go out of the way first.
 */
static int place_fds(const struct spec *spec, struct err *e)
{
	int moved[SPEC_FDS_MAX];
	unsigned i;

	if (!spec->n_fds)
		return 0;
	if (spec->n_fds > SPEC_FDS_MAX || ctr_report_move())
		return err_set(e, EMFILE, "exec", "descriptors");
	for (i = 0; i < spec->n_fds; i++) {
		moved[i] = fcntl(spec->fds[i].fd, F_DUPFD_CLOEXEC, 64);
		if (moved[i] < 0)
			return err_set(e, errno, "exec", "descriptor %d", spec->fds[i].at);
	}
	for (i = 0; i < spec->n_fds; i++)
		if (dup2(moved[i], spec->fds[i].at) < 0)
			return err_set(e, errno, "exec", "descriptor %d", spec->fds[i].at);
	return 0;
}

int exec_command(struct enter *c, struct err *e)
{
	if (!c->spec->argv)
		return fail("config.json has no process", EINVAL, e);
	keep_fds(c->spec);
	if (place_fds(c->spec, e))
		return -e->code;
	execve(c->path, c->spec->argv, c->spec->envp);
	return fail(c->path, errno, e);
}
