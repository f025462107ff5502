/* SPDX-License-Identifier: ISC */
/* The error record: filling, checking and putting into words. See err.h. */
#include "runtime/base/err.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "runtime/base/str.h"

struct errno_word {
	int code;
	const char *name, *reason;
};

static const struct errno_word words[] = {
#define E(code, reason) { code, #code, reason },
#include "runtime/base/errno.def"
#undef E
};

static const struct errno_word *find(int code)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].code == code)
			return &words[i];
	return NULL;
}

const char *err_name(int code)
{
	const struct errno_word *w = find(code);

	return w ? w->name : code ? "E?" : "OK";
}

const char *err_reason(int code)
{
	const struct errno_word *w = find(code);

	return w ? w->reason : code ? "Unknown error" : "No error";
}

/* C0, DEL, and C1 as UTF-8 has it (C2 80 to C2 9F): some terminals obey those, too. */
static void tame(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
		else if ((unsigned char)*text == 0xc2 && ((unsigned char)text[1] & 0xe0) == 0x80)
			text[0] = text[1] = '?';
	}
}

/* The text of such an error is its own reason: it names no call of the kernel's. */
static bool tells_all(const struct err *e)
{
	static const int codes[] = { EBADMSG,	  EPROTO, ENOKEY, EKEYREJECTED,
				     EKEYREVOKED, ECHILD, EINTR,  ECANCELED };
	size_t i;

	for (i = 0; i < ARRAY_LEN(codes); i++)
		if (e->code == codes[i])
			return e->text[0] != '\0';
	return false;
}

/* A text that was cut says so, and does not end within a UTF-8 character. */
static void mark_cut(char *text, size_t cap)
{
	size_t at = cap - 4;

	while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	memcpy(text + at, "...", 4);
}

int err_set(struct err *e, int code, const char *step, const char *fmt, ...)
{
	struct str s;
	va_list ap;

	if (code < 0)
		code = -code;
	if (code == 0)
		code = EIO;
	if (!e || e->code)
		return -code;
	memset(e, 0, sizeof(*e));
	e->code = code;
	str_init(&s, e->step, sizeof(e->step));
	str_puts(&s, step);
	str_init(&s, e->text, sizeof(e->text));
	va_start(ap, fmt);
	str_vfmt(&s, fmt, ap);
	va_end(ap);
	if (s.cut)
		mark_cut(e->text, sizeof(e->text));
	tame(e->step);
	tame(e->text);
	return -code;
}

void err_clear(struct err *e)
{
	if (e)
		memset(e, 0, sizeof(*e));
}

int err_check(struct err *e)
{
	e->step[sizeof(e->step) - 1] = '\0';
	e->text[sizeof(e->text) - 1] = '\0';
	tame(e->step);
	tame(e->text);
	if (e->code < 0 || e->code > 4095) {
		e->code = EPROTO;
		return -EPROTO;
	}
	return 0;
}

const char *err_say(const struct err *e, char *buf, unsigned cap)
{
	struct str s;

	str_init(&s, buf, cap);
	if (e->step[0])
		str_fmt(&s, "%s: ", e->step);
	if (tells_all(e)) {
		str_puts(&s, e->text);
		return buf;
	}
	if (e->text[0])
		str_fmt(&s, "%s: ", e->text);
	str_puts(&s, err_reason(e->code));
	if (!find(e->code) && e->code)
		str_fmt(&s, " %d", e->code);
	return buf;
}
