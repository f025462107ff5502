#!/bin/sh
# SPDX-License-Identifier: ISC
# sum.sh: the counts of tests. Every part of `make check` leaves out/results/PART.tsv, a line a group:
# NAME<TAB>passed<TAB>failed<TAB>skipped. A part that leaves none has failed.
#
#   sum.sh put PART NAME PASSED FAILED SKIPPED   adds a line
#   sum.sh tap PART NAME LOG STATUS              adds what a TAP log says; tests planned but not
#                                                seen, or a status with no failure, count as failed
#   sum.sh show PART                             prints "PART: N passed, N failed, N skipped"
#   sum.sh all                                   prints the sum; 1 if anything failed
set -eu
results=${RESULTS:-out/results}

put() {
	mkdir -p "$results"
	printf '%s\t%d\t%d\t%d\n' "$2" "$3" "$4" "$5" >>"$results/$1.tsv"
}

tap() {
	awk -v status="$4" -v name="$2" -v log_name="$3" '
		/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0 }
		/^not ok/ { failed++ }
		/^ok .*# [Ss][Kk][Ii][Pp]/ { skipped++; next }
		/^ok/ { passed++ }
		END {
			seen = passed + failed + skipped
			if (plan > seen) failed += plan - seen
			if (status != 0 && failed == 0 || seen == 0 && status == 0 && plan == 0) failed++
			printf "%s\t%d\t%d\t%d\n", name, passed, failed, skipped
		}' "$3" >"$3.counts"
	mkdir -p "$results"
	cat "$3.counts" >>"$results/$1.tsv"
	awk -F'\t' -v part="$1" '{ printf "  %-6s %s: %d passed, %d failed, %d skipped\n", part, $1, $2, $3, $4 }' "$3.counts"
	[ "$(cut -f3 "$3.counts")" = 0 ]
}

show() {
	[ -s "$results/$1.tsv" ] || put "$1" "left no result" 0 1 0
	awk -F'\t' -v part="$1" '{ p += $2; f += $3; s += $4 }
		END { printf "%s: %d passed, %d failed, %d skipped\n", part, p, f, s; exit f > 0 }' "$results/$1.tsv"
}

all() {
	cat "$results"/*.tsv | awk -F'\t' '{ p += $2; f += $3; s += $4 }
		END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 || p == 0 }'
}

word=$1
shift
"$word" "$@"
