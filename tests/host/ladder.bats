#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The ladder, where a reboot is the end of a namespace and the data partition a folder that stays.

load lib.bash

setup() {
	host_setup
	STATE=$T/state
	mkdir -p "$STATE"
}
teardown() { host_teardown; }

quick() {
	conf <<-CONF
		[Trust]
		Key=/etc/pintle/keys/release.pem
		[Watchdog]
		Patience=300ms
		Healthy=${1:-10min}
		Restarts=2
		GroupRestarts=1
		Reboots=1
	CONF
}

# A unit that is dead on arrival, one that requires it, one for the hour of need.
sick_device() {
	quick
	unit sick.service <<-UNIT
		[Unit]
		StartLimitIntervalSec=0
		[Service]
		ExecStart=/bin/false
		Restart=always
		RestartSec=100ms
		[X-Pintle]
		Critical=yes
		[Install]
		WantedBy=multi-user.target
	UNIT
	unit other.service <<-UNIT
		[Service]
		ExecStart=/bin/sleep 1000
		[Install]
		WantedBy=multi-user.target
	UNIT
	unit rescue.service <<-UNIT
		[Service]
		ExecStart=/bin/sleep 1000
		[X-Pintle]
		Safe=yes
		[Install]
		WantedBy=multi-user.target
	UNIT
}

system() {
	p status --json | python3 -c '
import json, sys
value = json.load(sys.stdin)["system"][sys.argv[1]]
print(json.dumps(value) if isinstance(value, bool) else value)' "$1"
}

system_is() { [ "$(system "$1")" = "$2" ]; }

steps() {
	grep -ao 'ladder: sick.service is sick: .*' "$T/console.log" | sed 's/.*sick: //' | tr '\n' ';'
}

@test "a unit that stays sick climbs the ladder over a reboot, to safe mode" {
	sick_device
	boot
	wait_end
	[ "$ENDED" = 129 ]
	steps
	[ "$(steps)" = "restart unit, time 1;restart unit, time 2;restart group, time 1;reboot, time 1;" ]
	grep -qx 'end=own' "$STATE/ladder"
	grep -qx 'reboots=1' "$STATE/ladder"
	grep -qx 'unit=sick.service' "$STATE/ladder"

	boot
	system_is last_reset ladder
	system_is ladder_reboots 1
	until_true 10 system_is safe_mode true
	[ "$(steps)" = "restart unit, time 1;restart unit, time 2;restart group, time 1;safe mode, time 1;" ]
	until_true 10 state_is other state inactive
	state_is sick state inactive
	state_is rescue state running
	until_true 5 grep -qx 'safe=1' "$STATE/ladder"

	# The plug is pulled: the next boot begins where this one was.
	kill -KILL "$UNSHARE"
	wait "$UNSHARE" 2>/dev/null || :
	boot
	until_true 10 state_is rescue state running
	system_is last_reset power
	system_is safe_mode true
	state_is other state inactive
	state_is sick state inactive
	# A command may still start what it wants.
	p start other
	state_is other state running

	# A reboot by command is somebody's decision: all is as on the first day.
	p reboot || :
	wait_end
	[ "$ENDED" = 129 ]
	grep -qx 'safe=0' "$STATE/ladder"
	grep -qx 'reboots=0' "$STATE/ladder"
	boot
	system_is safe_mode false
	system_is last_reset orderly
	until_true 10 state_is other state running
}

@test "a healthy spell clears what was counted" {
	sick_device
	quick 1s
	boot
	wait_end
	grep -qx 'reboots=1' "$STATE/ladder"
	sed -i 's,/bin/false,/bin/sleep 1000,' "$SKEL/etc/pintle/units/sick.service"
	boot
	system_is ladder_reboots 1
	until_true 10 system_is ladder_reboots 0
	until_true 5 grep -qx 'reboots=0' "$STATE/ladder"
	system_is safe_mode false
	state_is sick state running
}

@test "a critical unit that is stopped by command, or not on at all, is not sick" {
	sick_device
	sed -i 's,/bin/false,/bin/sleep 1000,' "$SKEL/etc/pintle/units/sick.service"
	unit idle.service <<-UNIT
		[Service]
		ExecStart=/bin/false
		[X-Pintle]
		Critical=yes
	UNIT
	unit done.service <<-UNIT
		[Service]
		Type=oneshot
		ExecStart=/bin/true
		[X-Pintle]
		Critical=yes
		[Install]
		WantedBy=multi-user.target
	UNIT
	boot
	until_true 10 state_is sick state running
	p stop sick
	sleep 1.5
	[ -z "$(steps)" ]
	! grep -aq 'ladder:' "$T/console.log"
}

@test "the ladder knows over a re-exec how far it was" {
	sick_device
	sed -i 's/Patience=.*/Patience=1s/' "$SKEL/etc/pintle/pintle.conf"
	boot
	until_true 5 grep -aq 'restart unit, time 1' "$T/console.log"
	reexec
	wait_end
	[ "$ENDED" = 129 ]
	[ "$(steps)" = "restart unit, time 1;restart unit, time 2;restart group, time 1;reboot, time 1;" ]
}

action() {
	quick
	unit one.service <<-UNIT
		[Unit]
		$1
		StartLimitBurst=2
		[Service]
		ExecStart=$2
		$3
		[Install]
		WantedBy=multi-user.target
	UNIT
	boot none || :
}

@test "StartLimitAction=reboot: once the tries are used up" {
	READY=(true) action StartLimitAction=reboot /bin/false $'Restart=always\nRestartSec=50ms'
	wait_end
	[ "$ENDED" = 129 ]
	grep -aq 'one.service: StartLimitAction=' "$T/console.log"
	grep -qx 'end=own' "$STATE/ladder"
	# The next time it is safe mode: a unit may not reboot a device for ever.
	boot none
	until_true 10 system_is safe_mode true
	state_is one state failed
}

@test "FailureAction=poweroff: when the unit has failed" {
	READY=(true) action FailureAction=poweroff /bin/false Restart=no
	wait_end
	[ "$ENDED" = 130 ]
}

@test "SuccessAction=poweroff: when it ended well" {
	READY=(true) action SuccessAction=poweroff /bin/true Type=oneshot
	wait_end
	[ "$ENDED" = 130 ]
}

@test "FailureAction=rollback: without a release before, it says so and goes on" {
	action FailureAction=rollback /bin/false Restart=no
	until_true 10 state_is one state failed
	p logs one | grep -q 'FailureAction=: there is no previous release'
	answers
}
