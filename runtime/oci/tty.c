/* SPDX-License-Identifier: ISC */
/* A process in the foreground: see tty.h. */
#include "runtime/oci/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "runtime/base/io.h"
#include "runtime/send_fd.h"

int tty_open(struct tty *t, bool terminal, struct err *e)
{
	sigset_t all;

	*t = (struct tty){ .pair = { -1, -1 }, .master = -1, .signal_fd = -1 };
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	t->signal_fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t->signal_fd < 0)
		return err_set(e, errno, "signals", "signalfd");
	if (terminal && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, t->pair))
		return err_set(e, errno, "terminal", "socket pair");
	return 0;
}

int tty_receive(struct tty *t, struct err *e)
{
	if (t->pair[0] < 0)
		return 0;
	io_close(&t->pair[1]);
	t->master = receive_fd(t->pair[0]);
	io_close(&t->pair[0]);
	return t->master < 0 ? err_set(e, t->master, "terminal", "its master did not come") : 0;
}

static void resize(const struct tty *t)
{
	struct winsize size;

	if (!ioctl(STDIN_FILENO, TIOCGWINSZ, &size))
		ioctl(t->master, TIOCSWINSZ, &size);
}

/* Keys go to the container as they are; its own terminal turns ^C into a signal. */
static bool make_raw(struct termios *ret_old)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, ret_old))
		return false;
	raw = *ret_old;
	raw.c_iflag &=
		~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	raw.c_cflag &= ~(tcflag_t)(CSIZE | PARENB);
	raw.c_cflag |= CS8;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	return true;
}

/*
 * True while there may be more. EIO is how a master says that the last holder of the other end has
 * closed it.
 */
static bool pass(int from, int to)
{
	char buf[4096];
	ssize_t n;

	do
		n = read(from, buf, sizeof(buf));
	while (n < 0 && errno == EINTR);
	return n > 0 && !io_write_full(to, buf, (size_t)n);
}

/* True when the process has ended. */
static bool take_signals(const struct tty *t, pid_t pid, int *ret_status)
{
	struct signalfd_siginfo s;

	while (read(t->signal_fd, &s, sizeof(s)) == sizeof(s)) {
		int sig = (int)s.ssi_signo;

		if (sig == SIGCHLD) {
			if (waitpid(pid, ret_status, WNOHANG) == pid)
				return true;
		} else if (sig == SIGWINCH && t->master >= 0) {
			resize(t);
		} else if (sig != SIGPIPE && sig != SIGTTOU && sig != SIGTTIN) {
			kill(pid, sig);
		}
	}
	return false;
}

/*
 * What the terminal still holds is shown, also when something else of the container's keeps it
 * open.
 */
static void drain(int master)
{
	io_set_nonblock(master, 1);
	while (pass(master, STDOUT_FILENO))
		;
}

static int relay(struct tty *t, pid_t pid)
{
	struct pollfd fds[3] = {
		{ .fd = t->signal_fd, .events = POLLIN },
		{ .fd = t->master, .events = POLLIN },
		{ .fd = t->master >= 0 ? STDIN_FILENO : -1, .events = POLLIN },
	};
	int status = 0;

	/* It may have ended before the first look. */
	if (waitpid(pid, &status, WNOHANG) == pid)
		return status;
	for (;;) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return status;
		if (fds[0].revents && take_signals(t, pid, &status))
			return status;
		if (fds[1].revents && !pass(t->master, STDOUT_FILENO))
			fds[1].fd = -1;
		if (fds[2].revents && !pass(STDIN_FILENO, t->master)) {
			char eot = 4;

			io_write_full(t->master, &eot,
				      1); /* ^D: the end of our input is the end of its */
			fds[2].fd = -1;
		}
	}
}

int tty_wait(struct tty *t, pid_t pid)
{
	struct termios old;
	bool raw = t->master >= 0 && make_raw(&old);
	int status;

	if (t->master >= 0)
		resize(t);
	status = relay(t, pid);
	if (t->master >= 0)
		drain(t->master);
	if (raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &old);
	io_close(&t->master);
	io_close(&t->signal_fd);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
