/* SPDX-License-Identifier: ISC */
/*
 * sdnotify [--fd FILE | --empty | --long] WORD...: sends the words as lines of one datagram to
 * $NOTIFY_SOCKET, with a descriptor of FILE if asked; for the tests of the supervisor, where no
 * systemd-notify is.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	static char text[100000];
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct iovec part = { text, 0 };
	struct msghdr h = {
		.msg_name = &at, .msg_namelen = sizeof(at), .msg_iov = &part, .msg_iovlen = 1
	};
	int s = socket(AF_UNIX, SOCK_DGRAM, 0), i = 1, fd = -1;

	if (!getenv("NOTIFY_SOCKET"))
		return 2;
	strncpy(at.sun_path, getenv("NOTIFY_SOCKET"), sizeof(at.sun_path) - 1);
	if (argc > 2 && strcmp(argv[1], "--fd") == 0) {
		fd = open(argv[2], O_RDWR | O_CREAT, 0600);
		i = 3;
	} else if (argc > 1 && strcmp(argv[1], "--empty") == 0) {
		i = argc;
	} else if (argc > 1 && strcmp(argv[1], "--long") == 0) {
		memset(text, 'x', 60000);
		i = 2;
	}
	for (; i < argc; i++) {
		strcat(text, argv[i]);
		strcat(text, "\n");
	}
	part.iov_len = strlen(text);
	if (fd >= 0) {
		struct cmsghdr *c;

		h.msg_control = control;
		h.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	if (sendmsg(s, &h, 0) < 0) {
		perror("sdnotify");
		return 1;
	}
	return 0;
}
