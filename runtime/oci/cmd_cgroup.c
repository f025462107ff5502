/* SPDX-License-Identifier: ISC */
/* pause, resume, ps, update, events: what goes by the container's control group. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runtime/base/compiler.h"
#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/jsonw.h"
#include "runtime/base/num.h"
#include "runtime/base/path.h"
#include "runtime/base/str.h"
#include "runtime/cgroup_stats.h"
#include "runtime/oci/bundle.h"
#include "runtime/oci/commands.h"
#include "runtime/oci/stats_json.h"

struct target {
	struct box box;
	struct cg_tree tree;
	struct cg cg;
};

static SCRATCH struct target t;

/* The running container of that id. */
static int find_running(const char *id, bool change, struct err *e)
{
	int rc = box_open(&t.box, id, change, e);

	if (rc)
		return rc;
	box_refresh(&t.box);
	if (t.box.status == BOX_STOPPED || t.box.status == BOX_CREATING)
		return err_set(e, ESRCH, "container", "container not running: %s is %s", id,
			       box_word(t.box.status));
	return 0;
}

/* And its group. */
static int find(const char *id, bool change, struct err *e)
{
	int rc = find_running(id, change, e);

	return rc ? rc : box_cgroup(&t.box, &t.tree, &t.cg, e);
}

static int freeze(const struct command *c, int argc, char **argv, bool frozen, struct err *e)
{
	const struct opt none[] = { { 0 } };
	int rc = command_options(c, none, argc, argv, &argv, e);

	rc = rc ?: find(argv[0], true, e);
	if (!rc && frozen == (t.box.status == BOX_PAUSED))
		return err_set(e, EBUSY, c->word, "container %s is %s", argv[0],
			       box_word(t.box.status));
	return rc ?: cg_freeze(&t.cg, frozen, e);
}

int cmd_pause(const struct command *c, int argc, char **argv, struct err *e)
{
	return freeze(c, argc, argv, true, e);
}

int cmd_resume(const struct command *c, int argc, char **argv, struct err *e)
{
	return freeze(c, argc, argv, false, e);
}

static int print_pid_json(pid_t pid, void *ctx)
{
	jsonw_i64(ctx, NULL, pid);
	return 0;
}

static int print_process(pid_t pid, void *ctx)
{
	char path[48], name[64], line[128];
	struct str s;
	ssize_t n;

	(void)ctx;
	str_print(path, sizeof(path), "/proc/%d/comm", (int)pid);
	n = io_read_file(AT_FDCWD, path, name, sizeof(name));
	name[n > 0 ? n - 1 : 0] = '\0';
	str_init(&s, line, sizeof(line));
	str_fmt(&s, "%-8d ", (int)pid);
	str_put_escaped(&s, name, strlen(name));
	str_putc(&s, '\n');
	return io_write_full(STDOUT_FILENO, s.buf, s.len);
}

/* A rootless container has no group: its processes are those of its pid namespace. */
static int each_process(int (*take)(pid_t pid, void *ctx), void *ctx)
{
	char path[48], its[64], own[64];
	struct dir_entry entry;
	struct dir d;
	uint64_t pid;
	int fd AUTO_CLOSE = -1, rc;

	if (t.box.cgroup[0])
		return cg_each(&t.cg, take, ctx);
	fd = path_open(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY, 0);
	str_print(path, sizeof(path), "/proc/%d/ns/pid", (int)t.box.pid);
	if (fd < 0 || path_readlink(path, its, sizeof(its)) < 0)
		return -errno;
	for (rc = dir_start(&d, fd); !rc && (rc = dir_next(&d, &entry)) > 0; rc = 0) {
		if (num_u64(entry.name, strlen(entry.name), INT32_MAX, &pid))
			continue;
		str_print(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
		memset(own, 0, sizeof(own));
		if (path_readlink(path, own, sizeof(own)) > 0 && !memcmp(own, its, strlen(own)))
			rc = take((pid_t)pid, ctx);
	}
	return rc;
}

int cmd_ps(const struct command *c, int argc, char **argv, struct err *e)
{
	const char *format = "table";
	const struct opt table[] = { { "format", 'f', OPT_TEXT, &format }, { 0 } };
	int rc = command_options(c, table, argc, argv, &argv, e);
	struct jsonw w;

	rc = rc ?: find_running(argv[0], false, e);
	if (!rc && t.box.cgroup[0])
		rc = box_cgroup(&t.box, &t.tree, &t.cg, e);
	if (rc)
		return rc;
	if (strcmp(format, "json")) {
		io_write_full(STDOUT_FILENO, "PID      COMMAND\n", 17);
		rc = each_process(print_process, NULL);
	} else {
		jsonw_start(&w, STDOUT_FILENO);
		jsonw_array(&w, NULL);
		rc = each_process(print_pid_json, &w);
		jsonw_close(&w, ']');
		jsonw_newline(&w);
		jsonw_flush(&w);
	}
	return rc < 0 ? err_set(e, rc, "ps", "%s", argv[0]) : 0;
}

/* --resources takes the specification's linux.resources; it is read as part of a whole config. */
static int resources_from_file(const char *path, struct cg_resources *ret, struct err *e)
{
	struct arena *a = bundle_arena();
	const char *text;
	size_t n;
	int rc = a ? bundle_file(AT_FDCWD, path, &text, &n, e)
		   : err_set(e, ENOMEM, "update", "arena");

	return rc ?: oci_resources_read(a, text, n, path, ret, e);
}

/* "64m", "-1". */
static int take_size(const char *name, const char *text, int64_t *to, struct err *e)
{
	uint64_t bytes;

	if (!text)
		return 0;
	if (!strcmp(text, "-1")) {
		*to = -1;
		return 0;
	}
	if (num_size(text, &bytes) || bytes > INT64_MAX)
		return err_set(e, EINVAL, "usage", "--%s \"%s\" is no size", name, text);
	*to = (int64_t)bytes;
	return 0;
}

int cmd_update(const struct command *c, int argc, char **argv, struct err *e)
{
	static struct cg_resources r;
	const char *file = NULL, *memory = NULL, *swap = NULL, *reservation = NULL;
	const struct opt table[] = {
		{ "resources", 'r', OPT_TEXT, &file },
		{ "memory", 0, OPT_TEXT, &memory },
		{ "memory-swap", 0, OPT_TEXT, &swap },
		{ "memory-reservation", 0, OPT_TEXT, &reservation },
		{ "pids-limit", 0, OPT_NUMBER, &r.pids_limit },
		{ "cpu-share", 0, OPT_NUMBER, &r.cpu.shares },
		{ "cpu-shares", 0, OPT_NUMBER, &r.cpu.shares },
		{ "cpu-quota", 0, OPT_NUMBER, &r.cpu.quota },
		{ "cpu-period", 0, OPT_NUMBER, &r.cpu.period },
		{ "cpu-burst", 0, OPT_NUMBER, &r.cpu.burst },
		{ "cpu-idle", 0, OPT_NUMBER, &r.cpu.idle },
		{ "cpu-rt-period", 0, OPT_NUMBER, &r.cpu.realtime_period },
		{ "cpu-rt-runtime", 0, OPT_NUMBER, &r.cpu.realtime_runtime },
		{ "cpuset-cpus", 0, OPT_TEXT, &r.cpu.cpus },
		{ "cpuset-mems", 0, OPT_TEXT, &r.cpu.mems },
		{ "blkio-weight", 0, OPT_NUMBER, &r.blkio.weight },
		{ "kernel-memory", 0, OPT_TEXT, NULL },
		{ "kernel-memory-tcp", 0, OPT_TEXT, NULL },
		{ 0 },
	};
	int rc;

	cg_resources_init(&r);
	rc = command_options(c, table, argc, argv, &argv, e);
	rc = rc ?: find(argv[0], true, e);
	if (!rc && file)
		rc = resources_from_file(file, &r, e);
	rc = rc ?: take_size("memory", memory, &r.memory.limit, e);
	rc = rc ?: take_size("memory-swap", swap, &r.memory.swap, e);
	rc = rc ?: take_size("memory-reservation", reservation, &r.memory.reservation, e);
	rc = rc ?: cg_apply(&t.tree, &t.cg, &r, e);
	/* Rules that were there before stay, unless new ones are named. */
	return rc ?: r.n_devices ? cg_container_rules(&t.cg, r.devices, r.n_devices, e) : 0;
}

/* Until the container ends; a missed beat is not made up for. */
int cmd_events(const struct command *c, int argc, char **argv, struct err *e)
{
	static SCRATCH struct cg_stats stats;
	const char *interval = "5s";
	bool once = false;
	const struct opt table[] = { { "stats", 0, OPT_FLAG, &once },
				     { "interval", 0, OPT_TEXT, &interval },
				     { 0 } };
	int rc = command_options(c, table, argc, argv, &argv, e);
	uint64_t ms = 0;

	if (!rc && (num_span_ms(interval, &ms) || !ms || ms == UINT64_MAX))
		rc = err_set(e, EINVAL, "usage", "--interval %s", interval);
	rc = rc ?: find(argv[0], false, e);
	while (!rc) {
		struct timespec pause = { .tv_sec = (time_t)(ms / 1000),
					  .tv_nsec = (long)(ms % 1000) * 1000000 };

		rc = cg_stats_read(&t.cg, &stats);
		rc = rc ?: oci_stats_write(STDOUT_FILENO, t.box.id, &stats);
		if (rc || once)
			break;
		nanosleep(&pause, NULL);
		box_refresh(&t.box);
		if (t.box.status == BOX_STOPPED)
			break;
	}
	return rc && !e->code ? err_set(e, rc, "events", "%s", argv[0]) : rc;
}
