/* SPDX-License-Identifier: ISC */
/*
 * A unit's user namespace, made last: mounts and the other namespaces stay the host root's, so that
 * the container's root has no right over them. The maps are written by a helper that keeps the
 * host's rights for that long. Runs in the child.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/sys.h"
#include "runtime/enter.h"
#include "runtime/idmap.h"

static NORETURN void help(const struct enter *c, pid_t pid, int go)
{
	char word;
	int rc = io_read_full(go, &word, 1) == 1 ? idmap_write(c->spec->userns, c->proc_fd, pid)
						 : -EPIPE;

	_exit(rc ? -rc : 0);
}

int userns_enter(struct enter *c, struct err *e)
{
	int go[2], status = 0, rc = 0;
	long helper;

	if (!c->spec->userns)
		return 0;
	if (pipe(go))
		return err_set(e, errno, "user namespace", "pipe");
	helper = sys_clone(SIGCHLD, NULL);
	if (helper == 0) {
		close(go[1]);
		help(c, getppid(), go[0]);
	}
	close(go[0]);
	if (helper < 0)
		rc = err_set(e, (int)-helper, "user namespace", "helper");
	else if (unshare(CLONE_NEWUSER))
		rc = err_set(e, errno, "user namespace", "unshare");
	else
		rc = io_write_full(go[1], "", 1);
	close(go[1]);
	if (helper > 0 && waitpid((pid_t)helper, &status, 0) == helper && status && !rc)
		rc = err_set(e, WIFEXITED(status) ? WEXITSTATUS(status) : EPROTO, "user namespace",
			     "write the id maps");
	return rc;
}
