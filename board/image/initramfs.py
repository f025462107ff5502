#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""initramfs.py OUT FOLDER...: an initial RAM disk (newc cpio, gzip) from the folders laid over each
other, later wins. Same input, same bytes: sorted names, owner root, times zero. Needs no root:
/dev/console is written into the archive, not made on disk."""
import gzip
import os
import stat
import sys


def entries(folders):
    found = {}
    for folder in folders:
        for where, dirs, files in os.walk(folder):
            for name in dirs + files:
                path = os.path.join(where, name)
                found[os.path.relpath(path, folder)] = path
    return found


def record(ino, name, mode, data=b"", rdev=(0, 0)):
    fields = (ino, mode, 0, 0, 1, 0, len(data), 0, 0, *rdev, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % f for f in fields) + name.encode() + b"\0"
    pad = lambda b: b + b"\0" * (-len(b) % 4)
    return pad(head) + pad(data)


def content(path):
    st = os.lstat(path)
    if stat.S_ISLNK(st.st_mode):
        return stat.S_IFLNK | 0o777, os.readlink(path).encode()
    if stat.S_ISDIR(st.st_mode):
        return st.st_mode, b""
    with open(path, "rb") as f:
        return st.st_mode, f.read()


def main():
    out, folders = sys.argv[1], sys.argv[2:]
    found = entries(folders)
    archive = []
    for ino, name in enumerate(sorted(set(found) | {"dev"}), 1):
        mode, data = content(found[name]) if name in found else (stat.S_IFDIR | 0o755, b"")
        archive.append(record(ino, name, mode, data))
    archive.append(record(len(archive) + 1, "dev/console", stat.S_IFCHR | 0o600, rdev=(5, 1)))
    archive.append(record(0, "TRAILER!!!", 0))
    with open(out + ".new", "wb") as raw, gzip.GzipFile("", "wb", 6, raw, 0) as f:
        f.write(b"".join(archive))
    os.rename(out + ".new", out)


main()
