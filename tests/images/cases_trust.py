# SPDX-License-Identifier: ISC
"""Cases of the chain signature, manifest, config, layer: who signed what, and do the bytes agree."""
import base64
import os

import oci
from corpus import Build, case, noise
from oci import Layer, Tar


@case("ok")
def signed(b: Build):
    b.tar(Tar().file("etc/two", "two\n"))


@case("ok")
def seed(b):
    """What a store holds before it is asked to refuse: no layer in common with any other case."""
    b.done(b.lay.image([Layer(Tar().dir("etc").file("etc/seed", "seed\n"))], {"Cmd": ["/bin/prog"]}, b.arch))


@case("ok")
def signed_by_two_keys(b):
    desc = b.image()
    b.lay.name(desc, "1.0")
    oci.sign(b.lay, desc["digest"], [b.other, b.key])
    b.lay.write()


@case("ok")
def signed_with_claims(b):
    desc = b.image()
    b.lay.name(desc, "1.0")
    oci.sign(b.lay, desc["digest"], [b.key], optional={"org.pintle.version": "42", "creator": "a \"b\" \\ c"})
    b.lay.write()


@case("ok")
def signed_as_cosign_saves(b):
    desc = b.image()
    b.lay.name(desc, None, kind="dev.cosignproject.cosign/image")
    oci.sign(b.lay, desc["digest"], [b.key], "save")
    b.lay.write()
    return "oci:signed-as-cosign-saves"


@case("ok")
def second_of_two_tags(b):
    b.done(b.image(Tar().file("etc/other", "1")), sign=False, tag="0.9")
    b.done(b.image(Tar().file("etc/two", "2")))


@case("refused", "no signature")
def no_signature(b):
    b.done(b.image(), sign=False)


@case("refused", "(key|signature)")
def wrong_key(b):
    desc = b.image()
    b.lay.name(desc, "1.0")
    oci.sign(b.lay, desc["digest"], [b.other])
    b.lay.write()


def wrong_payload(b, desc, doc, sig):
    """A .sig manifest for desc that holds the given payload and signature."""
    b.lay.name(desc, "1.0")
    oci.list_sig(b.lay, oci.sig_manifest(b.lay, [(doc, sig)]), desc["digest"])
    b.lay.write()


@case("refused", "another|digest")
def signature_of_another_digest(b):
    doc = oci.payload(oci.digest(b"another image"))
    wrong_payload(b, b.image(), doc, oci.sign_bytes(doc, b.key))


@case("refused", "signature")
def payload_edited(b):
    desc = b.image()
    doc = oci.payload(desc["digest"])
    sig = oci.sign_bytes(oci.payload(oci.digest(b"what was signed")), b.key)
    wrong_payload(b, desc, doc, sig)


@case("refused", "digest|sha256")
def payload_edited_in_place(b):
    desc = b.image()
    b.done(desc)
    doc = oci.payload(desc["digest"])
    b.overwrite({"digest": oci.digest(doc)}, doc.replace(b"null", b"{}  "))


@case("refused", "type")
def payload_of_another_type(b):
    desc = b.image()
    doc = oci.payload(desc["digest"]).replace(b"cosign container image signature", b"atomic container signature")
    wrong_payload(b, desc, doc, oci.sign_bytes(doc, b.key))


@case("refused", "JSON|json|duplicate|digest")
def payload_with_two_digests(b):
    desc = b.image()
    doc = oci.payload(oci.digest(b"first")).replace(
        b'"docker-manifest-digest":', b'"docker-manifest-digest":"%s","docker-manifest-digest":' % desc["digest"].encode())
    wrong_payload(b, desc, doc, oci.sign_bytes(doc, b.key))


@case("refused", "DER|signature")
def signature_in_lax_der(b):
    desc = b.image()
    doc = oci.payload(desc["digest"])
    der = base64.b64decode(oci.sign_bytes(doc, b.key))
    wrong_payload(b, desc, doc, base64.b64encode(b"\x30\x81" + der[1:]).decode())


@case("refused", "signature|base64")
def signature_not_base64(b):
    desc = b.image()
    wrong_payload(b, desc, oci.payload(desc["digest"]), "!!" + "A" * 94)


@case("refused", "signature")
def signature_empty(b):
    desc = b.image()
    wrong_payload(b, desc, oci.payload(desc["digest"]), "")


@case("refused", "digest|sha256")
def manifest_edited(b):
    desc = b.image()
    b.done(desc)
    b.overwrite(desc, b.read(desc).replace(b'"schemaVersion":2', b'"schemaVersion":3'))
    b.names(desc)


@case("refused", "signature|digest")
def manifest_edited_and_renamed(b):
    """The index follows the new bytes, the signature of the old manifest stays: as an attacker would."""
    desc = b.image()
    oci.sign(b.lay, desc["digest"], [b.key])
    man = b.manifest(desc)
    man["annotations"] = {"evil": "yes"}
    new = b.rebuilt(desc, man)
    b.lay.entries[0]["annotations"][oci.REF_NAME] = new["digest"].replace(":", "-") + ".sig"
    b.done(new, sign=False)


@case("refused", "digest|sha256")
def config_edited(b):
    desc = b.image()
    b.done(desc)
    conf = b.manifest(desc)["config"]
    b.overwrite(conf, b.read(conf).replace(b"/bin/prog", b"/bin/evil"))
    b.names(conf)


def flip_layer(b, compress):
    desc = b.image(Layer(Tar().file("etc/two", noise(20000)), compress))
    b.done(desc)
    layer = b.manifest(desc)["layers"][1]
    data = bytearray(b.read(layer))
    data[len(data) // 2] ^= 1
    b.overwrite(layer, bytes(data))
    b.names(layer)


@case("refused", "digest|sha256")
def layer_byte_flipped(b):
    flip_layer(b, True)


@case("refused", "digest|sha256")
def layer_byte_flipped_plain(b):
    flip_layer(b, False)


@case("refused", "digest|sha256|size|long")
def layer_byte_added(b):
    desc = b.image()
    b.done(desc)
    layer = b.manifest(desc)["layers"][0]
    b.overwrite(layer, b.read(layer) + b"\0")


@case("refused", "diff_id")
def diff_id_wrong(b):
    def change(conf):
        conf["rootfs"]["diff_ids"][0] = oci.digest(b"something else")
    b.with_config(change)
    b.regexp = "diff_id.*" + oci.digest(b"something else")[7:19]


@case("refused", "truncated|short|size|end")
def layer_truncated(b):
    desc = b.image(Tar().file("etc/two", noise(20000)))
    b.done(desc)
    layer = b.manifest(desc)["layers"][1]
    b.overwrite(layer, b.read(layer)[:-5000])


def signed_layer(b, blob, plain, media=oci.MT_GZIP):
    """A signed image whose second layer is this blob, said to unpack to plain."""
    layer = Layer(plain)
    layer.blob, layer.media_type = blob, media
    b.tar(layer)


@case("refused", "truncated|short|end|gzip")
def gzip_truncated(b):
    plain = Tar().file("etc/two", noise(20000)).end()
    signed_layer(b, oci.gz(plain)[:-3000], plain)


@case("refused", "truncated|short|end|tar")
def tar_truncated(b):
    plain = Tar().file("etc/two", noise(20000)).end()[:10000]
    signed_layer(b, oci.gz(plain), plain)


@case("refused", "gzip|trailing|garbage")
def gzip_trailing_garbage(b):
    plain = Tar().file("etc/two", "two\n").end()
    signed_layer(b, oci.gz(plain) + b"garbage after the last member", plain)


@case("ok")
def gzip_concatenated(b):
    plain = Tar().file("etc/two", noise(20000)).file("etc/three", "3").end()
    cuts = (0, 1, 511, 513, 7000, len(plain))
    signed_layer(b, b"".join(oci.gz(plain[x:y]) for x, y in zip(cuts, cuts[1:])), plain)


@case("refused", "gzip|inflate|header")
def gzip_is_not(b):
    plain = Tar().file("etc/two", "two\n").end()
    signed_layer(b, plain, plain)


@case("refused", "limit|large|big|bomb|ratio|budget|space")
def gzip_bomb(b):
    """6 GiB of zeros in 6 MB, every digest right: only the limit can stop it."""
    size = 6 << 30
    head = bytes(Tar().entry("bomb", oci.tarfile.REGTYPE, size=size).out)
    chunk = bytes(64 << 20)
    total, end = oci.hashlib.sha256(head), bytes(1024)
    for _ in range(size // len(chunk)):
        total.update(chunk)
    total.update(end)
    layer = Layer(b"")
    layer.diff_id = "sha256:" + total.hexdigest()
    layer.blob = oci.gz(head) + oci.gz(chunk) * (size // len(chunk)) + oci.gz(end)
    b.tar(layer)


@case("refused", "No such file|missing|not (found|there)")
def layer_missing(b):
    desc = b.image()
    b.done(desc)
    os.remove(b.lay.blob_path(b.manifest(desc)["layers"][0]["digest"]))


@case("refused", "regular|type|file|open")
def layer_is_a_fifo(b):
    """Opening it must not wait for a writer."""
    desc = b.image()
    b.done(desc)
    path = b.lay.blob_path(b.manifest(desc)["layers"][0]["digest"])
    os.remove(path)
    os.mkfifo(path)


@case("refused", "1\\.1|tag|not found|no image|No such")
def tag_missing(b):
    b.done(b.image())
    return "oci:tag-missing:1.1"


@case("refused", "arch|platform")
def platform_missing(b):
    index = oci.compact({"schemaVersion": 2, "mediaType": oci.MT_INDEX, "manifests": [
        {**b.image(), "platform": {"os": "linux", "architecture": "s390x"}}]})
    b.done(b.lay.put(index, oci.MT_INDEX))


@case("ok")
def archive(b):
    b.tar(Tar().file("etc/two", "two\n"))
    b.lay.tar(b.path + ".tar")
    return "oci-archive:archive.tar:1.0"


@case("refused", "digest|sha256")
def archive_layer_flipped(b):
    flip_layer(b, True)
    b.lay.tar(b.path + ".tar")
    return "oci-archive:archive-layer-flipped.tar:1.0"


@case("refused", "truncated|short|end|tar|size")
def archive_truncated(b):
    b.tar(Tar().file("etc/two", noise(20000)))
    b.lay.tar(b.path + ".tar")
    os.truncate(b.path + ".tar", os.path.getsize(b.path + ".tar") // 2)
    return "oci-archive:archive-truncated.tar:1.0"
