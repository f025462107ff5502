/* SPDX-License-Identifier: ISC */
/* Figures and the status table. See format.h; pure, integers only. */
#include "init/cli/format.h"

#include <string.h>

#include "runtime/base/signals.h"
#include "runtime/base/str.h"
#include "runtime/base/text.h"

/*
 * name 20, state 10, pid 7, uptime 6, restarts 5, memory 5, digest 12, exit 6: 78 with the blanks
 * between.
 */
#define ROW "%-20s %-10s %7s %6s %5s %5s %-12s %s"

void format_span(char *buf, size_t cap, uint64_t ms)
{
	unsigned long long s = ms / 1000, days = s / 86400;

	if (s < 60)
		str_print(buf, cap, "%llus", s);
	else if (s < 3600)
		str_print(buf, cap, "%llum%02llus", s / 60, s % 60);
	else if (s < 86400)
		str_print(buf, cap, "%lluh%02llum", s / 3600, s / 60 % 60);
	else if (days < 100)
		str_print(buf, cap, "%llud%02lluh", days, s / 3600 % 24);
	else
		str_print(buf, cap, "%llud", days > 99999 ? 99999ull : days);
}

void format_bytes(char *buf, size_t cap, uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	unsigned unit = 0;
	uint64_t tenths = bytes * 10;

	if (!bytes || bytes > UINT64_MAX / 10) {
		str_copy(buf, cap, "-");
		return;
	}
	while (tenths >= 9995 && unit < 6) {
		tenths = (tenths + 512) / 1024;
		unit++;
	}
	if (tenths < 100 && unit)
		str_print(buf, cap, "%llu.%llu%c", (unsigned long long)tenths / 10,
			  (unsigned long long)tenths % 10, units[unit]);
	else
		str_print(buf, cap, "%llu%c", (unsigned long long)(tenths + 5) / 10, units[unit]);
}

void format_digest(char *buf, size_t cap, const uint8_t digest[32])
{
	static const uint8_t none[32];
	char hex[65];

	text_hex(digest, 32, hex);
	str_print(buf, cap, "%.12s", memcmp(digest, none, 32) ? hex : "-");
}

void format_exit(char *buf, size_t cap, const struct ctl_unit *u)
{
	if (u->oom_killed)
		str_copy(buf, cap, "oom");
	else if (u->exit_signal)
		str_copy(buf, cap, signal_name(u->exit_signal));
	else if (u->exit_code >= 0)
		str_print(buf, cap, "%d", u->exit_code);
	else
		str_copy(buf, cap, "-");
}

void format_name(char *buf, size_t cap, const char *name, unsigned columns)
{
	size_t len = strlen(name);
	char *at;

	str_print(buf, cap, "%.*s%s", (int)(len > columns ? columns - 1 : len), name,
		  len > columns ? "~" : "");
	for (at = buf; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';	/* a column is a byte here */
}

void format_table_head(char *buf, size_t cap)
{
	str_print(buf, cap, ROW, "UNIT", "STATE", "PID", "UP", "RSTRT", "MEM", "IMAGE", "EXIT");
}

void format_table_row(char *buf, size_t cap, const struct ctl_unit *u)
{
	char name[24], up[12] = "-", memory[8], digest[16], ended[12], pid[12] = "-", restarts[12],
		       state[16];

	format_name(name, sizeof(name), u->name, 20);
	format_name(state, sizeof(state), u->state, 10);
	if (u->uptime_ms)
		format_span(up, sizeof(up), u->uptime_ms);
	if (u->pid)
		str_print(pid, sizeof(pid), "%u", u->pid > 4194304 ? 4194304 : u->pid);
	str_print(restarts, sizeof(restarts), "%u", u->restarts > 99999 ? 99999 : u->restarts);
	format_bytes(memory, sizeof(memory), u->memory_bytes);
	format_digest(digest, sizeof(digest), u->digest);
	format_exit(ended, sizeof(ended), u);
	str_print(buf, cap, ROW, name, state, pid, up, restarts, memory, digest, ended);
}
