#!/bin/sh
# SPDX-License-Identifier: ISC
# Inside the guest, on the build machine's own programs: control groups of version 2 and nothing else, a
# terminal, a loopback; then the suites of SUITES (apart by commas) on the binary PINTLE, over the console:
# a host suite by its name, or bench, the runtime's figures.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb
# The checkout may lie below a folder that is about to be covered.
mkdir /checkout && mount --bind "$TOP" /checkout
for folder in /tmp /run /var/tmp /var/lib/containers /var/lib/containerd; do
	mkdir -p "$folder" && mount -t tmpfs -o mode=1777 tmpfs "$folder"
done
mkdir -p "$TOP" && mount --move /checkout "$TOP"
mkdir -p /dev/pts /dev/shm /dev/mqueue /run/lock
ln -s /proc/self/fd /dev/fd
for n in 0:stdin 1:stdout 2:stderr; do ln -s "fd/${n%:*}" "/dev/${n#*:}"; done
mount -t devpts -o ptmxmode=0666,mode=0620,gid=5 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t mqueue mqueue /dev/mqueue
mount -t cgroup2 cgroup2 /sys/fs/cgroup
for c in $(cat /sys/fs/cgroup/cgroup.controllers); do echo "+$c" >/sys/fs/cgroup/cgroup.subtree_control; done
# What runs is in a group of its own: the root group's files are not a container's.
mkdir /sys/fs/cgroup/suite && echo $$ >/sys/fs/cgroup/suite/cgroup.procs
ip link set lo up
hostname guest
cd "$TOP" || echo "GUEST no $TOP"
echo "GUEST kernel $(uname -r), control groups: $(stat -fc %T /sys/fs/cgroup)"
for suite in $(echo "$SUITES" | tr , ' '); do
	echo "GUEST begin $suite"
	# Emulation is slow: what counts seconds has more of them, what counts rounds fewer.
	case $suite in
	bench) RUNS=15 COUNT=50 AT_ONCE=20 python3 tests/bench/runtime.py "$PINTLE-runc" "$BUSYBOX" 2>&1 ;;
	*) RACE_SECONDS=20 RACE_PAUSE_US=5000 TEST_OUT=/tmp/out bats --tap "tests/host/$suite" </dev/null 2>&1 ;;
	esac
	echo "GUEST end $?"
done
echo o >/proc/sysrq-trigger
sleep 10
