#!/bin/sh
# SPDX-License-Identifier: ISC
# check.sh PART...: every part of `make check` in turn, then the sum of all tests on a line of its own.
# Each part is a verb of make (MAKE) that writes its counts by sum.sh; one that crashes has failed.
here=$(dirname "$0")
make=${MAKE:-make}
rm -rf out/results
start=$(date +%s)
bad=0
for verb; do
	part=${verb#check-}
	began=$(date +%s)
	echo "=== $verb"
	if ! $make "$verb"; then
		bad=1
		if ! awk -F'\t' '$3 > 0 { found = 1 } END { exit !found }' "out/results/$part.tsv" 2>/dev/null; then
			sh "$here/sum.sh" put "$part" "make $verb" 0 1 0
		fi
	fi
	echo "    $verb took $(($(date +%s) - began)) s"
done
echo "=== sum after $(($(date +%s) - start)) s"
for verb; do
	sh "$here/sum.sh" show "${verb#check-}" || bad=1
done
sh "$here/sum.sh" all || bad=1
exit $bad
