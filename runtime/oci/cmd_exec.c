/* SPDX-License-Identifier: ISC */
/* exec: one more process in a running container. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/num.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/base/sys.h"
#include "runtime/oci/bundle.h"
#include "runtime/oci/commands.h"
#include "runtime/oci/launch.h"
#include "runtime/oci/notify.h"
#include "runtime/oci/tty.h"

struct exec {
	const char *console_socket, *cwd, *user, *pid_file, *process, *apparmor, *label, *cgroup;
	struct opt_list env, caps, groups;
	bool detach, terminal, no_new_privs, ignore_paused;
	int64_t preserve;
	struct box box;
	struct bundle bundle, process_file;
	struct oci_config *config;	/* what the process is to be */
	struct spec_session session;
	struct ctr_join joins[8];
	struct ctr_place place;
	struct ctr_proc proc;
	struct cg_tree tree;
	struct cg cg;
	gid_t gids[OPTS_LIST_MAX];
	struct tty tty;
	int pid_pipe[2];	/* tells the child its pid out here, for its filter's listener */
};

static SCRATCH struct exec x;	/* the child's memory too */

/* "1000", "1000:100": whole numbers and nothing else (CVE-2026-30892). */
static int set_user(struct spec *s, const char *text, struct err *e)
{
	size_t n = strcspn(text, ":");
	uint64_t uid, gid = 0;

	if (num_u64(text, n, UINT32_MAX - 1, &uid) ||
	    (text[n] && num_u64(text + n + 1, strlen(text + n + 1), UINT32_MAX - 1, &gid)))
		return err_set(e, EINVAL, "usage", "--user \"%s\": UID or UID:GID", text);
	s->numeric_user = true;
	s->uid = (uint32_t)uid;
	s->gid = (uint32_t)gid;
	s->groups = NULL;
	s->n_groups = 0;
	return 0;
}

static int set_groups(struct spec *s, struct err *e)
{
	uint64_t gid;
	unsigned i;

	for (i = 0; i < x.groups.n; i++) {
		if (num_u64(x.groups.at[i], strlen(x.groups.at[i]), UINT32_MAX - 1, &gid))
			return err_set(e, EINVAL, "usage", "--additional-gids \"%s\"",
				       x.groups.at[i]);
		x.gids[i] = (gid_t)gid;
	}
	if (i) {
		s->groups = x.gids;
		s->n_groups = i;
	}
	return 0;
}

/* In a set of the process alone: the container's own bounding set is not there to be asked. */
static int add_caps(struct oci_config *c, struct err *e)
{
	unsigned i;

	for (i = 0; i < x.caps.n; i++) {
		uint64_t bit;

		if (ctr_cap_by_name(x.caps.at[i], &bit))
			return err_set(e, EINVAL, "usage", "--cap %s: no such capability",
				       x.caps.at[i]);
		c->caps.bounding |= bit;
		c->caps.permitted |= bit;
		c->caps.effective |= bit;
		c->caps.inheritable |= c->caps.ambient ? bit : 0;
	}
	return 0;
}

/* The container's environment with the given names added or replaced. */
static int add_env(struct spec *s, struct err *e)
{
	static SCRATCH char *all[1024];
	unsigned n = 0, i, j;

	for (i = 0; s->envp && s->envp[i]; i++) {
		size_t name = strcspn(s->envp[i], "=") + 1;
		bool replaced = false;

		for (j = 0; j < x.env.n && !replaced; j++)
			replaced = strncmp(s->envp[i], x.env.at[j], name) == 0;
		if (!replaced && n < ARRAY_LEN(all) - 1)
			all[n++] = s->envp[i];
	}
	for (j = 0; j < x.env.n && n < ARRAY_LEN(all) - 1; j++)
		all[n++] = (char *)x.env.at[j];
	if (n == ARRAY_LEN(all) - 1)
		return err_set(e, E2BIG, "exec", "more than %u variables",
			       (unsigned)ARRAY_LEN(all) - 2);
	s->envp = all;
	return 0;
}

static int process_from_file(struct err *e)
{
	struct arena *a = bundle_arena();
	struct bundle *f = &x.process_file;
	int rc = a ? bundle_file(AT_FDCWD, x.process, &f->text, &f->len, e)
		   : err_set(e, ENOMEM, "exec", "arena");

	f->config = x.bundle.config;
	rc = rc ?: oci_process_read(a, f->text, f->len, x.process, &f->config, e);
	x.config = &f->config;
	return rc;
}

static int process_from_options(char **argv, struct err *e)
{
	struct oci_config *c = &x.bundle.config;
	struct spec *s = &c->spec;
	int rc = x.user ? set_user(s, x.user, e) : 0;

	x.config = c;
	if (!argv[0])
		return err_set(e, EINVAL, "usage", "exec: a command, or --process");
	s->argv = argv;
	c->terminal = x.terminal;
	if (x.cwd)
		s->cwd = x.cwd;
	if (x.no_new_privs)
		s->no_new_privs = true;
	if (x.apparmor)
		c->extra.apparmor = x.apparmor;
	if (x.label)
		c->extra.selinux = x.label;
	rc = rc ?: set_groups(s, e);
	rc = rc ?: add_caps(c, e);
	return rc ?: add_env(s, e);
}

/* Every namespace of the first process that is not ours already. */
static int join_namespaces(struct err *e)
{
	static const struct {
		const char *name;
		uint64_t flag;
	} kinds[] = {
		{ "user", CLONE_NEWUSER },     { "pid", CLONE_NEWPID },
		{ "net", CLONE_NEWNET },       { "ipc", CLONE_NEWIPC },
		{ "uts", CLONE_NEWUTS },       { "cgroup", SYS_CLONE_NEWCGROUP },
		{ "time", SYS_CLONE_NEWTIME }, { "mnt", CLONE_NEWNS },
	};
	struct oci_config wanted = { 0 };
	static char paths[ARRAY_LEN(kinds)][48];
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		str_print(paths[i], sizeof(paths[i]), "/proc/%d/ns/%s", (int)x.box.pid,
			  kinds[i].name);
		if (path_exists(paths[i]))	/* "time" is from Linux 5.6 */
			wanted.namespaces[wanted.n_namespaces++] =
				(struct oci_namespace){ kinds[i].flag, paths[i] };
	}
	return launch_joins(&wanted, &x.place, x.joins, e);
}

static int become(void *ctx, struct err *e)
{
	unsigned i;
	bool user = false;

	for (i = 0; i < x.place.n_joins; i++)
		user |= x.joins[i].flag == CLONE_NEWUSER;
	/*
	 * Until exec nobody inside may look into us (CVE-2019-5736); the change of user does it
	 * where there is one.
	 */
	if (!user)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return ctr_enter_joined(ctx, e);
}

static int open_group(struct err *e)
{
	char path[8200];
	int rc;

	if (!x.box.cgroup[0])
		return 0;
	if (str_print(path, sizeof(path), "%s%s%s", x.box.cgroup, x.cgroup ? "/" : "",
		      x.cgroup ? x.cgroup : "") < 0)
		return err_set(e, ENAMETOOLONG, "exec", "--cgroup");
	rc = cg_path_open(path, false, &x.tree, &x.cg, e);
	if (!rc) {
		x.place.cgroup = &x.cg;
		x.place.cgroup_fd = x.cg.fd;
	}
	return rc;
}

static int exec_state(void *ctx, const char **ret_text, size_t *ret_len, struct err *e)
{
	int32_t pid = 0;

	(void)ctx;
	io_close(&x.pid_pipe[1]);
	if (io_read_full(x.pid_pipe[0], &pid, sizeof(pid)) != sizeof(pid))
		return err_set(e, ECANCELED, "exec", "called off");
	return notify_state(&x.box, x.config, pid, ret_text, ret_len, e);
}

static int connect_listener(struct err *e)
{
	int rc = notify_connect(x.config, &x.session.listener_fd, e);

	if (rc || x.session.listener_fd < 0)
		return rc;
	x.session.listener_state = exec_state;
	return pipe2(x.pid_pipe, O_CLOEXEC) ? err_set(e, errno, "exec", "pipe") : 0;
}

static int spawn(struct err *e)
{
	int32_t pid;
	int rc = ctr_spawn(&x.place, become, &x.config->spec, &x.proc, e);

	pid = x.proc.pid;
	if (rc || x.session.listener_fd < 0)
		return rc;
	rc = io_write_full(x.pid_pipe[1], &pid, sizeof(pid));
	io_close(&x.pid_pipe[0]);
	io_close(&x.pid_pipe[1]);
	io_close(&x.session.listener_fd);
	return rc ? err_set(e, rc, "exec", "tell the pid") : 0;
}

static int prepare(char **argv, struct err *e)
{
	struct spec *s;
	int rc = bundle_of(&x.bundle, &x.box, e);

	rc = rc ?: x.process ? process_from_file(e) : process_from_options(argv, e);
	if (rc)
		return rc;
	s = &x.config->spec;
	s->cap_sets = s->cap_sets ? &x.config->caps : NULL;
	s->extra = &x.config->extra;
	s->session = &x.session;
	s->stdin_fd = 0;
	s->stdout_fd = 1;
	s->stderr_fd = 2;
	x.session = (struct spec_session){
		.terminal = x.config->terminal,
		.console_fd = -1,
		.listener_fd = -1,
		.joined = true,
		.rows = x.config->rows,
		.cols = x.config->cols,
		.preserve_fds = (unsigned)x.preserve,
	};
	if (x.console_socket &&
	    (rc = x.session.console_fd = launch_connect(x.console_socket, e)) < 0)
		return rc;
	if (x.config->terminal && x.detach && !x.console_socket)
		return err_set(e, EINVAL, "usage",
			       "a detached exec with a terminal wants a --console-socket");
	x.place = (struct ctr_place){ .cgroup_fd = -1, .netns_fd = -1 };
	rc = connect_listener(e);
	rc = rc ?: join_namespaces(e);
	return rc ?: open_group(e);
}

static int run(char **argv, struct err *e)
{
	int rc = prepare(argv, e);

	if (!rc && !x.detach) {
		rc = tty_open(&x.tty, x.config->terminal && !x.console_socket, e);
		if (x.tty.pair[1] >= 0)
			x.session.console_fd = x.tty.pair[1];
		x.tty.pair[1] = -1;
	}
	rc = rc ?: spawn(e);
	if (rc)
		return rc;
	io_set_nonblock(x.proc.report_fd, 0);
	rc = ctr_report(x.proc.report_fd, e);
	if (rc < 0)
		return rc;
	rc = x.pid_file ? launch_pid_file(x.pid_file, x.proc.pid, e) : 0;
	if (rc || x.detach)
		return rc;
	io_close(&x.session.console_fd);
	rc = tty_receive(&x.tty, e);
	return rc ?: tty_wait(&x.tty, x.proc.pid);
}

int cmd_exec(const struct command *c, int argc, char **argv, struct err *e)
{
	const struct opt table[] = {
		{ "console-socket", 0, OPT_TEXT, &x.console_socket },
		{ "cwd", 0, OPT_TEXT, &x.cwd },
		{ "env", 'e', OPT_LIST, &x.env },
		{ "tty", 't', OPT_FLAG, &x.terminal },
		{ "user", 'u', OPT_TEXT, &x.user },
		{ "additional-gids", 'g', OPT_LIST, &x.groups },
		{ "process", 'p', OPT_TEXT, &x.process },
		{ "detach", 'd', OPT_FLAG, &x.detach },
		{ "pid-file", 0, OPT_TEXT, &x.pid_file },
		{ "process-label", 0, OPT_TEXT, &x.label },
		{ "apparmor", 0, OPT_TEXT, &x.apparmor },
		{ "no-new-privs", 0, OPT_FLAG, &x.no_new_privs },
		{ "cap", 'c', OPT_LIST, &x.caps },
		{ "preserve-fds", 0, OPT_NUMBER, &x.preserve },
		{ "cgroup", 0, OPT_TEXT, &x.cgroup },
		{ "ignore-paused", 0, OPT_FLAG, &x.ignore_paused },
		{ "no-subreaper", 0, OPT_FLAG, NULL },
		{ 0 },
	};
	int rc = command_options(c, table, argc, argv, &argv, e);

	rc = rc ?: box_open(&x.box, argv[0], false, e);
	if (rc)
		return rc;
	box_refresh(&x.box);
	if (x.box.status == BOX_PAUSED && !x.ignore_paused)
		return err_set(e, EBUSY, "exec", "container %s is paused", x.box.id);
	if (x.box.status != BOX_RUNNING && x.box.status != BOX_CREATED &&
	    x.box.status != BOX_PAUSED)
		return err_set(e, ESRCH, "exec", "container %s is not running: %s", x.box.id,
			       box_word(x.box.status));
	return run(argv + 1, e);
}
