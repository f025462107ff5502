#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# pintle-runc on kernels down to 4.14: every newer system call is taken away in its turn, then all of them, and what users do with a
# container still works. memfd_create and execveat, without which the runtime could be overwritten, are not among them.

load lib.bash

OLD="clone3 pidfd_open pidfd_send_signal close_range openat2 open_tree move_mount fsopen fsmount mount_setattr faccessat2 epoll_pwait2"

setup_file() {
	need_root
	gcc -O1 -Wall -Werror -o "$BATS_FILE_TMPDIR/nosys" "$ROOT/tests/host/nosys.c"
}

setup() {
	need_root
	T=$BATS_TEST_TMPDIR
	B=$T/bundle
	mkdir -p "$B/rootfs/bin" "$B/rootfs"/{proc,sys,dev,etc,tmp} "$T/vol"
	put_busybox "$B/rootfs" sh cat id sleep true ls grep tty
	ln -s "$PINTLE" "$T/pintle-runc"
	"$T/pintle-runc" spec --bundle "$B"
	echo volume >"$T/vol/file"
	jq '.process.terminal = false | .process.args = ["sleep", "100"] | .hostname = "old" | .linux.cgroupsPath = "/pintle-test-old/c"
		| .mounts += [{"destination":"/vol","type":"bind","source":"'"$T/vol"'","options":["bind","ro"]}]
		| .linux.sysctl = {"kernel.msgmax":"9000"}' "$B/config.json" >"$T/c"
	mv "$T/c" "$B/config.json"
}

teardown() {
	"$T/pintle-runc" --root "$T/state" delete --force c 2>/dev/null || true
	find /sys/fs/cgroup/*/pintle-test-old -depth -type d -exec rmdir {} + 2>/dev/null || true
}

# without CALLS: a container's whole life by commands that lack them.
without() {
	local rt="timeout 30 $BATS_FILE_TMPDIR/nosys $1 $T/pintle-runc --root $T/state"
	$rt create --bundle "$B" c </dev/null >"$T/out" 2>&1 3>&-
	$rt start c
	[ "$($rt exec c sh -c 'cat /vol/file /proc/sys/kernel/msgmax; id -u; grep -c " /vol .*ro" /proc/mounts' | tr '\n' ' ')" = "volume 9000 0 1 " ]
	[ "$($rt state c | jq -r .status)" = running ]
	[ "$($rt ps --format json c | jq length)" = 1 ]
	$rt kill c KILL
	until_true 5 stopped "$rt"
	$rt delete c
	[ -z "$(ls -A "$T/state")" ]
	run script -qec "$rt run -t x" /dev/null
	! grep "$B" /proc/self/mountinfo
}

stopped() {
	[ "$($1 state c | jq -r .status)" = stopped ]
}

@test "each newer call taken away in its turn" {
	local call
	for call in $OLD; do
		echo "without $call"
		without "$call"
	done
}

@test "all of them taken away: Linux 4.14" {
	without "$(tr ' ' , <<<"$OLD")"
}

@test "what cannot be had without a newer call is refused by name" {
	local all
	all=$(tr ' ' , <<<"$OLD")
	jq '.mounts += [{"destination":"/vol2","source":"'"$T/vol"'","options":["bind","rro"]}]' "$B/config.json" >"$T/c"
	mv "$T/c" "$B/config.json"
	run "$BATS_FILE_TMPDIR/nosys" "$all" "$T/pintle-runc" --root "$T/state" create --bundle "$B" c
	[ "$status" = 1 ]
	[[ $output == *"recursive attributes of /vol2"*"not implemented"* ]]
	[ -z "$(ls -A "$T/state")" ]
}
