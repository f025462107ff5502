#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # scripts are in single quotes
# The life of a unit: the commands around its start and stop, when it counts as up, how it is brought down, what that
# means for other units. systemd.service(5), systemd.kill(5), systemd.unit(5), sd_notify(3).

load lib.bash

setup_file() {
	need_root
	gcc -O1 -Wall -static -o "$BATS_FILE_TMPDIR/sdnotify" "$ROOT/tests/host/sdnotify.c"
}

setup() {
	host_setup
	STATE=$T/state
	mkdir -p "$STATE"
	cp "$BATS_FILE_TMPDIR/sdnotify" "$SKEL/bin/"
	script note 'echo "$*" >>/var/lib/pintle/notes'
	busybox_root
}

teardown() {
	host_teardown
}

# script NAME TEXT: a shell script in the host's root.
script() {
	printf '#!/bin/sh\n%s\n' "$2" >"$SKEL/bin/$1"
	chmod 755 "$SKEL/bin/$1"
}

# service NAME: standard input is its [Service]; UNIT_LINES its [Unit]; started by command.
service() {
	{ printf '[Unit]\n%s\n[Service]\n' "${UNIT_LINES:-}"; cat; } | unit "$1.service"
	UNIT_LINES=
}

notes() {
	[ "$(cat "$STATE/notes")" = "$(printf '%s\n' "$@")" ] || { cat "$STATE/notes" >&2; return 1; }
}

noted() {
	grep -qxF "$1" "$STATE/notes" 2>/dev/null
}

@test "commands: before, after, at the end, in systemd's order" {
	service all <<-UNIT
		ExecCondition=/bin/note condition
		ExecStartPre=/bin/note pre1
		ExecStartPre=/bin/note pre2
		ExecStart=/bin/sleep 1000
		ExecStartPost=/bin/note post
		ExecReload=/bin/note reload
		ExecStop=/bin/note stop
		ExecStopPost=/bin/note stop-post
	UNIT
	boot
	p start all
	notes condition pre1 pre2 post
	p reload all
	until_true 5 noted reload
	state_is all state running
	p stop all
	notes condition pre1 pre2 post reload stop stop-post
	state_is all state inactive
}

@test "commands: a failed ExecStartPre= runs neither ExecStart= nor ExecStop=, but ExecStopPost=" {
	service broken <<-UNIT
		ExecStartPre=/bin/false
		ExecStart=/bin/note main
		ExecStop=/bin/note stop
		ExecStopPost=/bin/note stop-post
	UNIT
	boot
	run -1 p start broken
	notes stop-post
	p status broken | grep -q 'ExecStartPre= with status 1'
}

@test "commands: a failed ExecStartPost= takes the service down, '-' in front forgives" {
	service strict <<<$'ExecStart=/bin/sleep 1000\nExecStartPost=/bin/false'
	service mild <<<$'ExecStart=/bin/sleep 1000\nExecStartPost=-/bin/false'
	boot
	run -1 p start strict
	state_is strict state failed
	p start mild
	state_is mild state running
}

@test "commands: ExecCondition= with 1 to 254 skips without a failure, 255 fails" {
	script exit255 'exit 255'
	service skipped <<<$'ExecCondition=/bin/false\nExecStart=/bin/note main\nExecStopPost=/bin/note post'
	service bad <<<$'ExecCondition=/bin/exit255\nExecStart=/bin/note main'
	boot
	p start skipped
	state_is skipped state inactive
	run -1 p start bad
	state_is bad state failed
	! noted main
}

@test "commands: ExecStop= is not run when the service failed by itself, ExecStopPost= is" {
	script dies 'sleep 0.2; exit 3'
	service dying <<<$'ExecStart=/bin/dies\nExecStop=/bin/note stop\nExecStopPost=/bin/note post'
	boot
	p start dying
	until_true 5 state_is dying state failed
	notes post
}

@test "ready: Type=notify is up when it says READY=1, and what comes after it waits" {
	script slow 'sleep 0.5; note ready; sdnotify READY=1 STATUS=working; exec sleep 1000'
	service slow <<<$'Type=notify\nNotifyAccess=all\nExecStart=/bin/slow'
	UNIT_LINES=$'After=slow.service\nRequires=slow.service' service next <<<$'Type=oneshot\nExecStart=/bin/note next'
	boot
	p start next
	notes ready next
	state_is slow state running
}

@test "ready: without READY=1 the start times out, is killed, and Restart= decides" {
	service never <<<$'Type=notify\nExecStart=/bin/sleep 1000\nTimeoutStartSec=300ms'
	boot
	run -1 p start never
	state_is never state failed
	p status never | grep -q 'not up in 300 ms'
	! pgrep -f 'sleep 1000' -P "$PID1"
}

@test "ready: a service that ends without READY=1 has failed" {
	service brief <<<$'Type=notify\nExecStart=/bin/true'
	boot
	run -1 p start brief
	p status brief | grep -q 'without READY=1'
}

@test "ready: EXTEND_TIMEOUT_USEC= gives the start more time" {
	script slow 'for i in 1 2 3 4 5; do sdnotify EXTEND_TIMEOUT_USEC=600000; sleep 0.3; done; sdnotify READY=1; exec sleep 1000'
	service slow <<<$'Type=notify\nNotifyAccess=all\nExecStart=/bin/slow\nTimeoutStartSec=500ms'
	boot
	p start slow
	state_is slow state running
}

@test "ready: only those whom NotifyAccess= names are heard" {
	script child 'sh -c "sdnotify READY=1"; sleep 0.5; exec sdnotify-main'
	script sdnotify-main 'exec sleep 1000'
	service main <<<$'Type=notify\nNotifyAccess=main\nExecStart=/bin/child\nTimeoutStartSec=1'
	boot
	run -1 p start main
	state_is main state failed
}

@test "ready: datagrams that are none harm nobody: empty, long, with descriptors, binary" {
	script odd 'sdnotify --empty; sdnotify --long READY=1; sdnotify --fd /tmp/x FOO=1; sdnotify "$(printf "a\001=\377\n=\n==\nREADY=2")"; sleep 0.3
		note said; sdnotify READY=1; exec sleep 1000'
	service odd <<<$'Type=notify\nNotifyAccess=all\nExecStart=/bin/odd'
	boot
	fds=$(ls "/proc/$PID1/fd" | wc -l)
	p start odd
	notes said
	state_is odd state running
	p stop odd
	[ "$(ls "/proc/$PID1/fd" | wc -l)" -le "$fds" ]
}

@test "ready: a container has its socket inside, whoever speaks there" {
	printf '#!/bin/sh\nsleep 0.3; sdnotify READY=1; exec sleep 1000\n' >"$SKEL/roots/bb/bin/slow"
	chmod 755 "$SKEL/roots/bb/bin/slow"
	cat <<-UNIT | unit box.container
		[Container]
		Rootfs=/roots/bb
		Exec=/bin/slow
		[Service]
		NotifyAccess=all
	UNIT
	boot
	p start box
	state_is box state running
	inside /bin/sh -c 'tr "\0" "\n" <"/proc/$(pintle status --json box | tr , "\n" | grep "\"pid\"" | tr -dc 0-9)/environ" | grep NOTIFY_SOCKET=/run/notify'
}

@test "ready: s6's newline on a descriptor, and none at the end of file" {
	script s6 'sleep 0.3; note up; echo >&3; exec sleep 1000'
	script mute 'exec 3>&-; exec sleep 1000'
	{ printf '[Service]\nType=notify\nExecStart=/bin/s6\n[X-Pintle]\nNotifyFD=3\n'; } | unit s6.service
	{ printf '[Service]\nType=notify\nExecStart=/bin/mute\nTimeoutStartSec=500ms\n[X-Pintle]\nNotifyFD=3\n'; } | unit mute.service
	boot
	p start s6
	notes up
	run -1 p start mute
	state_is mute state failed
}

@test "ready: Type=forking follows the process that the first one leaves, by PIDFile= or alone" {
	script daemon 'sleep 1000 & echo $! >/run/daemon.pid'
	script lone 'sleep 2000 & exit 0'
	service daemon <<<$'Type=forking\nPIDFile=/run/daemon.pid\nExecStart=/bin/daemon\nRestart=no'
	service lone <<<$'Type=forking\nExecStart=/bin/lone'
	boot
	p start daemon lone
	p start lone
	state_is daemon state running
	state_is lone state running
	[ "$(state daemon pid)" = "$(inside /bin/cat /run/daemon.pid)" ]
	inside /bin/kill -9 "$(state daemon pid)"
	until_true 5 state_is daemon state failed
}

@test "ready: a PIDFile= that names a foreign process is refused" {
	script liar 'sleep 1000 & echo 1 >/run/liar.pid'
	service liar <<<$'Type=forking\nPIDFile=/run/liar.pid\nExecStart=/bin/liar'
	boot
	run -1 p start liar
	state_is liar state failed
	! pgrep -f 'sleep 1000' -P "$PID1"
}

@test "reload: Type=notify-reload is told by a signal and done when it says READY=1 again" {
	script server 'trap "sdnotify RELOADING=1; sleep 0.3; note again; sdnotify READY=1" HUP; sdnotify READY=1; while :; do sleep 0.05; done'
	service server <<<$'Type=notify-reload\nNotifyAccess=all\nExecStart=/bin/server'
	boot
	p start server
	p reload server
	notes again
	state_is server state running
}

@test "reload: a service that cannot is told so" {
	service plain <<<'ExecStart=/bin/sleep 1000'
	boot
	p start plain
	run -1 p reload plain
	[[ $output == *ExecReload=* ]]
}

@test "watchdog: WATCHDOG=1 keeps it up, silence aborts it" {
	script pet 'sdnotify READY=1; for i in 1 2 3 4 5 6 7 8; do sdnotify WATCHDOG=1; sleep 0.1; done; note silent; exec sleep 1000'
	service pet <<<$'Type=notify\nNotifyAccess=all\nExecStart=/bin/pet\nWatchdogSec=400ms'
	boot
	p start pet
	until_true 5 noted silent
	state_is pet state running
	until_true 5 state_is pet state failed
	p status pet | grep -q 'no WATCHDOG=1'
	state_is pet restarts 0
}

@test "watchdog: Restart=on-watchdog starts it again" {
	service mute <<<$'Type=notify\nNotifyAccess=all\nExecStart=/bin/sh -c "sdnotify READY=1; exec sleep 1000"\nWatchdogSec=200ms\nRestart=on-watchdog'
	boot
	p start mute
	until_true 5 restarted mute
}

restarted() {
	[ "$(state "$1" restarts)" -ge 1 ]
}

@test "stop: TimeoutStopSec= bounds ExecStop=, the signal and ExecStopPost= each" {
	script deaf 'trap "" TERM; while :; do sleep 0.05; done'
	service deaf <<<$'ExecStart=/bin/deaf\nExecStop=/bin/sleep 100\nExecStopPost=/bin/sleep 100\nTimeoutStopSec=300ms'
	boot
	p start deaf
	began=$(date +%s%N)
	p stop deaf
	took=$((($(date +%s%N) - began) / 1000000))
	[ "$took" -ge 800 ] && [ "$took" -le 2500 ]
	state_is deaf state inactive
	! pgrep -f 'sleep 100' -P "$PID1"
}

@test "stop: KillMode=control-group asks every process, mixed the first only, process leaves the others" {
	script group 'sh -c "trap \"note child; exit\" TERM; while :; do sleep 0.05; done" & trap "note main; exit" TERM; while :; do sleep 0.05; done'
	local mode
	for mode in control-group mixed process; do
		service "$mode" <<<$'ExecStart=/bin/group\nKillMode='"$mode"
	done
	boot
	p start control-group
	p stop control-group
	noted main && noted child
	rm "$STATE/notes"
	p start mixed
	p stop mixed
	notes main
	rm "$STATE/notes"
	p start process
	p stop process
	notes main
	state_is process state inactive
	pgrep -f 'trap "note child' >/dev/null
}

@test "stop: what escaped by double forks and sessions of its own dies with its unit" {
	script escape 'for i in 1 2 3; do setsid sh -c "setsid sleep 4000 & exit" & done; exec sleep 1000'
	service escape <<<'ExecStart=/bin/escape'
	boot
	p start escape
	sleep 0.3
	[ "$(pgrep -fc 'sleep 4000')" -ge 3 ]
	p kill -s KILL escape
	until_true 5 not_running 'sleep 4000'
}

not_running() {
	! pgrep -f "$1" >/dev/null
}

@test "stop: RuntimeMaxSec= ends it as a failure" {
	service short <<<$'ExecStart=/bin/sleep 1000\nRuntimeMaxSec=300ms'
	boot
	p start short
	until_true 5 state_is short state failed
	p status short | grep -q 'RuntimeMaxSec='
}

@test "exit: SuccessExitStatus=, RestartPreventExitStatus=, RestartForceExitStatus=" {
	script seven 'exit 7'
	service fine <<<$'ExecStart=/bin/seven\nSuccessExitStatus=7'
	service prevented <<<$'ExecStart=/bin/seven\nRestart=always\nRestartPreventExitStatus=7'
	service forced <<<$'ExecStart=/bin/seven\nRestart=no\nRestartForceExitStatus=7\nRestartSec=10ms'
	service usr <<<$'ExecStart=/bin/sh -c "kill -USR1 $$$$"\nSuccessExitStatus=SIGUSR1'
	boot
	p start fine || true
	until_true 5 state_is fine state inactive
	p start prevented || true
	until_true 5 state_is prevented state failed
	state_is prevented restarts 0
	p start forced || true
	until_true 5 restarted forced
	p start usr || true
	until_true 5 state_is usr state inactive
}

@test "oneshot: RemainAfterExit= stays, with what it left running, until it is stopped" {
	script setup 'sleep 4001 & note up'
	service setup <<<$'Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/setup\nExecStop=/bin/note down'
	boot
	p start setup
	state_is setup state exited
	pgrep -f 'sleep 4001' >/dev/null
	p stop setup
	notes up down
	not_running 'sleep 4001'
}

@test "others: BindsTo= goes down with it, PartOf= by command only, both come back with a restart" {
	service base <<<$'ExecStart=/bin/sleep 1000\nRestart=no'
	UNIT_LINES=$'BindsTo=base.service\nAfter=base.service' service bound <<<'ExecStart=/bin/sleep 1001'
	UNIT_LINES=$'PartOf=base.service' service part <<<'ExecStart=/bin/sleep 1002'
	boot
	p start bound
	p start part
	first=$(state bound pid)
	p restart base
	until_true 5 state_is bound state running
	until_true 5 state_is part state running
	[ "$(state bound pid)" != "$first" ]
	inside /bin/kill -9 "$(state base pid)"
	until_true 5 state_is bound state inactive
	state_is part state running
	p stop base || true
	p start base
	p stop base
	until_true 5 state_is part state inactive
}

@test "others: Conflicts= stops the other before the start, either way round" {
	service day <<<$'ExecStart=/bin/sleep 1000\nExecStopPost=/bin/note day-gone'
	UNIT_LINES='Conflicts=day.service' service night <<<$'ExecStart=/bin/sleep 1000\nExecStartPre=/bin/note night-comes'
	boot
	p start day
	p start night
	notes day-gone night-comes
	state_is day state inactive
	p start day
	state_is night state inactive
}

@test "others: OnFailure= and OnSuccess=, once; two that name each other do not spin" {
	script fails 'exit 1'
	UNIT_LINES='OnFailure=rescue.service' service bad <<<'ExecStart=/bin/fails'
	service rescue <<<$'Type=oneshot\nExecStart=/bin/note rescued'
	UNIT_LINES='OnSuccess=thanks.service' service good <<<$'Type=oneshot\nExecStart=/bin/true'
	service thanks <<<$'Type=oneshot\nExecStart=/bin/note thanked'
	UNIT_LINES='OnFailure=pong.service' service ping <<<$'ExecStart=/bin/fails\nExecStopPost=/bin/note ping'
	UNIT_LINES='OnFailure=ping.service' service pong <<<$'ExecStart=/bin/fails\nExecStopPost=/bin/note pong'
	boot
	p start bad || true
	until_true 5 noted rescued
	p start good
	until_true 5 noted thanked
	p start ping || true
	until_true 5 noted pong
	# The start limit ends it.
	sleep 1
	[ "$(grep -c ping "$STATE/notes")" -le 5 ]
	# Its loop still turns, and has nothing to do.
	used=$(awk '{ print $14 + $15 }' "/proc/$PID1/stat")
	sleep 1
	[ $(($(awk '{ print $14 + $15 }' "/proc/$PID1/stat") - used)) -le 5 ]
	answers
}

@test "others: a stop by command goes in reverse order" {
	service a <<<$'ExecStart=/bin/sleep 1000\nExecStopPost=/bin/note a'
	UNIT_LINES=$'Requires=a.service\nAfter=a.service' service b <<<$'ExecStart=/bin/sleep 1000\nExecStopPost=/bin/note b'
	UNIT_LINES=$'Requires=b.service\nAfter=b.service' service c <<<$'ExecStart=/bin/sleep 1000\nExecStopPost=/bin/note c'
	boot
	p start c
	state_is a state running
	p stop a
	until_true 5 noted a
	notes c b a
}

@test "others: StopWhenUnneeded= goes when the last that needs it is gone" {
	UNIT_LINES='StopWhenUnneeded=yes' service helper <<<'ExecStart=/bin/sleep 1000'
	UNIT_LINES=$'Requires=helper.service\nAfter=helper.service' service user <<<'ExecStart=/bin/sleep 1001'
	boot
	p start user
	state_is helper state running
	p stop user
	until_true 5 state_is helper state inactive
}
