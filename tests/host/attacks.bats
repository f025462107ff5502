#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # scripts are in single quotes
# Escapes that other runtimes fell to, tried on pintle-runc: each test performs the attack and looks at the host. By its other name,
# attacks_userns.bats, the same with root inside being nobody outside. The numbers are the CVEs' of runc, crun, LXC, kubelet.
# RACE_SECONDS=60 for the long form; RACE_PAUSE_US=1000 where containers are so slow that none gets through otherwise.

load lib.bash

setup_file() {
	need_root
	gcc -O1 -Wall -Werror -o "$BATS_FILE_TMPDIR/race" "$ROOT/tests/host/race.c"
}

setup() {
	need_root
	T=$BATS_TEST_TMPDIR
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$T"
	USERNS='' B=$T/bundle R=$T/bundle/rootfs V=$T/victim
	mkdir -p "$R/bin" "$R"/{proc,sys,dev,etc,tmp} "$V"
	put_busybox "$R" sh cat id sleep true ls mount umount grep mkdir ln readlink unshare touch echo mknod chroot
	echo secret >"$V/secret"
	# A copy to be attacked, and its sum.
	cp "$PINTLE" "$T/pintle-runc"
	SUM=$(sha256sum <"$T/pintle-runc")
	rt spec --bundle "$B"
	edit '.process.terminal = false | .root.readonly = false | .linux.cgroupsPath = "/pintle-test-attack/c"'
	[[ $BATS_TEST_FILENAME != *userns* ]] || userns
}

teardown() {
	[ "$(sha256sum <"$T/pintle-runc")" = "$SUM" ]
	[ "$(cat "$V/secret")" = secret ] && [ "$(ls -A "$V")" = secret ]
	rt delete --force c 2>/dev/null || true
	find /sys/fs/cgroup/*/pintle-test-attack -depth -type d -exec rmdir {} + 2>/dev/null || true
	! grep "$B" /proc/self/mountinfo
}

rt() {
	timeout -k 5 30 "$T/pintle-runc" --root "$T/state" "$@" 3>&-
}

edit() {
	jq "$1" "$B/config.json" >"$T/edited"
	mv "$T/edited" "$B/config.json"
}

args() {
	edit ".process.args = $(jq -cn '$ARGS.positional' --args -- "$@")"
}

# Root inside is nobody outside.
userns() {
	USERNS=yes
	chown -hR 700000:700000 "$R"
	edit '.linux.namespaces += [{"type":"user"}] | .linux.uidMappings = [{"containerID":0,"hostID":700000,"size":1000}]
		| .linux.gidMappings = .linux.uidMappings | .linux.resources = {}'
}

go() {
	run rt run --bundle "$B" c
	echo "status $status: $output"
}

refused() {
	go
	[ "$status" != 0 ]
	local word
	for word; do
		[[ $output == *"$word"* ]]
	done
	[ "$(ls -A "$V")" = secret ]
}

@test "2019-5736: the runtime's binary cannot be written through /proc, by an entrypoint or by a process that waits for exec" {
	# The container starts the runtime itself as an interpreter, keeps its file, and writes to it.
	printf '#!/proc/self/exe\n' >"$R/bin/evil" && chmod +x "$R/bin/evil"
	# What runs is then pintle, as the container's init: it ends when it is told to, and what it was is still whole.
	args /bin/evil
	rt run -d --bundle "$B" c </dev/null >/dev/null 2>&1 || true
	rt delete --force c
	args sh -c 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); for p in /proc/[0-9]*; do [ $p = /proc/1 ] || [ ! -e $p/exe ] || { echo owned >$p/exe; } 2>/dev/null; done; done'
	rt run -d --bundle "$B" c </dev/null >/dev/null 2>&1
	local _
	for _ in $(seq 40); do
		rt exec c true || true
	done
	[ "$(sha256sum <"$T/pintle-runc")" = "$SUM" ]
}

@test "2026-41579, 2026-47766: an image whose /dev, /proc or /sys is a symlink" {
	local folder target
	for folder in dev proc sys; do
		for target in "$V" ../../../../../../../"$V" tmp; do
			rmdir "$R/$folder"
			ln -s "$target" "$R/$folder"
			refused "/$folder"
			rm "$R/$folder" && mkdir "$R/$folder"
		done
	done
}

@test "2021-30465, 2024-45310, 2017-1002101, 2019-18837: symlinks on the way to a mount target lead nowhere outside" {
	mkdir -p "$T/src" && touch "$T/src/new"
	ln -s "$V" "$R/abs" && ln -s "../../../../../../../../$V" "$R/rel"
	edit '.mounts += [{"destination":"/abs/in","source":"'"$T/src"'","options":["bind"]},
		{"destination":"/rel","source":"'"$T/src"'","options":["bind"]}]'
	args ls /abs/in /rel
	go
	[ "$(ls -A "$V")" = secret ]
}

# race FOLDER N: folders a1, … aN and as many symlinks to the victim, b1, … bN, swapped until race_end, which sets SWAPS.
race() {
	local i
	for i in $(seq "$2"); do
		mkdir -p "$1/a$i"
		ln -s "$V" "$1/b$i"
	done
	"$BATS_FILE_TMPDIR/race" "$1" "$2" "${RACE_PAUSE_US:-0}" 3>&- >"$T/swaps" &
	RACER=$!
}

race_end() {
	kill "$RACER"
	wait "$RACER"
	SWAPS=$(cat "$T/swaps")
}

# A mount of each kind below the folders that are swapped: each is a try.
race_mounts() {
	local i more=
	for i in $(seq "$1"); do
		more+=",{\"destination\":\"/s/a$i\",\"type\":\"tmpfs\",\"source\":\"tmpfs\"}
			,{\"destination\":\"/s/a$i/folder\",\"source\":\"$T/src\",\"options\":[\"rbind\",\"ro\"]}
			,{\"destination\":\"/s/a$i/file\",\"source\":\"$T/src/new\",\"options\":[\"bind\"]}
			,{\"destination\":\"/s/a$i/made/deep\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",\"options\":[\"nosuid\",\"size=64k\"]}
			,{\"destination\":\"/s/a$i/queue\",\"type\":\"mqueue\",\"source\":\"mqueue\"}"
	done
	edit ".mounts += [{\"destination\":\"/s\",\"source\":\"$T/shared\",\"options\":[\"bind\"]}$more]
		| .linux.devices = [range(1; $1 + 1) | {path: \"/s/a\(.)/node\", type: \"c\", major: 1, minor: 3, fileMode: 438}]
		| .linux.maskedPaths += [range(1; $1 + 1) | \"/s/a\(.)/file\"]
		| .linux.readonlyPaths += [range(1; $1 + 1) | \"/s/a\(.)/folder\"]"
	MOUNTS=$(($1 * 8))
}

# race_for SECONDS NAME: containers one after the other while the names are swapped; nothing of the host is touched.
race_for() {
	local end=$((SECONDS + $1)) refused=0 started=0
	race "$T/shared" "$SIBLINGS"
	while [ $SECONDS -lt "$end" ]; do
		if rt run --bundle "$B" c >/dev/null 2>&1; then started=$((started + 1)); else refused=$((refused + 1)); fi
		[ "$(ls -A "$V")" = secret ]
	done
	race_end
	TRIES=$((TRIES + started * MOUNTS + refused))
	echo "# ${2:-as root}: $started containers started with $MOUNTS targets each, $refused refused, $SWAPS swaps, 0 objects of the host touched" >&3
	[ "$started" -gt 0 ]
	[ "$SWAPS" -gt $((started * MOUNTS)) ]
}

@test "2021-30465: a sibling that swaps folders and symlinks while mounts, nodes and masks are made" {
	local seconds=${RACE_SECONDS:-4}
	SIBLINGS=4 TRIES=0
	mkdir -p "$T/shared" "$T/src" && touch "$T/src/new"
	chmod 777 "$V"
	# What goes by path alone is caught by this: else the rest would prove nothing.
	race "$T/shared" "$SIBLINGS"
	until_true 20 naive_is_caught
	race_end
	find "$V" -name naive -delete
	rm -rf "$T/shared"
	mkdir "$T/shared"
	race_mounts "$SIBLINGS"
	# Where the links lead inside the root there is a folder of that name: a try ends there, not in an error.
	mkdir -p "$R$V"
	if [ -n "$USERNS" ]; then
		chown 700000:700000 "$T/shared"
		# A node that is bound there has the host's name: there is none of these.
		edit '.linux.devices = []'
		MOUNTS=$((SIBLINGS * 7))
	fi
	args true
	race_for "$seconds" "${USERNS:+in a user namespace}"
	chmod 755 "$V"
	echo "# $TRIES tries in $seconds s" >&3
	[ "$seconds" -lt 60 ] || [ "$TRIES" -ge 10000 ]
}

naive_is_caught() {
	local i
	for i in $(seq 50); do mkdir -p "$T/shared/a1/naive" 2>/dev/null || :; done
	[ -e "$V/naive" ]
}

@test "2019-16884, 2019-19921, 2023-27561, 2025-52881: nothing is mounted over proc, nothing written there goes elsewhere" {
	mkdir -p "$T/fake/self/attr" "$T/fake/sys/kernel"
	local dest
	for dest in /proc /proc/self/attr /proc/sys /proc/sys/kernel/core_pattern /proc/1; do
		edit '.mounts |= map(select(.source != "'"$T"'/fake")) | .mounts += [{"destination":"'$dest'","source":"'"$T"'/fake","options":["rbind"]}]'
		refused "$dest"
	done
	edit '.mounts |= map(select(.source != "'"$T"'/fake"))'
	# A volume of another container's making on /proc: what is written with the label's or sysctl's name stays in our own procfs.
	ln -s /proc "$R/p"
	edit '.mounts += [{"destination":"/p/sys","source":"'"$T"'/fake","options":["rbind"]}]'
	refused /p/sys
	edit '.mounts |= map(select(.source != "'"$T"'/fake")) | .linux.sysctl = {"../../sys/kernel/core_pattern":"|/evil"}'
	refused sysctl
	[ "$(cat /proc/sys/kernel/core_pattern)" != '|/evil' ]
}

@test "2025-31133: what covers masked files is the null device, whatever the image calls /dev/null" {
	edit '.mounts |= map(select(.destination != "/dev" and .destination != "/dev/pts" and .destination != "/dev/shm" and .destination != "/dev/mqueue"))'
	ln -s "$V/secret" "$R/dev/null"
	args cat /proc/keys
	go
	[[ $output != *secret* ]]
	[ "$(cat "$V/secret")" = secret ]
	rm -f "$R/dev/null" && echo x >"$R/dev/null"
	refused /dev/null
}

@test "2025-52565: /dev/console and /dev/pts/ptmx that are not what they seem" {
	edit '.process.terminal = true | .mounts |= map(select(.destination != "/dev" and .destination != "/dev/pts"))'
	mkdir -p "$R/dev/pts"
	ln -s "$V/secret" "$R/dev/console" && ln -s "$V/secret" "$R/dev/pts/ptmx"
	run script -qec "$T/pintle-runc --root $T/state run --bundle $B c" /dev/null
	[ "$status" != 0 ]
	[[ $output == *terminal* ]]
	rm "$R/dev/pts/ptmx" && touch "$R/dev/pts/ptmx"
	run script -qec "$T/pintle-runc --root $T/state run --bundle $B c" /dev/null
	[ "$status" != 0 ]
}

@test "2024-21626: a folder of the host left open is no working folder, for run nor for exec" {
	# Some of the numbers are the runtime's own folders inside the root: those are fine.
	local fd
	args ls
	for fd in $(seq 3 20); do
		edit ".process.cwd = \"/proc/self/fd/$fd\""
		run sh -c "exec 7<$V 8</; $T/pintle-runc --root $T/state run --bundle $B c"
		[[ $status != 0 || $output == bin*tmp ]]
		[[ $output != *secret* && $output != *boot* ]]
	done
	edit '.process.cwd = "/"'
	args sleep 100
	rt run -d --bundle "$B" c
	for fd in $(seq 3 20); do
		run sh -c "exec 7<$V 8</; $T/pintle-runc --root $T/state exec --cwd /proc/self/fd/$fd c ls"
		[[ $status != 0 || $output == bin*tmp ]]
		[[ $output != *secret* && $output != *boot* ]]
	done
}

@test "2022-0492, 2023-25809: no cgroup file system to write to, no mount, no namespace, no release_agent" {
	args sh -c 'unshare -U true; unshare -m true; mkdir /tmp/c; mount -t cgroup -o memory c /tmp/c; echo x >/sys/fs/cgroup/memory/memory.limit_in_bytes; echo "|/evil" >/proc/sys/kernel/core_pattern; echo b >/proc/sysrq-trigger; mknod /tmp/sda b 8 0 && cat /tmp/sda; echo end'
	go
	[[ $output == *end ]]
	[ "$(grep -cE 'not permitted|denied|Read-only|nonexistent|No such' <<<"$output")" -ge 6 ]
	local agent
	for agent in /sys/fs/cgroup/*/release_agent; do
		[ -z "$(cat "$agent")" ]
	done
}

@test "2022-29162, 2022-27650: no capability is inherited that was not asked for, also by exec" {
	args sh -c 'grep -E "Cap(Inh|Amb)" /proc/self/status; sleep 100'
	rt run -d --bundle "$B" c >"$T/out" 2>&1 </dev/null
	until_true 5 grep -q CapAmb "$T/out"
	[ "$(grep -c 0000000000000000 "$T/out")" = 2 ]
	[ "$(rt exec c grep -E 'Cap(Inh|Amb)' /proc/self/status | grep -c 0000000000000000)" = 2 ]
	[ "$(rt exec --user 1000 c grep -E 'Cap(Prm|Eff)' /proc/self/status | grep -c 0000000000000000)" = 0 ] ||
		[ "$(rt exec --user 1000 c id -u)" = 1000 ]
}

@test "2026-30892: a user that is no number is nobody" {
	args sleep 100
	rt run -d --bundle "$B" c
	local user
	for user in 1x -1 4294967295 4294967296 18446744073709551616 0x0 '' ' 0' 1: :1 1:x; do
		run rt exec --user "$user" c id -u
		[ "$status" != 0 ]
	done
}

@test "leaks: neither descriptors nor mounts of the host are inside" {
	args sh -c 'ls -l /proc/self/fd; cat /proc/self/mountinfo'
	run sh -c "exec 9<$V; $T/pintle-runc --root $T/state run --bundle $B c"
	[[ $output != *victim* ]]
	echo "$output" | grep ' -> '
	[ "$(grep -c ' -> ' <<<"$output")" -le 4 ]
}

@test "the name of this file says who root inside is outside" {
	args cat /proc/self/uid_map
	go
	[[ $USERNS = yes && $output == *700000*1000 || -z $USERNS && $output == *' 0 '*4294967295 ]]
}
