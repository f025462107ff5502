#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""flood.py SOCKET NAME: clients of the control socket that ask more than they should, and one that asks as it should.
The frames are those of init/ctl/ctl.h, in native byte order."""
import select
import socket
import struct
import sys
import threading
import time

SOCKET = sys.argv[1]
STATUS, LIST, END = 1, 2, 4
BURST, RATE = 20, 20        # TOKENS_MAX, and 1000 / TOKEN_MS of init/ctl/ctl_server.c
LATE = 0.1                  # seconds that an answer may take while others flood


def request(verb):
	return struct.pack("=IHHII64s16x", 0x504E4354, 1, verb, 0, 0, b"")


def connect():
	s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
	s.settimeout(10)
	for _ in range(50):
		try:
			s.connect(SOCKET)
			return s
		except BlockingIOError:     # eight wait already: PID 1 takes one a turn
			time.sleep(0.01)
	raise TimeoutError("nobody accepts")


def ends(packet):
	return struct.unpack_from("=IHHII", packet)[2] == END


def ask(s, verb):
	"""How long one request took to its last row."""
	began = time.monotonic()
	s.send(request(verb))
	while not ends(s.recv(2048)):
		pass
	return time.monotonic() - began


class Flood(threading.Thread):
	"""Sends `most` requests as fast as they are taken, reads every answer; runs until then or until it is stopped."""

	def __init__(self, most, reads=True):
		super().__init__(daemon=True)
		self.most, self.reads = most, reads
		self.sent = self.answered = 0
		self.going, self.dropped = True, False
		self.socket = connect()
		self.socket.setblocking(False)

	def run(self):
		try:
			while self.going and self.sent < self.most:
				self.turn()
		except (ConnectionError, BrokenPipeError):
			self.dropped = True

	def turn(self):
		ready = select.select([self.socket] if self.reads else [], [self.socket], [], 0.05)
		if ready[0]:
			packet = self.socket.recv(2048)
			if not packet:
				raise ConnectionError
			self.answered += ends(packet)
		if ready[1]:
			try:
				self.socket.send(request(STATUS))
				self.sent += 1
			except BlockingIOError:
				pass

	def stop(self):
		self.going = False
		self.join()
		self.socket.close()


def latencies(seconds):
	"""Of an ordinary client: a new connection each time, 20 a second."""
	took, until = [], time.monotonic() + seconds
	while time.monotonic() < until:
		began = time.monotonic()
		with connect() as s:
			ask(s, STATUS)
		took.append(time.monotonic() - began)
		time.sleep(0.05)
	return took


def under_flood(count, seconds, **how):
	floods = [Flood(10000 * seconds, **how) for _ in range(count)]
	began = time.monotonic()
	for f in floods:
		f.start()
	took = sorted(latencies(seconds))
	for f in floods:
		f.stop()
	lasted = time.monotonic() - began
	print(f"{count} floods: sent {[f.sent for f in floods]}, answered {[f.answered for f in floods]} in {lasted:.1f} s; "
		f"an ordinary client: {len(took)} answers, median {took[len(took) // 2] * 1000:.1f} ms, worst {took[-1] * 1000:.1f} ms")
	assert took[-1] <= LATE, took[-5:]
	most = BURST + RATE * lasted + 1
	assert all(f.answered <= most for f in floods), most
	return floods


def one():
	flood, = under_flood(1, 5)
	assert not flood.dropped and flood.answered >= RATE * 4, "slowed, but served"


def eight():
	under_flood(8, 5)


def deaf():
	"""Those that ask and never read."""
	under_flood(8, 5, reads=False)


def polite():
	"""What a person or a script does is not slowed."""
	with connect() as s:
		took = [ask(s, LIST) for _ in range(BURST)]
		assert sum(took) < 0.5, took
		time.sleep(1.2)
		took = [ask(s, LIST) for _ in range(BURST)]
		assert sum(took) < 0.5, took


def places():
	"""A flood that goes away leaves its place at once; all that it had sent is forgotten."""
	for _ in range(5):
		floods = [Flood(100000) for _ in range(10)]
		for f in floods:
			f.start()
		time.sleep(0.3)
		for f in floods:
			f.stop()
		time.sleep(0.05)
		clients = [connect() for _ in range(12)]
		assert all(ask(s, LIST) < 1 for s in clients)
		for s in clients:
			s.close()
		time.sleep(0.05)


globals()[sys.argv[2]]()
