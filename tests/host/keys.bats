#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154 # run sets stderr
# What the process of a unit sees of its keys: limits, environment, mounts, sysctls; conditions that hold and do not.

load lib.bash

setup() {
	host_setup
	STATE=$T/state
	mkdir -p "$STATE"
	busybox_root
}

teardown() {
	host_teardown
}

# script NAME: a shell script of standard input, in the host's root and in the container's.
script() {
	{ echo '#!/bin/sh'; cat; } >"$SKEL/bin/$1"
	chmod 755 "$SKEL/bin/$1"
	cp "$SKEL/bin/$1" "$SKEL/roots/bb/bin/$1"
}

# service NAME COMMAND [LINE...]: a .service with further lines of its [Service] section.
service() {
	local name=$1 exec=$2
	shift 2
	{
		printf '[Unit]\n%s\n[Service]\nExecStart=%s\n' "${UNIT_LINES:-}" "$exec"
		[ $# -eq 0 ] || printf '%s\n' "$@"
		printf '[Install]\nWantedBy=multi-user.target\n'
	} | unit "$name.service"
}

# container NAME COMMAND [LINE...]: the same for a .container on the busybox root.
container() {
	local name=$1 exec=$2
	shift 2
	{
		printf '[Unit]\n%s\n[Container]\nRootfs=/roots/bb\nExec=%s\n%s\n[Service]\n' \
			"${UNIT_LINES:-}" "$exec" "${CONTAINER_LINES:-}"
		[ $# -eq 0 ] || printf '%s\n' "$@"
		printf '[Install]\nWantedBy=multi-user.target\n'
	} | unit "$name.container"
}

# saw FILE LINE: the unit wrote that line.
saw() {
	grep -qxF -- "$2" "$STATE/$1"
}

@test "service: limits, umask, environment" {
	script look <<-'SH'
		{
			ulimit -Sn; ulimit -Hn; umask
			echo "literal $1"; env
			echo end
		} >/var/lib/pintle/seen
		exec sleep 1000
	SH
	# shellcheck disable=SC2016 # pintle is to leave it alone
	service look ':/bin/look $A' LimitNOFILE=77:88 UMask=0137 'Environment=A=1 B=2 C=3' 'UnsetEnvironment=A B=9 C=3'
	boot
	until_true 10 saw seen end
	saw seen 77
	saw seen 88
	saw seen 0137
	# shellcheck disable=SC2016
	saw seen 'literal $A'
	saw seen B=2
	[ "$(grep -c '^[AC]=' "$STATE/seen")" -eq 0 ]
}

@test "container: Ulimit=, ShmSize=, Sysctl=, ReadOnlyTmpfs=" {
	script look <<-'SH'
		{
			ulimit -Sn; ulimit -Hn
			cat /proc/sys/kernel/msgmax
			grep ' /dev/shm ' /proc/mounts | grep -o 'size=[0-9]*k' | tail -n 1
			(: >/tmp/x) 2>/dev/null && echo writable || echo sealed
			echo end
		} >/state/seen
		exec sleep 1000
	SH
	CONTAINER_LINES=$'Ulimit=nofile=77:88\nShmSize=1M\nSysctl=kernel.msgmax=4242\nReadOnly=yes\nReadOnlyTmpfs=no\nVolume=/var/lib/pintle:/state'
	mkdir -p "$SKEL/roots/bb/state"
	container look /bin/look
	boot
	until_true 10 saw seen end
	saw seen 77
	saw seen 88
	saw seen 4242
	saw seen size=1024k
	saw seen sealed
}

@test "conditions: one that holds starts, one that does not skips, an assert fails" {
	script stay <<<'exec sleep 1000'
	UNIT_LINES=$'ConditionPathIsDirectory=/bin\nConditionPathExists=!/nowhere\nConditionPathExists=|/nowhere\nConditionPathExists=|/bin/stay' \
		service holds /bin/stay
	UNIT_LINES=ConditionPathExists=/nowhere service skipped /bin/stay
	UNIT_LINES=AssertPathExists=/nowhere service asserted /bin/stay
	boot
	until_true 10 state_is holds state running
	until_true 10 state_is asserted state failed
	state_is skipped state inactive
	p status skipped | grep -q 'ConditionPathExists=/nowhere'
	p status asserted | grep -q 'AssertPathExists=/nowhere'
}
