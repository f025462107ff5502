# SPDX-License-Identifier: ISC
"""The frame of the refusal corpus: one function a case, which builds one small layout.

A case is declared by @case(expected, regexp): the layout must be loaded ("ok") or refused with one
line on standard error that matches the regexp. mkrefusals.sh says what comes out.
"""
import json
import os

import oci
from oci import Layer, Layout, Tar

CASES = []
ESCAPE = "tmp/pintle-escape"        # what a traversal would write, below /
UP = "../" * 24                     # from any store up to /


def case(expected, regexp="."):
    """Registers a case; its name is the function's with - for _."""
    def add(func):
        CASES.append((func.__name__.replace("_", "-"), expected, regexp, func))
        return func
    return add


def noise(count, seed=b"pintle"):
    """Bytes that do not compress, the same every time."""
    out = bytearray()
    while len(out) < count:
        seed = oci.hashlib.sha256(seed).digest()
        out += seed
    return bytes(out[:count])


def base():
    """The lowest layer of every case."""
    return (Tar().dir("bin").dir("etc").dir("tmp", 0o1777).file("etc/passwd", "root:x:0:0::/:/bin/sh\n")
            .file("bin/prog", noise(3000), 0o755))


class Build:
    """What a case function gets: a folder to fill, the two keys, and short cuts."""

    def __init__(self, path, keys, arch):
        self.path, self.arch = path, arch
        self.key, self.other = keys
        self.lay = Layout(path)
        self.regexp = None          # of the message, where only the case knows it
    def image(self, *tars, config=None, **more):
        """Stores an image of the base and these layers (Tar, bytes or Layer); returns its descriptor."""
        layers = [t if isinstance(t, Layer) else Layer(t) for t in (base(), *tars)]
        self.layers = layers
        return self.lay.image(layers, config or {"Cmd": ["/bin/prog"]}, self.arch, **more)

    def done(self, desc, sign=True, tag="1.0"):
        """Names, signs and writes the layout."""
        self.lay.name(desc, tag)
        if sign:
            oci.sign(self.lay, desc["digest"], [self.key])
        self.lay.write()

    def tar(self, *tars, **more):
        """A signed image of these layers: the whole of most tar cases."""
        self.done(self.image(*tars, **more))

    def read(self, desc):
        with open(self.lay.blob_path(desc["digest"]), "rb") as f:
            return f.read()

    def names(self, desc):
        """The message must name this descriptor's digest, 12 digits at least."""
        self.regexp = desc["digest"][7:19]

    def overwrite(self, desc, data):
        """Changes a stored blob and leaves its name."""
        with open(self.lay.blob_path(desc["digest"]), "wb") as f:
            f.write(data)

    def manifest(self, desc):
        return json.loads(self.read(desc))

    def rebuilt(self, desc, data):
        """Another body for a manifest, stored and described under its own digest."""
        if not isinstance(data, bytes):
            data = oci.compact(data)
        return {**desc, **self.lay.put(data, desc["mediaType"])}

    def with_config(self, change):
        """A signed image whose config went through change(dict) or became the bytes it returned."""
        desc = self.image()
        man = self.manifest(desc)
        conf = json.loads(self.read(man["config"]))
        data = change(conf)
        data = data if isinstance(data, bytes) else oci.compact(conf)
        man["config"] = self.lay.put(data, man["config"]["mediaType"])
        self.done(self.rebuilt(desc, man))

    def with_manifest(self, change):
        """A signed image whose manifest went through change(dict) or became the bytes it returned."""
        desc = self.image(Tar().file("etc/two", noise(2000)))
        man = self.manifest(desc)
        data = change(man)
        self.done(self.rebuilt(desc, data if isinstance(data, bytes) else man))


def make_all(out, arch):
    """Builds every case below out and writes cases.tsv: name, image, expected, regexp."""
    folder = os.path.join(out, "keys")
    keys = oci.make_key(folder, "release"), oci.make_key(folder, "other")
    with open(os.path.join(out, "cases.tsv"), "w", encoding="utf-8") as f:
        for name, expected, regexp, func in CASES:
            build = Build(os.path.join(out, name), keys, arch)
            image = func(build) or "oci:%s:1.0" % name
            f.write("\t".join((name, image, expected, build.regexp or regexp)) + "\n")
