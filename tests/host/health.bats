#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2034 # scripts are in single quotes
# Health checks with podman's keys, probes over connections, targets.

load lib.bash

setup() {
	host_setup
	STATE=$T/state
	mkdir -p "$STATE"
	printf '#!/bin/sh\necho "$*" >>/var/lib/pintle/notes\n' >"$SKEL/bin/note"
	chmod 755 "$SKEL/bin/note"
	busybox_root
}

teardown() {
	host_teardown
}

# box NAME: standard input is [Container] after Rootfs=; SERVICE_LINES its [Service].
box() {
	{ printf '[Container]\nRootfs=/roots/bb\n'; cat; printf '[Service]\n%s\n' "${SERVICE_LINES:-}"; } | unit "$1.container"
	SERVICE_LINES=
}

health_is() {
	[ "$(state "$1" health)" = "$2" ]
}

times() {
	[ "$(grep -cxF "$1" "$STATE/notes" 2>/dev/null)" -ge "$2" ]
}

@test "health: a command in the container, as its user, in its root" {
	box web <<-UNIT
		Exec=/bin/sh -c "touch /tmp/alive; sleep 1000"
		User=web
		HealthCmd=test -e /tmp/alive && test "\$(id -u)" = 1000 && test ! -e /var/lib/pintle
		HealthInterval=200ms
		HealthRetries=2
	UNIT
	boot
	p start web
	until_true 5 health_is web healthy
	inside /bin/rm /roots/bb/tmp/alive
	until_true 5 health_is web unhealthy
	state_is web state running
	inside /bin/touch /roots/bb/tmp/alive
	until_true 5 health_is web healthy
	p logs web | grep -q unhealthy
	p events | grep -q 'health web.container: healthy -> unhealthy'
	p events | grep -q 'health web.container: unhealthy -> healthy'
}

@test "health: HealthOnFailure=restart, kill, stop" {
	local what
	for what in restart kill stop; do
		SERVICE_LINES=$'Restart=on-failure\nRestartSec=10ms' box "$what" <<-UNIT
			Exec=sleep 1000
			HealthCmd=false
			HealthInterval=100ms
			HealthRetries=2
			HealthOnFailure=$what
			StopTimeout=1
		UNIT
	done
	boot
	p start restart
	p start kill
	p start stop
	until_true 8 came_back restart
	until_true 8 came_back kill
	until_true 8 state_is stop state failed
	p status stop | grep -q unhealthy
}

came_back() {
	[ "$(state "$1" restarts)" -ge 1 ]
}

@test "health: failures of the start period do not count; a start-up check comes first" {
	box late <<-UNIT
		Exec=/bin/sh -c "sleep 1; touch /tmp/late; sleep 1000"
		HealthCmd=test -e /tmp/late
		HealthInterval=100ms
		HealthRetries=1
		HealthStartPeriod=3s
	UNIT
	SERVICE_LINES=$'Restart=no' box never <<-UNIT
		Exec=sleep 1000
		HealthCmd=true
		HealthStartupCmd=false
		HealthStartupInterval=100ms
		HealthStartupRetries=3
		StopTimeout=1
	UNIT
	boot
	p start late
	p start never
	health_is late starting
	until_true 5 health_is late healthy
	state_is late restarts 0
	until_true 5 state_is never state failed
}

@test "health: Notify=healthy is up when the check says so, and what comes after it waits" {
	box db <<-UNIT
		Exec=/bin/sh -c "sleep 0.7; touch /tmp/db; sleep 1000"
		Notify=healthy
		HealthCmd=test -e /tmp/db
		HealthInterval=100ms
		HealthRetries=100
	UNIT
	printf '[Unit]\nAfter=db.service\nRequires=db.service\n[Service]\nType=oneshot\nExecStart=/bin/note after\n' | unit after.service
	boot
	p start after
	inside /bin/test -e /roots/bb/tmp/db
	health_is db healthy
	times after 1
}

@test "health: a check that hangs is killed at its timeout, with all that it forked" {
	box hang <<-UNIT
		Exec=sleep 1000
		HealthCmd=setsid sleep 3000 & sleep 3001
		HealthInterval=100ms
		HealthTimeout=300ms
		HealthRetries=2
	UNIT
	boot
	p start hang
	until_true 6 health_is hang unhealthy
	p stop hang
	until_true 5 gone 'sleep 300[01]'
}

gone() {
	! pgrep -f "$1" >/dev/null
}

@test "health: TCP and HTTP probes, in the unit's own network" {
	mkdir -p "$SKEL/roots/bb/www"
	echo hello >"$SKEL/roots/bb/www/index.html"
	{
		printf '[Container]\nRootfs=/roots/bb\nExec=/bin/busybox httpd -f -p 8080 -h /www\nHealthInterval=100ms\nHealthRetries=1\n'
		printf '[X-Pintle]\nHealthHttp=8080/index.html\n'
	} | unit http.container
	{
		printf '[Container]\nRootfs=/roots/bb\nExec=/bin/busybox httpd -f -p 8080 -h /www\nHealthInterval=100ms\nHealthRetries=1\n'
		printf '[X-Pintle]\nHealthHttp=8080/missing.html\n'
	} | unit missing.container
	{
		printf '[Service]\nExecStart=/bin/busybox httpd -f -p 7777\nExecStartPre=/bin/busybox ip link set lo up\n'
		printf '[X-Pintle]\nHealthTcp=127.0.0.1:7777\nHealthInterval=100ms\n'
	} | unit tcp.service
	boot
	p start http
	p start missing
	p start tcp
	until_true 5 health_is http healthy
	until_true 5 health_is missing unhealthy
	until_true 5 health_is tcp healthy
}

@test "health: a PID 1 that falls in between knows what it knew" {
	INIT=(/init --crash-limit=0)
	box web <<-UNIT
		Exec=sleep 1000
		HealthCmd=sleep 0.2
		HealthInterval=100ms
	UNIT
	boot
	p start web
	until_true 5 health_is web healthy
	pid=$(state web pid)
	kill -SEGV "$PID1"
	until_true 5 health_is web healthy
	[ "$(state web pid)" = "$pid" ]
	sleep 1
	health_is web healthy
	state_is web restarts 0
}

@test "targets: a group started and named as one; what it wants comes first" {
	printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/note one\n[Install]\nWantedBy=group.target\n' | unit one.service
	printf '[Service]\nExecStart=/bin/sleep 1000\n' | unit two.service
	printf '[Unit]\nWants=two.service\nAfter=one.service two.service\n' | unit group.target
	boot
	state_is one state inactive
	p start group.target
	state_is group.target state running
	state_is two state running
	until_true 5 state_is one state exited
}

@test "seccomp: SeccompProfile= hardened, unconfined, a file" {
	local what
	for what in default hardened unconfined; do
		box "$what" <<<$'Exec=/bin/sh -c "busybox unshare -U true; echo user $?; busybox unshare -n true; echo net $?; sleep 1000"\nSeccompProfile='"$what"
	done
	echo '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":99}]}' >"$SKEL/etc/no-mkdir.json"
	box file <<<$'Exec=/bin/sh -c "mkdir /tmp/x; sleep 1000"\nSeccompProfile=/etc/no-mkdir.json'
	boot
	for what in default hardened unconfined file; do p start "$what"; done
	until_true 5 logged hardened 'user 1'
	until_true 5 logged default 'net 1'
	until_true 5 logged unconfined 'user 0'
	until_true 5 logged file "can't create"
}

logged() {
	p logs "$1" | grep -q "$2"
}
