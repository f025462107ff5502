# SPDX-License-Identifier: ISC
"""Cases of layers whose every digest is right and signed: only the unpacker can refuse them."""
import struct
import tarfile

import oci
from corpus import ESCAPE, UP, base, case, noise
from oci import Layer, Tar

GNU = tarfile.GNU_FORMAT
HIGH = bytes([1, 0, 0, 2, 0xff, 0xfe, 0x80, 0] + [0] * 12)  # a capability set that is not UTF-8


@case("refused", r"\.\.")
def path_dotdot(b):
    b.tar(Tar().file(UP + ESCAPE, "escaped"))


@case("refused", r"\.\.")
def path_dotdot_inside(b):
    b.tar(Tar().dir("etc").file("etc/../tmp/inside", "stays inside, still refused"))


@case("refused", r"\.\.")
def path_dotdot_in_pax(b):
    b.tar(Tar().file("etc/harmless", "escaped", pax={"path": UP + ESCAPE}))


@case("refused", r"\.\.")
def path_dotdot_folder(b):
    b.tar(Tar().dir(UP + ESCAPE, 0o777))


@case("refused", "absolute")
def path_absolute(b):
    b.tar(Tar().file("/" + ESCAPE, "escaped"))


@case("refused", "absolute")
def path_absolute_symlink(b):
    b.tar(Tar().symlink("/" + ESCAPE, "/etc/passwd"))


@case("refused", "symlink|symbolic")
def path_symlink(b):
    b.tar(Tar().symlink("link", "/tmp").file("link/pintle-escape", "escaped"))


@case("refused", "symlink|symbolic")
def path_symlink_relative(b):
    b.tar(Tar().symlink("link", UP + "tmp").file("link/pintle-escape", "escaped"))


@case("refused", "symlink|symbolic")
def path_symlink_chain(b):
    b.tar(Tar().symlink("one", "/").symlink("two", "one/tmp").file("two/pintle-escape", "escaped"))


@case("refused", "symlink|symbolic")
def path_symlink_folder(b):
    b.tar(Tar().symlink("link", "/tmp").dir("link/pintle-escape", 0o777))


@case("refused", "symlink|symbolic")
def path_symlink_whiteout(b):
    """Would delete a file outside."""
    b.tar(Tar().symlink("link", "/etc").file("link/.wh.passwd", ""))


@case("refused", "hard ?link|link|absolute")
def hardlink_absolute(b):
    b.tar(Tar().hardlink("etc/stolen", "/etc/shadow"))


@case("refused", r"hard ?link|link|\.\.")
def hardlink_dotdot(b):
    b.tar(Tar().hardlink("etc/stolen", UP + "etc/shadow"))


@case("refused", "hard ?link|link|symbolic")
def hardlink_through_symlink(b):
    b.tar(Tar().symlink("link", "/etc").hardlink("stolen", "link/shadow"))


@case("refused", "hard ?link|link|No such")
def hardlink_to_nothing(b):
    b.tar(Tar().dir("etc").hardlink("etc/two", "etc/not-there"))


@case("refused", "hard ?link|link|folder|director|not permitted")
def hardlink_to_folder(b):
    b.tar(Tar().dir("etc").dir("etc/folder").hardlink("etc/two", "etc/folder"))


@case("refused", "device")
def device_char(b):
    b.tar(Tar().dir("dev").entry("dev/mem", tarfile.CHRTYPE, major=1, minor=1))


@case("refused", "device")
def device_block(b):
    b.tar(Tar().dir("dev").entry("dev/sda", tarfile.BLKTYPE, major=8, minor=0))


@case("refused", "device")
def device_overlay_whiteout(b):
    b.tar(Tar().dir("etc").entry("etc/passwd", tarfile.CHRTYPE, major=0, minor=0))


@case("refused", "whiteout")
def whiteout_bare(b):
    b.tar(Tar().dir("etc").file("etc/.wh.", ""))


@case("refused", "whiteout")
def whiteout_dot(b):
    b.tar(Tar().dir("etc").file("etc/.wh..", ""))


@case("refused", "whiteout")
def whiteout_dotdot(b):
    b.tar(Tar().dir("etc").file("etc/.wh...", ""))


@case("refused", "whiteout")
def whiteout_with_slash(b):
    b.tar(Tar().dir("etc").file("etc/.wh.folder/file", "x"))


@case("refused", "whiteout")
def whiteout_folder(b):
    b.tar(Tar().dir("etc").dir("etc/.wh.passwd"))


@case("refused", "whiteout")
def whiteout_symlink(b):
    b.tar(Tar().dir("etc").symlink("etc/.wh.passwd", "/etc/passwd"))


@case("refused", "xattr|attribute|overlay")
def xattr_of_overlay(b):
    """Would redirect the lookup of a folder in the layers below."""
    b.tar(Tar().dir("etc", pax={"SCHILY.xattr.trusted.overlay.redirect": "/root"}))


@case("refused", "sparse")
def sparse_gnu(b):
    head = bytearray(tarfile.TarInfo("etc/sparse").tobuf(GNU))
    head[156:157] = b"S"
    head[124:136] = b"%011o\0" % 512
    head[386:398], head[398:410] = b"%011o\0" % 1048576, b"%011o\0" % 512
    head[483:495] = b"%011o\0" % (1048576 + 512)
    b.tar(Tar().dir("etc").raw(checksum(head)).raw(noise(512)))


@case("refused", "sparse")
def sparse_pax(b):
    pax = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "etc/sparse",
           "GNU.sparse.realsize": "1048576"}
    data = b"1\n1048064\n512\n".ljust(512, b"\0") + noise(512)
    b.tar(Tar().dir("etc").file("etc/GNUSparseFile.0/sparse", data, pax=pax))


def checksum(head):
    """The header with its checksum made right."""
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


@case("refused", "checksum|header")
def header_checksum(b):
    head = bytearray(tarfile.TarInfo("etc/two").tobuf(GNU))
    head[0] ^= 1
    b.tar(Tar().dir("etc").raw(bytes(head)))


@case("refused", "size|number|header")
def size_negative_base256(b):
    head = bytearray(tarfile.TarInfo("etc/two").tobuf(GNU))
    head[124:136] = b"\xff" * 11 + b"\x00"
    b.tar(Tar().dir("etc").raw(checksum(head)).raw(noise(512)))


@case("refused", "size|large|big|limit|number|end|truncated|header")
def size_huge_base256(b):
    head = bytearray(tarfile.TarInfo("etc/two").tobuf(GNU))
    head[124:136] = b"\x80\0\0\0" + struct.pack(">Q", (1 << 63) - 1)
    b.tar(Tar().dir("etc").raw(checksum(head)).raw(noise(512)))


@case("refused", "size|large|big|limit|long|pax|PAX")
def pax_header_huge(b):
    body = b"99999 comment=" + b"x" * (4 << 20)
    b.tar(Tar().dir("etc").entry("pax", b"x", data=body).file("etc/two", ""))


@case("refused", "pax|PAX|record|header")
def pax_record_broken(b):
    b.tar(Tar().dir("etc").entry("pax", b"x", data=b"999 path=etc/three\n").file("etc/two", ""))


@case("refused", "long|name|path")
def name_too_long(b):
    b.tar(Tar().file("/".join(["folder" * 10] * 100), "6 KB of path"))


@case("refused", "long|name|path")
def component_too_long(b):
    b.tar(Tar().dir("etc").file("etc/" + "n" * 300, "no file system takes it"))


@case("refused", "name|path|empty")
def name_empty(b):
    b.tar(Tar().file("", "nothing"))


@case("ok")
def setuid_kept(b):
    b.tar(Tar().dir("bin").file("bin/su", "x", 0o4755).file("bin/wall", "x", 0o2755, gid=5)
          .file("bin/both", "x", 0o6711, uid=1, gid=2).dir("tmp", 0o1777))


@case("ok")
def pax_long_names(b):
    deep = "/".join(["a-long-folder-name-%02d" % n for n in range(20)])
    t = folders(Tar(), deep).file(deep + "/" + "f" * 250, "deep\n")
    b.tar(t.symlink("etc-link", deep + "/" + "f" * 250).hardlink("hard", deep + "/" + "f" * 250))


@case("ok")
def gnu_long_names(b):
    deep = "/".join(["a-long-folder-name-%02d" % n for n in range(20)])
    t = folders(Tar(GNU), deep).file(deep + "/" + "f" * 250, "deep\n")
    b.tar(t.symlink("etc-link", deep + "/" + "f" * 250).hardlink("hard", deep + "/" + "f" * 250))


@case("ok")
def ustar_prefix(b):
    deep = "/".join(["ustar-folder-%02d" % n for n in range(12)])
    b.tar(folders(Tar(tarfile.USTAR_FORMAT), deep).file(deep + "/name", "x"))


def folders(t, path):
    parts = path.split("/")
    for n in range(1, len(parts) + 1):
        t.dir("/".join(parts[:n]))
    return t


@case("ok")
def gnu_large_numbers(b):
    b.tar(Tar(GNU).file("big-owner", "x", uid=3000000000, gid=2999999999, mtime=1 << 33))


@case("ok")
def pax_large_numbers(b):
    b.tar(Tar().file("big-owner", "x", uid=3000000000, gid=2999999999, mtime=1 << 33))


@case("ok")
def pax_global_header(b):
    b.tar(Tar().entry("pax_global_header", b"g", data=b"52 comment=0123456789abcdef0123456789abcdef01234567\n")
          .file("two", "as git archive writes it\n"))


@case("ok")
def xattr_binary(b):
    value = HIGH.decode("utf-8", "surrogateescape")
    b.tar(Tar().file("prog", "x", 0o755, pax={"SCHILY.xattr.security.capability": value}))


@case("ok")
def dot_names(b):
    b.tar(Tar().dir("./", 0o711, uid=5, gid=6, mtime=1111111111).dir("./etc").file("./etc/two", "x")
          .hardlink("./etc/three", "./etc/two"))


@case("ok")
def no_end_blocks(b):
    b.tar(bytes(Tar().file("two", noise(1000)).out))


@case("ok")
def padding_after_end(b):
    b.tar(Tar().file("two", noise(1000)).end() + bytes(1 << 20))


@case("ok")
def empty_layer(b):
    b.tar(Tar(), Layer(Tar(), False))


@case("ok")
def replaced_in_one_layer(b):
    """A second entry of the same name replaces the first and never writes through it."""
    b.tar(Tar().symlink("file", "/" + ESCAPE).file("file", "not through the symlink\n")
          .file("one", "one\n").hardlink("two", "one").file("two", "not through the hard link\n")
          .symlink("folder", "/tmp").dir("folder", 0o700).file("folder/pintle-escape", "inside\n"))


@case("ok")
def whiteouts(b):
    b.tar(Tar().dir("etc").file("etc/a", "a").file("etc/b", "b").dir("etc/d").file("etc/d/x", "x"),
          Tar().dir("etc").file("etc/.wh.a", "").file("etc/.wh.d", ""),
          Tar().dir("etc").file("etc/a", "back again").file("etc/.wh.passwd", ""))


@case("ok")
def opaque_after_entries(b):
    b.tar(Tar().dir("etc").dir("etc/d").file("etc/d/old", "x"),
          Tar().dir("etc").dir("etc/d", 0o700).file("etc/d/new", "y").file("etc/d/.wh..wh..opq", ""))


@case("ok")
def type_changes(b):
    b.tar(Tar().dir("a").file("a/x", "x").file("b", "b").symlink("c", "b").dir("d"),
          Tar().file("a", "file now").dir("b").file("b/y", "y").dir("c").symlink("d", "b"))


@case("ok")
def implicit_parents(b):
    """A layer that names no folder must not change the folders below it."""
    b.tar(Tar().file("tmp/file", "in a folder of mode 1777\n").file("new/folder/file", "x"))


@case("ok")
def docker_media_type(b):
    layer = Layer(Tar().file("two", "x"))
    layer.media_type = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    b.tar(layer)


@case("ok")
def same_layer_twice(b):
    b.tar(Tar().file("two", "x"), Layer(base()), Tar().file("two", "x"))


@case("ok")
def many_layers(b):
    b.tar(*[Layer(Tar().file("n", str(n)).file("n%d" % n, "x")) for n in range(60)])


@case("ok")
def odd_names(b):
    b.tar(Tar().file("with space", "1").file("new\nline", "2").file("tab\t", "3").file("-rf", "4")
          .file("back\\slash", "5").file("..two-dots", "6").file("...", "7").file("ünï", "8")
          .file(b"latin\xe9".decode("utf-8", "surrogateescape"), "9", fmt=GNU))
