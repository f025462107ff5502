#!/bin/sh
# SPDX-License-Identifier: ISC
# run.sh FILE.bats...: run the host tests one file after the other, a line a failed test and a line a
# file, and count them. PINTLE names the binary under test.
here=$(dirname "$0")
logs=${TEST_OUT:-out/tests}/host
mkdir -p "$logs"
bad=0
for file; do
	name=$(basename "$file")
	log=$logs/$name.tap
	began=$(date +%s)
	timeout -k 10 900 bats --tap "$file" >"$log" 2>&1 </dev/null
	status=$?
	sh "$here/../sum.sh" tap host "$name" "$log" "$status" || {
		bad=1
		grep -A12 '^not ok' "$log" | grep -v '^ok' | head -150
	}
	echo "         $name took $(($(date +%s) - began)) s"
done
exit $bad
