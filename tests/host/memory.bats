#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Memory of the device: admission, and shedding, with water marks that this machine is always below or above.

load lib.bash

setup() { host_setup; }
teardown() { host_teardown; }

memory() {
	conf <<-CONF
		[Trust]
		Key=/etc/pintle/keys/release.pem
		[Memory]
		$(printf '%s\n' "$@")
	CONF
}

sleeper() {
	unit "$1.service" <<-UNIT
		[Service]
		ExecStart=/bin/sleep 1000
		Restart=always
		$2
		[X-Pintle]
		$3
		[Install]
		WantedBy=multi-user.target
	UNIT
}

frozen() {
	grep -qE 'frozen 1|FROZEN' /sys/fs/cgroup/{,unified/,freezer/}"$CG/pintle/$1"/{cgroup.events,freezer.state} 2>/dev/null
}

@test "admission: what does not fit is refused, with the numbers" {
	memory Admission=enforce
	sleeper fits MemoryMax=16M
	sleeper huge MemoryMax=900G
	boot "$(cg_limits_mode)"
	until_true 10 state_is fits state running
	until_true 10 state_is huge state failed
	p logs huge | grep -Eq 'memory: 921600 MiB asked for, (0|16) promised already, [0-9]+ there less 8 of Reserve='
	run p start huge
	[ "$status" = 1 ]
	[[ $output == *"921600 MiB asked for"* ]]
}

@test "admission: with a unit without a limit it is only warned of" {
	memory
	sleeper open
	boot "$(cg_limits_mode)"
	until_true 10 state_is open state running
	unit huge.service <<-UNIT
		[Service]
		ExecStart=/bin/sleep 1000
		MemoryMax=900G
	UNIT
	cp "$SKEL/etc/pintle/units/huge.service" "/proc/$PID1/root/etc/pintle/units/"
	p reload
	p start huge
	state_is huge state running
	p logs huge | grep -q 'memory: 921600 MiB asked for'
}

@test "pressure: the lowest priority is frozen, then stopped; those without are left alone" {
	memory LowWater=900G HighWater=901G
	sleeper first '' Priority=1
	sleeper second '' Priority=2
	sleeper never
	boot v2
	until_true 15 frozen first.service
	[ "$(state second state)" = running ]
	run ! frozen second.service
	until_true 15 state_is first state inactive
	p logs first | grep -q 'memory is short: frozen'
	until_true 15 frozen second.service
	# Another PID 1 knows what the one before did.
	reexec
	until_true 15 state_is second state inactive
	state_is never state running
	state_is never restarts 0
}

@test "pressure: what was shed comes back after a calm, by itself" {
	memory LowWater=900G HighWater=901G
	sleeper first '' Priority=1
	boot v2
	until_true 15 frozen first.service
	printf '[Memory]\nLowWater=1M\nHighWater=2M\n' >"/proc/$PID1/root/etc/pintle/pintle.conf"
	reexec
	until_true 45 eval '! frozen first.service'
	state_is first state running
	p logs first | grep -q 'memory is there again: thawed'
}

# One touched byte of a large buffer would take 2 MiB where the kernel's setting is "always".
@test "huge pages: none for PID 1's own image, also after another took over" {
	[ -e /sys/kernel/mm/transparent_hugepage ] || skip "a kernel without transparent huge pages"
	memory LowWater=1M HighWater=2M
	boot v2
	for round in first second; do
		# Every writable mapping of the binary, and the zeroed pages that follow, carries the flag.
		awk '/^[0-9a-f]+-/ { own = $6 ~ /\/init$/ || (own && $6 == "") } own && /^VmFlags:/ { all++; if (/ nh/) small++ }
			END { exit !(all > 0 && all == small) }' "/proc/$PID1/smaps" || { echo "$round"; cat "/proc/$PID1/smaps"; false; }
		[ $round = second ] || reexec
	done
}
