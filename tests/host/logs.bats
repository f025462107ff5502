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
