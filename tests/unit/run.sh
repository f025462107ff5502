#!/bin/sh
# SPDX-License-Identifier: ISC
# run.sh TARGET EMULATOR PROGRAM...: run cmocka programs, one line each, and count their tests.
target=$1 emulator=$2
shift 2
here=$(dirname "$0")
bad=0
for program; do
	log=$program.log
	# shellcheck disable=SC2086
	CMOCKA_MESSAGE_OUTPUT=TAP timeout 300 $emulator "$program" >"$log" 2>&1
	status=$?
	name=$(basename "$program")
	sh "$here/../sum.sh" tap unit "$target/$name" "$log" "$status" || {
		bad=1
		echo "--- $log (status $status)"
		grep -v '^ok' "$log" | tail -40
	}
done
exit $bad
