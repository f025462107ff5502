# SPDX-License-Identifier: ISC
"""seccomp_listener.py SOCKET COUNT ANSWER: takes COUNT connections that a runtime makes for linux.seccomp.listenerPath.

Prints each container process state as it comes and a line "call PID NR" for each call that is trapped; answers it: ANSWER is a
negative errno, or 0: it went well (and nothing is done). One connection's calls are answered until its processes are gone."""
import array
import fcntl
import os
import select
import socket
import struct
import sys
import threading

NOTIF_RECV, NOTIF_SEND = 0xC0502100, 0xC0182101
lock = threading.Lock()


def say(text):
	with lock:
		print(text, flush=True)


def take_state(connection):
	"""(text, fds) of the one message; after it the connection ends."""
	room = socket.CMSG_SPACE(16)
	text, control, _, _ = connection.recvmsg(65536, room)
	fds = array.array("i")
	for level, kind, data in control:
		if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
			fds.frombytes(data[:len(data) - len(data) % fds.itemsize])
	rest = connection.recv(1)
	say(f"end {len(fds)} {len(rest)}")
	return text.decode(), list(fds)


def answer(fd, code):
	poll = select.poll()
	poll.register(fd, select.POLLIN)
	while poll.poll(20000)[0][1] & select.POLLIN:
		request = bytearray(80)
		try:
			fcntl.ioctl(fd, NOTIF_RECV, request)
		except FileNotFoundError:
			continue
		number, pid, _, nr = struct.unpack_from("=QIIi", request)
		say(f"call {pid} {nr}")
		fcntl.ioctl(fd, NOTIF_SEND, struct.pack("=QqiI", number, 0, code, 0))
	os.close(fd)


def main(path, count, code):
	server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
	server.bind(path)
	server.listen()
	threads = []
	for _ in range(count):
		connection, _ = server.accept()
		text, fds = take_state(connection)
		say(f"state {text}")
		for fd in fds:
			threads.append(threading.Thread(target=answer, args=(fd, code)))
			threads[-1].start()
	for thread in threads:
		thread.join()


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
