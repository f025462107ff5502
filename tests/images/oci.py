# SPDX-License-Identifier: ISC
"""OCI image layouts for the tests, written with Python's own library and openssl only.

A Tar collects the entries of one layer as bytes, a Layout the blobs and index.json of one image
layout; sign() stores a signature exactly as stock `cosign sign --key` does in its .sig form.
Every time is fixed, so two runs give the same bytes (signatures apart: ECDSA is randomised).
"""
import base64
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tarfile

MT = "application/vnd.oci.image."
MT_INDEX = MT + "index.v1+json"
MT_MANIFEST = MT + "manifest.v1+json"
MT_CONFIG = MT + "config.v1+json"
MT_TAR = MT + "layer.v1.tar"
MT_GZIP = MT + "layer.v1.tar+gzip"
MT_PAYLOAD = "application/vnd.dev.cosign.simplesigning.v1+json"
REF_NAME = "org.opencontainers.image.ref.name"
SIGNATURE = "dev.cosignproject.cosign/signature"
KIND = "kind"
MTIME = 1767225600  # 2026-01-01T00:00:00Z


def digest(data):
    """sha256:<hex> of bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def compact(value):
    """JSON bytes without white space, keys in the order given: what is hashed is what is stored."""
    return json.dumps(value, separators=(",", ":")).encode()


def gz(data, level=9):
    """One gzip member with no time in it."""
    return gzip.compress(data, level, mtime=0)


class Tar:
    """The bytes of one layer. Owners are numbers in the archive: nothing here needs root."""

    def __init__(self, fmt=tarfile.PAX_FORMAT):
        self.fmt = fmt
        self.out = bytearray()

    def raw(self, data):
        """Appends bytes as they are, padded to a block."""
        self.out += data + b"\0" * (-len(data) % 512)
        return self

    def entry(self, name, kind, **kw):
        """One header of type `kind`, and its data. kw: mode uid gid mtime link data major minor pax size."""
        info = tarfile.TarInfo(name)
        data = kw.get("data", b"")
        info.type = kind
        info.mode = kw.get("mode", 0o644)
        info.uid, info.gid = kw.get("uid", 0), kw.get("gid", 0)
        info.mtime = kw.get("mtime", MTIME)
        info.linkname = kw.get("link", "")
        info.devmajor, info.devminor = kw.get("major", 0), kw.get("minor", 0)
        info.size = kw.get("size", len(data))
        info.pax_headers = kw.get("pax", {})
        self.out += info.tobuf(kw.get("fmt", self.fmt), "utf-8", "surrogateescape")
        return self.raw(data)

    def dir(self, name, mode=0o755, **kw):
        return self.entry(name, tarfile.DIRTYPE, mode=mode, **kw)

    def file(self, name, data=b"", mode=0o644, **kw):
        data = data.encode() if isinstance(data, str) else data
        return self.entry(name, tarfile.REGTYPE, mode=mode, data=data, **kw)

    def symlink(self, name, target, **kw):
        return self.entry(name, tarfile.SYMTYPE, mode=0o777, link=target, **kw)

    def hardlink(self, name, target, **kw):
        return self.entry(name, tarfile.LNKTYPE, link=target, **kw)

    def end(self):
        """The whole archive: two zero blocks, then padding to 10 KiB as tar(1) writes it."""
        data = bytes(self.out) + b"\0" * 1024
        return data + b"\0" * (-len(data) % 10240)


class Layer:
    """A blob, its media type and the digest of what it unpacks to."""

    def __init__(self, tar, compress=True):
        data = tar.end() if isinstance(tar, Tar) else tar
        self.diff_id = digest(data)
        self.blob = gz(data) if compress else data
        self.media_type = MT_GZIP if compress else MT_TAR


class Layout:
    """An OCI image layout as a folder; tar() packs it."""

    def __init__(self, path):
        self.path = path
        self.entries = []
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(os.path.join(path, "blobs", "sha256"))

    def blob_path(self, dig):
        return os.path.join(self.path, "blobs", *dig.split(":"))

    def put(self, data, media_type, **more):
        """Stores a blob and returns its descriptor."""
        desc = {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}
        with open(self.blob_path(desc["digest"]), "wb") as f:
            f.write(data)
        return desc

    def image(self, layers, config, arch="amd64", variant=None, **manifest_more):
        """Stores layers, config and manifest; returns the manifest's descriptor."""
        plat = {"architecture": arch, "os": "linux", **({"variant": variant} if variant else {})}
        conf = {"created": "2026-01-01T00:00:00Z", "author": "pintle test images", **plat,
                "config": config,
                "rootfs": {"type": "layers", "diff_ids": [l.diff_id for l in layers]},
                "history": [{"created": "2026-01-01T00:00:00Z", "created_by": "mkimages"}
                            for _ in layers]}
        man = {"schemaVersion": 2, "mediaType": MT_MANIFEST,
               "config": self.put(compact(conf), MT_CONFIG),
               "layers": [self.put(l.blob, l.media_type) for l in layers], **manifest_more}
        return self.put(compact(man), MT_MANIFEST, platform=plat)

    def name(self, desc, ref=None, **annotations):
        """Lists a descriptor in index.json."""
        notes = {**({REF_NAME: ref} if ref else {}), **annotations}
        self.entries.append({**desc, **({"annotations": notes} if notes else {})})
        return desc

    def write(self):
        """Writes index.json and oci-layout."""
        with open(os.path.join(self.path, "index.json"), "wb") as f:
            f.write(compact({"schemaVersion": 2, "mediaType": MT_INDEX, "manifests": self.entries}))
        with open(os.path.join(self.path, "oci-layout"), "w", encoding="ascii") as f:
            f.write('{"imageLayoutVersion":"1.0.0"}')
        return self

    @classmethod
    def opened(cls, path):
        """A layout that another tool wrote: its entries are kept."""
        self = cls.__new__(cls)
        self.path = path
        with open(os.path.join(path, "index.json"), encoding="utf-8") as f:
            self.entries = json.load(f)["manifests"]
        return self

    def tar(self, dest):
        """Packs the layout as an oci-archive, names sorted, times fixed."""
        pack_folder(self.path, dest)
        return self


def pack_folder(path, dest):
    """A folder as a plain tar with sorted names and fixed times."""
    def clean(info):
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        info.mtime = MTIME
        info.mode = 0o755 if info.isdir() else 0o644
        return info
    with tarfile.open(dest + ".tmp", "w", format=tarfile.PAX_FORMAT) as t:
        for base, dirs, files in os.walk(path):
            dirs.sort()
            for name in sorted(files):
                full = os.path.join(base, name)
                t.add(full, os.path.relpath(full, path), filter=clean)
    os.replace(dest + ".tmp", dest)


def make_key(folder, name):
    """A P-256 key pair as `cosign generate-key-pair` and openssl write it; kept when it exists."""
    os.makedirs(folder, exist_ok=True)
    key, pub = os.path.join(folder, name + ".key"), os.path.join(folder, name + ".pem")
    if not (os.path.exists(key) and os.path.exists(pub)):
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout",
                        "-out", key], check=True, capture_output=True)
        subprocess.run(["openssl", "ec", "-in", key, "-pubout", "-out", pub],
                       check=True, capture_output=True)
    return key


def payload(dig, ref="registry.example/pintle/web", optional=None):
    """The simple-signing document that cosign signs."""
    return compact({"critical": {"identity": {"docker-reference": ref},
                                 "image": {"docker-manifest-digest": dig},
                                 "type": "cosign container image signature"},
                    "optional": optional})


def sign_bytes(data, key):
    """Base64 of the DER ECDSA signature over SHA-256(data)."""
    sig = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key],
                         input=data, check=True, capture_output=True).stdout
    return base64.b64encode(sig).decode()


def sig_manifest(layout, signed):
    """Stores a .sig manifest for [(payload, base64 signature)]; returns its descriptor."""
    layers = [layout.put(doc, MT_PAYLOAD, annotations={SIGNATURE: sig}) for doc, sig in signed]
    conf = {"architecture": "", "created": "0001-01-01T00:00:00Z", "history": [
                {"created": "0001-01-01T00:00:00Z"} for _ in layers], "os": "",
            "rootfs": {"type": "layers", "diff_ids": [d["digest"] for d in layers]}, "config": {}}
    man = {"schemaVersion": 2, "mediaType": MT_MANIFEST,
           "config": layout.put(compact(conf), MT_CONFIG), "layers": layers}
    return layout.put(compact(man), MT_MANIFEST)


def list_sig(layout, desc, image_digest, style="tag"):
    """Lists a .sig manifest as skopeo and ORAS copy it (tag) or as `cosign save` does (save)."""
    if style == "save":
        return layout.name(desc, None, **{KIND: "dev.cosignproject.cosign/sigs"})
    return layout.name(desc, image_digest.replace(":", "-") + ".sig")


def sign(layout, image_digest, keys, style="tag", optional=None):
    """Signs a manifest digest with each key of a list, as stock cosign would."""
    doc = payload(image_digest, optional=optional)
    desc = sig_manifest(layout, [(doc, sign_bytes(doc, key)) for key in keys])
    return list_sig(layout, desc, image_digest, style)
