#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The order in which an image job changes the store, read from a trace of its system calls (order.py): whatever call the
# power goes after, a name in the store stands for what is whole.

load lib.bash

setup() {
	need_root
	images
	S=$BATS_TEST_TMPDIR/store TRACE=$BATS_TEST_TMPDIR/trace
	CONF=$BATS_TEST_TMPDIR/conf IMAGE=oci:$TEST_OUT/images/amd64/web:1.0
	printf '[Trust]\nKey=%s/keys/release.pem\n' "$TEST_OUT/images" >"$CONF"
	: >"$TRACE"
}

# Loads the image; the trace grows by what it did. INJECT: what strace is to do to it.
traced() {
	strace -f -y -A -o "$TRACE" ${INJECT:+-e "inject=$INJECT"} "$PINTLE" load --config "$CONF" --store "$S" "$IMAGE" 3>&-
}

ordered() {
	python3 "$HERE/order.py" "$TRACE" "$S"
}

# disordered WORDS AWK: a trace changed by the program is refused with the words.
disordered() {
	awk "$2" "$TRACE" >"$TRACE.bad"
	! cmp -s "$TRACE" "$TRACE.bad"
	run python3 "$HERE/order.py" "$TRACE.bad" "$S"
	echo "$output"
	[ "$status" -eq 1 ]
	grep -q -- "$1" <<<"$output"
}

@test "durable: what is renamed is on the disk, and its name before what builds on it" {
	traced
	run ordered
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c ' -> layers/sha256/' <<<"$output")" -eq 3 ]
	[ "$(grep -c ' -> images/sha256/' <<<"$output")" -eq 1 ]
	[[ "$(grep ' -> ' <<<"$output" | tail -1)" =~ ' -> refs/' ]]
}

@test "durable: the judge of the order sees what is left out or moved" {
	traced
	ordered
	disordered "before it is on the disk.*staging/layer-0" '!/ syncfs\(/'
	disordered "names that it builds on.*layers/sha256" '!/ fsync\(.*layers/'
	disordered "names that it builds on.*images/sha256" '!/ fsync\(.*images/'
	disordered "before it is on the disk.*refs/.*tmp" '!/ fsync\(.*refs.*tmp/'
	disordered "folder was not synced.*refs" '!/ fsync\([0-9]+<[^>]*refs>/'
	# shellcheck disable=SC2016 # awk's $0
	disordered "before it is on the disk.*staging/layer-0" \
		'/ syncfs\(/ { held = $0; next } { print } / renameat\(.*layer-0/ { print held }'
}

@test "durable: an image found damaged is replaced in order" {
	traced
	: >"$TRACE"
	rm "$S"/images/sha256/*/run.rec
	traced
	ordered | grep -q ' -> images/sha256/'
}

@test "durable: the second load finds all in the store and renames nothing" {
	traced
	: >"$TRACE"
	traced | grep -q 'from the store'
	ordered | grep -q ' 0 renames$'
}

# killed_at CALL N: the job is killed as it is about to do its Nth CALL; the next one completes, and both together keep the
# order: a name that the first left behind is on the disk before the second builds on it.
killed_at() {
	rm -rf "$S"
	: >"$TRACE"
	INJECT="$1:signal=KILL:when=$2" run traced
	[ "$status" -eq 137 ]
	traced
	ordered
	[ "$(find "$S/staging" -mindepth 1 | wc -l)" -eq 0 ]
	find "$S" -mindepth 1 -printf '%P %y %m %l\n' | sort >"$BATS_TEST_TMPDIR/have"
	diff "$BATS_TEST_TMPDIR/want" "$BATS_TEST_TMPDIR/have"
}

@test "durable: killed before any step, the next load settles and completes" {
	traced
	find "$S" -mindepth 1 -printf '%P %y %m %l\n' | sort >"$BATS_TEST_TMPDIR/want"
	local call n many
	cp "$TRACE" "$TRACE.first"
	for call in flock syncfs renameat fsync unlinkat; do
		many=$(grep -c " $call(" "$TRACE.first")
		for n in $(seq "$many"); do
			echo "$call $n"
			killed_at "$call" "$n"
		done
	done
}
