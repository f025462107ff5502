/* SPDX-License-Identifier: ISC */
/*
 * The smallest program there can be on a board: tests put it into an image, run it as a service,
 * and start it as an init that does nothing, to have something to compare with. See usage below.
 *   probe up WORDS      "WORDS up N ms" (since the kernel's start), then sleeps until SIGTERM
 *   probe cat FILE...   "FILE: first line" each
 *   probe private PID   "private N KiB", the memory that process shares with nobody
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char out[512];
static size_t out_len;

static void put(const char *s)
{
	size_t n = strlen(s);

	if (n > sizeof(out) - out_len)
		n = sizeof(out) - out_len;
	memcpy(out + out_len, s, n);
	out_len += n;
}

static void put_num(unsigned long n)
{
	char digits[24], *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do
		*--at = (char)('0' + n % 10);
	while (n /= 10);
	put(at);
}

static void say(void)
{
	put("\n");
	if (write(1, out, out_len) < 0)
		_exit(1);
	out_len = 0;
}

static void leave(int sig)
{
	(void)sig;
	_exit(0);
}

static _Noreturn void up(const char *words)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	put(words);
	put(" up ");
	put_num((unsigned long)now.tv_sec * 1000 + (unsigned long)now.tv_nsec / 1000000);
	put(" ms");
	say();
	signal(SIGTERM, leave);
	for (;;)
		pause();
}

static ssize_t slurp(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, cap - 1);

	buf[n < 0 ? 0 : n] = '\0';
	if (fd >= 0)
		close(fd);
	return n;
}

static int cat(char **paths)
{
	char buf[256];

	for (; *paths; paths++) {
		ssize_t n = slurp(*paths, buf, sizeof(buf));

		put(*paths);
		put(": ");
		buf[strcspn(buf, "\n")] = '\0';
		put(n < 0 ? "cannot be read" : buf);
		say();
	}
	return 0;
}

static int private(const char *pid)
{
	char path[64] = "/proc/", buf[2048];
	unsigned long sum = 0;
	const char *at = buf;

	strncat(path, pid, 16);
	strcat(path, "/smaps_rollup");
	if (slurp(path, buf, sizeof(buf)) <= 0)
		return 1;
	while ((at = strstr(at, "Private_")) && (at = strchr(at, ':')))
		sum += strtoul(at + 1, NULL, 10);
	put("private ");
	put_num(sum);
	put(" KiB");
	say();
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3 || getpid() == 1)
		up(argc == 3 ? argv[2] : "nothing");
	if (strcmp(argv[1], "cat") == 0)
		return cat(argv + 2);
	if (strcmp(argv[1], "private") == 0)
		return private(argv[2]);
	up(argv[2]);
}
