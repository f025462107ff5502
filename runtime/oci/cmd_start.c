/* SPDX-License-Identifier: ISC */
/* start, state and list: a container's way into life and what it looks like from outside. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "runtime/base/compiler.h"
#include "runtime/base/dir.h"
#include "runtime/base/io.h"
#include "runtime/base/jsonw.h"
#include "runtime/base/str.h"
#include "runtime/oci/bundle.h"
#include "runtime/oci/commands.h"
#include "runtime/oci/delete.h"
#include "runtime/oci/hooks.h"
#include "runtime/oci/say.h"
#include "runtime/oci/session.h"

/*
 * Its first process reports and ends: what it leaves is a stopped container, with the reason told
 * here.
 */
int cmd_start(const struct command *c, int argc, char **argv, struct err *e)
{
	static SCRATCH struct box b;
	static struct bundle u;
	const struct opt none[] = { { 0 } };
	int rc = command_options(c, none, argc, argv, &argv, e);

	rc = rc ?: box_open(&b, argv[0], true, e);
	if (rc)
		return rc;
	box_refresh(&b);
	if (b.status != BOX_CREATED)
		return err_set(e, EBUSY, "start", "cannot start a container that is %s",
			       box_word(b.status));
	rc = bundle_of(&u, &b, e);
	rc = rc ?: session_start(&b, e);
	rc = rc ?: box_save(&b, BOX_RUNNING, e);
	if (rc)
		return rc;
	rc = hooks_run(&u.config, OCI_POSTSTART, &b, e);
	if (rc) {
		struct err ignored = { 0 };

		delete_kill(&b, &ignored);
	}
	return rc;
}

int cmd_state(const struct command *c, int argc, char **argv, struct err *e)
{
	static SCRATCH struct box b;
	static struct bundle u;
	const struct opt none[] = { { 0 } };
	struct err ignored = { 0 };
	int rc = command_options(c, none, argc, argv, &argv, e);

	rc = rc ?: box_open(&b, argv[0], false, e);
	if (rc)
		return rc;
	box_refresh(&b);
	rc = box_write_state(&b, bundle_of(&u, &b, &ignored) ? NULL : &u.config, STDOUT_FILENO);
	return rc ? err_set(e, rc, "state", "write") : 0;
}

static const char heading[] = "ID                       PID     STATUS    BUNDLE                   "
			      "                CREATED\n";

static void print_row(const struct box *b)
{
	static SCRATCH char line[9000];
	char pid[16];
	struct str s;

	str_init(&s, line, sizeof(line));
	str_print(pid, sizeof(pid), "%d", b->status == BOX_STOPPED ? 0 : (int)b->pid);
	str_fmt(&s, "%-24s %-7s %-9s %-40s %s\n", b->id, pid, box_word(b->status), b->bundle,
		b->created);
	io_write_full(STDOUT_FILENO, s.buf, s.len);
}

static void json_row(struct jsonw *w, const struct box *b)
{
	jsonw_object(w, NULL);
	jsonw_text(w, "ociVersion", b->version);
	jsonw_text(w, "id", b->id);
	jsonw_i64(w, "pid", b->status == BOX_STOPPED ? 0 : b->pid);
	jsonw_text(w, "status", box_word(b->status));
	jsonw_text(w, "bundle", b->bundle);
	jsonw_text(w, "rootfs", b->rootfs);
	jsonw_text(w, "created", b->created);
	jsonw_text(w, "owner", b->owner ? "" : "root");
	jsonw_close(w, '}');
}

int cmd_list(const struct command *c, int argc, char **argv, struct err *e)
{
	const char *format = "table";
	bool quiet = false;
	const struct opt table[] = { { "format", 'f', OPT_TEXT, &format },
				     { "quiet", 'q', OPT_FLAG, &quiet },
				     { 0 } };
	int rc = command_options(c, table, argc, argv, &argv, e);
	bool as_json = !strcmp(format, "json");
	static SCRATCH struct box b;
	struct dir_entry entry;
	struct jsonw w;
	struct dir d;

	rc = rc ?: dir_start(&d, box_root_fd());
	if (rc)
		return err_set(e, rc, "list", "--root");
	jsonw_start(&w, STDOUT_FILENO);
	if (as_json)
		jsonw_array(&w, NULL);
	else if (!quiet)
		io_write_full(STDOUT_FILENO, heading, sizeof(heading) - 1);
	while ((rc = dir_next(&d, &entry)) > 0) {
		struct err ignored = { 0 };

		if (entry.type != DT_DIR || box_open(&b, entry.name, false, &ignored))
			continue;
		box_refresh(&b);
		if (as_json)
			json_row(&w, &b);
		else if (quiet)
			(void)!(io_write_full(STDOUT_FILENO, b.id, strlen(b.id)) ||
				io_write_full(STDOUT_FILENO, "\n", 1));
		else
			print_row(&b);
		box_close(&b);
	}
	if (as_json) {
		jsonw_close(&w, ']');
		jsonw_newline(&w);
		rc = jsonw_flush(&w);
	}
	return rc < 0 ? err_set(e, rc, "list", "write") : 0;
}
