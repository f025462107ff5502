#!/bin/sh
# SPDX-License-Identifier: ISC
# ns.sh SKELETON MNT MODE PROGRAM... - the inside of lib.bash's boot(): runs as process 1 of fresh mount, pid, net,
# ipc, uts and cgroup namespaces, builds a private root on a tmpfs at MNT and becomes PROGRAM in it. Every mount
# made here dies with the namespace; the host's own mounts are private before the first one.
#
# The group that boot() put us in is the root of our cgroup namespace. MODE: v2 (cgroup2, whatever controllers
# it has here), v1 (the v1 hierarchies memory, pids, cpu, devices, freezer, those that exist), none.
set -eu

skeleton=$1 mnt=$2 mode=$3
shift 3

mount -t tmpfs -o mode=755,size=256m pintle-root "$mnt"
cp -a "$skeleton/." "$mnt/"
cd "$mnt"
mkdir -p dev dev/pts dev/shm proc sys run tmp var/lib/pintle images old
chmod 1777 tmp

mount -t tmpfs -o mode=755,size=64k pintle-dev dev
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
	name=${node%%:*} numbers=${node#*:}
	mknod -m 666 "dev/$name" c "${numbers%:*}" "${numbers#*:}"
done
mkdir dev/pts dev/shm
[ ! -d "${IMAGES:-}" ] || { mount --bind "$IMAGES" images && mount -o remount,bind,ro images; }
[ ! -d "${STATE:-}" ] || mount --bind "$STATE" var/lib/pintle

mount -t proc proc proc
mount -t sysfs sysfs sys
case $mode in
v2)
	mount -t cgroup2 cgroup2 sys/fs/cgroup
	# A group with processes cannot hand controllers down: step aside as systemd does.
	mkdir -p sys/fs/cgroup/init.scope
	echo 1 >sys/fs/cgroup/init.scope/cgroup.procs
	;;
v1)
	mount -t tmpfs -o mode=755,size=64k cgroup sys/fs/cgroup
	for c in memory pids cpu devices freezer; do
		mkdir "sys/fs/cgroup/$c"
		mount -t cgroup -o "$c" "cgroup-$c" "sys/fs/cgroup/$c" 2>/dev/null || rmdir "sys/fs/cgroup/$c"
	done
	;;
esac

ip link set lo up 2>/dev/null || :
pivot_root . old
cd /
exec /bin/busybox sh -c 'umount -l /old && rmdir /old && exec "$@"' sh "$@"
