#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154 # run sets stderr
# Supervision: PID 1 in namespaces of its own, host services and containers under it.

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

# Restart= values whose unit must come back after it ended so, as systemd.service(5) has the table.
restarts_after() {
	case $1 in
	exit0 | term) echo "always on-success" ;;
	exit1) echo "always on-failure" ;;
	abort | kill) echo "always on-failure on-abnormal on-abort" ;;
	esac
}

# A file of the state folder has that many lines.
has_lines() {
	[ "$(wc -l <"$STATE/$1")" -ge "$2" ]
}

# That many processes inside have this in their command line.
running_now() {
	[ "$(inside /bin/ps | grep -v grep | grep -c "$1")" -eq "$2" ]
}

logged() {
	p logs "$1" | grep -q "$2"
}

# Every value of Restart= against one way to end.
restart_table() {
	local how=$1 kind=$2 value
	script once <<-'SH'
		[ -e /tmp/mark-$1 ] && exec sleep 1000
		: >/tmp/mark-$1
		case $2 in
		exit0) exit 0 ;;
		exit1) exit 1 ;;
		term) kill -TERM $$ ;;
		abort) kill -ABRT $$ ;;
		kill) kill -KILL $$ ;;
		esac
	SH
	local values="no always on-success on-failure on-abnormal on-abort on-watchdog"
	CONTAINER_LINES="Volume=/tmp:/tmp"
	for value in $values; do
		"$kind" "r-$value" "/bin/once $value $how" "Restart=$value" RestartSec=10ms StartLimitIntervalSec=0
	done
	boot
	for value in $values; do
		case " $(restarts_after "$how") " in
		*" $value "*)
			until_true 10 state_is "r-$value" state running
			until_true 10 state_is "r-$value" restarts 1
			;;
		*)
			until_true 10 inside /bin/sh -c "[ -e /tmp/mark-$value ]"
			until_true 10 not_active "r-$value"
			state_is "r-$value" restarts 0
			;;
		esac
	done
}

not_active() {
	local now
	now=$(state "$1" state)
	[ "$now" != running ] && [ "$now" != backoff ] && [ "$now" != starting ] && [ -n "$now" ]
}

@test "restart: services that exit 0" { restart_table exit0 service; }
@test "restart: services that exit 1" { restart_table exit1 service; }
@test "restart: services that die of SIGTERM, a clean end" { restart_table term service; }
@test "restart: services that die of SIGABRT" { restart_table abort service; }
@test "restart: services that die of SIGKILL" { restart_table kill service; }
@test "restart: containers that exit 0" { restart_table exit0 container; }
@test "restart: containers that exit 1" { restart_table exit1 container; }

@test "restart: the start limit ends it, by count and not earlier" {
	script failing <<<'echo start >>/var/lib/pintle/starts; exit 1'
	UNIT_LINES=$'StartLimitIntervalSec=60\nStartLimitBurst=4' service limited /bin/failing Restart=always RestartSec=5ms
	boot
	until_true 10 state_is limited state failed
	sleep 0.3
	[ "$(wc -l <"$STATE/starts")" -eq 4 ]
	p status limited | grep -qi 'limit'
}

@test "restart: the delay grows by steps up to its cap" {
	script stamped <<<'cut -d" " -f1 /proc/uptime >>/var/lib/pintle/times; exit 1'
	ln -sf busybox "$SKEL/bin/cut"
	service slow /bin/stamped Restart=always RestartSec=20ms RestartSteps=4 RestartMaxDelaySec=640ms StartLimitIntervalSec=0
	boot
	until_true 20 has_lines times 9
	awk 'NR > 1 { gap[NR - 1] = $1 - last } { last = $1 }
		END {
			if (gap[1] < 0.01 || gap[6] < 0.6 || gap[7] < 0.6 || gap[6] > 3 || gap[7] > 3) { exit 1 }
			for (n = 2; n <= 4; n++) if (gap[n] + 0.011 < gap[1] ) exit 1
		}' "$STATE/times" || { cat "$STATE/times"; return 1; }
}

@test "restart: a healthy spell forgets the delay" {
	script spell <<-'SH'
		cut -d" " -f1 /proc/uptime >>/var/lib/pintle/times
		[ $(wc -l </var/lib/pintle/times) -eq 6 ] && sleep 4
		exit 1
	SH
	ln -sf busybox "$SKEL/bin/cut"
	service spell /bin/spell Restart=always RestartSec=20ms RestartSteps=3 RestartMaxDelaySec=1s StartLimitIntervalSec=0
	boot
	until_true 30 has_lines times 8
	# From the 7th start on (after the spell) the delay is the first one again, well below the cap.
	awk 'NR == 5 { five = $1 } NR == 6 { if ($1 - five < 0.9) exit 1 } NR == 7 { seven = $1 }
		NR == 8 { if ($1 - seven > 0.9) exit 1 }' "$STATE/times" || { cat "$STATE/times"; return 1; }
}

@test "stop: a unit leaves on SIGTERM and is not restarted" {
	script good <<<'trap "echo leaving; exit 0" TERM; while :; do sleep 0.05; done'
	service good /bin/good Restart=always RestartSec=1ms
	boot
	until_true 10 state_is good state running
	p stop good
	not_active good
	p logs good | grep -q leaving
	sleep 0.2
	not_active good
	p start good
	until_true 10 state_is good state running
}

@test "stop: after TimeoutStopSec the deaf one is killed" {
	script deaf <<<'trap "" TERM; while :; do sleep 0.05; done'
	service deaf /bin/deaf Restart=always TimeoutStopSec=300ms
	boot
	until_true 10 state_is deaf state running
	local begin end
	begin=$(date +%s%N)
	p stop deaf
	end=$(date +%s%N)
	[ $((end - begin)) -ge 250000000 ]
	[ $((end - begin)) -le 5000000000 ]
	running_now /bin/deaf 0
	[ "$(state deaf exit_signal)" = 9 ]
}

@test "stop: a container gets its StopSignal" {
	script usr1 <<<'trap "echo by usr1; exit 0" USR1; trap "echo by term" TERM; while :; do sleep 0.05; done'
	CONTAINER_LINES="StopSignal=SIGUSR1" container usr1 /bin/usr1
	boot
	until_true 10 state_is usr1 state running
	p stop usr1
	words usr1 >"$T/log"
	grep -q 'by usr1' "$T/log"
	run ! grep -q 'by term' "$T/log"
}

@test "stop: what a service leaves behind in its cgroup goes with it" {
	script brood <<<'setsid sleep 5000 & (setsid sleep 5000 &); while :; do sleep 1; done'
	service brood /bin/brood TimeoutStopSec=1
	boot
	until_true 10 running_now "sleep 5000" 2
	p stop brood
	until_true 5 running_now "sleep 5000" 0
}

@test "order: After= starts in order, poweroff stops in reverse" {
	script member <<-'SH'
		echo "start $1" >>/var/lib/pintle/order
		trap 'echo "stop $1" >>/var/lib/pintle/order; exit 0' TERM
		while :; do sleep 0.05; done
	SH
	UNIT_LINES="" service one "/bin/member one"
	UNIT_LINES="After=one.service" service two "/bin/member two"
	UNIT_LINES="After=two.service" service three "/bin/member three"
	boot
	for u in one two three; do until_true 10 grep -q "start $u" "$STATE/order"; done
	p poweroff || :
	wait_end
	[ "$ENDED" = 130 ]
	diff - <(grep stop "$STATE/order") <<-END
		stop three
		stop two
		stop one
	END
}

@test "order: a oneshot is finished before what comes After= it starts" {
	script first <<<'sleep 0.5; echo first >>/var/lib/pintle/order'
	script second <<<'echo second >>/var/lib/pintle/order; sleep 1000'
	service first /bin/first Type=oneshot RemainAfterExit=yes
	UNIT_LINES=$'After=first.service\nRequires=first.service' service second /bin/second
	boot
	until_true 10 state_is second state running
	until_true 10 grep -q second "$STATE/order"
	[ "$(head -1 "$STATE/order")" = first ]
}

@test "order: Requires= of a failed unit holds a unit back, Wants= does not" {
	service broken /bin/false Type=oneshot
	UNIT_LINES=$'After=broken.service\nRequires=broken.service' service needs "/bin/sleep 1000"
	UNIT_LINES=$'After=broken.service\nWants=broken.service' service likes "/bin/sleep 1000"
	boot
	until_true 10 state_is likes state running
	until_true 10 state_is broken state failed
	not_active needs
}

@test "order: a cycle is named and broken, everything starts" {
	UNIT_LINES="After=c.service" service a "/bin/sleep 1000"
	UNIT_LINES="After=a.service" service b "/bin/sleep 1000"
	UNIT_LINES="After=b.service" service c "/bin/sleep 1000"
	boot
	for u in a b c; do until_true 10 state_is $u state running; done
	grep -Eq 'a\.service.*b\.service.*c\.service|b\.service.*c\.service.*a\.service|c\.service.*a\.service.*b\.service|c\.service.*b\.service.*a\.service' \
		"$T/console.log"
}

@test "units: a bad value refuses one unit with file and line, the others run" {
	printf '[Service]\nExecStart=/bin/true\nRestart=sometimes\n[Install]\nWantedBy=multi-user.target\n' | unit bad.service
	service fine "/bin/sleep 1000"
	boot
	until_true 10 state_is fine state running
	not_active bad
	p status bad | grep -q 'bad.service:3'
	run p start bad
	[ "$status" -eq 1 ]
}

# PID 1's private memory in KiB.
private_kib() {
	awk '/^Private_/ { sum += $2 } END { print sum }' "/proc/$PID1/smaps_rollup"
}

@test "logs: a flood neither blocks the unit nor grows PID 1 nor delays an answer" {
	service flood "/bin/yes a-line-of-the-flood"
	container flood2 "/bin/yes another-line-of-the-flood"
	boot
	until_true 10 state_is flood state running
	until_true 10 state_is flood2 state running
	sleep 1
	local before after pid wrote begin
	before=$(private_kib)
	pid=$(pgrep -f '^/bin/yes a-line-of-the-flood' | head -1)
	wrote=$(awk '/^wchar/ { print $2 }' "/proc/$pid/io")
	for _ in $(seq 10); do
		begin=$(date +%s%N)
		p list >/dev/null
		[ $(($(date +%s%N) - begin)) -lt 2000000000 ]
	done
	sleep 1
	[ $(($(awk '/^wchar/ { print $2 }' "/proc/$pid/io") - wrote)) -gt 1000000 ]
	after=$(private_kib)
	echo "PID 1: $before KiB before, $after KiB after"
	[ "$after" -le $((before + 4)) ]
	p logs flood | tail -2 | grep -q a-line-of-the-flood	# the very last may be on its way
}

@test "logs: stdout and stderr, a line without its newline, control bytes made harmless" {
	script words <<<'echo to stdout; echo to stderr >&2; printf "\033[2Jcleared\n"; printf "no newline"'
	service words /bin/words Type=oneshot RemainAfterExit=yes
	boot
	until_true 10 logged words "no newline"
	words words >"$T/log"
	grep -q 'to stdout' "$T/log"
	grep -q 'to stderr' "$T/log"
	run ! grep -q $'\033' "$T/log"
}

@test "exec: a program that is not there is named with step, path and reason" {
	service lost /no/such/program Restart=no
	container gone /no/such/program Restart=no
	: >"$SKEL/bin/not-executable"
	service denied /bin/not-executable Restart=no
	printf '[Container]\nRootfs=/no/such/root\nExec=/bin/true\n[Install]\nWantedBy=multi-user.target\n' | unit rootless.container
	boot
	local u
	for u in lost gone denied rootless; do until_true 10 state_is $u state failed; done
	p status lost | grep -E 'exec.*/no/such/program.*No such file'
	p status gone | grep -E 'exec.*/no/such/program.*No such file'
	p status denied | grep -E 'exec.*/bin/not-executable.*Permission denied'
	p status rootless | grep -E '/no/such/root.*No such file'
}

consoles() {
	pgrep -P "$PID1" -f '^pintle-console'
}

@test "exec: a worker or a console that cannot start says why" {
	printf '[Container]\nImage=oci:/images/amd64/web:1.0\n' | unit late.container
	rm "$SKEL/bin/pintle"
	cp "$SKEL/init" "$SKEL/bin/pintle"
	boot
	if grep -q 'console=tty' /proc/cmdline; then until_true 5 consoles; fi
	# The binary that PID 1 holds may not be executed any more; the client is another file.
	inside /bin/busybox chmod a-x /init
	run p start late
	[ "$status" -eq 1 ]
	[ "$output" = "pintle: start: late: exec: pintle-worker: Permission denied" ]
	state_is late reason "exec: pintle-worker: Permission denied"
	grep -q 'console=tty' /proc/cmdline || skip "this machine has no serial console"
	local fds
	fds=$(inside /bin/ls /proc/1/fd | wc -l)
	kill -KILL "$(consoles | head -1)"
	until_true 10 grep -q 'tty.*: exec: pintle-console: Permission denied' "$T/console.log"
	# It is tried every two seconds, told once.
	sleep 5
	[ "$(grep -c 'exec: pintle-console: Permission denied' "$T/console.log")" -eq 1 ]
	inside /bin/busybox chmod a+x /init
	until_true 10 consoles
	[ "$(inside /bin/ls /proc/1/fd | wc -l)" -eq "$fds" ]
}

zombies() {
	inside /bin/ps -o stat,comm | grep -c '^Z' || :
}

no_zombies() {
	[ "$(zombies)" -eq 0 ]
}

@test "zombies: orphans that are nobody's are reaped" {
	service calm "/bin/sleep 1000"
	boot
	for _ in $(seq 40); do
		inside /bin/sh -c 'for i in 1 2 3 4 5; do (sleep 0.05 & exec true) & done; exec sleep 0.01'
	done
	until_true 10 no_zombies
	until_true 5 state_is calm state running
}

@test "signals: those that mean nothing to an init leave it as it is" {
	service calm "/bin/sleep 1000"
	boot
	until_true 10 state_is calm state running
	local s
	for s in HUP PIPE ALRM VTALRM PROF IO WINCH URG XCPU TTIN TTOU TSTP CONT CHLD STKFLT; do
		kill -s "$s" "$PID1"
	done
	state_is calm state running
	state_is calm restarts 0
}

ends_with() {
	script polite <<<'trap "echo left >>/var/lib/pintle/order; exit 0" TERM; while :; do sleep 0.05; done'
	service polite /bin/polite
	boot
	until_true 10 state_is polite state running
	sleep 0.1
	kill -s "$1" "$PID1"
	wait_end
	[ "$ENDED" = "$2" ]
	grep -q left "$STATE/order"
}

@test "signals: SIGINT (Ctrl-Alt-Del) reboots in order" { ends_with INT 129; }
@test "signals: SIGTERM reboots in order" { ends_with TERM 129; }
@test "signals: SIGUSR1 halts in order" { ends_with USR1 130; }
@test "signals: SIGUSR2 powers off in order" { ends_with USR2 130; }

@test "shutdown: a deaf unit does not hold it longer than its timeout" {
	script deaf <<<'trap "" TERM; while :; do sleep 0.05; done'
	service deaf /bin/deaf TimeoutStopSec=500ms
	container deaf2 /bin/deaf TimeoutStopSec=500ms
	boot
	until_true 10 state_is deaf state running
	until_true 10 state_is deaf2 state running
	local begin
	begin=$SECONDS
	p reboot || :
	wait_end
	[ "$ENDED" = 129 ]
	[ $((SECONDS - begin)) -le 8 ]
}
