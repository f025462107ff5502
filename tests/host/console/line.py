# SPDX-License-Identifier: ISC
"""A serial line for the console under test: a pseudo terminal with us at the far end."""
import os
import pty
import re
import select
import subprocess
import termios
import time


class Line:
	def __init__(self, pintle, link, *words):
		"""link: the path that the console is told; it points to whichever slave there is."""
		self.link, self.master, self.slave = link, -1, -1
		self.text = ""
		self.plug()
		self.process = subprocess.Popen(["pintle-console", link, *words], executable=pintle, stdin=subprocess.DEVNULL,
			stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=True)

	def plug(self):
		self.master, slave = pty.openpty()
		path = os.ttyname(slave)
		attributes = termios.tcgetattr(slave)
		attributes[3] &= ~(termios.ECHO | termios.ICANON)
		termios.tcsetattr(slave, termios.TCSANOW, attributes)
		if os.path.lexists(self.link):
			os.unlink(self.link)
		os.symlink(path, self.link)
		self.slave = slave

	def unplug(self):
		"""The far end goes: the console sees a hang-up; and there is no such line any more."""
		os.unlink(self.link)
		os.close(self.slave)
		os.close(self.master)
		self.master = self.slave = -1

	def send(self, text):
		os.write(self.master, text.encode())

	def read(self, seconds):
		if not select.select([self.master], [], [], seconds)[0]:
			return False
		self.text += os.read(self.master, 4096).decode("latin-1")
		return True

	def expect(self, pattern, seconds=10):
		"""Reads until the pattern is there; what stood up to its end, which is forgotten."""
		until = time.monotonic() + seconds
		while True:
			found = re.search(pattern, self.text, re.S)
			if found:
				said, self.text = self.text[:found.end()], self.text[found.end():]
				return said
			left = until - time.monotonic()
			assert left > 0, f"no {pattern!r} within {seconds} s, but {self.text[-1500:]!r}"
			self.read(left)

	def command(self, words, seconds=10):
		"""A word and what it answers, without the prompt."""
		self.send(words + "\r")
		self.expect(re.escape(words) + "\r\n" if words else "\r\n")
		return self.expect("pintle> ", seconds)[:-len("pintle> ")]

	def close(self):
		self.process.kill()
		self.process.wait()
