#!/bin/sh
# SPDX-License-Identifier: ISC
# fetch.sh PINS DIR: the pinned Debian source packages, fetched, compared with their SHA-256, unpacked
# into DIR/NAME with Debian's patches applied. A package that is already there is left alone; a
# file with another checksum stops everything with both sums printed; it is put aside, so that the next
# run fetches it anew.
set -eu
pins=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
files=$dir/files
mkdir -p "$files"

# check FILE SUM: complains with both sums.
check() {
	sum=$(sha256sum "$files/$1" | cut -d' ' -f1)
	[ "$sum" = "$2" ] && return
	echo "$1: wrong SHA-256" >&2
	echo "  expected $2" >&2
	echo "  found    $sum" >&2
	mv "$files/$1" "$files/$1.wrong"
	exit 1
}

download() {
	conf=$(sh "$here/apt.sh" "$dir/apt" "$(dpkg --print-architecture)" bookworm trixie)
	echo "  FETCH   $1 $2"
	(cd "$files" && APT_CONFIG=$conf apt-get -qq source --download-only "$1=$2" >"$dir/apt.log" 2>&1) ||
		(cd "$files" && APT_CONFIG=$conf apt-get -qq source --download-only --tar-only "$1=$2" >>"$dir/apt.log" 2>&1) || {
		cat "$dir/apt.log" >&2
		echo "$1 $2 is not to be had from this mirror: the pin in $pins may be out of date" >&2
		exit 1
	}
}

unpack() {
	tmp=$dir/.$1.new
	rm -rf "$tmp"
	mkdir "$tmp"
	grep -P "^$1\t" "$pins" | while read -r _ _ _ file; do
		case $file in
		*.orig.tar.*) tar -C "$tmp" --strip-components=1 -xf "$files/$file" ;;
		*.debian.tar.*) tar -C "$tmp" -xf "$files/$file" ;;
		esac
	done
	if [ -f "$tmp/debian/patches/series" ]; then
		sed -e '/^#/d' -e '/^$/d' -e 's/ .*//' "$tmp/debian/patches/series" | while read -r patch; do
			patch -s -d "$tmp" -p1 -i "debian/patches/$patch" || { echo "$1: $patch does not apply" >&2; exit 1; }
		done
	fi
	rm -rf "${dir:?}/$1"
	mv "$tmp" "$dir/$1"
}

sed '/^#/d' "$pins" | cut -f1,2 | sort -u | while read -r name version; do
	stamp=$dir/.$name.unpacked
	want=$(grep -P "^$name\t" "$pins")
	[ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && continue
	echo "$want" | while read -r _ _ sum file; do
		[ -f "$files/$file" ] || download "$name" "$version"
		check "$file" "$sum"
	done
	unpack "$name"
	echo "$want" >"$stamp"
done
