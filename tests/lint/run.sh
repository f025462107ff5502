#!/bin/sh
# SPDX-License-Identifier: ISC
# run.sh OUT NM: all of `make lint` on the sources and on the objects of one board.
here=$(dirname "$0")
log=$1/lint-selftest.log
bad=0
rm -f out/results/lint.tsv
PYTHONDONTWRITEBYTECODE=1 python3 "$here/selftest.py" >"$log" 2>&1
sh "$here/../sum.sh" tap lint selftest "$log" $? || {
	bad=1
	grep -v '^ok' "$log"
}
sh "$here/defconfigs.sh" configs/*_defconfig || bad=1
PYTHONDONTWRITEBYTECODE=1 python3 "$here/lint.py" "$1" "$2" || bad=1
sh "$here/../sum.sh" show lint || bad=1
exit $bad
