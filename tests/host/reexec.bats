#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2034 # scripts are in single quotes; INIT is boot's
# A PID 1 that survives itself: by command and after faults every child, ring, counter, timer and descriptor is there again.
# CRASHES=10000 REEXECS=1000 for the long form.

load lib.bash

: "${CRASHES:=60}" "${REEXECS:=60}"

setup_file() {
	need_root
	gcc -O1 -Wall -static -o "$BATS_FILE_TMPDIR/sdnotify" "$ROOT/tests/host/sdnotify.c"
}

setup() {
	host_setup
	STATE=$T/state
	mkdir -p "$STATE"
	cp "$BATS_FILE_TMPDIR/sdnotify" "$SKEL/bin/"
	busybox_root
	INIT=(/init --crash-limit=0)
}

teardown() {
	host_teardown
}

script() {
	printf '#!/bin/sh\n%s\n' "$2" >"$SKEL/bin/$1"
	chmod 755 "$SKEL/bin/$1"
	cp "$SKEL/bin/$1" "$SKEL/roots/bb/bin/$1"
}

service() {
	{ printf '[Service]\n'; cat; printf '[Install]\nWantedBy=multi-user.target\n'; } | unit "$1.service"
}

container() {
	{ printf '[Container]\nRootfs=/roots/bb\n'; cat; printf '[Install]\nWantedBy=multi-user.target\n'; } | unit "$1.container"
}

# crash SIGNAL: sends it until PID 1 has taken it (between exec and its first instructions the kernel drops it).
crash() {
	local n
	n=$(begun)
	kill -s "$1" "$PID1"
	until_true 5 began_again "$n"
}

pids() {
	local u
	for u in "$@"; do printf '%s ' "$(state "$u" pid)"; done
}

@test "reexec: children, counters, logs, sockets are as they were" {
	script chatty 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.02; done'
	script speaks 'sdnotify READY=1 STATUS=fine; exec sleep 1000'
	service plain <<<'ExecStart=/bin/sleep 1000'
	service chatty <<<'ExecStart=/bin/chatty'
	service told <<<$'Type=notify\nNotifyAccess=all\nExecStart=/bin/speaks'
	service dead <<<$'ExecStart=/bin/false'
	container box <<<'Exec=sleep 1000'
	boot
	until_true 5 state_is box state running
	until_true 5 state_is told state running
	until_true 5 state_is dead state failed
	inside /bin/kill -9 "$(state plain pid)"
	until_true 5 state_is plain state failed
	p start plain
	before=$(pids plain chatty told box)
	reexec
	[ "$(pids plain chatty told box)" = "$before" ]
	state_is dead state failed
	p status dead | grep -q 'status 1'
	p status plain
	# No line was lost: the ring goes on counting.
	sleep 0.2
	p logs chatty | awk '/^.*line /{ n=$NF; if (last && n != last + 1) exit 1; last = n } END { exit !(last > 5) }'
	# They are still supervised.
	p stop plain
	state_is plain state inactive
	inside /bin/kill -9 "$(state box pid)"
	until_true 5 state_is box state failed
}

@test "reexec: what was on its way goes on: a start, a stop, a wait, a backoff" {
	script slow 'sleep 1; sdnotify READY=1; exec sleep 1000'
	script deaf 'trap "" TERM; while :; do sleep 0.05; done'
	service slow <<<$'Type=notify\nNotifyAccess=all\nExecStart=/bin/slow'
	printf '[Unit]\nAfter=slow.service\n[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=a.target\n' | unit after.service
	service deaf <<<$'ExecStart=/bin/deaf\nTimeoutStopSec=1'
	service again <<<$'ExecStart=/bin/false\nRestart=always\nRestartSec=1'
	boot
	until_true 5 state_is deaf state running
	(p stop deaf || :) 3>&- &
	until_true 5 state_is deaf state stopping
	state_is after state waiting
	until_true 5 state_is again state backoff
	restarts=$(state again restarts)
	reexec
	until_true 5 state_is deaf state inactive
	until_true 5 state_is after state running
	until_true 5 more_restarts again "$restarts"
}

more_restarts() {
	[ "$(state "$1" restarts)" -gt "$2" ]
}

@test "reexec: again and again under load, nothing lost, no descriptor more" {
	local i
	script flood 'i=0; while :; do i=$((i+1)); echo line $i; usleep 1000; done'
	service flood <<<'ExecStart=/bin/flood'
	service restless <<<$'ExecStart=/bin/sleep 0.05\nRestart=always\nRestartSec=1ms\nStartLimitIntervalSec=0'
	container box <<<'Exec=sleep 1000'
	boot
	until_true 5 state_is box state running
	before=$(pids box flood)
	reexec
	fds=$(ls "/proc/$PID1/fd" | wc -l)
	for ((i = 0; i < REEXECS; i++)); do p reexec; done
	until_true 5 answers
	[ "$(pids box flood)" = "$before" ]
	[ "$(ls "/proc/$PID1/fd" | wc -l)" -le $((fds + 4)) ]
	restarts=$(state restless restarts)
	until_true 5 more_restarts restless "$restarts"
	p logs -n 200 flood | awk '/line /{ n=$NF; if (last && n != last + 1) { print "after", last, "came", n; exit 1 } last = n }'
}

@test "reexec: what happened before is still told, and that PID 1 began anew and why" {
	service early <<<'ExecStart=/bin/sleep 1000'
	boot
	until_true 5 state_is early state running
	reexec
	n=$(begun)
	kill -SEGV "$PID1"
	until_true 5 began_again "$n"
	p events | tee "$T/events"
	grep -q 'state early.service: .*-> running' "$T/events"
	[ "$(grep -c ' reexec ' "$T/events")" = 2 ]
	grep ' reexec ' "$T/events" | head -1 | grep -q 'asked for'
	grep ' reexec ' "$T/events" | tail -1 | grep -q 'PID 1 fell'
}

@test "reexec: another binary takes over, and may lose its name" {
	container box <<<'Exec=sleep 1000'
	boot
	until_true 5 state_is box state running
	before=$(pids box)
	{ cat "$PINTLE"; echo another; } >"/proc/$PID1/root/bin/other"
	chmod 755 "/proc/$PID1/root/bin/other"
	n=$(begun)
	p reexec /bin/other
	until_true 5 began_again "$n"
	[ "$(readlink "/proc/$PID1/exe")" = /bin/other ]
	[ "$(pids box)" = "$before" ]
	# What PID 1 becomes after a fault is held by a descriptor, not by its name.
	rm "/proc/$PID1/root/bin/other"
	n=$(begun)
	kill -SEGV "$PID1"
	until_true 5 began_again "$n"
	[[ $(readlink "/proc/$PID1/exe") == "/bin/other (deleted)" ]]
	[ "$(pids box)" = "$before" ]
}

@test "reexec: what is no pintle of this board is refused, and PID 1 stays what it is" {
	boot
	n=$(begun)
	run p reexec /bin/busybox
	[ "$status" = 1 ]
	[[ $output == *"/bin/busybox: no pintle of this board"* ]]
	run p reexec /etc/passwd
	[ "$status" = 1 ]
	run p reexec /no/such
	[ "$status" = 1 ]
	[[ $output == *"/no/such: No such file"* ]]
	[ "$(begun)" = "$n" ]
}

@test "faults: each kind is taken up, with a note" {
	local sig
	container box <<<'Exec=sleep 1000'
	service plain <<<'ExecStart=/bin/sleep 1000'
	boot
	until_true 5 state_is box state running
	before=$(pids box plain)
	for sig in SEGV BUS ILL FPE ABRT; do
		crash "$sig"
		[ "$(pids box plain)" = "$before" ]
	done
	p logs pintle | grep -q 'PID 1 fell'
	p restart plain
	state_is plain state running
}

@test "faults: $CRASHES under load, no child lost or started twice" {
	local i
	script counts 'echo started >>/var/lib/pintle/starts; exec sleep 1000'
	service steady <<<'ExecStart=/bin/counts'
	service flood <<<'ExecStart=/bin/yes'
	service restless <<<$'ExecStart=/bin/sleep 0.02\nRestart=always\nRestartSec=1ms\nStartLimitIntervalSec=0'
	container box <<<'Exec=sleep 1000'
	boot
	until_true 5 state_is box state running
	until_true 5 state_is steady state running
	before=$(pids box steady flood)
	# One that comes before the last was taken up is none: as many again as it needs.
	while [ "$(begun)" -lt "$CRASHES" ]; do
		for ((i = 0; i < 64; i++)); do
			kill -SEGV "$PID1"
			[ $((i % 8)) -ne 0 ] || sleep 0.01
		done
		until_true 10 answers
	done
	[ "$(pids box steady flood)" = "$before" ]
	[ "$(wc -l <"$STATE/starts")" -eq 1 ]
	restarts=$(state restless restarts)
	until_true 5 more_restarts restless "$restarts"
	# Every process of the namespace is a unit's, a console's or PID 1's own.
	[ "$(inside /bin/sh -c 'cat /proc/[0-9]*/cmdline' 2>/dev/null | tr '\0' ' ' | grep -o 'sleep 1000' | wc -l)" -eq 2 ]
	echo "# $(begun) taken up" >&3
}
