#!/bin/sh
# SPDX-License-Identifier: ISC
# keys.sh [PAGE]: the manual's list of keys from keys.def; with PAGE, puts it between the page's marks.
here=$(dirname "$0")
list() {
	sed -n 's/^KEY("\([A-Za-z-]*\)", \([A-Za-z]*\), [a-z_]*, [a-z_.]*, "\(.*\)")$/\1\t\2\t\3/p' "$here/keys.def" |
		awk -F'\t' '$1 != s { s = $1; print ".SS [" s "]" } { gsub(/\\/, "\\e", $3); print ".TP\n.B " $2 "=\n" $3 }'
}
[ $# -eq 1 ] || { list; exit; }
list >"$1.keys"
sed -e '/^\.\\" BEGIN KEYS/,/^\.\\" END KEYS/{/^\.\\" \(BEGIN\|END\)/!d}' -e "/^\\.\\\\\" BEGIN KEYS/r $1.keys" "$1" >"$1.new"
rm -f "$1.keys"
mv "$1.new" "$1"
