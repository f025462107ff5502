/* SPDX-License-Identifier: ISC */
/* Running hooks: see hooks.h. */
#include "runtime/oci/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/oci/say.h"

/* A memfd: the hook may read the state when it likes, or never, and nobody waits for it. */
static int state_file(const struct box *b, const struct oci_config *c)
{
	int fd = (int)sys_memfd_create("state", 1 /* MFD_CLOEXEC */);
	int rc = fd < 0 ? fd : box_write_state(b, c, fd);

	if (!rc && lseek(fd, 0, SEEK_SET) < 0)
		rc = -errno;
	if (rc)
		io_close(&fd);
	return rc ? rc : fd;
}

static NORETURN void become(const struct oci_hook *h, int state, int report)
{
	sigset_t none;
	int code;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	if (dup2(state, STDIN_FILENO) == STDIN_FILENO)
		execve(h->path, h->argv, h->envp);
	code = errno;
	io_write_full(report, &code, sizeof(code));
	_exit(127);
}

/* Waits in steps: a hook's end cannot be polled for before pidfds. */
static int wait_until(pid_t pid, uint64_t end_ms, int *ret_status)
{
	struct timespec pause = { .tv_nsec = 1000 * 1000 };
	pid_t got;

	if (!end_ms) {
		do
			got = waitpid(pid, ret_status, 0);
		while (got < 0 && errno == EINTR);
		return got < 0 ? -errno : 0;
	}
	while ((got = waitpid(pid, ret_status, WNOHANG)) == 0) {
		if (sys_now_ms() >= end_ms) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			waitpid(pid, ret_status, 0);
			return -ETIMEDOUT;
		}
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 20 * 1000 * 1000)
			pause.tv_nsec *= 2;
	}
	return got < 0 ? -errno : 0;
}

static int judge(const char *kind, const struct oci_hook *h, int rc, int status, int exec_errno,
		 struct err *e)
{
	if (rc == -ETIMEDOUT)
		return err_set(e, ECHILD, "hook", "%s %s: killed after %u s", kind, h->path,
			       h->timeout_s);
	if (rc)
		return err_set(e, rc, "hook", "%s %s", kind, h->path);
	if (exec_errno)
		return err_set(e, exec_errno, "hook", "%s %s", kind, h->path);
	if (WIFSIGNALED(status))
		return err_set(e, ECHILD, "hook", "%s %s: killed by signal %d", kind, h->path,
			       WTERMSIG(status));
	if (WEXITSTATUS(status))
		return err_set(e, ECHILD, "hook", "%s %s: exit status %d", kind, h->path,
			       WEXITSTATUS(status));
	return 0;
}

static int run_one(const char *kind, const struct oci_hook *h, int state, struct err *e)
{
	uint64_t end_ms = h->timeout_s ? sys_now_ms() + h->timeout_s * 1000ull : 0;
	int report[2], status = 0, exec_errno = 0, rc;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC))
		return err_set(e, errno, "hook", "%s", kind);
	lseek(state, 0, SEEK_SET);
	pid = (pid_t)sys_clone(SIGCHLD, NULL);
	if (pid == 0)
		become(h, state, report[1]);
	io_close(&report[1]);
	rc = pid < 0 ? (int)pid : 0;
	if (!rc && io_read_full(report[0], &exec_errno, sizeof(exec_errno)) != sizeof(exec_errno))
		exec_errno = 0;
	io_close(&report[0]);
	rc = rc ?: wait_until(pid, end_ms, &status);
	return judge(kind, h, rc, status, exec_errno, e);
}

int hooks_run(const struct oci_config *c, enum oci_hook_kind kind, const struct box *b,
	      struct err *e)
{
	int state AUTO_CLOSE = -1, rc = 0;
	unsigned i;

	if (!c->n_hooks[kind])
		return 0;
	state = state_file(b, c);
	if (state < 0)
		return err_set(e, state, "hook", "state for %s", oci_hook_name(kind));
	for (i = 0; i < c->n_hooks[kind] && !rc; i++)
		rc = run_one(oci_hook_name(kind), &c->hooks[kind][i], state, e);
	return rc;
}

void hooks_try(const struct oci_config *c, enum oci_hook_kind kind, const struct box *b)
{
	int state AUTO_CLOSE = c->n_hooks[kind] ? state_file(b, c) : -1;
	char text[320];
	unsigned i;

	for (i = 0; state >= 0 && i < c->n_hooks[kind]; i++) {
		struct err e = { 0 };

		if (run_one(oci_hook_name(kind), &c->hooks[kind][i], state, &e))
			say_warning("%s", err_say(&e, text, sizeof(text)));
	}
}
