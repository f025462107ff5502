# SPDX-License-Identifier: ISC
"""The signed images that boards run: the busybox ones of tests/images where Debian has a busybox for the
board's instruction set, else the same from tests/boot/probe.c."""
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests/images"))
import oci    # noqa: E402

OCI_ARCH = {"x86_64": "amd64", "aarch64": "arm64", "armv7": "arm", "armv5": "armv5", "mipsel": "mipsle"}
BARE_ARCH = {"mips": "mips", "riscv64": "riscv64"}


def probe_layer(probe):
    tar = oci.Tar()
    for name in ("dev", "etc", "proc", "run", "sys", "tmp"):
        tar.dir(name)
    with open(probe, "rb") as f:
        tar.file("probe", f.read(), 0o755)
    return oci.Layer(tar)


def flip(path, offset):
    with open(path, "r+b") as f:
        f.seek(offset)
        byte = f.read(1)[0]
        f.seek(offset)
        f.write(bytes([byte ^ 1]))


def make_bare(out, arch, probe):
    """Images `web` and `tampered` around the probe."""
    key, layer = oci.make_key(os.path.join(out, "keys"), "release"), probe_layer(probe)
    for name in ("web", "tampered"):
        lay = oci.Layout(os.path.join(out, arch, name))
        desc = lay.image([layer], {"Entrypoint": ["/probe", "up", "web 1.0"]}, arch)
        lay.name(desc, "1.0")
        oci.sign(lay, desc["digest"], [key])
        lay.write()
    flip(lay.blob_path(oci.digest(layer.blob)), 700)


def tampered_digest(folder):
    """The digest that the tampered image's manifest promises and its blob does not keep."""
    lay = oci.Layout.opened(os.path.join(folder, "tampered"))
    with open(lay.blob_path(lay.entries[0]["digest"]), encoding="utf-8") as f:
        promised = [layer["digest"] for layer in oci.json.load(f)["layers"]]
    for digest in promised:
        with open(lay.blob_path(digest), "rb") as f:
            if oci.digest(f.read()) != digest:
                return digest
    raise ValueError("no layer of the tampered image is tampered")


def images_for(board, target):
    """(folder with web/ and tampered/, public key) for a board; made on the first call."""
    arch = OCI_ARCH.get(target)
    out = os.path.join(TOP, "out/tests/boot/images-" + (arch or target))
    if arch:
        subprocess.run([os.path.join(TOP, "tests/images/mkimages.sh"), out, arch], check=True, timeout=600)
    else:
        arch = BARE_ARCH[target]
        make_bare(out, arch, os.path.join(TOP, "out", board, "tests/probe"))
    return os.path.join(out, arch), os.path.join(out, "keys/release.pem")
