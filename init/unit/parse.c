/* SPDX-License-Identifier: ISC */
/*
 * Reads one file into one unit: the bytes, inih over them, sections and messages. The file is the
 * administrator's; it is read before PID 1's loop starts, or by a tool.
 */
#include "init/unit/parse.h"

#include <errno.h>
#include <ini.h>
#include <string.h>
#include <sys/stat.h>

#include "init/unit/hold.h"
#include "runtime/base/compiler.h"
#include "runtime/base/io.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

#define FILE_MAX (CONFIG_UNIT_FILE_KB * 1024)

static SCRATCH char bytes[FILE_MAX];	/* one file at a time */

static void say(struct parse *p, int level, const char *fmt, va_list ap)
{
	char text[ERR_TEXT_MAX];
	struct str s;

	str_init(&s, text, sizeof(text));
	str_vfmt(&s, fmt, ap);
	if (level == LOG_LVL_ERR && !p->unit->bad) {
		p->unit->bad = true;
		err_clear(&p->unit->why_bad);
		err_set(&p->unit->why_bad, EBADMSG, "unit", "%s:%u: %s", p->file, p->line, text);
	}
	p->report(p->ctx, level, p->file, p->line, text);
}

void parse_warn(struct parse *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(p, LOG_LVL_WARN, fmt, ap);
	va_end(ap);
}

int parse_bad(struct parse *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(p, LOG_LVL_ERR, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static void enter_section(struct parse *p, const char *name)
{
	static const char *const all[] = { "Unit", "Install", "X-Pintle" };
	static const char *const own[UNIT_KINDS] = {
		[UNIT_CONTAINER] = "Container",
		[UNIT_SERVICE] = "Service",
		[UNIT_TARGET] = "Target",
		[UNIT_TIMER] = "Timer",
	};
	enum unit_kind kind = p->unit->kind;
	bool known = own[kind] && strcmp(name, own[kind]) == 0;
	size_t i;

	known |= kind == UNIT_CONTAINER && strcmp(name, "Service") == 0;
	for (i = 0; i < ARRAY_LEN(all); i++)
		known |= strcmp(name, all[i]) == 0;
	str_copy(p->section, sizeof(p->section), name);
	p->skip_section = !known;
	/*
	 * X-… is for other programs by systemd's rule; [Quadlet] is podman's word to its generator.
	 */
	if (!known && !str_starts(name, "X-") && strcmp(name, "Quadlet"))
		parse_warn(p, "unknown section [%s], ignored", name);
}

/* inih's call-back; its own line number counts logical lines, so ours is used. */
static int on_line(void *user, const char *section, const char *name, const char *value, int lineno)
{
	struct parse *p = user;

	(void)lineno;
	if (!*section) {
		parse_bad(p, "%s= stands before the first section", name);
		return 1;
	}
	/* inih says the section with each key, not where it begins. */
	if (strcmp(section, p->section))
		enter_section(p, section);
	if (p->skip_section)
		return 1;
	if (p->set->on_line)
		p->set->on_line(p->set->line_ctx, p->unit, p->file, p->line, section, name,
				value ? value : "");
	value_set(p, name, value ? value : "");
	return 1;
}

/* A pipe or a device under a unit's name would have the reader wait for ever. */
static ssize_t read_bytes(int dirfd, const char *name)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, 0))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	return io_read_file(dirfd, name, bytes, sizeof(bytes));
}

int parse_file(struct parse *p, int dirfd, const char *name, const char *path)
{
	ssize_t n = read_bytes(dirfd, name);
	struct lines l = { .p = p, .next = 1 };

	p->file = path;
	p->line = 0;
	p->section[0] = '\0';
	p->skip_section = false;
	if (n == -EFBIG)
		return parse_bad(p, "the file is larger than %d KiB (UNIT_FILE_KB)",
				 CONFIG_UNIT_FILE_KB);
	if (n == -EINVAL)
		return parse_bad(p, "not a regular file");
	if (n < 0)
		return parse_bad(p, "%s", err_reason((int)-n));
	l.at = bytes;
	l.end = bytes + n;
	/* A byte order mark is three bytes of no meaning in UTF-8. */
	if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		l.at += 3;
	n = ini_parse_stream(lines_read, &l, on_line, p);
	if (n)
		return parse_bad(p, "the line cannot be read");
	return 0;
}

/*
 * podman: Notify=healthy wants a check to wait for; the program's own READY=1 may come from any
 * process inside.
 */
static void finish_notify(struct parse *p)
{
	struct unit *u = p->unit;

	if (u->notify_healthy && u->health.probe.kind == UNIT_PROBE_NONE)
		parse_bad(p, "Notify=healthy without a health check");
	if (u->kind == UNIT_CONTAINER && u->type == UNIT_NOTIFY)
		u->notify_access = UNIT_NOTIFY_ALL;
}

static void finish_container(struct parse *p)
{
	struct unit *u = p->unit;

	if (!u->image == !u->rootfs)
		parse_bad(p, u->image ? "Image= and Rootfs= exclude each other"
				      : "a container wants Image= or Rootfs=");
	if (u->exec_start)
		parse_bad(p, "ExecStart= has no meaning in a container: use Exec=");
	finish_notify(p);
}

static void finish_timer(struct parse *p)
{
	struct unit *u = p->unit;
	char name[CTL_UNIT_MAX];

	if (!u->of.timer.lines)
		parse_bad(p, "a timer wants OnCalendar=, OnBootSec= or another of its lines");
	/*
	 * Without Unit= it starts what has its name: unit_find() takes a container for the service
	 * that Quadlet would make.
	 */
	if (!u->of.timer.unit && str_print(name, sizeof(name), "%.*s.service",
					   (int)(strlen(u->name) - strlen(".timer")), u->name) > 0)
		u->of.timer.unit = hold_text(p, name);
}

static void finish_service(struct parse *p)
{
	struct unit *u = p->unit;

	if (!u->exec_start)
		parse_bad(p, "a service wants ExecStart=");
	else if (u->exec_start->next && u->type != UNIT_ONESHOT)
		parse_bad(p, "only a oneshot may have several ExecStart=");
	if (u->type == UNIT_ONESHOT && u->timeout_start_ms == 90000)
		u->timeout_start_ms = UINT64_MAX;
	if (u->type == UNIT_NOTIFY && u->notify_access == UNIT_NOTIFY_NONE)
		u->notify_access = UNIT_NOTIFY_MAIN;
	if (u->type == UNIT_ONESHOT &&
	    (u->restart == UNIT_RESTART_ALWAYS || u->restart == UNIT_RESTART_ON_SUCCESS))
		parse_bad(p, "a oneshot with Restart=always or on-success would never be done");
}

void parse_finish(struct parse *p)
{
	struct unit *u = p->unit;

	p->file = u->file;
	p->line = 0;
	if (u->kind == UNIT_CONTAINER)
		finish_container(p);
	else if (u->kind == UNIT_SERVICE)
		finish_service(p);
	else if (u->kind == UNIT_TIMER)
		finish_timer(p);
	if (u->restart_steps && u->restart_max_ms == UINT64_MAX)
		parse_warn(p, "RestartSteps= without RestartMaxDelaySec= does nothing");
}
