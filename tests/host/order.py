#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""order.py TRACE STORE: reads what `strace -f -y` wrote and judges the order in which STORE was changed, as if the
power could go after any call: a name may only stand for what is on the disk already, and what follows a name may only
be done once the name is on the disk itself. Prints the renames; exits 1 at the first that is out of order."""
import os
import re
import sys

TRACE, STORE = sys.argv[1], os.path.realpath(sys.argv[2])
CALL = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= (-?\d+)")
FD = re.compile(r"^(?:-?\d+|AT_FDCWD)<([^>]*)>")
# Calls that change what their path or descriptor stands for; the value says where: an index of the arguments of
# (folder, name) pairs, or of a descriptor.
AT = {"mkdirat": 0, "mknodat": 0, "symlinkat": 1, "fchownat": 0, "fchmodat": 0, "utimensat": 0, "linkat": 2}
BY_FD = {"write", "pwrite64", "fchmod", "fchown", "ftruncate", "fsetxattr", "fallocate"}


def split(text):
	"""The arguments of a call: commas in strings, structures and paths do not count."""
	part, depth, quoted, out = "", 0, False, []
	for i, c in enumerate(text):
		if c == '"' and text[i - 1] != "\\":
			quoted = not quoted
		if not quoted:
			depth += (c in "{[<(") - (c in "}]>)")
		if c == "," and depth == 0 and not quoted:
			out.append(part.strip())
			part = ""
		else:
			part += c
	return out + [part.strip()]


def fd_path(word):
	found = FD.match(word)
	return found.group(1) if found else ""


def place(words, index):
	"""The path that a (folder, name) pair stands for; a NULL name is the folder itself."""
	name = words[index + 1]
	if not name.startswith('"'):
		return fd_path(words[index])
	return os.path.normpath(os.path.join(fd_path(words[index]), name.strip('"')))


def below(path, top):
	return path == top or path.startswith(top + "/")


class Disk:
	def __init__(self):
		self.dirty = set()      # changed since it was last made durable
		self.unnamed = {}       # folder: what was renamed into it and is not durable there yet
		self.renames = 0

	def change(self, path):
		if below(path, STORE):
			self.dirty.add(path)

	def sync(self, call, path):
		self.unnamed.pop(path, None)
		if call == "syncfs":
			self.dirty.clear()
			self.unnamed.clear()
		else:
			self.dirty.discard(path)

	def rename(self, source, target):
		if not below(target, STORE):
			return
		self.renames += 1
		print(f"{source[len(STORE) + 1:]} -> {target[len(STORE) + 1:]}")
		torn = sorted(p for p in self.dirty if below(p, source))
		if torn:
			raise SystemExit(f"renamed before it is on the disk: {torn[:3]}, {len(torn)} paths")
		folder = os.path.dirname(target)
		waiting = sorted(p for into, names in self.unnamed.items() if into != folder for p in names)
		if waiting:
			raise SystemExit(f"renamed before the names that it builds on are on the disk: {waiting[:3]}")
		self.unnamed.setdefault(folder, []).append(target)

	def end(self):
		if self.unnamed:
			raise SystemExit(f"the folder was not synced after a rename: {sorted(self.unnamed)}")


def obey(disk, call, words, result):
	if call in ("fsync", "fdatasync", "syncfs"):
		disk.sync(call, fd_path(words[0]))
	elif call in ("rename", "renameat", "renameat2"):
		assert call != "rename", "not expected: it names no folder"
		disk.rename(place(words, 0), place(words, 2))
	elif call in AT:
		disk.change(place(words, AT[call]))
	elif call in BY_FD:
		disk.change(fd_path(words[0]))
	elif call in ("openat", "openat2") and "O_CREAT" in words[2] and int(result) >= 0:
		disk.change(place(words, 0))


def main():
	disk, calls = Disk(), 0
	with open(TRACE, encoding="utf-8", errors="surrogateescape") as trace:
		for line in trace:
			assert "unfinished ..." not in line, "two processes at once: follow one"
			found = CALL.match(line)
			if found and not found.group(3).startswith("-"):
				calls += 1
				obey(disk, found.group(1), split(found.group(2)), found.group(3))
	disk.end()
	print(f"{calls} calls, {disk.renames} renames")


main()
