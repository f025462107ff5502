# SPDX-License-Identifier: ISC
"""The images that tests run: see mkimages.sh for what comes out and how it is called."""
import os
import shutil
import subprocess
import sys

import oci
from oci import Layer, Layout, Tar

APPLETS = """[ ash awk basename cat chmod chown cp cut date dd df dirname dmesg du echo env expr false
find free grep head hostname httpd id ifconfig ip kill killall ln ls mkdir mknod mktemp more mount mv
nc nproc od pgrep ping pidof printenv printf ps pwd readlink realpath rm rmdir route sed seq setsid sha256sum
sleep sort stat stty sync tail tar tee test time timeout top touch tr true tty ulimit umount uname uniq
usleep vi watch wc wget which xargs yes""".split()

WEB = """#!/bin/sh
# Serves /srv; as a good citizen it leaves on SIGTERM, as a bad one it can be told not to.
echo "web $VERSION up on $(uname -m) as uid $(id -u) pid $$"
trap 'echo "web $VERSION stopping"; kill $pid 2>/dev/null; exit 0' TERM INT
httpd -f -p "${1:-8080}" -h /srv &
pid=$!
wait $pid
echo "web $VERSION: httpd ended with $?" >&2
exit 1
"""

# VFS_CAP_REVISION_2 with the effective bit; permitted = CAP_NET_BIND_SERVICE (bit 10).
BIND_CAP = bytes([1, 0, 0, 2, 0, 4, 0, 0] + [0] * 12).decode("latin-1")


def base_layer(busybox):
    """A busybox root with things that the second layer hides or replaces."""
    t = Tar()
    for name, mode in (("bin", 0o755), ("dev", 0o755), ("etc", 0o755), ("home", 0o755), ("mnt", 0o755),
                       ("proc", 0o555), ("root", 0o700), ("run", 0o755), ("srv", 0o755),
                       ("sys", 0o555), ("tmp", 0o1777), ("usr", 0o755), ("usr/bin", 0o755),
                       ("usr/share", 0o755), ("var", 0o755), ("var/cache", 0o755),
                       ("var/cache/old", 0o755), ("var/lib", 0o755)):
        t.dir(name, mode)
    with open(busybox, "rb") as f:
        t.file("bin/busybox", f.read(), 0o755)
    t.hardlink("bin/sh", "bin/busybox", mode=0o755)
    for applet in APPLETS:
        t.symlink("bin/" + applet, "busybox")
    t.file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
           "web:x:1000:1000:web:/srv:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")
    t.file("etc/group", "root:x:0:\nweb:x:1000:\nlogs:x:1001:web\nnogroup:x:65534:\n")
    t.file("etc/hostname", "web\n").file("etc/old.conf", "hidden by a whiteout\n")
    t.file("var/cache/old/a", "a").file("var/cache/old/b", "b")
    t.dir("usr/share/becomes-file").file("usr/share/becomes-file/x", "x")
    t.file("usr/share/becomes-dir", "file").file("srv/index.html", "<h1>version 0</h1>\n")
    return t


def middle_layer():
    """Everything that an unpacker can get wrong: modes, owners, links, times, xattrs, whiteouts."""
    t = Tar()
    t.dir("etc").file("etc/.wh.old.conf", b"", 0)
    # The opaque mark comes after an entry of its own folder: order must not matter.
    t.dir("var").dir("var/cache").dir("var/cache/old", 0o750, uid=1000, gid=1000)
    t.file("var/cache/old/new", "new", 0o640, uid=1000, gid=1000)
    t.file("var/cache/old/.wh..wh..opq", b"", 0)
    t.dir("usr").dir("usr/share")
    t.file("usr/share/becomes-file", "now a file\n")
    t.dir("usr/share/becomes-dir", 0o711).file("usr/share/becomes-dir/y", "y", 0o600)
    t.dir("opt", 0o755).dir("opt/attr", 0o2775, uid=1000, gid=1001, mtime=1000000000)
    t.file("opt/attr/setuid", "#!/bin/true\n", 0o4755)
    t.file("opt/attr/setgid", "#!/bin/true\n", 0o2755, uid=70000, gid=70001)
    t.file("opt/attr/none", "nobody may\n", 0o000, uid=65534, gid=65534)
    t.file("opt/attr/fraction", "half a second\n", mtime=1500000000.5, pax={"mtime": "1500000000.500000000"})
    t.file("opt/attr/before-epoch", "1969\n", mtime=-86400, pax={"mtime": "-86400"})
    t.file("opt/attr/after-2038", "2106\n", mtime=4300000000)
    t.file("opt/attr/caps", "#!/bin/true\n", 0o755, pax={"SCHILY.xattr.security.capability": BIND_CAP})
    t.file("opt/attr/first", "two names, one file\n", 0o640, uid=1000, gid=1000)
    t.hardlink("opt/attr/second", "opt/attr/first", mode=0o640, uid=1000, gid=1000)
    t.symlink("opt/attr/relative", "../../srv/index.html", uid=1000, gid=1000, mtime=1234567890)
    t.symlink("opt/attr/absolute", "/etc/passwd").symlink("opt/attr/dangling", "/no/such/file")
    t.symlink("opt/attr/outside", "../../../../../../etc/shadow")
    long = "opt/" + "/".join(["a-folder-name-of-some-length"] * 9)
    parts = long.split("/")
    for n in range(2, len(parts) + 1):
        t.dir("/".join(parts[:n]))
    t.file(long + "/" + "n" * 200, "a path beyond ustar\n")
    t.file("opt/päckchen ünïcode", "UTF-8\n").file("opt/empty", b"").dir("opt/empty-folder")
    t.file("opt/big", bytes(range(256)) * 1500, 0o444)
    return t


def app_layer(version):
    """The program: small, so that a new version moves few bytes."""
    t = Tar()
    t.dir("./usr/").dir("./usr/bin/").file("./usr/bin/web", WEB, 0o755)
    t.dir("./srv", 0o755, uid=1000, gid=1000)
    t.file("./srv/index.html", "<h1>version %s</h1>\n" % version, uid=1000, gid=1000)
    return t


def config(version):
    return {"User": "web", "ExposedPorts": {"8080/tcp": {}},
            "Env": ["PATH=/usr/bin:/bin", "VERSION=" + version, "GREETING=hello, world = \"yes\""],
            "Entrypoint": ["/usr/bin/web"], "Cmd": ["8080"], "WorkingDir": "/srv",
            "Labels": {"org.opencontainers.image.version": version}, "StopSignal": "SIGTERM"}


def platform(arch):
    """Go's architecture and variant."""
    return {"arm": ("arm", "v7"), "armv5": ("arm", "v5"), "arm64": ("arm64", "v8")}.get(arch, (arch, None))


class Maker:
    """Makes the images of one OUTDIR."""

    def __init__(self, out):
        self.out = out
        self.key = oci.make_key(os.path.join(out, "keys"), "release")
        oci.make_key(os.path.join(out, "keys"), "other")

    def at(self, *name):
        return os.path.join(self.out, *name)

    def layers(self, busybox, version="1.0"):
        return [Layer(base_layer(busybox)), Layer(middle_layer()), Layer(app_layer(version), False)]

    def one(self, path, arch, layers, version="1.0", style="tag", signed=True):
        """A layout with one image of one platform."""
        lay = Layout(path)
        desc = lay.image(layers, config(version), *platform(arch))
        if style == "save":
            lay.name(desc, None, kind="dev.cosignproject.cosign/image")
        else:
            lay.name(desc, version)
        if signed:
            oci.sign(lay, desc["digest"], [self.key], style)
        return lay.write(), desc

    def arch(self, arch, busybox):
        """All that is made a platform."""
        layers = self.layers(busybox)
        self.one(self.at(arch, "web"), arch, layers)[0].tar(self.at(arch, "web.tar"))
        self.one(self.at(arch, "web-save"), arch, layers, style="save")
        self.one(self.at(arch, "unsigned"), arch, layers, signed=False)
        self.one(self.at(arch, "web2"), arch,
                 layers[:2] + [Layer(app_layer("2.0"), False)], "2.0")
        bad, _ = self.one(self.at(arch, "tampered"), arch, layers)
        flip(bad.blob_path(oci.digest(layers[-1].blob)), 700)

    def multi(self, name, roots, each):
        """One index over all platforms; signed as a whole or each manifest by itself."""
        lay = Layout(self.at(name))
        descs = [lay.image(self.layers(path), config("1.0"), *platform(arch)) for arch, path in roots]
        index = oci.compact({"schemaVersion": 2, "mediaType": oci.MT_INDEX, "manifests": descs})
        top = lay.name(lay.put(index, oci.MT_INDEX), "1.0")
        for dig in [d["digest"] for d in descs] if each else [top["digest"]]:
            oci.sign(lay, dig, [self.key])
        lay.write().tar(self.at(name + ".tar"))

    def foreign(self, arch):
        """The same image through other people's tools: the layout is not only ours."""
        src = self.at(arch, "unsigned")
        if shutil.which("skopeo"):
            dest = fresh(self.at(arch, "web-skopeo"))
            tool("skopeo", "--insecure-policy", "copy", "-q", "oci:%s:1.0" % src, "oci:%s:1.0" % dest)
            self.sign_all(dest)
            archive = fresh(dest + ".tar")
            tool("skopeo", "--insecure-policy", "copy", "-q", "oci:%s:1.0" % src,
                 "oci-archive:%s:1.0" % archive)
        if shutil.which("umoci"):
            self.umoci(arch, src)

    def umoci(self, arch, src):
        """umoci writes its own config, manifest and layers: base and middle come in as tars, the program by insert."""
        dest, stage = fresh(self.at(arch, "web-umoci")), fresh(self.at(arch, ".stage"))
        os.makedirs(stage + "/srv")
        with open(stage + "/web", "w", encoding="ascii") as f:
            f.write(WEB)
        os.chmod(stage + "/web", 0o755)
        with open(stage + "/srv/index.html", "w", encoding="ascii") as f:
            f.write("<h1>version 1.0</h1>\n")
        image = dest + ":1.0"
        tool("umoci", "init", "--layout", dest)
        tool("umoci", "new", "--image", image)
        for n, desc in enumerate(manifest_of(src)["layers"][:2]):
            blob = Layout.opened(src).blob_path(desc["digest"])
            plain = os.path.join(stage, "layer%d.tar" % n)
            with open(plain, "wb") as f:
                f.write(oci.gzip.open(blob).read())
            tool("umoci", "raw", "add-layer", "--image", image, plain)
        tool("umoci", "insert", "--rootless", "--image", image, stage + "/web", "/usr/bin/web")
        tool("umoci", "insert", "--rootless", "--opaque", "--image", image, stage + "/srv", "/srv")
        name, variant = platform(arch)
        tool("umoci", "config", "--image", image, "--config.user", "web", "--config.entrypoint",
             "/usr/bin/web", "--config.cmd", "8080", "--config.workingdir", "/srv", "--config.env",
             "PATH=/usr/bin:/bin", "--config.env", "VERSION=1.0", "--architecture", name, "--os", "linux")
        tool("umoci", "gc", "--layout", dest)
        self.sign_all(dest)
        shutil.rmtree(stage)

    def sign_all(self, path):
        """Signs what a foreign tool tagged 1.0."""
        lay = Layout.opened(path)
        oci.sign(lay, lay.entries[0]["digest"], [self.key])
        lay.write()


def manifest_of(path):
    """The manifest of a layout's first entry."""
    lay = Layout.opened(path)
    with open(lay.blob_path(lay.entries[0]["digest"]), encoding="utf-8") as f:
        return oci.json.load(f)


def flip(path, offset):
    """Flips one bit of a file."""
    with open(path, "r+b") as f:
        f.seek(offset)
        byte = f.read(1)[0]
        f.seek(offset)
        f.write(bytes([byte ^ 1]))


def fresh(path):
    """Removes what an earlier run left at path."""
    shutil.rmtree(path, ignore_errors=True)
    if os.path.exists(path):
        os.remove(path)
    return path


def tool(*argv):
    """Runs a foreign tool; its words are shown only when it fails."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        sys.exit("%s: %s%s" % (" ".join(argv), done.stdout, done.stderr))


def main():
    out, roots = sys.argv[1], [word.split("=", 1) for word in sys.argv[2:]]
    make = Maker(out)
    for arch, busybox in roots:
        make.arch(arch, busybox)
    make.multi("multi", roots, False)
    make.multi("multi-each", roots, True)
    make.foreign(roots[0][0])


main()
