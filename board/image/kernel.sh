#!/bin/sh
# SPDX-License-Identifier: ISC
# kernel.sh DIR ARCH PACKAGE SUITE: Debian's kernel of another architecture, unpacked into DIR
# (boot/, lib/modules/). PACKAGE is the meta package: its dependency names the real one. The version
# and SHA-256 that apt verified are kept in DIR/version. A second run does nothing.
set -eu
mkdir -p "$1"
dir=$(cd "$1" && pwd) arch=$2 package=$3 suite=$4
here=$(cd "$(dirname "$0")" && pwd)
[ -f "$dir/version" ] && exit 0

conf=$(sh "$here/../../configs/deps/apt.sh" "$dir/../apt-$arch-$suite" "$arch" "$suite")
export APT_CONFIG="$conf"
real=$(apt-cache depends "$package:$arch" |
	sed -n 's/.*Depends: \(linux-image-[0-9][^: ]*\).*/\1/p' | head -1)
[ -n "$real" ] || { echo "kernel.sh: $package:$arch is not in $suite on this mirror" >&2; exit 1; }
echo "  KERNEL  $suite $arch $real"
rm -rf "$dir/deb" && mkdir -p "$dir/deb"
(cd "$dir/deb" && apt-get -qq download "$real:$arch" 2>"$dir/apt.log") || {
	cat "$dir/apt.log" >&2
	exit 1
}
dpkg -x "$dir"/deb/*.deb "$dir"
(cd "$dir/deb" && sha256sum -- *.deb) >"$dir/version.new"
rm -rf "$dir/deb"
ln -sfn "boot/$(basename "$(ls "$dir"/boot/vmlinu[xz]-*)")" "$dir/kernel"
mv "$dir/version.new" "$dir/version"
