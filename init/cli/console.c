/* SPDX-License-Identifier: ISC */
/*
 * The prompt on a serial line: an ordinary client of the control socket. The line may be unplugged,
 * stalled or not there yet: what cannot be written in STALL_MS is dropped and counted, a hang-up
 * has it opened anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "init/cli/cli.h"
#include "init/cli/line.h"
#include "runtime/base/io.h"
#include "runtime/base/str.h"

/* At 9600 baud a full output buffer (4 KiB) takes 4.3 s. */
#define STALL_MS CONFIG_CONSOLE_STALL_MS
#define AGAIN_MS 1000
#define PROMPT "pintle> "
#define CTRL_C 3

static int tty_fd = -1;
static bool stalled;		/* until the line has taken something again */
static unsigned long long dropped;

static unsigned char typed[128];	/* ahead of what is being done */
static size_t n_typed;
static bool after_cr, hung_up;

/* Waits for the line, at most ms. Its events, 0 for none in time. */
static int wait_tty(short events, int ms)
{
	struct pollfd p = { .fd = tty_fd, .events = events };
	int n;

	do
		n = poll(&p, 1, ms);
	while (n < 0 && errno == EINTR);
	return n > 0 ? p.revents : 0;
}

static void put_raw(const char *bytes, size_t n)
{
	while (n) {
		ssize_t put = write(tty_fd, bytes, n);

		if (put > 0) {
			bytes += put;
			n -= (size_t)put;
			stalled = false;
		} else if (put < 0 && errno == EAGAIN && !stalled && wait_tty(POLLOUT, STALL_MS)) {
			continue;
		} else if (put < 0 && errno == EINTR) {
			continue;
		} else {
			/*
			 * A line that stalled once is not waited for again: the rest goes at once.
			 */
			stalled = true;
			dropped += n;
			return;
		}
	}
}

/* LF becomes CR LF: the line is raw. Words escape what is foreign before it comes here. */
static void put(struct sink *s, const char *bytes, size_t n)
{
	(void)s;
	while (n) {
		const char *newline = memchr(bytes, '\n', n);
		size_t part = newline ? (size_t)(newline - bytes) : n;

		put_raw(bytes, part);
		if (!newline)
			return;
		put_raw("\r\n", 2);
		bytes += part + 1;
		n -= part + 1;
	}
}

/* Reads what is there into typed[], CR LF as CR; what has no room is lost. Sets hung_up. */
static void read_typed(void)
{
	unsigned char buf[64];
	ssize_t n = read(tty_fd, buf, sizeof(buf)), i;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		hung_up = true;
	if (n > 0)
		stalled = false;	/* somebody is there again */
	for (i = 0; i < n; i++) {
		if (!(buf[i] == '\n' && after_cr) && n_typed < sizeof(typed))
			typed[n_typed++] = buf[i];
		after_cr = buf[i] == '\r';
	}
}

static void forget_typed(size_t n)
{
	n_typed -= n;
	memmove(typed, typed + n, n_typed);
}

/* A ^C also throws away what has not left yet: at 9600 baud that is seconds. */
static bool stopped(struct sink *s, bool at_enter)
{
	size_t i;

	(void)s;
	read_typed();
	for (i = 0; i < n_typed; i++) {
		bool cancel = typed[i] == CTRL_C;

		if (!cancel && !(at_enter && (typed[i] == '\r' || typed[i] == '\n')))
			continue;
		forget_typed(i + 1);
		tcflush(tty_fd, TCOFLUSH);
		put_raw("\r\n", 2);
		return true;
	}
	return hung_up;
}

/*
 * Raw, no echo, no flow control by us; never waits for output to drain. The speed is the kernel's.
 */
static void set_raw(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t))
		return;
	t.c_iflag = IGNBRK;
	t.c_oflag = 0;
	t.c_lflag = 0;
	t.c_cflag |= CREAD | CLOCAL;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	tcsetattr(fd, TCSANOW, &t);
}

static int open_tty(const char *name)
{
	char path[64];
	int fd;

	str_print(path, sizeof(path), "%s%s", name[0] == '/' ? "" : "/dev/", name);
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!isatty(fd)) {
		close(fd);
		return -ENOTTY;
	}
	set_raw(fd);
	return fd;
}

static void say_dropped(struct sink *out)
{
	unsigned long long n = dropped;

	if (!n || stalled)
		return;
	dropped = 0;
	sink_fmt(out, "console stalled, %llu bytes dropped\n", n);
}

static void run(struct sink *out, char *text)
{
	static char *status[] = { (char *)"status", NULL };
	char *words[LINE_WORDS + 1];
	int n = line_split(text, words);

	say_dropped(out);
	if (n)
		words_run(out, n, words);
	else
		words_run(out, 1, status);
}

static void take(struct sink *out, struct line *l, unsigned char byte)
{
	char text[512];
	struct str echo;
	enum line_result r;

	str_init(&echo, text, sizeof(text));
	r = line_take(l, byte, &echo);
	put_raw(text, echo.len);
	if (r == LINE_MORE)
		return;
	if (r == LINE_DONE)
		run(out, l->text);
	line_start(l);
	put_raw(PROMPT, strlen(PROMPT));
}

/* Until the line hangs up. */
static void serve(struct sink *out)
{
	struct line l = { 0 };
	unsigned char byte;
	int events;

	put_raw("\r\n" PROMPT, strlen("\r\n" PROMPT));
	while (!hung_up) {
		if (!n_typed) {
			events = wait_tty(POLLIN, -1);
			read_typed();
			/*
			 * A line that reports an error but gives none would have us turn in
			 * circles.
			 */
			if (!n_typed && !(events & POLLIN))
				return;
			continue;
		}
		byte = typed[0];
		forget_typed(1);
		take(out, &l, byte);
	}
}

int console_main(int argc, char **argv)
{
	struct sink out = { .put = put, .stopped = stopped, .is_console = true, .stop_fd = -1 };

	if (argc < 2 || argc > 3)
		return 2;
	out.socket = argv[2];
	for (;;) {
		tty_fd = open_tty(argv[1]);
		if (tty_fd >= 0) {
			out.stop_fd = tty_fd;
			n_typed = 0;
			stalled = hung_up = false;
			serve(&out);
			/* What a dead line still holds would have close() wait for it. */
			tcflush(tty_fd, TCIOFLUSH);
			io_close(&tty_fd);
		}
		poll(NULL, 0, AGAIN_MS);
	}
}
