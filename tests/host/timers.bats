#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Timers: from boot, from the unit's own life, by the calendar; over a re-exec, and over a time without power.

load lib.bash

setup() {
	host_setup
	STATE=$T/state
	mkdir -p "$STATE"
	printf '#!/bin/sh\necho "$*" >>/var/lib/pintle/notes\n' >"$SKEL/bin/note"
	chmod 755 "$SKEL/bin/note"
}

teardown() {
	host_teardown
}

times() {
	[ "$(grep -cxF "$1" "$STATE/notes" 2>/dev/null)" -ge "$2" ]
}

# daily NAME LINE...: a oneshot that notes its name, and its timer with these lines.
daily() {
	printf '[Service]\nType=oneshot\nExecStart=/bin/note %s\n' "$1" | unit "$1.service"
	{ printf '[Timer]\nOnCalendar=daily\n'; printf '%s\n' "${@:2}"; printf '[Install]\nWantedBy=timers.target\n'; } |
		unit "$1.timer"
}

@test "timers: after boot, after the unit was last up, by the calendar; nothing while it runs" {
	printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nExecStart=/bin/note tick\n' | unit tick.service
	printf '[Timer]\nOnActiveSec=100ms\nOnUnitActiveSec=300ms\n[Install]\nWantedBy=timers.target\n' | unit tick.timer
	printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nExecStart=/bin/note second\n' | unit second.service
	printf '[Timer]\nOnCalendar=*:*:*\n[Install]\nWantedBy=timers.target\n' | unit second.timer
	printf '[Service]\nExecStart=/bin/sh -c "note long; sleep 1000"\n' | unit long.service
	printf '[Timer]\nOnActiveSec=50ms\nOnUnitActiveSec=50ms\n[Install]\nWantedBy=timers.target\n' | unit long.timer
	printf '[Service]\nType=oneshot\nExecStart=/bin/note once\n' | unit once.service
	printf '[Timer]\nOnActiveSec=50ms\n[Install]\nWantedBy=timers.target\n' | unit once.timer
	boot
	until_true 5 times tick 4
	until_true 6 times second 3
	[ "$(grep -cx long "$STATE/notes")" -eq 1 ]
	[ "$(grep -cx once "$STATE/notes")" -eq 1 ]
	p stop tick.timer
	n=$(grep -cx tick "$STATE/notes")
	sleep 1
	[ "$(grep -cx tick "$STATE/notes")" -le $((n + 1)) ]
}

@test "timers: they go on over a reexec" {
	printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nExecStart=/bin/note tick\n' | unit tick.service
	printf '[Timer]\nOnActiveSec=100ms\nOnUnitActiveSec=300ms\n[Install]\nWantedBy=timers.target\n' | unit tick.timer
	boot
	until_true 5 times tick 2
	reexec
	n=$(grep -cx tick "$STATE/notes")
	until_true 5 times tick $((n + 3))
}

@test "timers: Persistent= makes up for what was missed while the device was off, once" {
	daily missed Persistent=yes
	daily kept Persistent=yes
	daily fresh Persistent=yes
	daily other Persistent=no
	mkdir "$STATE/timers"
	touch -d '3 days ago' "$STATE/timers/missed.timer" "$STATE/timers/other.timer"
	touch "$STATE/timers/kept.timer" -d 'now'
	touch -d '3 days ago' "$STATE/timers/nobody.timer" "$STATE/timers/.hidden"
	boot
	until_true 10 times missed 1
	sleep 1
	[ "$(cat "$STATE/notes")" = missed ]
	until_true 5 newer_than_an_hour "$STATE/timers/missed.timer"
	# The next boot finds it done.
	host_stop
	boot
	sleep 2
	[ "$(cat "$STATE/notes")" = missed ]
}

newer_than_an_hour() {
	[ "$(find "$1" -mmin -60)" = "$1" ]
}
