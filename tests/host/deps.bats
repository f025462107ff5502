#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154 # run sets output and status
# How `make deps` fetches: configs/deps/fetch.sh with pins of a package made here, and an apt-get that copies from a
# folder. No network, nothing of out/deps.

bats_require_minimum_version 1.5.0

setup() {
	W=$BATS_TEST_TMPDIR
	mkdir -p "$W/bin" "$W/deps" "$W/mirror" "$W/tree/orig/toy-1" "$W/tree/debian/debian/patches"
	cp "$BATS_TEST_DIRNAME/../../configs/deps/fetch.sh" "$W/deps/"
	printf '#!/bin/sh\necho /dev/null\n' >"$W/deps/apt.sh"
	cat >"$W/bin/apt-get" <<-SH
		#!/bin/sh
		echo "\$*" >>"$W/asked"
		for word; do :; done
		name=\${word%%=*}
		ls "$W/mirror/\$name"_* >/dev/null 2>&1 || { echo "E: no \$name" >&2; exit 100; }
		cp "$W/mirror/\$name"_* .
	SH
	chmod +x "$W/bin/apt-get"
	PATH=$W/bin:$PATH
	: >"$W/asked"
	echo 'one' >"$W/tree/orig/toy-1/text"
	printf -- '--- a/text\n+++ b/text\n@@ -1 +1 @@\n-one\n+two\n' >"$W/tree/debian/debian/patches/two.patch"
	echo two.patch >"$W/tree/debian/debian/patches/series"
	package toy
	package toy2
	{ echo '# a comment'; pin toy; pin toy2; } >"$W/pins.tsv"
}

package() {
	tar -C "$W/tree/orig" -czf "$W/mirror/$1_1.orig.tar.gz" toy-1
	tar -C "$W/tree/debian" -cJf "$W/mirror/$1_1-1.debian.tar.xz" debian
}

# The lines of a package's pins as they ought to be.
pin() {
	local f
	for f in "$1_1.orig.tar.gz" "$1_1-1.debian.tar.xz"; do
		printf '%s\t1-1\t%s\t%s\n' "$1" "$(sum "$f")" "$f"
	done
}

sum() {
	sha256sum "$W/mirror/$1" | cut -d' ' -f1
}

fetch() {
	run sh "$W/deps/fetch.sh" "$W/pins.tsv" "$W/src"
	echo "status $status: $output"
}

# refused FILE EXPECTED FOUND: nothing of the package is there, both sums are said.
refused() {
	[ "$status" -ne 0 ]
	grep -qx "$1: wrong SHA-256" <<<"$output"
	grep -qx "  expected $2" <<<"$output"
	grep -qx "  found    $3" <<<"$output"
	[ ! -e "$W/src/toy" ]
	[ ! -e "$W/src/.toy.unpacked" ]
	[ ! -e "$W/src/toy2" ]
}

@test "deps: what fits its pins is unpacked with its patches, once" {
	fetch
	[ "$status" -eq 0 ]
	[ "$(cat "$W/src/toy/text" "$W/src/toy2/text")" = $'two\ntwo' ]
	[ "$(grep -c 'source --download-only toy' "$W/asked")" -eq 2 ]
	rm -r "$W/src/files"
	fetch
	[ "$status" -eq 0 ]
	[ "$(wc -l <"$W/asked")" -eq 2 ]
}

@test "deps: a wrong sum among the pins stops everything, both sums are said" {
	local wrong
	wrong=$(printf '0%.0s' $(seq 64))
	sed -i "s/$(sum toy_1.orig.tar.gz)/$wrong/" "$W/pins.tsv"
	fetch
	refused toy_1.orig.tar.gz "$wrong" "$(sum toy_1.orig.tar.gz)"
}

@test "deps: a wrong sum of the second file is as bad" {
	local right
	right=$(sum toy_1-1.debian.tar.xz)
	echo junk >>"$W/mirror/toy_1-1.debian.tar.xz"
	fetch
	refused toy_1-1.debian.tar.xz "$right" "$(sum toy_1-1.debian.tar.xz)"
}

@test "deps: a download that was cut is fetched anew by the next run" {
	local right whole=$W/whole
	right=$(sum toy_1.orig.tar.gz)
	cp "$W/mirror/toy_1.orig.tar.gz" "$whole"
	head -c 40 "$whole" >"$W/mirror/toy_1.orig.tar.gz"
	fetch
	refused toy_1.orig.tar.gz "$right" "$(sum toy_1.orig.tar.gz)"
	cp "$whole" "$W/mirror/toy_1.orig.tar.gz"
	fetch
	[ "$status" -eq 0 ]
	[ "$(cat "$W/src/toy/text")" = two ]
}

@test "deps: a new pin is fetched in place of the old" {
	fetch
	[ "$status" -eq 0 ]
	echo 'one' >"$W/tree/orig/toy-1/more"
	package toy
	rm -r "$W/src/files"
	{ pin toy; pin toy2; } >"$W/pins.tsv"
	fetch
	[ "$status" -eq 0 ]
	[ -e "$W/src/toy/more" ]
	[ "$(grep -c 'toy2=' "$W/asked")" -eq 1 ]
}

@test "deps: a patch that does not apply, a package that is not to be had" {
	echo 'three' >"$W/tree/orig/toy-1/text"
	package toy
	{ pin toy; pin toy2; } >"$W/pins.tsv"
	fetch
	[ "$status" -ne 0 ]
	grep -q '^toy: two.patch does not apply' <<<"$output"
	[ ! -e "$W/src/toy" ] && [ ! -e "$W/src/.toy.unpacked" ]
	rm "$W"/mirror/toy_* "$W"/src/files/toy_*
	fetch
	[ "$status" -ne 0 ]
	grep -q 'toy 1-1 is not to be had from this mirror' <<<"$output"
	[ ! -e "$W/src/toy2" ]
}
