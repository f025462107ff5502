/* SPDX-License-Identifier: ISC */
/* Why the device is not whole. See degraded.h. */
#include "init/boot/degraded.h"

#include "init/unit/unit.h"
#include "runtime/base/log.h"
#include "runtime/base/str.h"

static char first[256];
static struct err store;
static bool insecure;

static void keep_first(const char *text)
{
	if (!first[0])
		str_print(first, sizeof(first), "%s", text);
}

void degraded_note(const struct err *e)
{
	char said[sizeof(*e) + 64];

	keep_first(err_say(e, said, sizeof(said)));
	log_err(LOG_LVL_ERR, "degraded", e);
}

void degraded_note_store(const struct err *e)
{
	store = *e;
	degraded_note(e);
}

const struct err *degraded_store(void)
{
	return store.code ? &store : NULL;
}

const char *degraded_text(void)
{
	return first;
}

void degraded_insecure(void)
{
	insecure = true;
}

void degraded_restore(const char *text, const struct err *why_store, bool is_insecure)
{
	keep_first(text);
	store = *why_store;
	err_check(&store);
	insecure = is_insecure;
}

bool degraded_is_insecure(void)
{
	return insecure;
}

void degraded_report(void *ctx, int level, const char *file, unsigned line, const char *text)
{
	char where[LOG_LINE_MAX];

	(void)ctx;
	if (line)
		str_print(where, sizeof(where), "%s:%u: %s", file, line, text);
	else
		str_print(where, sizeof(where), "%s: %s", file, text);
	log_line((enum log_level)level, "%s", where);
	if (level <= LOG_LVL_ERR)
		keep_first(where);
}
