/* SPDX-License-Identifier: ISC */
/* The datagrams of sd_notify(3). See notify_parse.h. */
#include "init/svc/notify_parse.h"

#include <stddef.h>
#include <string.h>

#include "runtime/base/num.h"

static bool is(const char *value, uint32_t n, const char *word)
{
	return n == strlen(word) && memcmp(value, word, n) == 0;
}

/* Terminals see it: no control characters. */
static void take_status(struct notify_msg *m, const char *value, uint32_t n)
{
	uint32_t i;

	if (n > sizeof(m->status) - 1)
		n = sizeof(m->status) - 1;
	for (i = 0; i < n; i++)
		m->status[i] = (unsigned char)value[i] < ' ' || value[i] == 0x7f ? '?' : value[i];
	m->status[n] = '\0';
	m->has_status = true;
}

/* fdnames(7): printable ASCII without ':'. */
static void take_fd_name(struct notify_msg *m, const char *value, uint32_t n)
{
	uint32_t i;

	if (n > sizeof(m->fd_name) - 1)
		return;
	for (i = 0; i < n; i++)
		if (value[i] <= ' ' || value[i] >= 0x7f || value[i] == ':')
			return;
	memcpy(m->fd_name, value, n);
	m->fd_name[n] = '\0';
}

static bool take_line(struct notify_msg *m, const char *name, uint32_t n_name, const char *value,
		      uint32_t n)
{
	static const struct {
		const char *name;
		uint16_t flag;
	} flags[] = {
		{ "READY", offsetof(struct notify_msg, ready) },
		{ "RELOADING", offsetof(struct notify_msg, reloading) },
		{ "STOPPING", offsetof(struct notify_msg, stopping) },
		{ "BARRIER", offsetof(struct notify_msg, barrier) },
		{ "FDSTORE", offsetof(struct notify_msg, fdstore) },
		{ "FDSTOREREMOVE", offsetof(struct notify_msg, fdstore_remove) },
		{ "WATCHDOG", offsetof(struct notify_msg, watchdog) },
	};
	uint64_t number;
	unsigned i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (is(name, n_name, flags[i].name) && is(value, n, "1")) {
			*((bool *)m + flags[i].flag) = true;
			return true;
		}
	if (is(name, n_name, "WATCHDOG") && is(value, n, "trigger"))
		m->watchdog_trigger = true;
	else if (is(name, n_name, "STATUS"))
		take_status(m, value, n);
	else if (is(name, n_name, "FDNAME"))
		take_fd_name(m, value, n);
	else if (is(name, n_name, "MAINPID") && !num_u64(value, n, 4194304, &number))
		m->main_pid = (uint32_t)number;
	else if (is(name, n_name, "EXTEND_TIMEOUT_USEC") &&
		 !num_u64(value, n, UINT64_MAX - 1, &number))
		m->extend_us = number;
	else if (is(name, n_name, "WATCHDOG_USEC") && !num_u64(value, n, UINT64_MAX - 1, &number))
		m->watchdog_us = number;
	else
		return false;
	return true;
}

bool notify_parse(const char *text, uint32_t n, struct notify_msg *ret)
{
	const char *end = text + n, *line, *next, *equals;
	bool any = false;

	memset(ret, 0, sizeof(*ret));
	ret->extend_us = ret->watchdog_us = UINT64_MAX;
	for (line = text; line < end; line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		if (!next)
			next = end;
		equals = memchr(line, '=', (size_t)(next - line));
		if (equals)
			any |= take_line(ret, line, (uint32_t)(equals - line), equals + 1,
					 (uint32_t)(next - equals - 1));
	}
	return any;
}
