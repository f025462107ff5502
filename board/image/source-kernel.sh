#!/bin/sh
# SPDX-License-Identifier: ISC
# source-kernel.sh DIR ARCH CROSS FRAGMENT... - a small kernel with everything built in, from
# Debian's linux-source of this release: DIR/kernel, and DIR/board.dtb where the board needs one.
# ARCH is the kernel's name for it. Takes minutes; a second run with the same fragments does
# nothing.
set -eu
mkdir -p "$1"
dir=$(cd "$1" && pwd) arch=$2 cross=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
want=$(cat "$@" | sha256sum)
[ "$(cat "$dir/stamp" 2>/dev/null)" = "$want" ] && exit 0

# shellcheck disable=SC1091
suite=$(. /etc/os-release; echo "${VERSION_CODENAME:-bookworm}")
host=$(dpkg --print-architecture)
src=$dir/../source-$suite
exec 9>"$src.lock"
flock 9
if [ ! -f "$src/version" ]; then
	APT_CONFIG=$(sh "$here/../../configs/deps/apt.sh" "$dir/../apt-$host-$suite" "$host" "$suite")
	export APT_CONFIG
	real=$(apt-cache depends linux-source |
		sed -n 's/.*Depends: \(linux-source-[0-9.]*\).*/\1/p' | head -1)
	echo "  FETCH   $real"
	rm -rf "$src" && mkdir -p "$src/deb"
	(cd "$src/deb" && apt-get -qq download "$real")
	dpkg -x "$src"/deb/*.deb "$src/deb"
	tar -C "$src" --strip-components=1 -xf "$src"/deb/usr/src/"$real".tar.xz
	(cd "$src/deb" && sha256sum -- *.deb) >"$src/version.new"
	rm -rf "$src/deb"
	mv "$src/version.new" "$src/version"
fi
flock -u 9

dtb=
case $arch in
mips) image=vmlinux file=vmlinux ;;
arm) image=zImage file=arch/arm/boot/zImage dtb=versatile-pb.dtb ;;
riscv) image=Image file=arch/riscv/boot/Image ;;
*) echo "source-kernel.sh: no rule for ARCH=$arch" >&2; exit 2 ;;
esac
cat "$@" >"$dir/all.config"
build() {
	make -s -C "$src" O="$dir/build" ARCH="$arch" CROSS_COMPILE="$cross" \
		KCONFIG_ALLCONFIG="$dir/all.config" "$@"
}
mkdir -p "$dir/build"
build allnoconfig
grep '^CONFIG' "$dir/all.config" | sort -u | while read -r line; do
	grep -qxF "$line" "$dir/build/.config" || echo "source-kernel.sh: not taken: $line" >&2
done
echo "  KERNEL  $arch from source (minutes)"
build -j"${JOBS:-$(nproc)}" "$image" ${dtb:+$dtb} >"$dir/make.log" 2>&1 || {
	tail -30 "$dir/make.log" >&2
	exit 1
}
if [ "$arch" = mips ]; then
	"${cross}strip" -s -o "$dir/kernel.new" "$dir/build/$file"
else
	cp "$dir/build/$file" "$dir/kernel.new"
fi
[ -z "$dtb" ] || cp "$dir/build/arch/$arch/boot/dts/$dtb" "$dir/board.dtb"
cp "$src/version" "$dir/version"
mv "$dir/kernel.new" "$dir/kernel"
rm -rf "$dir/build"
echo "$want" >"$dir/stamp"
