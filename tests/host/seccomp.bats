#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # scripts are in single quotes
# System call filters: the policy compiler beside libseccomp, and what the profiles do to programs.
# SECCOMP_POLICIES=N compares N random policies instead of 300.

load lib.bash

setup_file() {
	local out=$ROOT/out/host r=$ROOT/runtime h=$ROOT/tests/host
	need_root
	gcc -std=c17 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -I"$ROOT" -I"$out/gen" -include "$out/config.h" \
		-o "$BATS_FILE_TMPDIR/compare" "$h/seccomp_compare.c" "$h/seccomp_policy.c" "$h/seccomp_words.c" \
		"$r/seccomp_compile.c" "$r/seccomp_emit.c" "$r/seccomp_names.c" "$r/seccomp_runs.c" \
		"$r/base/err.c" "$r/base/str.c" "$r/base/str_fmt.c" -lseccomp
	musl ctrrun
	musl seccomp_dump
	musl seccomp_probe
}

# musl NAME: a program of the tests linked as pintle itself is, from the host board's objects.
musl() {
	local out libs=$ROOT/out/deps/x86_64
	out=$(dirname "$PINTLE")
	gcc -std=c17 -D_GNU_SOURCE -O1 -fno-pie -no-pie -static -nostdinc -nostdlib -nostartfiles \
		-isystem "$libs/include" -isystem "$(gcc -print-file-name=include)" -I"$ROOT" -include "$out/config.h" \
		-o "$BATS_FILE_TMPDIR/$1" "$libs/lib/crt1.o" "$libs/lib/crti.o" "$ROOT/tests/host/$1.c" \
		"$out/libpintle.a" -L"$libs/lib" -lyajl -Wl,--start-group -lc -lgcc -Wl,--end-group "$libs/lib/crtn.o"
}

setup() {
	need_root
	T=$BATS_TEST_TMPDIR
	R=$T/root
	COMPARE=$BATS_FILE_TMPDIR/compare
}

# count WORDS: how often the comparison met the kind of difference that its line names.
count() {
	sed -n "s/^ *\([0-9]*\) .*$1.*/\1/p" <<<"$output"
}

# as_text CONFIG: linux.seccomp of a config.json in the form that `compare policy` reads.
as_text() {
	jq -r '.linux.seccomp |
		def action(a; n): if a == "SCMP_ACT_ERRNO" or a == "SCMP_ACT_TRACE" then "\(a):\(n // 1)" else a end;
		"default " + action(.defaultAction; .defaultErrnoRet), (.architectures[]? | "arch " + .),
		(.syscalls[] | "rule " + action(.action; .errnoRet) + " " + (.names | join(",")) +
			([.args[]? | " \(.index) \(.op) \(.value) \(.valueTwo // 0)"] | join("")))' "$1"
}

# podman_config FILE OPTION...: config.json as podman hands it to a runtime.
podman_config() {
	local to=$1
	shift
	mkdir -p "$R/bin"
	put_busybox "$R" true
	cat >"$T/keep" <<-SCRIPT
		#!/bin/sh
		for word; do
			[ "\$before" != --bundle ] || cp "\$word/config.json" "$to"
			before=\$word
		done
		exit 1
	SCRIPT
	chmod +x "$T/keep"
	timeout 60 unshare -m --propagation private podman --cgroup-manager=cgroupfs --storage-driver=vfs --root "$T/r" \
		--runroot "$T/rr" --events-backend=file --runtime="$T/keep" run --network=none "$@" --rootfs "$R" true 3>&- >"$T/podman.log" 2>&1 || :
	[ -s "$to" ] || { cat "$T/podman.log" >&2; return 1; }
}

# caps_of CONFIG: the bounding set of a config.json as a number.
caps_of() {
	local name sum=0
	for name in $(jq -r '.process.capabilities.bounding // [] | .[]' "$1"); do
		sum=$((sum | 1 << $(sed -n "s/^CAP(\([0-9]*\), ${name#CAP_},.*/\1/p" "$ROOT/runtime/caps.def")))
	done
	echo $sum
}

# ctr OPTION... -- COMMAND: in a container of the root $R that has a tmpfs above it.
ctr() {
	run timeout 60 "$BATS_FILE_TMPDIR/ctrrun" -r "$R" -w "$@"
	echo "status $status: $output"
}

probe_root() {
	mkdir -p "$R"/{bin,etc,proc,sys,dev,tmp}
	put_busybox "$R" sh
	cp "$BATS_FILE_TMPDIR/seccomp_probe" "$R/bin/probe"
}

# answers FILE OPTION...: what the container's probe got for each call, "name EPERM|ENOSYS|0|other" a line.
answers_of() {
	local to=$1
	shift
	ctr "$@" -- probe refusals
	[ "$status" = 0 ]
	echo "$output" >"$to"
}

# same_names FILE NAME...: exactly these calls were refused with EPERM in the file.
refused_are() {
	local file=$1
	shift
	diff <(printf '%s\n' "$@" | sort) <(sed -n 's/ EPERM$//p' "$file" | sort)
}

@test "random policies mean what their words say, and what libseccomp makes of them" {
	run timeout 850 "$COMPARE" random "${SECCOMP_SEED:-1}" "${SECCOMP_POLICIES:-300}"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(count WRONG)" = 0 ]
	[ "$(count 'same verdict')" -gt "${SECCOMP_POLICIES:-300}" ]
}

@test "podman's default profile, as podman hands it over: libseccomp's verdicts for every call" {
	podman_config "$T/config.json"
	as_text "$T/config.json" >"$T/policy"
	[ "$(grep -c ^rule "$T/policy")" -ge 8 ]
	grep -q '^arch SCMP_ARCH_X32$' "$T/policy"
	run timeout 60 "$COMPARE" policy "$T/policy"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(count WRONG)" = 0 ]
	[ "$(count 'several rules')" = $'0\n0' ]
	[ "$(count 'does not take')" = 0 ]
}

@test "podman's default profile with every capability, and with none" {
	local given
	for given in all none; do
		rm -f "$T/config.json"
		if [ $given = all ]; then
			podman_config "$T/config.json" --cap-add all
		else
			podman_config "$T/config.json" --cap-drop all
		fi
		as_text "$T/config.json" >"$T/policy"
		run timeout 60 "$COMPARE" policy "$T/policy"
		echo "$given: $output"
		[ "$status" = 0 ]
		[ "$(count WRONG)" = 0 ]
	done
}

@test "a profile file: of podman's own seccomp.json the filter is the one that podman's reading of it gives" {
	local given mask
	for given in "" "--cap-add all" "--cap-drop all" "--cap-add sys_admin" "--cap-add sys_ptrace,sys_time,audit_write"; do
		rm -f "$T/config.json"
		# shellcheck disable=SC2086
		podman_config "$T/config.json" $given
		mask=$(caps_of "$T/config.json")
		echo "given '$given': $mask"
		"$BATS_FILE_TMPDIR/seccomp_dump" config "$T/config.json" >"$T/theirs"
		"$BATS_FILE_TMPDIR/seccomp_dump" profile /usr/share/containers/seccomp.json "$mask" >"$T/ours"
		[ "$(wc -l <"$T/ours")" -gt 200 ]
		cmp "$T/theirs" "$T/ours"
	done
	"$BATS_FILE_TMPDIR/seccomp_dump" profile /usr/share/containers/seccomp.json 0 >"$T/none"
	run ! cmp -s "$T/none" "$T/ours"
}

@test "the default profile refuses what Docker's refuses, and with CAP_SYS_ADMIN only what no capability lifts" {
	probe_root
	answers_of "$T/free" -g
	answers_of "$T/default" -p default
	answers_of "$T/admin" -p default -a 0x200000
	refused_are "$T/default" mount umount2 pivot_root unshare setns clone_newuser keyctl add_key bpf perf_event_open \
		userfaultfd io_uring_setup init_module kexec_load swapon open_by_handle_at personality socket_vsock
	grep -q '^clone3 ENOSYS$' "$T/default"
	grep -q '^no_such_call ENOSYS$' "$T/default"
	refused_are "$T/admin" pivot_root keyctl add_key userfaultfd io_uring_setup init_module kexec_load swapon \
		open_by_handle_at personality socket_vsock
	grep -q '^clone3 other$' "$T/admin"
	# It is the filter that says so: with every right and without one these go through.
	run ! grep -E '^(mount|pivot_root|unshare|setns|clone_newuser|keyctl|add_key|personality|open_by_handle_at) EPERM$' "$T/free"
	run ! grep -q '^clone3 ENOSYS$' "$T/free"
}

@test "the hardened profile refuses more, whatever the capabilities" {
	local caps
	probe_root
	for caps in 0 0x200000 0x1ffffffffff; do
		answers_of "$T/hardened" -p hardened -a $caps
		refused_are "$T/hardened" mount umount2 pivot_root unshare setns clone_newuser keyctl add_key bpf perf_event_open \
			userfaultfd io_uring_setup init_module kexec_load swapon open_by_handle_at personality socket_vsock \
			ptrace process_vm_readv memfd_create socket_alg socket_packet ioctl_tiocsti
		grep -q '^clone3 ENOSYS$' "$T/hardened"
		grep -q '^no_such_call ENOSYS$' "$T/hardened"
	done
}

@test "daemons, shells and busybox do the same under every profile as under none" {
	local profile port=$((20000 + RANDOM % 20000))
	probe_root
	cat >"$R/work" <<-'SCRIPT'
		#!/bin/busybox sh
		busybox --install -s /bin
		cd /tmp && mkdir -p a/b && echo page >a/page && ln -s page a/link && mkfifo a/fifo && chmod 600 a/page && touch -d @0 a/b
		(echo through >a/fifo &) && cat a/fifo
		httpd -p 127.0.0.1:$1 -h /tmp/a && wget -qO- http://127.0.0.1:$1/page
		(sleep 0.3; echo hello) | nc -l -s 127.0.0.1 -p $(($1 + 1)) >got &
		sleep 0.2; echo word | timeout 2 nc 127.0.0.1 $(($1 + 1)); wait; cat got
		printf 'ione\033:wq\n' | TERM=vt100 vi edited >/dev/null 2>&1; cat edited
		ps -o comm | grep -c ps; id -u; hostname; uname -s; pwd
		tar cf t.tar a/page a/link && gzip t.tar && tar tzf t.tar.gz
		seq 9 | sort -rn | awk '{ s += $1 } END { print s, NR }' | sed s/9/nine/
		find a -type f | xargs sha256sum; dd if=/dev/zero bs=512 count=2 2>/dev/null | wc -c
		stat -c '%a %F' a/page; df -P / >/dev/null && echo df; date -u -d @0; trap 'echo trapped' USR1; kill -USR1 $$
		cp -a a c && mv c d && rm -r d && test ! -e d && echo gone; time true 2>&1 | grep -c real; nice -n 3 echo nice
		chown 1:1 a/page && chgrp 0 a/page && ls -ln a | awk '/page/ { print $3, $4 }' | head -1; timeout 0.1 sleep 5; echo $?
		(ulimit -n 64; ulimit -n); flock a/page echo locked; env -i A=1 /bin/sh -c 'echo $A'; su -s /bin/sh web -c id 2>&1
		setsid sh -c 'echo session'; chroot / echo rooted; probe daemon
	SCRIPT
	chmod +x "$R/work"
	printf 'root:x:0:0:root:/:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n' >"$R/etc/passwd"
	printf 'root:x:0:\nweb:x:1000:\n' >"$R/etc/group"
	ctr -g -n -- /work $port
	[ "$status" = 0 ]
	echo "$output" >"$T/free"
	grep -q '^page$' "$T/free"
	grep -q '^daemon ok$' "$T/free"
	[ "$(wc -l <"$T/free")" -ge 30 ]
	for profile in default hardened /usr/share/containers/seccomp.json; do
		port=$((port + 2))
		ctr -p $profile -n -- /work $port
		[ "$status" = 0 ]
		diff "$T/free" <(echo "$output")
	done
}

@test "a profile file that is none refuses the start and says where it is wrong" {
	probe_root
	echo '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_MAYBE"}]}' >"$T/bad.json"
	ctr -p "$T/bad.json" -- sh -c true
	[ "$status" = 125 ]
	[[ $output == *bad.json*'syscalls[0].action: "SCMP_ACT_MAYBE"'* ]]
	ctr -p "$T/none.json" -- sh -c true
	[ "$status" = 125 ]
	[[ $output == *none.json*"No such"* ]]
}

@test "features name the profiles" {
	ln -s "$PINTLE" "$T/pintle-runc"
	[ "$("$T/pintle-runc" features | jq -r '.annotations["org.pintle.seccomp.profiles"]')" = default,hardened ]
	"$PINTLE" features | grep -q '^seccomp_hardened  *yes$'
	[ "$("$PINTLE" features --json | jq '.seccomp_default')" = true ]
}

rt() {
	timeout 60 "$T/pintle-runc" --root "$T/state" "$@" 3>&-
}

# notify_bundle FILTER: a bundle in $R whose mkdir calls are asked about at $T/listener, edited by a jq filter.
notify_bundle() {
	ln -sf "$PINTLE" "$T/pintle-runc"
	mkdir -p "$R"/rootfs/{bin,proc,sys,dev,tmp,etc}
	put_busybox "$R/rootfs" sh mkdir sleep
	rm -f "$R/config.json"
	rt spec --bundle "$R"
	jq --arg at "$T/listener" '.process.terminal = false | del(.linux.resources) | .annotations = {"org.example": "one \"two\""} |
		.linux.cgroupsPath = "/pintle-test-seccomp/one" |
		.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": $at, "listenerMetadata": "for\tthe test",
			"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_NOTIFY"}]} | '"$1" "$R/config.json" >"$T/edited"
	mv "$T/edited" "$R/config.json"
}

# listen COUNT ANSWER: the listener in the background; what it saw is in $T/heard.
listen() {
	rm -f "$T/listener"
	timeout 60 python3 "$ROOT/tests/host/seccomp_listener.py" "$T/listener" "$1" "$2" >"$T/heard" 2>&1 3>&- &
	LISTENER=$!
	until_true 5 test -S "$T/listener"
}

teardown() {
	[ -z "${LISTENER:-}" ] || kill "$LISTENER" 2>/dev/null || :
	[ ! -d "$T/state" ] || rt delete --force one 2>/dev/null || :
	find /sys/fs/cgroup/*/pintle-test-seccomp -depth -type d -exec rmdir {} + 2>/dev/null || true
}

@test "a trapped mkdir goes to the listener, with the state of the specification; its answer is the call's" {
	notify_bundle '.process.args = ["sh", "-c", "mkdir /tmp/x && echo made; test -d /tmp/x || echo but not there"]'
	listen 1 0
	run rt run --bundle "$R" one
	echo "$output"
	cat "$T/heard"
	[ "$status" = 0 ]
	[ "$output" = $'made\nbut not there' ]
	wait "$LISTENER"
	# One message with one fd, then the end of the connection.
	[ "$(sed -n 1p "$T/heard")" = "end 1 0" ]
	sed -n 's/^state //p' "$T/heard" >"$T/state.json"
	jq -e '.ociVersion == "1.2.0" and .fds == ["seccompFd"] and .metadata == "for\tthe test" and .pid == .state.pid and .pid > 1' "$T/state.json"
	jq -e --arg bundle "$R" '.state | .ociVersion == "1.2.0" and .id == "one" and .status == "creating" and .bundle == $bundle and
		.annotations["org.example"] == "one \"two\""' "$T/state.json"
	# mkdir ran in a child of the shell, whose pid we were told.
	[ "$(grep -c '^call' "$T/heard")" = 1 ]
	[ "$(awk '/^call/ { print $2 }' "$T/heard")" -gt "$(jq .pid "$T/state.json")" ]
}

@test "exec has a listener of its own, and is told the container's state and its own pid" {
	notify_bundle '.process.args = ["sleep", "30"] | .root.readonly = false'
	listen 2 -30
	rt create --bundle "$R" one </dev/null >/dev/null 2>&1
	rt start one
	run rt exec one sh -c 'exec mkdir /tmp/x'
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"Read-only file system"* ]]
	rt kill one KILL
	wait "$LISTENER"
	cat "$T/heard"
	sed -n 's/^state //p' "$T/heard" | sed -n 2p >"$T/state.json"
	jq -e '.state.status == "running" and .pid != .state.pid and .state.id == "one"' "$T/state.json"
	[ "$(awk '/^call/ { print $2 }' "$T/heard")" = "$(jq .pid "$T/state.json")" ]
	[ "$(sed -n 's/^state //p' "$T/heard" | sed -n 1p | jq .pid)" = "$(jq .state.pid "$T/state.json")" ]
}

@test "a listener that is not there, or is not named, or could not be told refuses the container" {
	notify_bundle '.'
	run rt run --bundle "$R" one
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *listener* ]]
	notify_bundle 'del(.linux.seccomp.listenerPath)'
	run rt run --bundle "$R" one
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"SCMP_ACT_NOTIFY without listenerPath"* ]]
	notify_bundle '.linux.seccomp.syscalls[0].names = ["sendmsg"]'
	run rt run --bundle "$R" one
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"cannot be for sendmsg"* ]]
	# A path that no call is asked about is not looked at.
	notify_bundle '.linux.seccomp.syscalls = [] | .process.args = ["sh", "-c", "mkdir /dev/shm/x && echo made"]'
	run rt run --bundle "$R" one
	echo "$output"
	[ "$status" = 0 ]
	[ "$output" = made ]
}
