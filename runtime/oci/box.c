/* SPDX-License-Identifier: ISC */
/* The containers of a --root: see box.h. What state.json holds is in box_state.c. */
#include "runtime/oci/box.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/io.h"
#include "runtime/base/num.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/oci/box_state.h"

#define LOCK_TRIES 1000	/* of 10 ms */

static int root_fd = -1;

int box_root_fd(void)
{
	return root_fd;
}

int box_root(const char *path, struct err *e)
{
	const char *user = getenv("XDG_RUNTIME_DIR");
	char by_default[512];
	int rc;

	str_print(by_default, sizeof(by_default), "%s/pintle-runc",
		  geteuid() && user && *user ? user : "/run");
	if (!path || !*path)
		path = by_default;
	rc = io_mkdirs(AT_FDCWD, path, 0700);
	if (rc)
		return err_set(e, rc, "root", "%s", path);
	root_fd = path_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0);
	return root_fd < 0 ? err_set(e, errno, "root", "%s", path) : 0;
}

int box_check_id(const char *id, struct err *e)
{
	const char *p;

	for (p = id; (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		     (*p >= '0' && *p <= '9') || (*p && strchr("_+-.", *p));
	     p++)
		;
	if (*p || p == id || p - id >= BOX_ID_MAX || !strcmp(id, ".") || !strcmp(id, ".."))
		return err_set(e, EINVAL, "container",
			       "\"%s\" is no id: letters, digits and _+-. make one", id);
	return 0;
}

/* Two commands on one container take turns; creating holds it until the container is there. */
int box_lock(struct box *b, struct err *e)
{
	unsigned tries;

	for (tries = 0; tries < LOCK_TRIES && flock(b->fd, LOCK_EX | LOCK_NB); tries++) {
		struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };

		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set(e, errno, "container", "lock %s", b->id);
		nanosleep(&pause, NULL);
	}
	return tries < LOCK_TRIES
		       ? 0
		       : err_set(e, EBUSY, "container", "another command works on %s", b->id);
}

void box_unlock(struct box *b)
{
	flock(b->fd, LOCK_UN);
}

int box_make(struct box *b, const char *id, struct err *e)
{
	int rc = box_check_id(id, e);

	if (rc)
		return rc;
	*b = (struct box){ .fd = -1, .owner = geteuid() };
	str_copy(b->id, sizeof(b->id), id);
	if (at_mkdir(root_fd, id, 0711))
		return err_set(e, errno, "container",
			       errno == EEXIST ? "id %s is in use: it" : "%s", id);
	b->fd = at_open(root_fd, id, O_RDONLY | O_DIRECTORY, 0);
	if (b->fd < 0)
		return err_set(e, errno, "container", "%s", id);
	return box_lock(b, e);
}

int box_open(struct box *b, const char *id, bool change, struct err *e)
{
	int rc = box_check_id(id, e);
	struct stat st;

	if (rc)
		return rc;
	*b = (struct box){ .fd = -1 };
	str_copy(b->id, sizeof(b->id), id);
	b->fd = at_open(root_fd, id, O_RDONLY | O_DIRECTORY, 0);
	if (b->fd < 0)
		return err_set(e, errno == ENOENT ? ENOENT : errno, "container",
			       "%s does not exist", id);
	rc = change ? box_lock(b, e) : 0;
	/* Whoever had the lock may have removed it. */
	if (!rc && (fstat(b->fd, &st) || !st.st_nlink))
		rc = err_set(e, ENOENT, "container", "%s does not exist", id);
	rc = rc ?: box_state_read(b, e);
	if (rc)
		box_close(b);
	return rc;
}

void box_close(struct box *b)
{
	io_close(&b->fd);
}

int box_remove(struct box *b, struct err *e)
{
	int rc = io_remove_tree(root_fd, b->id);

	box_close(b);
	return rc && rc != -ENOENT ? err_set(e, rc, "container", "remove the folder of %s", b->id)
				   : 0;
}

uint64_t box_ticks(pid_t pid)
{
	char path[48], text[1024], *at;
	uint64_t ticks = 0;
	unsigned field;
	ssize_t n;

	str_print(path, sizeof(path), "/proc/%d/stat", (int)pid);
	n = io_read_file(AT_FDCWD, path, text, sizeof(text));
	if (n <= 0)
		return 0;
	/* The name may hold anything; the state follows its last parenthesis. */
	at = strrchr(text, ')');
	if (!at || at[1] != ' ' || at[2] == 'Z' || at[2] == 'X')
		return 0;
	for (at += 2, field = 3; field < 22 && *at; field++)
		at += strcspn(at, " ") + 1;
	return num_u64(at, strcspn(at, " "), UINT64_MAX, &ticks) ? 0 : ticks;
}

static bool is_alive(const struct box *b)
{
	return b->pid > 0 && b->start_ticks && box_ticks(b->pid) == b->start_ticks;
}

int box_cgroup(const struct box *b, struct cg_tree *t, struct cg *c, struct err *e)
{
	if (!b->cgroup[0])
		return err_set(e, ENOENT, "cgroup", "container %s has none", b->id);
	return cg_path_open(b->cgroup, false, t, c, e);
}

static bool is_frozen(const struct box *b)
{
	struct cg_tree t;
	struct cg c;
	int frozen;

	if (box_cgroup(b, &t, &c, NULL))
		return false;
	frozen = cg_frozen(&c);
	cg_close(&t, &c, false);
	return frozen == 1;
}

void box_refresh(struct box *b)
{
	if (b->status == BOX_STOPPED)
		return;
	if (b->pid && !is_alive(b))
		b->status = BOX_STOPPED;
	else if (b->status == BOX_RUNNING && is_frozen(b))
		b->status = BOX_PAUSED;
}

int box_pidfd(const struct box *b)
{
	long fd = b->pid > 0 ? sys_pidfd_open(b->pid, 0) : -ESRCH;
	int gone;

	/* Held by the fd the pid cannot pass to another between the look and the use. */
	if (is_alive(b))
		return (int)fd;
	gone = (int)fd;
	io_close(&gone);
	return -ESRCH;
}

int box_kill(const struct box *b, int sig)
{
	int fd AUTO_CLOSE = box_pidfd(b), rc = fd;

	if (fd >= 0)
		rc = (int)sys_pidfd_send_signal(fd, sig, 0);
	/* An older kernel, or a filter around us that does not know the call. */
	if (rc == -ENOSYS || rc == -EPERM)
		rc = kill(b->pid, sig) ? -errno : 0;
	return rc;
}
