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
		"$r/seccomp_compile.c" "$r/seccomp_emit.c" "$r/seccomp_names.c" \
		"$r/base/err.c" "$r/base/str.c" "$r/base/str_fmt.c" -lseccomp
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
