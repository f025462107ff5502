/* SPDX-License-Identifier: ISC */
/*
 * race FOLDER N PAUSE_US: swaps FOLDER/a1 with FOLDER/b1, a2 with b2, … aN by
 * renameat2(RENAME_EXCHANGE) as fast as it can, with a pause after each round, until SIGTERM; then
 * prints how many swaps that were.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXCHANGE 2

static volatile sig_atomic_t over;

static void on_term(int sig)
{
	(void)sig;
	over = 1;
}

int main(int argc, char **argv)
{
	int folder = argc == 4 ? open(argv[1], O_PATH | O_DIRECTORY) : -1, n, i;
	unsigned long swaps = 0;
	useconds_t pause_us;
	char a[16], b[16];

	if (folder < 0)
		return 2;
	n = atoi(argv[2]);
	pause_us = (useconds_t)atoi(argv[3]);
	signal(SIGTERM, on_term);
	while (!over) {
		if (pause_us)
			usleep(pause_us);
		for (i = 1; i <= n; i++) {
			snprintf(a, sizeof(a), "a%d", i);
			snprintf(b, sizeof(b), "b%d", i);
			if (syscall(SYS_renameat2, folder, a, folder, b, EXCHANGE)) {
				perror("renameat2");
				return 1;
			}
			swaps++;
		}
	}
	printf("%lu\n", swaps);
	return 0;
}
