#!/bin/sh
# SPDX-License-Identifier: ISC
# mkimages.sh OUTDIR ARCH... - makes signed test images (OCI image layouts) in OUTDIR.
# ARCH: amd64 arm64 arm (v7) armv5 mipsle. No root needed; a second run does nothing.
#
#   keys/release.{key,pem} keys/other.{key,pem}   what signs, and what is not trusted
#   ARCH/web       folder layout, tag 1.0, signed (skopeo's way: a sha256-<hex>.sig entry)
#   ARCH/web.tar   the same as an oci-archive
#   ARCH/web-save  the same as `cosign save` writes it (kind annotations, no tag on the signature)
#   ARCH/web2      version 2.0 of it: one more layer, the others shared; signed
#   ARCH/tampered  web with one byte of its last layer flipped, signature untouched
#   ARCH/unsigned  web without any signature
#   ARCH/web-skopeo web-skopeo.tar web-umoci   made by those tools from ours, then signed (first ARCH only)
#   multi multi.tar      all ARCHes behind one image index; the index is signed
#   multi-each           the same, but each platform's manifest is signed and not the index
# The image runs /usr/bin/web: prints "web 1.0 up ..." and serves /srv on port 8080 until SIGTERM.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 2 ] || { sed -n '3,/^set -eu/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
out=$1
shift
mkdir -p "$out"
out=$(cd "$out" && pwd)
cache=${PINTLE_BUSYBOX:-$here/../../out/busybox}
mkdir -p "$cache"

exec 8>"$out/.lock"
flock 8
roots=
for arch; do
	path=$("$here/busybox.sh" "$cache" "$arch")
	roots="$roots $arch=$path"
done
# shellcheck disable=SC2086 # a list of ARCH=PATH words
want=$( (cat "$here/oci.py" "$here/mkimages.py" "$here/mkimages.sh"; echo "$roots"
	for r in $roots; do cat "${r#*=}"; done; command -v skopeo umoci || true) | sha256sum)
[ "$(cat "$out/.stamp" 2>/dev/null)" = "$want" ] && exit 0
rm -f "$out/.stamp"
# shellcheck disable=SC2086
PYTHONDONTWRITEBYTECODE=1 python3 "$here/mkimages.py" "$out" $roots
echo "$want" >"$out/.stamp"
