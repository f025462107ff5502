#!/bin/sh
# SPDX-License-Identifier: ISC
# run.sh SECONDS PROGRAM...: each fuzzer first replays its corpus, then looks for SECONDS for new
# inputs, starting from it. An input that fails is kept beside the program. Two tests a fuzzer.
seconds=$1
shift
here=$(dirname "$0")
bad=0
rm -f out/results/fuzz.tsv
for program; do
	name=$(basename "$program" _fuzz)
	corpus=$here/corpus/$name
	work=$program.work
	mkdir -p "$work" "$program.found"
	n=0
	[ -d "$corpus" ] && n=$(find "$corpus" -type f | wc -l)
	passed=0 failed=0
	for what in replay search; do
		if [ $what = replay ]; then
			[ "$n" -gt 0 ] || { echo "  fuzz   $name has no corpus" && failed=1 && continue; }
			timeout 120 "$program" -runs=0 -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$program.found/" "$corpus" >"$program.log" 2>&1
		else
			timeout $((seconds + 60)) "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 \
				-print_final_stats=1 -artifact_prefix="$program.found/" "$work" "$corpus" >"$program.log" 2>&1
		fi
		status=$?
		if [ $status = 0 ]; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "--- $program $what (status $status)"
			grep -v '^#' "$program.log" | tail -40
		fi
	done
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$program.log")
	echo "  fuzz   $name: $n inputs replayed, ${runs:-0} runs in $seconds s, $failed failed"
	sh "$here/../sum.sh" put fuzz "$name" $passed $failed 0
	[ $failed = 0 ] || bad=1
done
sh "$here/../sum.sh" show fuzz || bad=1
exit $bad
