/* SPDX-License-Identifier: ISC */
/* The board's name and its consoles. See board.h. */
#include "board/board.h"

#include <stdbool.h>
#include <string.h>

const char *board_name(void)
{
	return PINTLE_BOARD;
}

static void add(char ret[BOARD_CONSOLES_MAX][BOARD_TTY_MAX], size_t *n, const char *name,
		size_t len)
{
	size_t i;

	if (!len || len >= BOARD_TTY_MAX || *n == BOARD_CONSOLES_MAX || memchr(name, '/', len))
		return;
	for (i = 0; i < *n; i++)
		if (strlen(ret[i]) == len && memcmp(ret[i], name, len) == 0)
			return;
	memcpy(ret[*n], name, len);
	ret[*n][len] = '\0';
	(*n)++;
}

/* "console=" without a tty (null, netcon…) is a place for messages only: no line to open. */
static bool is_tty(const char *name, size_t len)
{
	return len > 3 && (memcmp(name, "tty", 3) == 0 || memcmp(name, "hvc", 3) == 0);
}

size_t board_consoles(const char *cmdline, char ret[BOARD_CONSOLES_MAX][BOARD_TTY_MAX])
{
	static const char word[] = "console=";
	const char *at = CONFIG_CONSOLES;
	size_t n = 0;

	while (*at) {
		size_t len = strcspn(at, " ");

		add(ret, &n, at, len);
		at += len + strspn(at + len, " ");
	}
	for (at = cmdline; *at; at += strcspn(at, " \n"), at += strspn(at, " \n")) {
		if (strncmp(at, word, sizeof(word) - 1) == 0) {
			const char *name = at + sizeof(word) - 1;
			size_t len = strcspn(name, " ,\n");

			if (is_tty(name, len))
				add(ret, &n, name, len);
		}
	}
	return n;
}
