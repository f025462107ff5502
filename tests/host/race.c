/* SPDX-License-Identifier: ISC */
/* race A B: swaps two names by renameat2(RENAME_EXCHANGE) as fast as it can until it is killed. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	for (;;)
		if (syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD, argv[2], 2)) {
			perror("renameat2");
			return 1;
		}
}
