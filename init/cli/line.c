/* SPDX-License-Identifier: ISC */
/* The console's line editor. See line.h; pure. */
#include "init/cli/line.h"

#include <string.h>

#define CTRL(c) ((c) & 0x1f)
#define DEL 0x7f
#define ESC 0x1b

void line_start(struct line *l)
{
	bool after_cr = l->after_cr;

	memset(l, 0, sizeof(*l));
	l->after_cr = after_cr;
}

static void erase(struct line *l, struct str *echo)
{
	if (!l->len)
		return;
	l->text[--l->len] = '\0';
	str_puts(echo, "\b \b");
}

static void erase_word(struct line *l, struct str *echo)
{
	while (l->len && l->text[l->len - 1] == ' ')
		erase(l, echo);
	while (l->len && l->text[l->len - 1] != ' ')
		erase(l, echo);
}

/* ESC [ … letter, or ESC and one byte. True while the byte belongs to a sequence. */
static bool in_escape(struct line *l, unsigned char byte)
{
	if (byte == ESC) {
		l->escape = 1;
		return true;
	}
	if (!l->escape)
		return false;
	if (l->escape == 1 && (byte == '[' || byte == 'O'))
		l->escape = 2;
	else if (l->escape == 1 || (byte >= 0x40 && byte <= 0x7e))
		l->escape = 0;
	return true;
}

enum line_result line_take(struct line *l, unsigned char byte, struct str *echo)
{
	bool was_cr = l->after_cr;

	l->after_cr = byte == '\r';
	if (byte == '\n' && was_cr)
		return LINE_MORE;
	if (in_escape(l, byte))
		return LINE_MORE;
	switch (byte) {
	case '\r':
	case '\n':
		str_puts(echo, "\r\n");
		return LINE_DONE;
	case CTRL('C'):
		str_puts(echo, "^C\r\n");
		return LINE_CANCEL;
	case '\b':
	case DEL:
		erase(l, echo);
		return LINE_MORE;
	case CTRL('U'):
		while (l->len)
			erase(l, echo);
		return LINE_MORE;
	case CTRL('W'):
		erase_word(l, echo);
		return LINE_MORE;
	default:
		break;
	}
	if (byte < 0x20 || byte > 0x7e || l->len + 1 >= LINE_BYTES)
		return LINE_MORE;	/* noise on the line is no command */
	l->text[l->len++] = (char)byte;
	l->text[l->len] = '\0';
	str_putc(echo, (char)byte);
	return LINE_MORE;
}

int line_split(char *text, char *words[LINE_WORDS + 1])
{
	int n = 0;

	while (n < LINE_WORDS && *(text += strspn(text, " "))) {
		words[n++] = text;
		text += strcspn(text, " ");
		if (*text)
			*text++ = '\0';
	}
	words[n] = NULL;
	return n;
}
