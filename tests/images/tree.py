# SPDX-License-Identifier: ISC
"""tree.py --times=all|below|none DIR - lists a file tree, one line a name: kind, mode, owner, size, time, links, content, xattrs.

Two unpackers agree when their lists are equal. Lines are sorted by name; hard links show as the first name
of their group. Folder times are shown with --times=all, but for the top with --times=below, not with --times=none
(an archive that names no folder leaves its time to the unpacker).
"""
import hashlib
import os
import stat
import sys


def content(path, st):
    """What a name holds: a file's digest, a link's target, a device's numbers."""
    if stat.S_ISREG(st.st_mode):
        with open(path, "rb") as f:
            return hashlib.file_digest(f, "sha256").hexdigest()[:16] + " %d" % st.st_size
    if stat.S_ISLNK(st.st_mode):
        return os.fsdecode(os.readlink(path))
    if stat.S_ISCHR(st.st_mode) or stat.S_ISBLK(st.st_mode):
        return "%d:%d" % (os.major(st.st_rdev), os.minor(st.st_rdev))
    return "-"


def xattrs(path):
    """Names and values but for what the file system of the test keeps for itself."""
    names = [n for n in os.listxattr(path, follow_symlinks=False)
             if not n.startswith(("trusted.overlay.", "system.", "security.selinux", "user.rootlesscontainers"))]
    return " ".join("%s=%s" % (n, os.getxattr(path, n, follow_symlinks=False).hex()) for n in sorted(names))


def walk(root):
    """Every name below root as bytes, root itself as b'.'."""
    yield b"."
    for base, dirs, files in os.walk(root):
        dirs.sort()
        for name in sorted(dirs + files):
            yield os.path.relpath(os.path.join(base, name), root)


def listing(root, times):
    first, lines = {}, []
    for rel in sorted(walk(os.fsencode(root))):
        path = os.path.join(os.fsencode(root), rel)
        st = os.lstat(path)
        folder = stat.S_ISDIR(st.st_mode)
        hidden = folder and (times == "none" or times == "below" and rel == b".")
        when = "-" if hidden else "%d.%09d" % divmod(st.st_mtime_ns, 10**9)
        group = first.setdefault((st.st_dev, st.st_ino), rel)
        link = "" if group == rel else "= " + repr(group)
        links = "-" if folder else str(st.st_nlink)
        lines.append(" ".join((repr(rel)[1:], oct(st.st_mode), "%d:%d" % (st.st_uid, st.st_gid), when,
                               links, content(path, st), xattrs(path), link)).rstrip())
    return lines


def main():
    for line in listing(sys.argv[2], sys.argv[1].removeprefix("--times=")):
        print(line)


main()
