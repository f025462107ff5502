#!/bin/sh
# SPDX-License-Identifier: ISC
# options.sh BOARD: builds BOARD once for each option that is yes in its configuration, without that
# option, in a copy of the sources, and runs what comes out: what is off leaves nothing that is missed.
here=$(dirname "$0")
make=${MAKE:-make}
root=$(pwd)
board=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0
rm -f out/results/options.tsv
mkdir -p "$work/out"
tar -cf - --exclude=./out --exclude=./.git . | tar -xf - -C "$work"
ln -s "$root/out/deps" "$work/out/deps"
$make -C "$work" BOARD="$board" "out/$board/.config" >"$work/log" 2>&1 || cat "$work/log"
cp "$work/out/$board/.config" "$work/all"
for option in $(sed -n 's/^\(CONFIG_[A-Z0-9_]*\)=y$/\1/p' "$work/all"); do
	sed "s/^$option=y$/# $option is not set/" "$work/all" >"$work/out/$board/.config"
	if $make -C "$work" BOARD="$board" all >"$work/log" 2>&1 &&
		"$work/out/$board/pintle" version >/dev/null 2>&1; then
		sh "$here/sum.sh" put options "$option" 1 0 0
		echo "  option without $option: $(stat -c %s "$work/out/$board/pintle") bytes"
	else
		sh "$here/sum.sh" put options "$option" 0 1 0
		grep -E 'error|undefined' "$work/log" | head
		bad=1
	fi
done
sh "$here/sum.sh" show options || bad=1
exit $bad
