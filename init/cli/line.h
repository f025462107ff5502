/* SPDX-License-Identifier: ISC */
/* A line editor for a dumb terminal: bytes in, echo and finished lines out. Pure: no I/O. */
#ifndef PINTLE_INIT_CLI_LINE_H
#define PINTLE_INIT_CLI_LINE_H

#include <stdbool.h>

#include "runtime/base/str.h"

#define LINE_BYTES 128

struct line {
	char text[LINE_BYTES];
	unsigned len;
	bool after_cr;		/* CR LF is one end of line */
	unsigned escape;	/* within an escape sequence: cursor keys are passed over */
};

enum line_result { LINE_MORE, LINE_DONE, LINE_CANCEL };

/* An empty line; what CR LF needs is kept. The first time *l is all zero. */
void line_start(struct line *l);
/*
 * Takes a byte: backspace and DEL delete, ^U deletes all, ^C cancels, ^W deletes a word, CR or LF
 * ends. What is to be echoed is appended to echo. After LINE_DONE the text is NUL-terminated until
 * line_start().
 */
enum line_result line_take(struct line *l, unsigned char byte, struct str *echo);

#define LINE_WORDS 8
/*
 * Splits a line at blanks, in place. How many words; those beyond LINE_WORDS are dropped. words
 * ends with NULL.
 */
int line_split(char *text, char *words[LINE_WORDS + 1]);

#endif
