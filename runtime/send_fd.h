/* SPDX-License-Identifier: ISC */
/* One fd over a unix socket, with bytes beside it (unix(7), SCM_RIGHTS). */
#ifndef PINTLE_RUNTIME_SEND_FD_H
#define PINTLE_RUNTIME_SEND_FD_H

#include <stddef.h>
#include <sys/types.h>

/* Sends fd with n >= 1 bytes. Blocks while the socket is full. 0 or -errno. */
int send_fd(int socket_fd, int fd, const char *bytes, size_t n);
/*
 * Takes the first fd (close-on-exec) that comes; bytes beside it are dropped. fd, -ENOMSG for a
 * message without one, or -errno.
 */
int receive_fd(int socket_fd);
/*
 * The same with its bytes, by recvmsg(2) with these flags; what that call returns, or -errno.
 * *ret_fd is -1 where none came.
 */
ssize_t receive_with_fd(int socket_fd, void *bytes, size_t n, int flags, int *ret_fd);

#endif
