#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2034 # INIT is boot's
# Unit files read again: new, changed, gone, bad ones, while everything runs. EDITS=1000 for the long form.

load lib.bash

: "${EDITS:=25}"

setup() {
	host_setup
	STATE=$T/state
	mkdir -p "$STATE"
}

teardown() {
	host_teardown
}

# put FILE: standard input becomes a file below PID 1's own /etc/pintle/units.
put() {
	inside /bin/sh -c 'mkdir -p "$(dirname "/etc/pintle/units/$0")" 2>/dev/null; cat >"/etc/pintle/units/$0"' "$1"
}

drop() {
	inside /bin/rm -r "/etc/pintle/units/$1"
}

ready_to_reload() {
	inside /bin/test -d /run/pintle/units/1/2
}

start() {
	ln -sf busybox "$SKEL/bin/dirname"
	boot
	until_true 5 ready_to_reload
}

@test "a new unit is there, can be started; nothing that runs is touched" {
	unit old.service <<<$'[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=a.target'
	start
	until_true 5 state_is old state running
	pid=$(state old pid)
	put new.service <<<$'[Service]\nExecStart=/bin/sleep 1001'
	run -4 p start new
	p reload
	p start new
	state_is new state running
	[ "$(state old pid)" = "$pid" ]
}

@test "a changed unit: what runs goes on, its next start is by the new file, drop-ins too" {
	unit one.service <<<$'[Unit]\nDescription=first\n[Service]\nExecStart=/bin/sleep 1000\nTimeoutStopSec=5'
	start
	p start one
	pid=$(state one pid)
	put one.service <<<$'[Unit]\nDescription=second\n[Service]\nExecStart=/bin/sleep 2000'
	put one.service.d/more.conf <<<$'[Service]\nExecStartPost=/bin/sh -c "echo post >>/var/lib/pintle/notes"'
	p reload
	state_is one pid "$pid"
	state_is one description second
	p restart one
	[ "$(tr '\0' ' ' <"/proc/$(pgrep -f 'sleep 2000')/cmdline")" = "/bin/sleep 2000 " ]
	[ "$(cat "$STATE/notes")" = post ]
}

@test "a unit whose file is gone runs until it is stopped, and is then no more" {
	unit going.service <<<$'[Service]\nExecStart=/bin/sleep 1000\nRestart=always\nRestartSec=10ms'
	unit down.service <<<$'[Service]\nExecStart=/bin/sleep 1000'
	start
	p start going
	pid=$(state going pid)
	drop going.service
	drop down.service
	p reload
	state_is going pid "$pid"
	run -4 p status down
	# Once more: its files are kept from one reading to the next.
	p reload
	state_is going state running
	p stop going
	p reload
	run -4 p status going
	[ "$(inside /bin/sh -c 'ls -d /sys/fs/cgroup/*/going.service 2>/dev/null | wc -l')" = 0 ]
}

@test "one bad file: nothing changes, and the client hears which line" {
	unit good.service <<<$'[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=a.target'
	start
	put good.service <<<$'[Unit]\nDescription=changed\n[Service]\nExecStart=/bin/sleep 2000'
	put bad.service <<<$'[Service]\nExecStart=/bin/true\nRestart=perhaps'
	run -1 p reload
	[[ $output == */etc/pintle/units/bad.service:3:*Restart=* ]]
	state_is good description ''
	run -4 p status bad
	drop bad.service
	p reload
	state_is good description changed
}

@test "what a PID 1 that fell reads is what it had read, not what the disk has now" {
	INIT=(/init --crash-limit=0)
	unit one.service <<<$'[Unit]\nDescription=known\n[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=a.target'
	start
	until_true 5 state_is one state running
	pid=$(state one pid)
	drop one.service
	kill -SEGV "$PID1"
	until_true 5 answers
	state_is one pid "$pid"
	state_is one description known
}

@test "$EDITS random edits and readings while units run and restart: PID 1 answers, nothing is lost" {
	local i k fds
	unit steady.service <<<$'[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=a.target'
	start
	until_true 5 state_is steady state running
	pid=$(state steady pid)
	RANDOM=4711
	for ((i = 0; i < EDITS; i++)); do
		k=$((RANDOM % 6))
		case $((RANDOM % 5)) in
		0) inside /bin/rm -f "/etc/pintle/units/u$k.service" ;;
		1) put "u$k.service" <<<$'[Service]\nExecStart=/bin/sleep 0.05\nRestart=always\nRestartSec=5ms\n[Unit]\nStartLimitIntervalSec=0' ;;
		2) put "u$k.service" <<<$'[Unit]\nRequires=u'$(((k + 1) % 6))$'.service\n[Service]\nExecStart=/bin/sleep 300' ;;
		3) put "u$k.service" <<<$'[Service]\nExecStart=/bin/sleep 300\nExecStopPost=/bin/true\nNonsense=1' ;;
		4) put "u$k.service" <<<$'[Service]\nType=maybe' ;;
		esac
		p reload >/dev/null 2>&1 || :
		p start "u$k" >/dev/null 2>&1 &
		wait $! || :
		[ $((i % 3)) -ne 0 ] || p stop "u$(((k + 2) % 6))" >/dev/null 2>&1 || :
	done
	answers
	state_is steady pid "$pid"
	for ((k = 0; k < 6; k++)); do p stop "u$k" >/dev/null 2>&1 || :; inside /bin/rm -f "/etc/pintle/units/u$k.service"; done
	p reload
	[ "$(p list | wc -l)" -le 3 ]
	fds=$(ls "/proc/$PID1/fd" | wc -l)
	[ "$fds" -le 24 ] || { ls -l "/proc/$PID1/fd" >&2; false; }
}
