#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Rootless: an unprivileged user, a user namespace of his own id alone or, by newuidmap, of those that /etc/subuid
# gives him. No control group is his: containers run without limits and say so. Where crun can, side by side.

load lib.bash

setup() {
	need_root
	T=$BATS_TEST_TMPDIR
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$T"
	B=$T/bundle R=$T/bundle/rootfs
	mkdir -p "$R/bin" "$R"/{proc,sys,dev,etc,tmp} "$T/run"
	put_busybox "$R" sh cat id sleep true ls touch mount stat
	cp "$PINTLE" "$T/pintle-runc"
	(cd "$B" && chown 65534:65534 . "$T/run" && user "$T/pintle-runc" spec --rootless)
	edit '.process.terminal = false | .root.readonly = false | .ociVersion = "1.0.2"'
	chown -R 65534:65534 "$B"
}

teardown() {
	rt delete --force c 2>/dev/null || true
}

user() {
	timeout -k 5 30 setpriv --reuid 65534 --regid 65534 --clear-groups env XDG_RUNTIME_DIR="$T/run" "$@" 3>&-
}

rt() {
	user "$T/pintle-runc" "$@"
}

edit() {
	jq "$1" "$B/config.json" >"$T/edited"
	cp "$T/edited" "$B/config.json"
}

script() {
	edit ".process.args = $(jq -cn '$ARGS.positional' --args -- sh -c "$1")"
}

# granted RANGE COMMAND...: in a mount namespace in which /etc/subuid and /etc/subgid give the user that range.
granted() {
	# shellcheck disable=SC2016 # for the shell inside
	unshare -m --propagation private sh -ec '
		range=$1; folder=$2; shift 2
		cp -a /etc "$folder/etc"
		for f in subuid subgid; do echo "nobody:$range" >"$folder/etc/$f"; done
		mount --bind "$folder/etc" /etc
		exec "$@"' sh "$1" "$T" setpriv --reuid 65534 --regid 65534 --clear-groups \
		env XDG_RUNTIME_DIR="$T/run" timeout -k 5 30 "${@:2}" 3>&-
}

@test "rootless: the user's own id is root inside, and nobody else is there" {
	script 'id -u; cat /proc/self/uid_map; touch /made; stat -c %u /made; mount -t tmpfs x /tmp; echo end'
	run rt run --bundle "$B" c
	echo "$output"
	[ "$status" = 0 ]
	[ "${lines[0]}" = 0 ]
	[ "$(tr -s ' ' <<<"${lines[1]}")" = ' 0 65534 1' ]
	[ "$(stat -c %u "$R/made")" = 65534 ]
	[[ $output == *"ermission denied"* || $output == *"not permitted"* ]]
	[[ $output == *end ]]
}

@test "rootless: exec, ps, list, state, kill, delete; the state is the user's" {
	script 'sleep 1000'
	rt run -d --bundle "$B" c
	[ "$(rt exec c id -u)" = 0 ]
	run rt exec c sh -c 'exit 7'
	[ "$status" = 7 ]
	rt exec -d c sleep 999
	[ "$(rt ps -f json c | jq length)" = 2 ]
	rt ps c | grep -q sleep
	rt list | grep -q '^c .*running'
	[ "$(rt state c | jq -r .status)" = running ]
	[ "$(stat -c %u "$T/run/pintle-runc/c")" = 65534 ]
	rt kill c KILL
	until_true 5 eval '[ "$(rt state c | jq -r .status)" = stopped ]'
	rt delete c
	[ -z "$(ls -A "$T/run/pintle-runc")" ]
}

@test "rootless: more ids by newuidmap and newgidmap, no more than /etc/subuid gives" {
	edit '.linux.uidMappings = [{"containerID":0,"hostID":65534,"size":1},{"containerID":1,"hostID":500000,"size":1000}]
		| .linux.gidMappings = .linux.uidMappings | .process.user = {"uid":5,"gid":6}'
	script 'id -u; id -g; touch /tmp/made'
	chmod 777 "$R/tmp"
	run granted 500000:1000 "$T/pintle-runc" run --bundle "$B" c
	echo "$output"
	[ "$status" = 0 ]
	[ "$output" = $'5\n6' ]
	[ "$(stat -c %u:%g "$R/tmp/made")" = 500004:500005 ]
	rm -rf "${T:?}/etc"
	run granted 500000:999 "$T/pintle-runc" run --bundle "$B" c
	[ "$status" = 1 ]
	[[ $output == *"id maps: newuidmap for user 65534"* ]]
	run rt list
	[ "${#lines[@]}" = 1 ]
}

@test "rootless: what the user may not is refused with its name" {
	script true
	edit '.process.rlimits = [{"type":"RLIMIT_NOFILE","soft":2000000000,"hard":2000000000}]'
	run rt run --bundle "$B" c
	[ "$status" = 1 ]
	[[ $output == *"rlimit"*"not permitted"* ]]
	edit '.process.rlimits = [] | .linux.uidMappings[0].hostID = 0'
	run rt run --bundle "$B" c
	[ "$status" = 1 ]
	[[ $output == *"id maps"* ]]
	edit '.linux.uidMappings[0].hostID = 65534 | .process.oomScoreAdj = -500'
	run rt run --bundle "$B" c
	[ "$status" = 1 ]
	[[ $output == *oom_score_adj* ]]
}

@test "rootless: as crun" {
	command -v crun >/dev/null || skip "no crun here"
	script 'id -u; cat /proc/self/uid_map; cat /proc/self/setgroups; ls /; exit 3'
	run rt run --bundle "$B" c
	ours="$status $output"
	# crun refuses a hybrid host's cgroups unless the unified one is out of sight.
	# shellcheck disable=SC2016 # for the shell inside
	run unshare -m --propagation private sh -c 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"' sh \
		setpriv --reuid 65534 --regid 65534 --clear-groups env XDG_RUNTIME_DIR="$T/run" timeout 30 crun --cgroup-manager=disabled run --bundle "$B" d
	echo "ours: $ours"
	echo "crun: $status $output"
	[ "$ours" = "$status $output" ]
}
