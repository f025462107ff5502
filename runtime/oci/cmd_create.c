/* SPDX-License-Identifier: ISC */
/* create and run. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "runtime/base/at.h"
#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/num.h"
#include "runtime/oci/commands.h"
#include "runtime/oci/delete.h"
#include "runtime/oci/hooks.h"
#include "runtime/oci/launch.h"
#include "runtime/oci/say.h"
#include "runtime/oci/tty.h"

static SCRATCH struct launched made;	/* the child's memory too: not on a stack that is left */

/* Socket activation (sd_listen_fds(3)): fds that the caller passes on are the container's. */
static unsigned listen_fds(void)
{
	const char *n = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID");
	uint64_t count, whose;

	if (!n || num_u64(n, strlen(n), 1024, &count))
		return 0;
	if (pid && (num_u64(pid, strlen(pid), INT32_MAX, &whose) || whose != (uint64_t)getpid()))
		return 0;
	return (unsigned)count;
}

int cmd_create(const struct command *c, int argc, char **argv, struct err *e)
{
	struct launch_options o = { .console_fd = -1, .systemd_cgroup = commands_systemd_cgroup };
	int64_t preserve = 0;
	const struct opt table[] = {
		{ "bundle", 'b', OPT_TEXT, &o.bundle },
		{ "console-socket", 0, OPT_TEXT, &o.console_socket },
		{ "pid-file", 0, OPT_TEXT, &o.pid_file },
		{ "no-pivot", 0, OPT_FLAG, &o.no_pivot },
		{ "no-new-keyring", 0, OPT_FLAG, NULL },
		{ "preserve-fds", 0, OPT_NUMBER, &preserve },
		{ 0 },
	};
	int rc = command_options(c, table, argc, argv, &argv, e);

	if (rc)
		return rc;
	o.id = argv[0];
	o.preserve_fds = (unsigned)preserve + listen_fds();
	rc = launch(&made, &o, e);
	if (!rc)
		box_close(&made.box);
	return rc;
}

struct run_options {
	struct launch_options launch;
	bool detach, keep;
	struct tty tty;
};

/*
 * From the released container to its end, or to the point where it is left alone. Exit status or
 * -errno.
 */
static int see_off(struct run_options *r, struct err *e)
{
	int rc = session_release(&made.session, e);

	rc = rc ?: ctr_report(made.proc.report_fd, e);
	if (rc < 0)
		return rc;
	rc = box_save(&made.box, BOX_RUNNING, e);
	rc = rc ?: hooks_run(&made.bundle.config, OCI_POSTSTART, &made.box, e);
	if (rc)
		return rc;
	session_close(&made.session);
	if (r->detach) {
		box_close(&made.box);
		return 0;
	}
	rc = made.bundle.config.terminal ? tty_receive(&r->tty, e) : 0;
	if (rc)
		return rc;
	box_unlock(&made.box);
	return tty_wait(&r->tty, made.proc.pid);
}

static int run(struct run_options *r, struct err *e)
{
	struct err ignored = { 0 };
	int rc = launch(&made, &r->launch, e);

	if (rc)
		return rc;
	rc = see_off(r, e);
	if (rc < 0) {
		made.box.status = BOX_STOPPED;
		launch_undo(&made);
		return rc;
	}
	if (r->detach || r->keep)
		return rc;
	made.box.status = BOX_STOPPED;
	/* Somebody may have forced it away meanwhile. */
	if (box_lock(&made.box, &ignored) || !at_exists(made.box.fd, "state.json"))
		return rc;
	if (delete_stopped(&made.box, &made.bundle.config, &ignored))
		say_error(&ignored);
	return rc;
}

int cmd_run(const struct command *c, int argc, char **argv, struct err *e)
{
	struct run_options r = { .launch = { .console_fd = -1,
					     .run = true,
					     .systemd_cgroup = commands_systemd_cgroup } };
	struct launch_options *o = &r.launch;
	int64_t preserve = 0;
	bool no_subreaper = false;
	const struct opt table[] = {
		{ "bundle", 'b', OPT_TEXT, &o->bundle },
		{ "console-socket", 0, OPT_TEXT, &o->console_socket },
		{ "pid-file", 0, OPT_TEXT, &o->pid_file },
		{ "no-pivot", 0, OPT_FLAG, &o->no_pivot },
		{ "detach", 'd', OPT_FLAG, &r.detach },
		{ "keep", 0, OPT_FLAG, &r.keep },
		{ "no-new-keyring", 0, OPT_FLAG, NULL },
		{ "no-subreaper", 0, OPT_FLAG, &no_subreaper },
		{ "preserve-fds", 0, OPT_NUMBER, &preserve },
		{ 0 },
	};
	int rc = command_options(c, table, argc, argv, &argv, e);

	if (rc)
		return rc;
	o->id = argv[0];
	o->preserve_fds = (unsigned)preserve + listen_fds();
	if (!r.detach) {
		/* What the container's processes leave behind comes to us and not to init. */
		if (!no_subreaper)
			prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		rc = tty_open(&r.tty, !o->console_socket, e);
		o->console_fd = r.tty.pair[1];	/* the session's from here on */
		r.tty.pair[1] = -1;
	}
	return rc ?: run(&r, e);
}
