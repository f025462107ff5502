#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# 200 kills of a container's init in a row: 200 restarts and nothing left over.

load lib.bash

setup() { host_setup; }
teardown() { host_teardown; }

# What a leak would change: descriptors, mounts, cgroups, zombies, processes, private memory.
survey() {
	echo "fds $(find "/proc/$PID1/fd" -mindepth 1 | wc -l)"
	echo "mounts $(wc -l <"/proc/$PID1/mountinfo")"
	echo "cgroups $(inside /bin/find /sys/fs/cgroup -type d | wc -l)"
	echo "zombies $(inside /bin/ps -o stat | grep -c '^Z')"
	echo "processes $(inside /bin/ls /proc | grep -c '^[0-9]')"
	echo "private-kib $(awk '/^Private_/ { sum += $2 } END { print sum }' "/proc/$PID1/smaps_rollup")"
}

# The container's init as the host sees it: PID 1's child that has exec'ed the image's program.
victim() {
	pgrep -P "$PID1" -f /usr/bin/web
}

# Kills the container's init once and waits for another one.
kill_once() {
	local pid
	pid=$(victim)
	kill -KILL "$pid"
	until_true 20 replaced "$pid"
}

replaced() {
	local now
	now=$(victim) && [ "$now" != "$1" ]
}

as_before() {
	survey >"$T/after"
	diff "$T/before" "$T/after" >"$T/diff"
}

kills() {
	local mode=$1 image=$2
	unit web.container <<-UNIT
		[Unit]
		StartLimitIntervalSec=0
		[Container]
		$image
		[Service]
		Restart=always
		RestartSec=0
		[Install]
		WantedBy=multi-user.target
	UNIT
	boot "$mode"
	until_true 20 state_is web state running
	until_true 5 victim
	for _ in 1 2 3 4 5; do kill_once; done
	survey >"$T/before"
	for _ in $(seq "$3"); do kill_once; done
	until_true 5 as_before || { cat "$T/diff"; return 1; }
	[ "$(state web restarts)" = $(($3 + 5)) ]
	cat "$T/after"
}

@test "200 kills, cgroup v2: 200 restarts, nothing left over" {
	kills v2 "Image=oci:/images/amd64/web:1.0" 200
}

@test "200 kills, cgroup v1: 200 restarts, nothing left over" {
	[ -d /sys/fs/cgroup/memory ] || skip "no v1 hierarchies on this machine"
	kills v1 "Image=oci:/images/amd64/web:1.0" 200
}
