#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # scripts are in single quotes
# Control groups by path, as pintle-runc uses them, on this machine's version 1 hierarchies: cgrun calls
# one function of runtime/cgroup_res.h. Also with the unified hierarchy out of sight; for version 2 see
# cgroup_v2.bats.

load lib.bash

setup_file() {
	need_root
	"$ROOT/tests/host/cgrun.sh" "$PINTLE" "$BATS_FILE_TMPDIR/cgrun"
}

setup() {
	need_root
	[ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ] || skip "no version 1 on this machine"
	[ -d /sys/fs/cgroup/memory ] || skip "no memory controller on version 1"
	T=$BATS_TEST_TMPDIR
	TOP=pintle-test-$$-$BATS_TEST_NUMBER
	G=$TOP/one
	V1=/sys/fs/cgroup
	CHILDREN=()
}

teardown() {
	[ -n "${TOP:-}" ] || return 0
	local child d
	for child in "${CHILDREN[@]}"; do
		kill -KILL "$child" 2>/dev/null || :
		wait "$child" 2>/dev/null || :
	done
	! cg open "$TOP" 2>/dev/null || cg kill "$TOP"
	cg remove "$TOP"
	for d in "$V1"/*/"$TOP"; do
		[ ! -d "$d" ] || { echo "left behind: $d"; return 1; }
	done
}

cg() {
	"$BATS_FILE_TMPDIR/cgrun" "$@"
}

refused() {
	run cg "$@"
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *refused:* ]]
}

value() {
	cat "$V1/$1/$G/$2"
}

has_members() {
	[ -n "$(cg each "$G")" ]
}

has_none() {
	[ -z "$(cg each "$G")" ]
}

uses_memory() {
	[ "$(cg memory "$G")" -gt 8192 ]
}

# background GROUP COMMAND...: in the group; its number is in CHILD.
background() {
	"$BATS_FILE_TMPDIR/cgrun" join "$@" 3>&- &
	CHILD=$!
	CHILDREN+=("$CHILD")
}

sleeper() {
	background "${1:-$G}" sleep 100
	until_true 5 grep -q "$TOP" "/proc/$CHILD/cgroup"
	until_true 5 grep -q sleep "/proc/$CHILD/comm"
}

@test "cgroup: a path is made in every hierarchy, joined, and removed with what is below it" {
	refused open "$G"
	cg make "/$G"
	[ "$(cg mode "$G")" = v1 ]
	sleeper
	grep -v "$G" "/proc/$CHILD/cgroup" >"$T/elsewhere" || :
	[ ! -s "$T/elsewhere" ] || { cat "$T/elsewhere"; return 1; }
	[ "$(cg populated "$G")" = 1 ]
	[ "$(cg each "$G")" = "$CHILD" ]
	mkdir -p "$V1/pids/$G/a/b/c" "$V1/memory/$G/x"
	refused remove "$G"
	[[ $output == *"Resource busy"* ]]
	kill -KILL "$CHILD"
	wait "$CHILD" || :
	cg remove "$G"
	[ ! -e "$V1/pids/$G" ]
	[ ! -e "$V1/memory/$G" ]
	cg remove "$G"
	[ -d "$V1/pids/$TOP" ]
}

@test "cgroup: paths that leave the mount are refused" {
	refused make ../x
	refused make "$TOP/../../x"
	refused make /
	refused make ""
	refused remove "/$TOP/.."
}

@test "cgroup: without the unified hierarchy a host is plain version 1" {
	unshare -m --propagation private sh -c '
		umount /sys/fs/cgroup/unified 2>/dev/null
		"$1" make "$2" && "$1" mode "$2" && "$1" apply "$2" pids=7 &&
		"$1" join "$2" cat /proc/self/cgroup
		' sh "$BATS_FILE_TMPDIR/cgrun" "$G" >"$T/out"
	cat "$T/out"
	grep -qx v1 "$T/out"
	grep -q "pids:/$G" "$T/out"
	[ ! -d "$V1/unified/$G" ]
	[ "$(value pids pids.max)" = 7 ]
}

@test "cgroup: mounts of another name and combined ones are found by mountinfo" {
	unshare -m --propagation private sh -c '
		umount -l /sys/fs/cgroup && mount -t tmpfs none /mnt && mkdir "/mnt/p i d s" &&
		mount -t cgroup -o pids none "/mnt/p i d s" &&
		"$1" make "$2" && "$1" apply "$2" pids=9 &&
		cat "/mnt/p i d s/$2/pids.max" && { "$1" apply "$2" memory.limit=1000000; true; }
		' sh "$BATS_FILE_TMPDIR/cgrun" "$G" >"$T/out" 2>&1
	cat "$T/out"
	grep -qx 9 "$T/out"
	grep -q 'memory.limit_in_bytes = 1000000: the kernel has no such control' "$T/out"
}

@test "cgroup: limits of memory go up and down in the order the kernel takes" {
	cg make "$G"
	cg apply "$G" memory.limit=33554432 memory.swap=67108864 memory.reservation=16777216 \
		memory.swappiness=10 memory.oom=1 memory.kernel=9000000
	[ "$(value memory memory.limit_in_bytes)" = 33554432 ]
	[ "$(value memory memory.soft_limit_in_bytes)" = 16777216 ]
	[ "$(value memory memory.swappiness)" = 10 ]
	grep -q '^oom_kill_disable 1' "$V1/memory/$G/memory.oom_control"
	cg apply "$G" memory.limit=134217728 memory.swap=268435456 memory.oom=0
	[ "$(value memory memory.limit_in_bytes)" = 134217728 ]
	[ "$(value memory memory.memsw.limit_in_bytes)" = 268435456 ]
	cg apply "$G" memory.limit=8388608 memory.swap=8388608
	[ "$(value memory memory.memsw.limit_in_bytes)" = 8388608 ]
	cg apply "$G" memory.limit=0 memory.swap=0
	[ "$(value memory memory.limit_in_bytes)" = 8388608 ]
	refused apply "$G" memory.limit=8388608 memory.swap=4194304
	cg apply "$G" memory.limit=-1
	none=$(cat $V1/memory/memory.memsw.limit_in_bytes)
	[ "$(value memory memory.memsw.limit_in_bytes)" = "$none" ]
}

@test "cgroup: a limit below what is used is refused where it is asked to" {
	cg make "$G"
	sleeper
	until_true 5 uses_memory
	refused apply "$G" memory.limit=8192 memory.check=1
	[[ $output == *"in use"* ]]
	cg apply "$G" memory.limit=67108864 memory.check=1
	[ "$(value memory memory.limit_in_bytes)" = 67108864 ]
}

@test "cgroup: CPU time, burst, idleness, shares and sets" {
	cg make "$G"
	cg apply "$G" cpu.shares=512 cpu.quota=20000 cpu.period=50000 cpu.cpus=0 cpu.mems=0
	[ "$(value cpu cpu.shares)" = 512 ]
	[ "$(value cpu cpu.cfs_quota_us)" = 20000 ]
	[ "$(value cpu cpu.cfs_period_us)" = 50000 ]
	[ "$(value cpuset cpuset.cpus)" = 0 ]
	[ "$(cat "$V1/cpuset/$TOP/cpuset.cpus")" = "$(cat $V1/cpuset/cpuset.cpus)" ]
	cg apply "$G" cpu.quota=-1
	[ "$(value cpu cpu.cfs_quota_us)" = -1 ]
	if [ -e "$V1/cpu/$G/cpu.idle" ]; then
		cg apply "$G" cpu.idle=1 cpu.shares=256
		[ "$(value cpu cpu.idle)" = 1 ]
		cg apply "$G" cpu.idle=0 cpu.shares=256
		[ "$(value cpu cpu.shares)" = 256 ]
	fi
	# The new period does not fit the old quota below the parent's share: it goes after the new quota.
	echo 10000 >"$V1/cpu/$TOP/cpu.cfs_quota_us"
	cg apply "$G" cpu.quota=10000 cpu.period=100000
	cg apply "$G" cpu.quota=2000 cpu.period=20000
	[ "$(value cpu cpu.cfs_period_us)" = 20000 ]
	[ "$(value cpu cpu.cfs_quota_us)" = 2000 ]
}

@test "cgroup: pids, huge pages, block devices; what the kernel lacks is named" {
	cg make "$G"
	cg apply "$G" pids=12
	[ "$(value pids pids.max)" = 12 ]
	cg apply "$G" pids=0
	[ "$(value pids pids.max)" = max ]
	if [ -e "$V1/unified/$G/hugetlb.2MB.max" ]; then
		cg apply "$G" hugetlb:2MB=4194304
		[ "$(value unified hugetlb.2MB.max)" = 4194304 ]
		[ "$(value unified hugetlb.2MB.rsvd.max)" = 4194304 ]
	fi
	refused apply "$G" hugetlb:3MB=1
	[[ $output == *"hugetlb.3MB"*"no such control"* ]]
	refused apply "$G" hugetlb:../2MB=1
	[[ $output == *"page size"* ]]
	refused apply "$G" unified:memory.high=1
	[[ $output == *"version 1"* ]]
	[ -d $V1/net_cls ] || {
		refused apply "$G" network.class=1048577
		[[ $output == *"net_cls.classid = 1048577"* ]]
	}
	cg apply "$G" network.class=0
	disk=$(awk 'NR > 2 && $2 == 0 && $4 !~ /^(loop|ram)/ { print $1 ":" $2; exit }' \
		/proc/partitions)
	[ -z "$disk" ] || {
		cg apply "$G" "throttle:0:$disk=1048576"
		[ "$(value blkio blkio.throttle.read_bps_device)" = "$disk 1048576" ]
		cg apply "$G" "throttle:0:$disk=0"
		[ -z "$(value blkio blkio.throttle.read_bps_device)" ]
	}
	[ ! -e "$V1/blkio/$G/blkio.bfq.weight" ] || {
		cg apply "$G" blkio.weight=300
		[ "$(value blkio blkio.bfq.weight)" = 300 ]
		refused apply "$G" blkio.leaf_weight=300
	}
}

@test "cgroup: device rules say all, the last that speaks decides" {
	cg make "$G"
	[ "$(value devices devices.list)" = "a *:* rwm" ]
	cg devices "$G" +c:1:3:rwm +c:1:5:rw
	[ "$(value devices devices.list)" = "c 1:3 rwm"$'\n'"c 1:5 rw" ]
	cg join "$G" sh -c ': </dev/null'
	run cg join "$G" sh -c ': </dev/full'
	[ "$status" != 0 ]
	# A later rule takes back what it covers of earlier ones.
	cg devices "$G" -a:*:*:rwm +c:1:3:rwm +c:1:7:rwm -c:1:*:w
	[ "$(value devices devices.list)" = "c 1:3 rm"$'\n'"c 1:7 rm" ]
	cg join "$G" sh -c ': </dev/null'
	run cg join "$G" sh -c ': >/dev/null'
	[ "$status" != 0 ]
	cg devices "$G" +c:1:3:rwm -a:*:*:rwm +a:5:1:r
	[ "$(value devices devices.list)" = "b 5:1 r"$'\n'"c 5:1 r" ]
	cg devices "$G" +a:*:*:rwm -c:1:7:rwm
	cg join "$G" sh -c ': >/dev/null'
	run cg join "$G" sh -c ': </dev/full'
	[ "$status" != 0 ]
	refused devices "$G" -a:*:*:rwm +c:1:*:rwm -c:1:3:w
	[[ $output == *"in a wider one"* ]]
	cg container "$G" -a:*:*:rwm +c:1:11:r
	grep -qx 'c 1:11 r' "$V1/devices/$G/devices.list"
	grep -qx 'c 136:\* rwm' "$V1/devices/$G/devices.list"
	mapfile -t rules < <(for i in $(seq 129); do echo "+c:1:$i:r"; done)
	refused devices "$G" "${rules[@]}"
}

@test "cgroup: a group is frozen and thawed, forks or not" {
	cg make "$G"
	[ "$(cg frozen "$G")" = 0 ]
	background "$G" sh -c 'while :; do sleep 0.01 & wait $!; done'
	until_true 5 has_members
	cg freeze "$G"
	[ "$(cg frozen "$G")" = 1 ]
	[ "$(value freezer freezer.state)" = FROZEN ]
	cg freeze "$G"
	cg thaw "$G"
	[ "$(cg frozen "$G")" = 0 ]
	cg freeze "$G"
	cg kill "$G"
	until_true 5 has_none
}

@test "cgroup: groups that a container made below its own are seen, killed and removed" {
	local d
	cg make "$G"
	cg make "$G/a/b"
	sleeper "$G/a/b"
	sleeper "$G"
	[ "$(cg each "$G" | sort -n)" = "$(printf '%s\n' "${CHILDREN[@]}" | sort -n)" ]
	[ "$(cg populated "$G")" = 1 ]
	cg kill "$G"
	wait "${CHILDREN[@]}" || :
	[ "$(cg populated "$G")" = 0 ]
	cg remove "$G"
	for d in "$V1"/*/"$G"; do
		[ ! -d "$d" ]
	done
}

@test "cgroup: statistics are one line of JSON with runc's names" {
	cg make "$G"
	cg apply "$G" pids=30 memory.limit=33554432
	background "$G" sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; exec sleep 100'
	until_true 10 grep -q sleep "/proc/$CHILD/comm"
	cg stats "$G" >"$T/stats"
	[ "$(wc -l <"$T/stats")" = 1 ]
	python3 - "$T/stats" "$G" <<-'PYTHON'
		import json, os, sys
		s = json.load(open(sys.argv[1]))
		assert (s["type"], s["id"]) == ("stats", sys.argv[2]), s
		d = s["data"]
		cpu, memory = d["cpu"]["usage"], d["memory"]
		assert cpu["total"] > 1000000, cpu
		assert len(cpu["percpu"]) == os.cpu_count(), cpu
		assert sum(cpu["percpu"]) <= cpu["total"] * 1.1, cpu
		use = memory["usage"]
		assert use["limit"] == 33554432 and 0 < use["usage"] <= use["max"], use
		assert memory["raw"]["pgfault"] > 0, memory
		assert memory["cache"] == memory["raw"]["cache"], memory
		assert d["pids"]["limit"] == 30 and d["pids"]["current"] >= 1, d["pids"]
		assert isinstance(d["blkio"], dict) and isinstance(d["hugetlb"], dict)
		if os.path.exists("/sys/fs/cgroup/unified/cgroup.controllers"):
		    some = d["cpu"]["psi"]["some"]
		    assert set(some) == {"avg10", "avg60", "avg300", "total"}, some
	PYTHON
}
