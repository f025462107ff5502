# SPDX-License-Identifier: ISC
"""The signed images that boards run: the busybox ones of tests/images where Debian has a busybox
for the board's instruction set, else the same from tests/boot/probe.c."""
import os
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests/images"))
import oci    # noqa: E402

OCI_ARCH = {"x86_64": "amd64", "aarch64": "arm64", "armv7": "arm", "armv5": "armv5",
            "mipsel": "mipsle"}
BARE_ARCH = {"mips": "mips", "riscv64": "riscv64"}


def probe_layer(probe, version):
    tar = oci.Tar()
    for name in ("dev", "etc", "proc", "run", "sys", "tmp"):
        tar.dir(name)
    with open(probe, "rb") as f:
        tar.file("probe", f.read(), 0o755)
    tar.file("etc/version", version)
    return oci.Layer(tar)


def flip(path, offset):
    with open(path, "r+b") as f:
        f.seek(offset)
        byte = f.read(1)[0]
        f.seek(offset)
        f.write(bytes([byte ^ 1]))


def make_bare(out, arch, probe):
    """Images `web` and `web2` around the probe; they share no layer."""
    key = oci.make_key(os.path.join(out, "keys"), "release")
    for name, version in (("web", "1.0"), ("web2", "2.0")):
        lay = oci.Layout(os.path.join(out, arch, name))
        entry = {"Entrypoint": ["/probe", "up", "web " + version]}
        desc = lay.image([probe_layer(probe, version)], entry, arch)
        lay.name(desc, version)
        oci.sign(lay, desc["digest"], [key])
        lay.write()


def tamper(source, dest):
    """Copies web2, flips one bit of its last layer, leaves its signature; that layer's digest.
    Not of web: what the store has verified once runs, whatever a second copy of it says."""
    shutil.rmtree(dest, ignore_errors=True)
    shutil.copytree(source, dest)
    lay = oci.Layout.opened(dest)
    with open(lay.blob_path(lay.entries[0]["digest"]), encoding="utf-8") as f:
        digest = oci.json.load(f)["layers"][-1]["digest"]
    flip(lay.blob_path(digest), 700)
    return digest


class Images:
    """web (1.0) and tampered (2.0) for a board, and the key that signed them; made once."""

    def __init__(self, board, target):
        arch = OCI_ARCH.get(target)
        out = os.path.join(TOP, "out/tests/boot/images-" + (arch or target))
        if arch:
            make = os.path.join(TOP, "tests/images/mkimages.sh")
            subprocess.run([make, out, arch], check=True, timeout=600)
        else:
            arch = BARE_ARCH[target]
            make_bare(out, arch, os.path.join(TOP, "out", board, "tests/probe"))
        self.web, self.key = os.path.join(out, arch, "web"), os.path.join(out, "keys/release.pem")
        self.tampered = os.path.join(out, "boot-tampered-" + board)
        self.bad_digest = tamper(os.path.join(out, arch, "web2"), self.tampered)
