#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # scripts are in single quotes
# The runtime alone, without PID 1: ctrrun starts one container from a root made here, also from hostile ones.

load lib.bash

# ctrrun is linked as pintle itself is, from the host board's objects and musl.
setup_file() {
	local out libs
	need_root
	out=$(dirname "$PINTLE") libs=$ROOT/out/deps/x86_64
	gcc -std=c17 -D_GNU_SOURCE -O1 -fno-pie -no-pie -static -nostdinc -nostdlib -nostartfiles \
		-isystem "$libs/include" -isystem "$(gcc -print-file-name=include)" -I"$ROOT" -include "$out/config.h" \
		-o "$BATS_FILE_TMPDIR/ctrrun" "$libs/lib/crt1.o" "$libs/lib/crti.o" "$ROOT/tests/host/ctrrun.c" \
		"$out/libpintle.a" -L"$libs/lib" -lyajl -Wl,--start-group -lc -lgcc -Wl,--end-group "$libs/lib/crtn.o"
}

setup() {
	need_root
	T=$BATS_TEST_TMPDIR
	R=$T/root
	make_root "$R"
}

# make_root FOLDER: busybox, two users, the empty folders that images have.
make_root() {
	mkdir -p "$1/bin" "$1/etc" "$1/tmp" "$1/proc" "$1/sys" "$1/dev"
	put_busybox "$1" sh
	echo 'web:x:1000:1001::/:/bin/sh' >"$1/etc/passwd"
	printf 'web:x:1001:\nserial:x:20:other,web\n' >"$1/etc/group"
}

ctr() {
	run timeout 20 "$BATS_FILE_TMPDIR/ctrrun" "$@"
	echo "status $status: $output"
}

refused() {
	[ "$status" = 125 ]
	[[ $output == *refused:* ]]
	local word
	for word; do
		[[ $output == *"$word"* ]]
	done
}

@test "layers: the upper ones hide the lower, a whiteout removes, changes stay out of them" {
	mkdir "$T/layers"
	mv "$R" "$T/layers/0"
	mkdir -p "$T/layers/1/etc"
	echo low >"$T/layers/0/etc/what"
	echo gone >"$T/layers/0/etc/removed"
	echo high >"$T/layers/1/etc/what"
	mknod "$T/layers/1/etc/removed" c 0 0
	ctr -l "$T/layers:2" -w -- sh -c 'busybox cat /etc/what; busybox ls /etc; echo new >/etc/new && busybox cat /etc/new'
	[ "$status" = 0 ]
	[ "${lines[0]}" = high ]
	[[ $output != *removed* ]]
	[[ $output == *new* ]]
	[ ! -e "$T/layers/0/etc/new" ]
	[ ! -e "$T/layers/1/etc/new" ]
}

@test "errors of exec: the step, the path and the reason" {
	ctr -r "$R" -- nothere
	refused exec nothere "No such file"
	echo x >"$R/bin/plain"
	ctr -r "$R" -- plain
	refused exec plain "ermission denied"
	chmod 755 "$R/bin/plain"
	ctr -r "$R" -- /bin/plain
	refused exec /bin/plain "xec format error"
	ctr -r "$T/no-root" -- sh
	refused no-root
	ctr -r "$R" -u nobody-here -- sh
	refused nobody-here
}

@test "a root with a symlink for /dev, /proc or /sys is refused and nothing lands behind it" {
	local folder
	for folder in dev proc; do
		mkdir "$T/behind-$folder"
		rmdir "$R/$folder"
		ln -s "$T/behind-$folder" "$R/$folder"
		ctr -r "$R" -- sh -c :
		refused "/$folder"
		[ -z "$(ls -A "$T/behind-$folder")" ]
		rm "$R/$folder"
		ln -s tmp "$R/$folder"
		ctr -r "$R" -- sh -c :
		refused "/$folder"
		rm "$R/$folder"
		mkdir "$R/$folder"
	done
	rmdir "$R/sys"
	ln -s tmp "$R/sys"
	ctr -r "$R" -- sh -c :
	refused /sys
}

@test "a mount target behind a symlink stays inside the root" {
	mkdir -p "$T/source" "$T/victim"
	echo bound >"$T/source/file"
	ln -s "../../../../../../..$T/victim" "$R/up"
	ln -s "$T/victim" "$R/abs"
	ctr -r "$R" -w -v "$T/source:/up/a" -- sh -c :
	refused "mount target" /up/a
	[ -z "$(ls -A "$T/victim")" ]
	mkdir -p "$R$T/victim"
	ctr -r "$R" -w -v "$T/source:/up/a" -v "$T/source:/abs/b" -- \
		sh -c "busybox cat $T/victim/a/file $T/victim/b/file"
	[ "$status" = 0 ]
	[ "$output" = "$(printf 'bound\nbound')" ]
	[ -z "$(ls -A "$T/victim")" ]
}

@test "users: by name with the groups of the root, no capability left" {
	ctr -r "$R" -u web -- sh -c 'busybox id -u; busybox id -g; busybox id -G; busybox grep CapEff /proc/self/status'
	[ "$status" = 0 ]
	[ "${lines[0]}" = 1000 ]
	[ "${lines[1]}" = 1001 ]
	[[ " ${lines[2]} " == *" 20 "* ]]
	[[ ${lines[3]} == *0000000000000000 ]]
}

@test "rights: Docker's capabilities without mknod, the filter on, forbidden calls refused" {
	ctr -r "$R" -- busybox grep -E '^(CapInh|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp):' /proc/self/status
	[ "$status" = 0 ]
	[[ $output == *CapEff:*00000000a00425fb* ]]
	[[ $output == *CapBnd:*00000000a00425fb* ]]
	[[ $output == *NoNewPrivs:*1* ]]
	[[ $output == *Seccomp:*2* ]]
	ctr -r "$R" -- busybox unshare -n busybox true
	[ "$status" != 0 ]
	[[ $output == *"not permitted"* ]]
	ctr -r "$R" -g -- busybox unshare -n busybox true
	[ "$status" = 0 ]
}

@test "no descriptor of the caller's reaches the container, no mount of its reaches the caller" {
	local before after
	before=$(sort /proc/self/mountinfo | sed 's/^[0-9]* [0-9]* //')
	exec 9<"$T"
	ctr -r "$R" -- sh -c 'for f in /proc/$$/fd/*; do echo "fd ${f##*/}"; done'
	exec 9<&-
	[ "$status" = 0 ]
	[[ $output == *"fd 2"* ]]
	[[ $output != *"fd 9"* ]]
	after=$(sort /proc/self/mountinfo | sed 's/^[0-9]* [0-9]* //')
	[ "$before" = "$after" ]
}
