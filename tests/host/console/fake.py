# SPDX-License-Identifier: ISC
"""A control socket that answers what a test wants: the frames of init/ctl/ctl.h by struct, in native byte order."""
import os
import socket
import struct
import threading

MAGIC, VERSION = 0x504E4354, 1
VERBS = ["", "status", "list", "start", "stop", "restart", "kill", "logs", "reboot", "poweroff", "halt"]
NOWAIT, FOLLOW = 1, 2
SYSTEM, UNIT, LOG, END = 1, 2, 3, 4


def err(code=0, step="", text=""):
	return struct.pack("=i24s228s", code, step.encode(), text.encode())


def frame(row, body):
	return struct.pack("=IHHII", MAGIC, VERSION, row, 16 + len(body), 0) + body


def system(degraded="", policy=0, units=2, failed=0, version="0.1.0", board="host"):
	return frame(SYSTEM, struct.pack("=QQIIII24s24s256sBBB61x", 90061000, 131072, units, failed, 0, 0,
		version.encode(), board.encode(), degraded.encode(), policy, 1, 0))


def unit(name="web.container", state="running", pid=42, uptime=61000, memory=1572864, restarts=0, code=-1, sig=0,
	digest=bytes(range(0xA0, 0xC0)), active=1, oom=0, description="A web server", reason=None):
	return frame(UNIT, struct.pack("=64s80s16sQQQQIIii32sBBBBB27x", name.encode(), description.encode(), state.encode(),
		uptime, uptime, memory, 0, pid, restarts, code, sig, digest, active, 1, 1, 0, oom) + (reason or err()))


def log(text, stream=1, ms=1234, lost=0, partial=0, wall=0, severity=6, unit=b"web.container"):
	return frame(LOG, struct.pack("=QQQHBBB3x64s1024s", ms, wall, lost, len(text), stream, partial, severity, unit, text))


def end(status=0, error=None):
	return frame(END, struct.pack("=iI", status, 0) + (error or err()))


assert len(system()) == 16 + 16 + 16 + 48 + 256 + 64
assert len(log(b"")) == 16 + 96 + 1024 and len(end()) == 16 + 8 + 256


class Server:
	"""answer(verb, unit name, flags, count) gives the packets, None (no answer at all), or a generator of packets."""

	def __init__(self, path, answer):
		self.asked = []
		self.answer = answer
		self.at = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		if os.path.exists(path):
			os.unlink(path)
		self.at.bind(path)
		self.at.listen(8)
		threading.Thread(target=self.run, daemon=True).start()

	def run(self):
		while True:
			client, _ = self.at.accept()
			threading.Thread(target=self.serve, args=(client,), daemon=True).start()

	def serve(self, client):
		with client:
			while True:
				request = client.recv(256)
				if len(request) != 96:
					return
				magic, version, verb, flags, count, name = struct.unpack("=IHHII64s16x", request)
				if (magic, version) != (MAGIC, VERSION):
					return
				asked = (VERBS[verb], name.split(b"\0")[0].decode(), flags, count)
				self.asked.append(asked)
				packets = self.answer(*asked)
				try:
					for packet in packets if packets is not None else self.silence(client):
						client.send(packet)
				except OSError:
					return

	@staticmethod
	def silence(client):
		client.recv(1)
		return ()
