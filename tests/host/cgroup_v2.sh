#!/bin/sh
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2046 # rules are words
# The inside of cgroup_v2.bats: process 1 of a virtual machine whose control groups are version 2
# alone. A line "ok NAME" or "not ok NAME" a test on the console, "end" when all were run.
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t cgroup2 cgroup2 /sys/fs/cgroup
for module in virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci \
	virtio_blk; do
	insmod /modules/$module.ko
done
cd /
G=box/one
V2=/sys/fs/cgroup
exec 2>&1 </dev/null

t() {
	name=$1
	set +e
	(set -e; "t_$name")
	[ $? = 0 ] && echo "ok $name" || echo "not ok $name"
	for d in $G/a/b $G box; do
		cgrun kill $d 2>/dev/null
		cgrun remove $d
	done
	set -e
}

value() {
	cat "$V2/$G/$1"
}

is() {
	[ "$1" = "$2" ] || { echo "is \"$1\", not \"$2\""; return 1; }
}

refused() {
	word=$1
	shift
	! cgrun "$@" >/said 2>&1 || { echo "not refused: $*"; return 1; }
	grep -q "refused: .*$word" /said || { cat /said; return 1; }
}

may() {
	cgrun join $G sh -c "$1"
}

may_not() {
	! may "$1" || { echo "may: $1"; return 1; }
}

# Rules for so many block devices.
rules() {
	for number in $(seq "$1"); do echo "-b:$number:1:r"; done
}

t_path() {
	! cgrun open $G
	cgrun make $G
	is "$(cgrun mode $G)" v2
	for c in memory pids cpu cpuset io; do
		grep -qw $c $V2/$G/cgroup.controllers
	done
	is "$(cgrun join /$G cat /proc/self/cgroup)" "0::/$G"
	cgrun join $G sleep 100 &
	usleep 300000
	is "$(cgrun each $G)" $!
	is "$(cgrun populated box)" 1
	refused busy remove $G
	kill -9 $!
	cgrun remove $G
	[ ! -d $V2/$G ] && [ -d $V2/box ]
}

t_memory() {
	cgrun make $G
	cgrun apply $G memory.limit=33554432 memory.swap=50331648 memory.reservation=16777216 \
		memory.kernel=1 memory.kernel_tcp=1
	is "$(value memory.max)" 33554432
	is "$(value memory.swap.max)" 16777216
	is "$(value memory.low)" 16777216
	cgrun apply $G memory.limit=33554432 memory.swap=33554432
	is "$(value memory.swap.max)" 0
	cgrun apply $G memory.limit=0 memory.swap=0
	is "$(value memory.max)" 33554432
	cgrun apply $G memory.limit=-1
	is "$(value memory.max)" max
	is "$(value memory.swap.max)" max
	refused below apply $G memory.limit=2000000 memory.swap=1000000
	refused without apply $G memory.swap=1000000
	refused swappiness apply $G memory.swappiness=10
	refused disableOOMKiller apply $G memory.oom=1
	cgrun apply $G memory.oom=0
	cgrun join $G sleep 100 &
	usleep 300000
	refused "in use" apply $G memory.limit=4096 memory.check=1
	is "$(value memory.max)" max
	cgrun apply $G memory.limit=67108864 memory.check=1
}

t_cpu() {
	cgrun make $G
	cgrun apply $G cpu.shares=1024 cpu.quota=20000 cpu.period=50000 cpu.cpus=0 cpu.mems=0
	is "$(value cpu.weight)" 39
	is "$(value cpu.max)" "20000 50000"
	is "$(value cpuset.cpus)" 0
	cgrun apply $G cpu.quota=-1
	is "$(value cpu.max)" "max 50000"
	cgrun apply $G cpu.quota=30000
	cgrun apply $G cpu.period=60000
	is "$(value cpu.max)" "30000 60000"
	cgrun apply $G cpu.burst=40000 cpu.quota=50000
	is "$(value cpu.max.burst)" 40000
	cgrun apply $G cpu.burst=5000 cpu.quota=6000
	is "$(value cpu.max)" "6000 60000"
	cgrun apply $G cpu.idle=1 cpu.shares=512
	is "$(value cpu.idle)" 1
	cgrun apply $G cpu.idle=0 cpu.shares=512
	is "$(value cpu.weight)" 20
	refused realtime apply $G cpu.rt_runtime=1000
}

t_others() {
	cgrun make $G
	cgrun apply $G pids=12
	is "$(value pids.max)" 12
	cgrun apply $G pids=-1
	is "$(value pids.max)" max
	cgrun apply $G hugetlb:2MB=4194304
	is "$(value hugetlb.2MB.max)" 4194304
	is "$(value hugetlb.2MB.rsvd.max)" 4194304
	refused "no such control" apply $G hugetlb:3MB=1
	refused "version 2 has none" apply $G network.class=1048577
	refused "version 2 has none" apply $G net_prio:lo=1
	if [ -e $V2/$G/io.bfq.weight ]; then
		cgrun apply $G blkio.weight=100
		is "$(value io.bfq.weight)" "default 100"
	elif [ -e $V2/$G/io.weight ]; then
		cgrun apply $G blkio.weight=100
		is "$(value io.weight)" "default 910"
	else
		refused "no such control" apply $G blkio.weight=100
	fi
	refused leafWeight apply $G blkio.leaf_weight=100
	disk=$(cat /sys/block/vda/dev)
	cgrun apply $G throttle:0:$disk=1048576
	cgrun apply $G throttle:3:$disk=200
	is "$(value io.max)" "$disk rbps=1048576 wbps=max riops=max wiops=200"
	cgrun apply $G throttle:0:$disk=0
	is "$(value io.max)" "$disk rbps=max wbps=max riops=max wiops=200"
}

t_unified() {
	cgrun make $G
	cgrun apply $G unified:memory.high=16777216
	is "$(value memory.high)" 16777216
	disk=$(cat /sys/block/vda/dev)
	cgrun apply $G "unified:io.max=$disk rbps=1000000
$disk wbps=2000000"
	is "$(value io.max)" "$disk rbps=1000000 wbps=2000000 riops=max wiops=max"
	cgrun apply $G cpu.cpus=0
	cgrun apply $G unified:cpuset.cpus=
	is "$(value cpuset.cpus)" ""
	cgrun apply $G unified:cgroup.max.depth=3
	for file in cgroup.procs cgroup.subtree_control cgroup.freeze tasks ../one/memory.high .hidden; do
		refused resources.unified apply $G unified:$file=1
	done
	refused "no such control" apply $G unified:memory.nonsense=1
}

t_devices() {
	cgrun make $G
	may ': </dev/null && : </dev/full'
	cgrun devices $G +c:1:3:rwm
	may ': >/dev/null'
	may_not ': </dev/full'
	may_not 'mknod /tmp/node c 1 7'
	# Replaced, not added to: with the former program still there full would stay closed.
	cgrun devices $G -a:*:*:rwm +c:1:7:rwm -c:1:*:w +c:1:7:m
	may ': </dev/full'
	may_not ': >/dev/full'
	may_not ': </dev/null'
	may 'mknod /tmp/node c 1 7 && rm -f /tmp/node'
	cgrun devices $G +a:*:*:rwm
	may ': >/dev/full || : && mknod /tmp/node c 1 9 && rm -f /tmp/node'
	cgrun devices $G +c:1:3:r +c:1:3:w
	may ': <>/dev/null'
	cgrun container $G -a:*:*:rwm
	may ': <>/dev/null && : </dev/urandom && mknod /tmp/node b 8 0 && rm -f /tmp/node'
	may_not ': </dev/vda'
	# One that runs meanwhile, and one whose rules change while it runs.
	cgrun join $G sh -c 'while true </dev/null; do usleep 10000; done; echo refused >/tmp/loop' &
	for i in 1 2 3 4 5 6 7 8 9 10; do
		cgrun devices $G +c:1:3:r +c:1:$i:m
	done
	[ ! -e /tmp/loop ]
	cgrun devices $G -a:*:*:rwm
	usleep 500000
	grep -q refused /tmp/loop
	refused "more than" devices $G $(rules 129)
}

# A group whose program was put there without BPF_F_ALLOW_MULTI, as pintle did before: the kernel
# wants the same flags again.
t_devices_old() {
	cgrun make $G
	cgrun old $G
	may_not ': </dev/null'
	cgrun devices $G +c:1:3:rwm
	may ': </dev/null'
	may_not ': </dev/zero'
}

t_devices_below() {
	cgrun make $G
	cgrun make $G/a/b
	cgrun devices $G -a:*:*:rwm +c:1:3:rwm +c:1:5:rwm
	cgrun devices $G/a/b +a:*:*:rwm -c:1:5:rwm
	cgrun join $G/a/b sh -c ': </dev/null'
	! cgrun join $G/a/b sh -c ': </dev/zero'
	! cgrun join $G/a/b sh -c ': </dev/full'
}

t_many_rules() {
	cgrun make $G
	cgrun devices $G $(rules 126) -c:1:5:rwm +c:1:3:rwm
	may ': <>/dev/null'
	may_not ': </dev/zero'
}

t_freeze() {
	cgrun make $G
	is "$(cgrun frozen $G)" 0
	cgrun join $G sh -c 'while :; do usleep 1000; done' &
	usleep 300000
	cgrun freeze $G
	is "$(cgrun frozen $G)" 1
	cgrun freeze $G
	cgrun thaw $G
	is "$(cgrun frozen $G)" 0
	cgrun freeze $G
	cgrun kill $G
	usleep 300000
	is "$(cgrun each $G)" ""
}

t_below() {
	cgrun make $G
	mkdir -p $V2/$G/x/y/z
	cgrun make $G/a/b
	cgrun join $G/a/b sleep 100 &
	cgrun join $G/x/y/z sleep 100 &
	usleep 300000
	is "$(cgrun each $G | wc -l)" 2
	is "$(cgrun populated $G)" 1
	cgrun kill $G
	cgrun remove $G
	[ ! -d $V2/$G ]
}

t_stats() {
	cgrun make $G
	cgrun apply $G memory.limit=33554432 memory.swap=50331648 pids=30
	cgrun join $G sh -c 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done
		dd if=/dev/vda of=/dev/null bs=64k count=4; sleep 100' &
	usleep 1500000
	echo "stats $(cgrun stats $G)"
}

for one in path memory cpu others unified devices devices_old devices_below many_rules freeze \
	below stats; do
	t $one
done
echo end
poweroff -f
