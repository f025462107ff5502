#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The client and the console. Most run against a server that the scenario directs (console/scenarios.py), on a
# pseudo terminal; the last ones against PID 1 itself.

load lib.bash

scenario() {
	PYTHONDONTWRITEBYTECODE=1 timeout 60 python3 "$HERE/console/scenarios.py" "$PINTLE" "$BATS_TEST_TMPDIR" "$1" 3>&-
}

teardown() {
	host_teardown
}

@test "client: exit status 0, 1, 2, 3, 4 as documented" { scenario exit_status; }
@test "client: an error is one line that says what, which and why" { scenario one_line_errors; }
@test "client: words become the right requests" { scenario requests; }
@test "client: --json is JSON, whatever bytes a unit wrote" { scenario json_answers; }
@test "client: the table keeps to 80 columns of ASCII with the largest values" { scenario table_fits; }
@test "client: no control byte of a unit reaches a terminal" { scenario no_escapes; }
@test "client: an answer that is none is refused" { scenario bad_server; }
@test "client: a PID 1 that hangs is given up" { scenario hung_server; }
@test "client: the man page has every word of help, and its options" {
	"$PINTLE" help | awk '/^  [a-z]/ { print $1 }' >"$BATS_TEST_TMPDIR/words"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/words")" -ge 17 ]
	local word option
	while read -r word; do
		grep -Eq "^\\.(B|BI) (\\\"?|\")?$word|\\\\fP$word" "$ROOT/init/cli/pintle.1" || { echo "$word is not in pintle.1"; return 1; }
	done <"$BATS_TEST_TMPDIR/words"
	for option in $("$PINTLE" help | grep -oE -e '--[a-z-]+' | sort -u); do
		grep -qF -e "${option//-/\\-}" "$ROOT/init/cli/pintle.1" || { echo "$option is not in pintle.1"; return 1; }
	done
}

@test "console: Enter shows the status table" { scenario enter_shows_status; }
@test "console: help lists all words, and only those of the console" { scenario help_lists_all; }
@test "console: backspace, ^U, ^C, noise and cursor keys" { scenario editing; }
@test "console: errors come on the line" { scenario errors_on_the_line; }
@test "console: what is typed ahead is not lost" { scenario type_ahead; }
@test "console: logs -f of a flood ends by ^C and by Enter" { scenario follow_ends; }
@test "console: logs -f of a quiet unit ends by ^C" { scenario follow_quiet_ends; }
@test "console: ^C leaves a start that takes long" { scenario long_start_is_left; }
@test "console: a line that nobody reads loses output, not the console" { scenario stalled_line; }
@test "console: a line that is slow loses nothing" { scenario slow_line; }
@test "console: a line held by XOFF does not hang it" { scenario stopped_line; }
@test "console: a hang-up has it open the line anew" { scenario hang_up; }
@test "console: a hang-up in the midst of output" { scenario hang_up_amid; }
@test "console: a line that comes later" { scenario not_there_yet; }
@test "console: without PID 1 it says so and goes on" { scenario no_server; }

# A console of PID 1's namespaces on a pseudo terminal of this machine: talk LINE... types each and prints all.
talk() {
	PYTHONDONTWRITEBYTECODE=1 timeout 60 python3 "$HERE/console/talk.py" "$PINTLE" "$BATS_TEST_TMPDIR" "$PID1" "$@" 3>&-
}

@test "console: PID 1's own units are shown, stopped, started and followed" {
	host_setup
	printf '[Unit]\nDescription=A loop\n[Service]\nExecStart=/bin/sh -c "while echo turn; do sleep 0.1; done"\n[Install]\nWantedBy=multi-user.target\n' |
		unit loop.service
	printf '[Service]\nExecStart=/no/such/program\n' | unit lost.service
	boot
	until_true 10 state_is loop state running
	talk '' 'stop loop' 'status loop' 'start loop' 'status loop' 'start lost' 'list' >"$T/said"
	cat "$T/said"
	grep -Eq '^loop.service +running +[0-9]+ ' "$T/said"
	grep -Eq '^  state +inactive' "$T/said"
	grep -Eq '^ +[0-9.]+ \| turn' "$T/said"
	grep -q '^start: lost: exec: /no/such/program: No such file or directory' "$T/said"
	grep -Eq '^lost.service +failed' "$T/said"
	[ "$(awk 'length > 80' "$T/said")" = "" ]
}

@test "client: one that reads slowly gets all, one that reads nothing holds nobody up" {
	host_setup
	printf '[Service]\nExecStart=/bin/yes a-line-of-the-flood\n[Install]\nWantedBy=multi-user.target\n' | unit flood.service
	boot
	until_true 10 state_is flood state running
	# It ends by a signal or because PID 1 drops it: either is fine.
	# shellcheck disable=SC2216 # that sleep does not read is the point
	{ p logs -f flood || :; } 2>&1 | sleep 5 &
	local begin=$SECONDS
	for _ in $(seq 20); do p status flood | grep -q 'state *running'; done
	[ $((SECONDS - begin)) -le 10 ]
	p logs flood | while read -r line; do echo "$line"; sleep 0.01; done >"$T/slow"
	[ "$(grep -c 'a-line-of-the-flood' "$T/slow")" -ge 50 ]
	wait $!
}
