#!/bin/sh
# SPDX-License-Identifier: ISC
# repro.sh BOARD...: build each board in two copies of the sources, in folders with different names
# and at different times, and compare the bytes. The libraries and packages are those of out/deps.
here=$(dirname "$0")
make=${MAKE:-make}
root=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
rm -f out/results/repro.tsv
for copy in "$work/a" "$work/another/folder"; do
	mkdir -p "$copy/out"
	tar -cf - --exclude=./out --exclude=./.git . | tar -xf - -C "$copy"
	ln -s "$root/out/deps" "$copy/out/deps"
done
for board; do
	for copy in "$work/a" "$work/another/folder"; do
		$make -C "$copy" BOARD="$board" all >"$work/log" 2>&1 || tail -20 "$work/log"
	done
	if cmp "$work/a/out/$board/pintle" "$work/another/folder/out/$board/pintle" &&
		cmp "$work/a/out/$board/pintle.debug" "$work/another/folder/out/$board/pintle.debug"; then
		sh "$here/sum.sh" put repro "$board" 1 0 0
	else
		sh "$here/sum.sh" put repro "$board" 0 1 0
		bad=1
	fi
done
sh "$here/sum.sh" show repro || bad=1
exit $bad
