/* SPDX-License-Identifier: ISC */
/* delete, and kill: the ways out. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/compiler.h"
#include "runtime/base/path.h"
#include "runtime/base/signals.h"
#include "runtime/oci/bundle.h"
#include "runtime/oci/commands.h"
#include "runtime/oci/delete.h"
#include "runtime/oci/hooks.h"
#include "runtime/oci/say.h"

#define WAIT_STEPS 1000	/* of 5 ms */

static bool has_end(const struct box *b)
{
	return !b->pid || box_ticks(b->pid) != b->start_ticks;
}

static void kill_group(struct box *b)
{
	struct cg_tree t;
	struct cg c;

	if (box_cgroup(b, &t, &c, NULL))
		return;
	if (cg_populated(&c)) {
		cg_freeze(&c, false, NULL);
		cg_kill(&t, &c);
	}
	cg_close(&t, &c, false);
}

int delete_kill(struct box *b, struct err *e)
{
	struct timespec pause = { .tv_nsec = 5 * 1000 * 1000 };
	int i;

	/* First the one that is named: a group shared with others would be emptied for nothing. */
	box_kill(b, SIGKILL);
	kill_group(b);
	for (i = 0; i < WAIT_STEPS && !has_end(b); i++)
		nanosleep(&pause, NULL);
	return i < WAIT_STEPS ? 0 : err_set(e, ETIMEDOUT, "delete", "%s does not die", b->id);
}

static int remove_group(struct box *b, struct err *e)
{
	if (!b->cgroup[0])
		return 0;
	kill_group(b);
	return cg_path_remove(b->cgroup, e);
}

/* Without a mount namespace of its own, its mounts are ours to take away. */
static void unmount_root(const struct box *b, const struct oci_config *c)
{
	unsigned i;

	for (i = 0; i < c->n_namespaces; i++)
		if (c->namespaces[i].flag == CLONE_NEWNS)
			return;
	path_umount(b->rootfs, MNT_DETACH | UMOUNT_NOFOLLOW);
}

int delete_stopped(struct box *b, const struct oci_config *config, struct err *e)
{
	static struct bundle u;
	struct err ignored = { 0 };
	int rc;

	/* Before the folder goes; one whose creation was cut short has none. */
	if (!config && !bundle_of(&u, b, &ignored))
		config = &u.config;
	rc = remove_group(b, e);
	if (config)
		unmount_root(b, config);
	b->status = BOX_STOPPED;
	rc = rc ?: box_remove(b, e);
	if (!rc && config)
		hooks_try(config, OCI_POSTSTOP, b);
	return rc;
}

int cmd_delete(const struct command *c, int argc, char **argv, struct err *e)
{
	static SCRATCH struct box b;
	bool force = false;
	const struct opt table[] = { { "force", 'f', OPT_FLAG, &force }, { 0 } };
	int rc = command_options(c, table, argc, argv, &argv, e);

	rc = rc ?: box_open(&b, argv[0], true, e);
	if (rc) {
		/* Forced, a container that is not there is as wished (runc). */
		return force && rc == -ENOENT ? 0 : rc;
	}
	box_refresh(&b);
	if (b.status != BOX_STOPPED && !force && !(b.status == BOX_CREATING && !b.pid))
		return err_set(e, EBUSY, "delete", "container %s is not stopped: %s", b.id,
			       box_word(b.status));
	rc = b.status == BOX_STOPPED ? 0 : delete_kill(&b, e);
	return rc ?: delete_stopped(&b, NULL, e);
}

static int signal_each(pid_t pid, void *ctx)
{
	return kill(pid, *(int *)ctx);
}

static int kill_all(const struct box *b, int sig, struct err *e)
{
	struct cg_tree t;
	struct cg c;
	int rc = box_cgroup(b, &t, &c, e);

	if (rc)
		return rc;
	if (sig == SIGKILL)
		rc = cg_kill(&t, &c);
	else
		rc = cg_each(&c, signal_each, &sig);
	cg_close(&t, &c, false);
	return rc < 0 ? err_set(e, rc, "kill", "all of %s", b->id) : 0;
}

int cmd_kill(const struct command *c, int argc, char **argv, struct err *e)
{
	static SCRATCH struct box b;
	bool all = false;
	const struct opt table[] = { { "all", 'a', OPT_FLAG, &all }, { 0 } };
	int rc = command_options(c, table, argc, argv, &argv, e), sig;

	if (rc)
		return rc;
	sig = argv[1] ? signal_by_name(argv[1]) : SIGTERM;
	if (sig < 0)
		return err_set(e, EINVAL, "kill", "unknown signal \"%s\"", argv[1]);
	rc = box_open(&b, argv[0], false, e);
	if (rc)
		return rc;
	box_refresh(&b);
	if (all)
		return kill_all(&b, sig, e);
	if (b.status == BOX_STOPPED || b.status == BOX_CREATING)
		return err_set(e, ESRCH, "kill", "container not running: %s is %s", b.id,
			       box_word(b.status));
	rc = box_kill(&b, sig);
	return rc ? err_set(e, rc, "kill", "%s", b.id) : 0;
}
