#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""talk.py PINTLE FOLDER PID LINE...: types the lines at a console inside the namespaces of PID, prints what it says.
The slave goes in as standard input: its path means nothing in there, /proc/self/fd/0 does."""
import os
import subprocess
import sys

from line import Line


class Inside(Line):
	def __init__(self, pid, link):
		self.link, self.text = link, ""
		self.plug()
		self.process = subprocess.Popen(["nsenter", "-t", pid, "-m", "-p", "-n", "-i", "-u", "-C", "-r", "-w", "/bin/busybox", "sh", "-c",
			"exec -a pintle-console /init /proc/self/fd/0"], stdin=self.slave)


line = Inside(sys.argv[3], os.path.join(sys.argv[2], "tty"))
try:
	line.expect("pintle> ")
	for words in sys.argv[4:]:
		print(f"pintle> {words}")
		print(line.command(words, 30).replace("\r\n", "\n"), end="")
finally:
	line.close()
