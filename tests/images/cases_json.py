# SPDX-License-Identifier: ISC
"""Cases of documents that are signed and whole but say what must not be believed."""
import os

import oci
from corpus import case, noise
from oci import Layer, Tar


@case("refused", "duplicate")
def manifest_duplicate_key(b):
    b.with_manifest(lambda man: oci.compact(man)[:-1] + b',"layers":[]}')


@case("refused", "duplicate")
def manifest_duplicate_key_escaped(b):
    b.with_manifest(lambda man: oci.compact(man)[:-1] + b',"\\u006cayers":[]}')


@case("refused", "duplicate")
def config_duplicate_key(b):
    b.with_config(lambda conf: oci.compact(conf)[:-1] + b',"rootfs":{}}')


@case("refused", "duplicate")
def index_duplicate_key(b):
    b.done(b.image())
    path = os.path.join(b.path, "index.json")
    with open(path, "rb") as f:
        data = f.read()
    with open(path, "wb") as f:
        f.write(data[:-1] + b',"manifests":[]}')


@case("refused", "JSON|json|trailing|index")
def manifest_trailing_garbage(b):
    b.with_manifest(lambda man: oci.compact(man) + b"{}")


@case("refused", "deep|depth|nest|JSON|json|large|big")
def manifest_too_deep(b):
    b.with_manifest(lambda man: oci.compact(man)[:-1] + b',"x":' + b"[" * 3000 + b"]" * 3000 + b"}")


@case("refused", "large|big|limit|long|size")
def manifest_too_large(b):
    b.with_manifest(lambda man: man.update(annotations={"x": "y" * 5000000}))


@case("refused", "UTF-8|JSON|json")
def manifest_not_utf8(b):
    b.with_manifest(lambda man: oci.compact(man)[:-1] + b',"x":"\xff\xfe"}')


@case("refused", "schemaVersion")
def schema_version_1(b):
    b.with_manifest(lambda man: man.update(schemaVersion=1))


@case("refused", "media|manifests")
def manifest_and_index_in_one(b):
    b.with_manifest(lambda man: man.update(manifests=[]))


@case("refused", "media")
def media_type_disagrees(b):
    b.with_manifest(lambda man: man.update(mediaType=oci.MT_INDEX))


@case("ok")
def media_type_left_out(b):
    b.with_manifest(lambda man: man.pop("mediaType") and None)


@case("refused", "media")
def layer_media_type_unknown(b):
    b.with_manifest(lambda man: man["layers"][0].update(mediaType="application/x-tar-of-my-own"))


@case("refused", "media|artifact|config")
def config_media_type_unknown(b):
    b.with_manifest(lambda man: man["config"].update(mediaType="application/vnd.example.artifact"))


@case("refused", "digest")
def digest_upper_case(b):
    b.with_manifest(lambda man: man["layers"][0].update(
        digest="sha256:" + man["layers"][0]["digest"][7:].upper()))


@case("refused", "digest")
def digest_with_a_path(b):
    b.with_manifest(lambda man: man["layers"][0].update(digest="sha256:../../../../etc/passwd"))


@case("refused", "digest")
def digest_too_long(b):
    b.with_manifest(lambda man: man["layers"][0].update(digest=man["layers"][0]["digest"] + "00"))


@case("refused", "digest|sha512")
def digest_of_unknown_algorithm(b):
    b.with_manifest(lambda man: man["layers"][0].update(digest="sha512:" + "0" * 128))


@case("refused", "size")
def size_wrong(b):
    b.with_manifest(lambda man: man["layers"][0].update(size=man["layers"][0]["size"] + 1))


@case("refused", "size")
def size_too_small(b):
    b.with_manifest(lambda man: man["layers"][0].update(size=man["layers"][0]["size"] - 1))


@case("refused", "size")
def size_negative(b):
    b.with_manifest(lambda man: man["layers"][0].update(size=-1))


@case("refused", "size")
def size_beyond_64_bits(b):
    b.with_manifest(lambda man: oci.compact(man).replace(
        b'"size":%d' % man["layers"][0]["size"], b'"size":%d' % (man["layers"][0]["size"] + (1 << 64))))


@case("refused", "size")
def size_beyond_32_bits(b):
    """Equal in the low 32 bits: a 32-bit board must not be fooled."""
    b.with_manifest(lambda man: man["layers"][0].update(size=man["layers"][0]["size"] + (1 << 32)))


@case("refused", "size")
def config_size_wrong(b):
    b.with_manifest(lambda man: man["config"].update(size=man["config"]["size"] + 1))


@case("refused", "size")
def index_size_wrong(b):
    desc = b.image()
    b.done({**desc, "size": desc["size"] + 1})


@case("refused", "layers")
def too_many_layers(b):
    empty = Layer(Tar())
    b.tar(*[empty] * 130)


@case("refused", "diff_id|layers")
def diff_ids_too_few(b):
    b.with_config(lambda conf: conf["rootfs"]["diff_ids"].clear())


@case("refused", "rootfs")
def rootfs_of_another_type(b):
    b.with_config(lambda conf: conf["rootfs"].update(type="squashfs"))


@case("refused", "config|JSON|json|type|string|Env")
def config_of_wrong_types(b):
    b.with_config(lambda conf: conf["config"].update(Env={"PATH": "/bin"}))


@case("refused", "layout|[Vv]ersion")
def layout_version_2(b):
    b.done(b.image())
    with open(os.path.join(b.path, "oci-layout"), "w", encoding="ascii") as f:
        f.write('{"imageLayoutVersion":"2.0.0"}')


@case("refused", "layout|No such")
def layout_file_missing(b):
    b.done(b.image())
    os.remove(os.path.join(b.path, "oci-layout"))


def nested(b, depth):
    desc = b.image(Tar().file("etc/two", noise(100)))
    for _ in range(depth):
        desc = b.lay.put(oci.compact({"schemaVersion": 2, "mediaType": oci.MT_INDEX,
                                      "manifests": [desc]}), oci.MT_INDEX)
    b.done(desc)


@case("ok")
def index_in_an_index(b):
    nested(b, 2)


@case("refused", "deep|depth|nest|index")
def index_nested_too_deep(b):
    nested(b, 20)


@case("ok")
def unknown_properties(b):
    """The specification wants them ignored."""
    b.with_manifest(lambda man: man.update({"x-new": [1.5e3, None, {"a": True}], "annotations": {"k": "v"}}))
