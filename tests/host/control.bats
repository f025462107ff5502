#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154 # run sets output and status
# The control socket of PID 1 itself: clients that ask too much (flood.py), and PID 1's own log.

load lib.bash

setup() {
	host_setup
	printf '[Unit]\nDescription=Sleeps\n[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n' |
		unit calm.service
}

teardown() {
	host_teardown
}

flood() {
	PYTHONDONTWRITEBYTECODE=1 timeout 60 python3 "$HERE/flood.py" "/proc/$PID1/root/run/pintle/control" "$1" 3>&-
}

# The scenario with twenty units to tell of, and nothing lost afterwards.
flooded() {
	local n
	for n in $(seq 20); do
		printf '[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n' | unit "u$n.service"
	done
	boot
	until_true 10 state_is u20 state running
	flood "$1"
	state_is calm state running
	state_is u20 restarts 0
}

@test "flood: one client of 10,000 requests a second is slowed, another is answered in time" { flooded one; }
@test "flood: eight of them" { flooded eight; }
@test "flood: eight that never read" { flooded deaf; }
@test "flood: a client that asks as people and scripts do is not slowed" { flooded polite; }
@test "flood: one that goes away leaves its place" { flooded places; }

@test "logs pintle: what PID 1 said, from its first line on" {
	printf '[Service]\nExecStart=/bin/true\nFancy=1\n' | unit odd.service
	printf '[Service]\nExecStart=/no/such/program\n' | unit lost.service
	boot
	until_true 10 state_is calm state running
	run p logs pintle
	[ "$status" -eq 0 ]
	grep -Eq '^ +[0-9]+\.[0-9]{3} \* .*odd.service:3: unknown key Fancy= in \[Service\], ignored$' <<<"$output"
	grep -Eq '^ +[0-9]+\.[0-9]{3} \* .* ready: 3 units$' <<<"$output"
	# The same lines in the same order as the kernel's log, or here standard error, has them.
	diff <(words pintle) <(sed -n 's/^pintle: //p' "$T/console.log")
	run p start lost
	[ "$status" -eq 1 ]
	p logs -n 1 pintle | grep -q 'lost.service: exec: /no/such/program: No such file or directory'
	p logs --json -n 1 pintle | python3 -c '
import json, sys
row, = json.load(sys.stdin)["log"]
assert row["stream"] == "pintle" and row["text"].startswith("lost.service: exec"), row'
}

@test "logs pintle: -f goes on; a unit of that name is still to be had" {
	printf '[Service]\nExecStart=/bin/sh -c "echo a unit; exec sleep 1000"\n[Install]\nWantedBy=multi-user.target\n' |
		unit pintle.service
	printf '[Service]\nExecStart=/no/such/program\n' | unit lost.service
	boot
	until_true 10 state_is pintle state running
	until_true 10 eval "words pintle.service | grep -qx 'a unit'"
	words pintle | grep -q ' ready: 3 units'
	p status pintle | grep -q 'state *running'
	P_SECONDS=5 p logs -f -n 1 pintle >"$T/followed" &
	sleep 0.5
	p start lost || :
	wait $! || :
	grep -q 'lost.service: exec: /no/such/program' "$T/followed"
}

@test "logs pintle: its ring holds the last lines when there are more" {
	printf '[Service]\nExecStart=/no/such/program\n' | unit lost.service
	boot
	local before
	before=$(p logs pintle | wc -l)
	for _ in $(seq 150); do p start lost >/dev/null 2>&1 || :; done
	until_true 10 eval '[ "$(sed -n "s/^pintle: //p" "$T/console.log" | wc -l)" -ge 150 ]'
	diff <(words pintle) <(sed -n 's/^pintle: //p' "$T/console.log" | tail -"$(p logs pintle | wc -l)")
	[ "$(p logs pintle | wc -l)" -lt $((before + 150)) ]
	[ "$(p logs pintle | wc -l)" -ge 30 ]
	# One name of a unit is as good as another, and no word but logs knows this one.
	run p status pintle
	[ "$status" -eq 4 ]
}
