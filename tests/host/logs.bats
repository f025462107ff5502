#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154 # run sets output and status
# The units' logs: what a line carries, and what a flood of them costs.

load lib.bash

setup() {
	host_setup
}

teardown() {
	host_teardown
}

service() {
	printf '[Service]\nExecStart=/bin/sh -c "%s"\nRestart=%s\nStartLimitIntervalSec=0\n[Install]\nWantedBy=multi-user.target\n' "$2" "${3:-no}" | unit "$1.service"
}

# Ticks of processor time of PID 1, 100 a second.
ticks() {
	awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$PID1/stat"
}

@test "logs: a line has the time since boot, the time of day and a severity" {
	service say "echo plain; echo \\\"<3>bad\\\"; printf \\\"<5\\\" >&2; exec sleep 1000"
	boot
	until_true 10 eval 'p logs say | grep -q bad'
	p logs --json say | python3 -c '
import json, sys, time
rows = [r for r in json.load(sys.stdin)["log"] if r["stream"] == "stdout"]
assert [(r["text"], r["severity"]) for r in rows] == [("plain", 6), ("bad", 3)], rows
for r in rows:
    assert abs(r["wall_ms"] / 1000 - time.time()) < 60, r
    assert r["mono_ms"] > 0, r'
}

@test "logs: three floods cost PID 1 a quarter of a core at most; others restart and answer as before" {
	local seconds=${FLOOD_SECONDS:-10} n before after begin
	for n in 1 2 3; do service "flood$n" "exec yes a-line-of-the-flood-that-goes-on-and-on"; done
	service calm "exec sleep 1000" always
	boot
	until_true 10 state_is flood3 state running
	until_true 10 state_is calm state running
	sleep 1
	before=$(ticks)
	begin=$(date +%s%N)
	for n in $(seq "$seconds"); do
		p kill -s KILL calm
		sleep 1
		state_is calm restarts "$n"
	done
	after=$(ticks)
	local share=$(((after - before) * 1000000000 / ($(date +%s%N) - begin)))
	echo "# PID 1: $share % of a core in $seconds s of three floods" >&3
	[ "$share" -le 25 ]
	state_is flood1 state running
	p logs -n 5 flood1 | grep -q .
}

@test "logs: several units by time, chosen by name, time, text and severity" {
	service one "for i in 1 2 3; do echo one-\$i; sleep 0.2; done; exec sleep 1000"
	service two "sleep 0.1; for i in 1 2 3; do echo \\\"<4>two-\$i\\\"; sleep 0.2; done; exec sleep 1000"
	boot
	until_true 10 eval 'p logs two | grep -q two-3'
	p logs -o cat one two | grep -v '^ready\|^started' | grep -E '^(one|two)-' >"$T/both"
	[ "$(wc -l <"$T/both")" -eq 6 ]
	[ "$(p logs --json one two | python3 -c '
import json, sys
t = [r["mono_ms"] for r in json.load(sys.stdin)["log"]]
print(t == sorted(t), len(t) >= 6)')" = "True True" ]
	# All of them, and PID 1's own, each line with its unit's name.
	p logs | grep -q ' two.service: two-3$'
	p logs | grep -q ' pintle: .* ready: 2 units$'
	[ "$(p logs -o cat -p warning | sort | tr '\n' ' ')" = 'two-1 two-2 two-3 ' ]
	[ "$(p logs -o cat --grep -2 -p 6 | sort | tr '\n' ' ')" = 'one-2 two-2 ' ]
	[ "$(p logs -o cat -n 2 --grep one-)" = "$(printf 'one-2\none-3')" ]
	[ "$(p logs --since now --grep one)" = '' ]
	[ "$(p logs -o cat --since -1h --until +1ms --grep one- one)" = '' ]
	[ "$(p logs -o cat --since '1h ago' --grep one-3)" = one-3 ]
	p logs -o iso --grep one-3 | grep -Eq "^$(date -u +%Y-%m)-[0-9]{2}T[0-9:.]+Z +[0-9.]+ \| one.service: one-3$"
	[ "$(p logs -o json --grep one-3 | python3 -c 'import json, sys; r = json.loads(sys.stdin.read()); print(r["unit"], r["text"])')" = 'one.service one-3' ]
}

@test "logs: what cannot be chosen by is refused in words" {
	service one "exec sleep 1000"
	boot
	run p logs --since soon one
	[ "$status" -eq 2 ]
	[[ $output == *'--since soon: not a time'* ]]
	run p logs -p loud
	[ "$status" -eq 2 ]
	run p logs -o xml
	[ "$status" -eq 2 ]
	run p logs one nobody
	[ "$status" -eq 4 ]
	run p status --since now
	[ "$status" -eq 2 ]
}

@test "logs -f of all units goes on with the lines of each" {
	service tick "for i in 1 2 3 4 5 6 7 8 9; do echo tick-\$i; sleep 0.3; done; exec sleep 1000"
	service tock "sleep 0.4; for i in 1 2 3 4; do echo tock-\$i; sleep 0.3; done; exec sleep 1000"
	boot
	P_SECONDS=4 p logs -f -o cat >"$T/followed" || :
	grep -q '^tick-9$' "$T/followed"
	grep -q '^tock-4$' "$T/followed"
	[ "$(sort "$T/followed" | uniq -d | grep -c '^t[io]ck')" -eq 0 ]
}

@test "events: the states that a unit went through and why, as they come" {
	service calm "exec sleep 1000" always
	boot
	until_true 10 state_is calm state running
	p events | grep -Eq '^ +[0-9.]+ state calm.service: [a-z-]+ -> running$'
	P_SECONDS=3 p events -f -n 1 --json >"$T/followed" &
	sleep 0.7
	p stop calm
	wait $! || :
	python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
assert rows[0]["to"] == "running" and rows[-1]["to"] == "inactive", rows
assert all(a["to"] == b["from"] for a, b in zip(rows, rows[1:])), rows' <"$T/followed"
	[ "$(p events --json -n 2 | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["events"]))')" = 2 ]
}
