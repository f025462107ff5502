#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # scripts are in single quotes
# pintle-runc by itself: the life of a container from create to delete, what its process gets of config.json, what is said when it
# does not work, and that nothing is left behind. The specification's own tests are `make check-conformance`.

load lib.bash

setup() {
	need_root
	T=$BATS_TEST_TMPDIR
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$T"
	B=$T/bundle
	mkdir -p "$B/rootfs/bin" "$B/rootfs"/{proc,sys,dev,etc,tmp}
	put_busybox "$B/rootfs" sh cat id sleep true env ls mount stat grep hostname touch echo readlink wc tty kill nc
	ln -s "$PINTLE" "$T/pintle-runc"
	ID=c$$
	export ID
	rt spec --bundle "$B"
	edit '.process.terminal = false | .linux.cgroupsPath = "/pintle-test-oci/" + env.ID'
}

teardown() {
	local id
	for id in $(rt list -q 2>/dev/null); do
		rt delete --force "$id" || true
	done
	find /sys/fs/cgroup/*/pintle-test-oci -depth -type d -exec rmdir {} + 2>/dev/null || true
}

rt() {
	timeout 60 "$T/pintle-runc" --root "$T/state" "$@" 3>&-
}

# edit FILTER: jq on the bundle's config.json.
edit() {
	jq "$1" "$B/config.json" >"$T/edited"
	mv "$T/edited" "$B/config.json"
}

# args WORD...: what the container runs.
args() {
	edit ".process.args = $(jq -cn '$ARGS.positional' --args -- "$@")"
}

status() {
	rt state "$1" | jq -r .status
}

# alone SCRIPT: runs it as the container's command.
alone() {
	args sh -c "$1"
	run rt run --bundle "$B" "$ID"
	echo "status $status: $output"
}

nothing_left() {
	[ -z "$(rt list -q)" ]
	[ -z "$(ls -A "$T/state")" ]
	! find /sys/fs/cgroup/*/pintle-test-oci -mindepth 1 -type d 2>/dev/null | grep .
	! grep "$B" /proc/self/mountinfo
}

refused() {
	[ "$status" = 1 ]
	local word
	for word; do
		[[ $output == *"$word"* ]]
	done
	nothing_left
}

@test "life: created, running, paused, stopped, gone" {
	args sleep 100
	rt create --bundle "$B" --pid-file "$T/pid" "$ID" </dev/null >"$T/out" 2>&1
	[ "$(status "$ID")" = created ]
	[ "$(cat "$T/pid")" = "$(rt state "$ID" | jq .pid)" ]
	grep -q pintle "/proc/$(cat "$T/pid")/comm"
	rt start "$ID"
	[ "$(status "$ID")" = running ]
	[ "$(cat "/proc/$(cat "$T/pid")/comm")" = sleep ]
	rt pause "$ID"
	[ "$(status "$ID")" = paused ]
	run rt exec "$ID" true
	[ "$status" = 1 ]
	[[ $output == *paused* ]]
	rt resume "$ID"
	run rt delete "$ID"
	[ "$status" = 1 ]
	[[ $output == *"not stopped: running"* ]]
	run rt start "$ID"
	[ "$status" = 1 ]
	[[ $output == *"is running"* ]]
	rt kill "$ID" KILL
	is_status() { [ "$(status "$1")" = "$2" ]; }
	until_true 5 is_status "$ID" stopped
	[ "$(rt state "$ID" | jq .pid)" = 0 ]
	rt delete "$ID"
	run rt state "$ID"
	[ "$status" = 1 ]
	[[ $output == *"does not exist"* ]]
	rt delete --force "$ID"
	nothing_left
}

@test "run: exit statuses, signals as 128 + n, detached with a pid file, an id in use" {
	alone 'exit 7'
	[ "$status" = 7 ]
	args sleep 100
	rt run -d --bundle "$B" --pid-file "$T/pid" d1
	kill -9 "$(cat "$T/pid")"
	run rt run -d --bundle "$B" d1
	[ "$status" = 1 ]
	[[ $output == *"in use"* ]]
	rt run --bundle "$B" f1 &
	until_true 5 [ -e "$T/state/f1/state.json" ]
	is_status() { [ "$(status "$1")" = "$2" ]; }
	until_true 5 is_status f1 running
	rt pause f1
	rt resume f1
	rt kill f1 KILL
	local code=0
	wait $! || code=$?
	[ $code = 137 ]
	[ "$(rt list -q)" = d1 ]
}

@test "errors: the step, the path and the reason; nothing is left" {
	args nothere
	run rt create --bundle "$B" "$ID"
	refused exec nothere "No such file"
	args /etc
	run rt create --bundle "$B" "$ID"
	refused exec /etc "ermission denied"
	edit '.mounts += [{"destination":"/x","type":"bind","source":"/nowhere","options":["bind"]}]'
	run rt create --bundle "$B" "$ID"
	refused /nowhere "No such file"
	run rt create --bundle "$T/none" "$ID"
	refused bundle
	for id in .. a/b "" 'a b'; do
		run rt create --bundle "$B" "$id"
		refused "no id"
	done
	run rt --log "$T/log" --log-format json create --bundle "$T/none" "$ID"
	[ "$(jq -r .level "$T/log")" = error ]
	jq -r .msg "$T/log" | grep -q none
	jq -r .time "$T/log" | grep -qE '^20[0-9]{2}-.*Z$'
}

@test "config.json: what is wrong is named by its path" {
	cp "$B/config.json" "$T/good"
	while IFS='~' read -r filter words; do
		[ -n "$filter" ] || continue
		jq "$filter" "$T/good" >"$B/config.json"
		run rt create --bundle "$B" "$ID"
		echo "$filter: $output"
		refused "$words"
	done <<-'CASES'
		.process.cwd = "relative"~process.cwd: "relative" is no absolute path
		.process.args = []~process.args
		.process.args = "sh"~process.args: an array is wanted
		.process.user.uid = -1~process.user.uid
		.process.user.uid = 4294967296~process.user.uid
		.process.rlimits[0].type = "RLIMIT_X"~process.rlimits[0].type: unknown limit
		.process.rlimits[0].soft = 9999~soft is above hard
		.process.oomScoreAdj = 2000~process.oomScoreAdj
		.ociVersion = "2.0.0"~ociVersion: 2.0.0 is not 1.x
		.ociVersion = "one"~"one" is no version
		.root.path = null~root.path is missing
		.linux.namespaces += [{"type":"pid"}]~two of type "pid"
		.linux.namespaces += [{"type":"ufo"}]~unknown type "ufo"
		.linux.uidMappings = [{"containerID":0,"hostID":0,"size":1}]~without a user namespace
		.linux.intelRdt = {"closID":"x"}~linux.intelRdt
		.linux.rootfsPropagation = "odd"~linux.rootfsPropagation: unknown "odd"
		.linux.seccomp = {"defaultAction":"SCMP_ACT_MAYBE"}~SCMP_ACT_MAYBE
		.linux.seccomp = {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":[],"action":"SCMP_ACT_LOG"}]}~names is empty
		.hooks.prestart = [{"path":"true"}]~hooks.prestart[0].path
		.hooks.poststop = [{"path":"/bin/true","timeout":0}]~hooks.poststop[0].timeout
		.hooks = []~hooks: an object is wanted
		.process.user.uid = 4294967295~process.user.uid: is no id
		.process.rlimits += .process.rlimits~process.rlimits[1]: a second limit of its type
		.linux.sysctl = {"kernel.sysrq":"0"}~linux.sysctl: kernel.sysrq is the host's
		.linux.netDevices = {"eth0":{}}~linux.netDevices.eth0
		.mounts += [{"type":"tmpfs"}]~destination is missing
		.linux.cgroupsPath = "/a/../b"~cgroup: path
		.linux.namespaces |= map(select(.type != "uts"))~hostname without a uts namespace
	CASES
	printf '{"ociVersion":"1.0.0","ociVersion":"1.0.0"}' >"$B/config.json"
	run rt create --bundle "$B" "$ID"
	refused 'duplicate name "ociVersion"'
	printf '{"ociVersion":' >"$B/config.json"
	run rt create --bundle "$B" "$ID"
	refused JSON
}

@test "exec: environment, folder, user, status, a process file, a terminal" {
	args sleep 100
	rt run -d --bundle "$B" "$ID"
	[ "$(rt exec -e A=b --cwd /tmp --user 5:6 "$ID" sh -c 'echo $A; pwd; id -u; id -g' | tr '\n' ' ')" = "b /tmp 5 6 " ]
	run rt exec "$ID" sh -c 'exit 9'
	[ "$status" = 9 ]
	run rt exec "$ID" sh -c 'kill -KILL $$'
	[ "$status" = 137 ]
	run rt exec "$ID" nothere
	[ "$status" = 1 ]
	[[ $output == *nothere*"No such file"* ]]
	jq '.process | .args = ["sh", "-c", "id -u; grep CapEff /proc/self/status"] | .user.uid = 7' "$B/config.json" >"$T/process"
	run rt exec --process "$T/process" "$ID"
	[ "${lines[0]}" = 7 ]
	run script -qec "$T/pintle-runc --root $T/state exec -t $ID tty" /dev/null
	[[ $output == */dev/pts/* ]]
	for user in -1 4294967295 '' root 1x 1:2:3; do
		run rt exec --user "$user" "$ID" true
		[ "$status" = 1 ]
	done
	rt exec -d --pid-file "$T/pid" "$ID" sleep 50
	[ "$(rt ps --format json "$ID" | jq length)" = 2 ]
	rt ps "$ID" | grep -q sleep
}

@test "process: groups, umask, capabilities, no_new_privs, limits, oom score, personality" {
	edit '.process.user = {"uid":10,"gid":11,"umask":63,"additionalGids":[12,13]} | .process.oomScoreAdj = 300
		| .process.rlimits = [{"type":"RLIMIT_NOFILE","soft":100,"hard":200}]
		| .process.capabilities |= map_values(["CAP_NET_RAW"]) | .process.capabilities.ambient = ["CAP_NET_RAW"]
		| .process.capabilities.inheritable = ["CAP_NET_RAW"] | .process.noNewPrivileges = true'
	alone 'id; umask; cat /proc/self/oom_score_adj; grep -E "^(Cap|NoNew)" /proc/self/status; ulimit -n; ulimit -Hn'
	[[ $output == *"uid=10 gid=11 groups=11,12,13"* || $output == *"uid=10 gid=11 groups=12,13"* ]]
	[[ $output == *0077* ]]
	[[ $output == *$'\n300\n'* ]]
	[ "$(grep -c '0000000000002000' <<<"$output")" = 5 ]
	[[ $output == *NoNewPrivs*1* ]]
	[[ $output == *$'\n100\n200' ]]
}

@test "mounts: binds, read-only for the whole tree, a tmpfs that starts full, options, relative destinations" {
	mkdir -p "$T/src/sub" "$B/rootfs/full/deep"
	mount -t tmpfs sub "$T/src/sub"
	echo kept >"$B/rootfs/full/deep/file"
	chmod 700 "$B/rootfs/full/deep"
	edit ".mounts += [
		{\"destination\":\"/ro\",\"type\":\"bind\",\"source\":\"$T/src\",\"options\":[\"rbind\",\"rro\"]},
		{\"destination\":\"rel\",\"source\":\"$T/src\",\"options\":[\"bind\",\"ro\",\"nosuid\"]},
		{\"destination\":\"/full\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",\"options\":[\"tmpcopyup\",\"size=1m\",\"noexec\"]}]
		| .root.readonly = false"
	alone 'touch /ro/x /ro/sub/x /rel/x; cat /full/deep/file; stat -c %a /full/deep; grep -E " /(full|rel) " /proc/mounts; touch /full/new'
	umount "$T/src/sub"
	[ "$(grep -c 'Read-only file system' <<<"$output")" = 3 ]
	[[ $output == *kept* && $output == *$'\n700\n'* ]]
	[[ $output == *"/full tmpfs rw"*noexec*size=1024k* ]]
	[[ $output == *"/rel "*"ro,nosuid"* ]]
	[ ! -e "$B/rootfs/full/new" ]
}

@test "namespaces: joined by path, a user namespace with maps, time offsets, an id-mapped mount" {
	args sleep 100
	rt run -d --bundle "$B" other
	local pid
	pid=$(rt state other | jq .pid)
	edit "(.linux.namespaces[] | select(.type == \"network\" or .type == \"ipc\" or .type == \"pid\")) |= . + {path: (\"/proc/$pid/ns/\" + {network:\"net\",ipc:\"ipc\",pid:\"pid\"}[.type])}"
	alone 'readlink /proc/self/ns/net; readlink /proc/self/ns/ipc; cat /proc/1/comm'
	[[ $output == *"$(readlink "/proc/$pid/ns/net")"* ]]
	[[ $output == *"$(readlink "/proc/$pid/ns/ipc")"* ]]
	[[ $output == *sleep* ]]
	rt delete --force other
	rt spec --bundle "$T" && mv "$T/config.json" "$B/config.json"
	mkdir "$T/vol" && touch "$T/vol/file" && chown -R 700000:700000 "$B/rootfs"
	edit '.process.terminal = false | .root.readonly = false | .linux.namespaces += [{"type":"user"},{"type":"time"}] |
		.linux.uidMappings = [{"containerID":0,"hostID":700000,"size":1000}] | .linux.gidMappings = .linux.uidMappings |
		.linux.timeOffsets = {"monotonic":{"secs":86400},"boottime":{"secs":864000}} |
		.linux.cgroupsPath = "/pintle-test-oci/u" | .linux.resources = {} |
		.mounts += [{"destination":"/vol","source":"'"$T/vol"'","options":["bind"]}]'
	alone 'cat /proc/self/uid_map; id -u; touch /made && stat -c %u /made; cat /proc/uptime; mount -t tmpfs x /tmp || echo no'
	[[ $output =~ 0\ +700000\ +1000 ]]
	[ "$(stat -c %u "$B/rootfs/made")" = 700000 ]
	# The container's time since boot is this machine's, whatever it is, and ten days.
	local here there
	here=$(cut -d. -f1 /proc/uptime)
	there=$(sed -nE 's/^([0-9]+)\.[0-9]+ [0-9]+\.[0-9]+$/\1/p' <<<"$output")
	[ $((here + 864000 - there)) -ge 0 ] && [ $((here + 864000 - there)) -lt 60 ]
}

@test "hooks: order, state on standard input, a time limit; one that fails calls it all off" {
	cat >"$T/hook" <<-HOOK
		#!/bin/sh
		echo "\$1 \$(cat)" >>$T/hooks
		[ "\$1" != "\$2" ]
	HOOK
	chmod +x "$T/hook"
	hook() { echo "{\"path\":\"$T/hook\",\"args\":[\"hook\",\"$1\",\"${2:-}\"],\"env\":[\"PATH=/usr/bin:/bin\"]}"; }
	edit ".annotations = {\"a.b\":\"c\"} | .hooks = {prestart:[$(hook 1)], createRuntime:[$(hook 2)], createContainer:[$(hook 3)],
		poststart:[$(hook 5)], poststop:[$(hook 6)]}"
	alone true
	[ "$status" = 0 ]
	[ "$(cut -d' ' -f1 "$T/hooks" | tr -d '\n')" = 12356 ]
	[ "$(sed -n 's/^2 //p' "$T/hooks" | jq -r '.status + .annotations["a.b"]')" = creatingc ]
	[ "$(sed -n 's/^6 //p' "$T/hooks" | jq -r .status)" = stopped ]
	edit ".hooks = {createRuntime:[$(hook 2 2)]}"
	run rt run --bundle "$B" "$ID"
	refused hook createRuntime "exit status 1"
	edit '.hooks = {createRuntime:[{"path":"/bin/sleep","args":["sleep","60"],"timeout":1}]}'
	run rt run --bundle "$B" "$ID"
	refused "killed after 1 s"
}

@test "limits: at create and by update, statistics" {
	args sleep 100
	edit '.linux.resources += {"memory":{"limit":33554432},"pids":{"limit":20},"cpu":{"shares":512}}'
	rt run -d --bundle "$B" "$ID"
	local dir=/sys/fs/cgroup/memory/pintle-test-oci/
	[ "$(cat "$(find $dir -mindepth 1 -type d)/memory.limit_in_bytes")" = 33554432 ]
	rt update --memory 64m --pids-limit 30 "$ID"
	[ "$(cat "$(find $dir -mindepth 1 -type d)/memory.limit_in_bytes")" = 67108864 ]
	echo '{"memory":{"limit":41943040}}' | rt update --resources - "$ID"
	[ "$(rt events --stats "$ID" | jq '.data.memory.usage.limit')" = 41943040 ]
	[ "$(rt events --stats "$ID" | jq '.data.pids.limit')" = 30 ]
}

@test "terminal: over a console socket and in the foreground" {
	edit '.process.terminal = true'
	args sh -c 'tty; exit 3'
	run script -qec "$T/pintle-runc --root $T/state run --bundle $B $ID" /dev/null
	[ "$status" = 3 ]
	[[ $output == */dev/pts/0* ]]
	python3 - "$T/sock" >"$T/said" <<-'PY' &
		import array, os, socket, sys
		s = socket.socket(socket.AF_UNIX)
		s.bind(sys.argv[1]); s.listen(1)
		c, _ = s.accept()
		_, anc, _, _ = c.recvmsg(64, socket.CMSG_SPACE(4))
		fd = array.array("i", anc[0][2])[0]
		try:
		    while True:
		        print(os.read(fd, 100).decode(), end="", flush=True)
		except OSError:
		    pass
	PY
	until_true 5 [ -S "$T/sock" ]
	rt create --bundle "$B" --console-socket "$T/sock" "$ID"
	rt start "$ID"
	wait $!
	grep -q /dev/pts/0 "$T/said"
	run rt create --bundle "$B" x
	[[ $output == *console-socket* ]]
}

@test "descriptors: only those that are asked for" {
	alone 'ls /proc/self/fd | wc -l'
	[ "$output" = 4 ]
	args sh -c 'cat <&3; ls /proc/self/fd | wc -l'
	echo third >"$T/third"
	run sh -c "exec 4<&-; $T/pintle-runc --root $T/state run --preserve-fds 1 --bundle $B $ID 3<$T/third"
	[ "${lines[0]}" = third ]
	[ "${lines[1]}" = 5 ]
}

@test "a container without a mount namespace leaves no mount behind" {
	edit '.linux.namespaces |= map(select(.type != "mount")) | .mounts = [.mounts[0]] | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
	args sh -c 'cat /proc/self/comm'
	run unshare -m --propagation private sh -c "$T/pintle-runc --root $T/state run --bundle $B $ID; grep -c $B /proc/self/mountinfo"
	[ "${lines[0]}" = cat ]
	[ "${lines[1]}" = 0 ]
}

@test "50 containers at once, 100 one after the other: nothing is left" {
	local i
	args true
	for i in $(seq 100); do
		rt run --bundle "$B" "n$i"
	done
	nothing_left
	args sleep 100
	for i in $(seq 50); do
		rt run -d --bundle "$B" "p$i" &
	done
	wait
	[ "$(rt list -q | wc -l)" = 50 ]
	for i in $(seq 50); do
		rt delete --force "p$i" &
	done
	wait
	nothing_left
}
