#!/bin/sh
# SPDX-License-Identifier: ISC
# defconfigs.sh FILE...: every defconfig is minimal: reading and saving it again gives the same bytes.
# Counted by tests/sum.sh for the lint part.
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
good=0 bad=0
for file; do
	KCONFIG_CONFIG=$work/config CONFIG_=CONFIG_ kconfig-conf --defconfig="$file" configs/Kconfig >"$work/log" 2>&1 &&
		! grep -E 'warning|unexpected' "$work/log" &&
		KCONFIG_CONFIG=$work/config CONFIG_=CONFIG_ kconfig-conf --savedefconfig="$work/saved" configs/Kconfig >/dev/null 2>&1 &&
		cmp -s "$file" "$work/saved" && good=$((good + 1)) && continue
	bad=$((bad + 1))
	echo "         $file is not what make savedefconfig BOARD=... writes:"
	diff -u "$file" "$work/saved"
done
echo "  lint   defconfigs: $good minimal, $bad not"
sh "$here/../sum.sh" put lint defconfigs "$good" "$bad" 0
[ "$bad" = 0 ]
