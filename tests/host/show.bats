#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# pintle show: what a unit comes to, and that it is the truth: pintle-runc makes the same container of it as PID 1 does.

load lib.bash

setup() {
	host_setup
	STATE=$T/state
	mkdir -p "$STATE"
	busybox_root
	mkdir "$SKEL/roots/bb/data"
}

teardown() {
	host_teardown
}

show() {
	"$PINTLE" show "$@" 3>&-
}

@test "show: lines with their files, drop-ins after the unit, on the device by name" {
	printf '[Container]\nRootfs=/roots/bb\nExec=sleep 1000\n' | unit web.container
	mkdir "$SKEL/etc/pintle/units/web.container.d"
	printf '[Container]\nHostName=there\n' >"$SKEL/etc/pintle/units/web.container.d/10.conf"
	printf '[Service]\nExecStart=/bin/sleep 1\n' | unit plain.service
	boot
	p show web >"$T/said"
	[ "$(head -7 "$T/said")" = "# /etc/pintle/units/web.container
[Container]
Rootfs=/roots/bb
Exec=sleep 1000
# /etc/pintle/units/web.container.d/10.conf
[Container]
HostName=there" ]
	tail -n +9 "$T/said" | jq -e '.config.hostname == "there" and .config.process.args == ["sleep", "1000"]'
	p show --json web plain | jq -es 'length == 2 and .[0].lines[2].line == 2 and .[1].config == null and .[1].lines[0].key == "ExecStart"'
	{ printf '[Service]\nExecStart=/bin/true\n'; yes A= | head -n 2100; } >"$T/long.service"
	run show "$T/long.service"
	[ "$status" = 1 ]
	[[ $output == *'too many lines'* ]]
	run p show nope
	[ "$status" = 4 ]
}

@test "show: a file on the desk; an error is named and is the exit status" {
	printf '[Container]\nImage=web:1.0\nUser=web\n' >"$T/web.container"
	show --json "$T/web.container" >"$T/said"
	jq -e '.config.annotations["org.pintle.user"] == "web" and (.image_unknown | length) > 0' "$T/said"
	# The group of a user without one is known in the root alone.
	printf '[Container]\nRootfs=/r\nUser=1000\n' >"$T/number.container"
	show --json "$T/number.container" | jq -e '.config.process.user.uid == 1000 and .config.annotations["org.pintle.user"] == "1000"'
	printf '[Container]\nRootfs=/r\nUser=1000:7\n' >"$T/number.container"
	show --json "$T/number.container" | jq -e '.config.process.user.gid == 7 and .config.annotations["org.pintle.user"] == null'
	printf '[Container]\nRootfs=/r\nPidsLimit=many\n' >"$T/bad.container"
	run show --json "$T/bad.container"
	[ "$status" = 1 ]
	[[ $output == *"bad.container:3:"* ]]
}

@test "show: pintle-runc makes of its config what PID 1 makes of the unit" {
	local look='id; pwd; hostname; umask; grep -E "^(Cap|NoNew|Seccomp)" /proc/self/status | tr "\t" " "; cat /proc/self/uid_map
		cat /proc/sys/net/ipv4/ip_forward; ulimit -n; ulimit -Hn; env | grep -E "^(A|container|HOME|HOSTNAME|PATH)=" | sort
		for p in / /data /scratch /proc /sys /dev /dev/shm /proc/kcore /proc/sys; do grep " $p " /proc/self/mountinfo | cut -d" " -f4-6; done
		cat /data/file; touch /data/x 2>&1; ls /dev | tr "\n" " "; echo end'
	printf '%s' "$look" >"$SKEL/roots/bb/bin/look"
	mkdir "$SKEL/vol" && echo volume >"$SKEL/vol/file"
	unit web.container <<-UNIT
		[Container]
		Rootfs=/roots/bb
		Exec=sh /bin/look
		HostName=there
		User=1000:1001
		WorkingDir=/tmp
		Environment=A=b
		Volume=/vol:/data:ro
		Tmpfs=/scratch:size=64k
		AddCapability=NET_ADMIN
		DropCapability=MKNOD
		Sysctl=net.ipv4.ip_forward=1
		Ulimit=nofile=100:200
		PidsLimit=50
		[Service]
		UMask=0027
		Type=oneshot
	UNIT
	boot "$(cg_limits_mode)"
	p start web
	p logs -o cat web >"$T/unit"
	grep -q '^end$\| end$' "$T/unit"
	mkdir "$T/bundle"
	p show --json web | jq .config >"$T/bundle/config.json"
	mkdir -p "/proc/$PID1/root/bundle"
	cp "$T/bundle/config.json" "/proc/$PID1/root/bundle/"
	inside /bin/busybox ln -s /init /bin/pintle-runc
	inside /bin/pintle-runc run --bundle /bundle c >"$T/runc"
	diff "$T/unit" "$T/runc"
}
