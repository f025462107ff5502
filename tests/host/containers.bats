#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154,SC2016 # run sets stderr; scripts are in single quotes
# Containers from signed images as their programs see them, started by units under PID 1.

load lib.bash

setup() {
	host_setup
	mkdir -p "$SKEL/s" "$SKEL/data"
}

teardown() {
	host_teardown
}

# web NAME [LINE...]: a unit of the web image; LINEs belong to [Container]. Its [Service] comes from SERVICE_LINES.
web() {
	local name=$1
	shift
	{
		printf '[Container]\nImage=%s\n' "${IMAGE:-oci:/images/amd64/web:1.0}"
		[ $# -eq 0 ] || printf '%s\n' "$@"
		printf '[Service]\n%s\n[Install]\nWantedBy=multi-user.target\n' "${SERVICE_LINES:-Restart=no}"
	} | unit "$name.container"
}

# probe NAME [LINE...]: the web image running the script of standard input, then its words in $T/NAME.
probe() {
	local name=$1
	shift
	cat >"$SKEL/s/$name"
	echo 'echo the-end' >>"$SKEL/s/$name"
	web "$name" Entrypoint=/bin/sh "Exec=/s/$name" Volume=/s:/s:ro "$@"
}

said() {
	words "$1" >"$T/$1" 2>/dev/null
	grep -q "${2:-the-end}" "$T/$1"
}

ended_twice() {
	[ "$(p logs "$1" | grep -c the-end)" -ge 2 ]
}

not_running() {
	[ "$(state "$1" state)" != running ]
}

# page PID: what the web server answers on the loopback of that process's network namespace.
page() {
	nsenter -t "$1" -n timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080 && printf "GET / HTTP/1.0\r\n\r\n" >&3 && cat <&3' 2>/dev/null
}

serves() {
	page "$1" | grep -q 'version 1.0'
}

@test "image: its own program, user, environment and folder" {
	web web
	boot
	until_true 15 said web "web 1.0 up on x86_64 as uid 1000 pid 1"
	state_is web state running
}

@test "image: the page is served on the container's own loopback" {
	web web
	boot
	until_true 15 said web "web 1.0 up"
	local pid
	pid=$(pgrep -P "$PID1" -f /usr/bin/web)
	until_true 5 serves "$pid"
	run page "$PID1"
	[ "$status" -ne 0 ]
}

@test "image: a second start takes it from the store" {
	web web
	boot
	until_true 15 said web "web 1.0 up"
	p stop web
	p start web
	until_true 10 state_is web state running
	[ "$(find "/proc/$PID1/root/var/lib/pintle/images/sha256" -mindepth 1 -maxdepth 1 | wc -l)" -eq 1 ]
	[ "$(state web cached)" = true ]
}

@test "image: an archive, and a tampered and an unsigned one that must not run" {
	IMAGE=oci-archive:/images/amd64/web.tar:1.0 web good
	IMAGE=oci:/images/amd64/tampered:1.0 web altered	# before good, which has the true layer
	IMAGE=oci:/images/amd64/unsigned:1.0 web unsigned
	boot
	until_true 15 state_is good state running
	until_true 15 state_is altered state failed
	until_true 15 state_is unsigned state failed
	p status unsigned | grep -q 'no signature'
	p status altered | grep -Eq 'sha256:[0-9a-f]{12}|[0-9a-f]{12}'
	state_is altered pid 0
	state_is unsigned pid 0
}

@test "namespaces: own processes, host name, network, mounts" {
	probe seen HostName=gate <<-'SH'
		echo "processes $(ls /proc | grep -c '^[0-9]')"
		echo "host $(hostname)"
		echo "links $(ls /sys/class/net | tr '\n' ' ')"
		grep -c . /proc/self/mountinfo >/dev/null && cut -d' ' -f5 /proc/self/mountinfo | sed 's/^/mount /'
		cat /proc/self/cgroup
		ls /
	SH
	boot
	until_true 15 said seen
	# sh, the substitution, ls and grep at most
	[ "$(sed -n 's/^processes //p' "$T/seen")" -le 4 ]
	grep -qx 'host gate' "$T/seen"
	grep -qx 'links lo ' "$T/seen"
	run ! grep -Eq '^mount /(images|old|var/lib/pintle)' "$T/seen"
	run ! grep -q 'init.scope' "$T/seen"
	run ! grep -qx 'images' "$T/seen"
}

@test "security: capabilities, no_new_privs, seccomp, masked and read-only paths" {
	probe sec User=root <<-'SH'
		grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status
		head -c1 /proc/kcore 2>&1 | wc -c
		echo x 2>&1 >/proc/sys/kernel/hostname || echo "sys is read-only"
		echo x 2>&1 >/proc/sysrq-trigger || echo "sysrq is read-only"
		mkdir /sys/fs/x 2>/dev/null || echo "sysfs is read-only"
		mount -t tmpfs none /mnt 2>/dev/null || echo "no mount"
		mknod /tmp/mem c 1 1 && head -c1 /tmp/mem 2>/dev/null | wc -c | sed 's/^/mem /'
		ls /dev | tr '\n' ' '
	SH
	boot
	until_true 15 said sec
	cat "$T/sec"
	grep -Eq 'CapBnd:.*00000000a80425fb' "$T/sec"
	grep -Eq 'NoNewPrivs:.*1' "$T/sec"
	grep -Eq 'Seccomp:.*2' "$T/sec"
	grep -q 'sys is read-only' "$T/sec"
	grep -q 'sysrq is read-only' "$T/sec"
	grep -q 'sysfs is read-only' "$T/sec"
	grep -q 'no mount' "$T/sec"
}

@test "security: a setuid program of the image gives nothing" {
	probe suid <<<'/opt/attr/setuid; id -u; grep -E "^(CapEff|CapPrm|CapAmb)" /proc/self/status'
	boot
	until_true 15 said suid
	grep -qx '1000' "$T/suid"
	[ "$(grep -Ec 'Cap(Eff|Prm|Amb):.*0000000000000000' "$T/suid")" -eq 3 ]
}

@test "capabilities: added and dropped ones" {
	probe caps User=root DropCapability=all AddCapability=CAP_NET_ADMIN <<<'grep CapEff /proc/self/status'
	boot
	until_true 15 said caps
	grep -q '0000000000001000' "$T/caps"
}

@test "user: by name, by number, with group and supplementary groups" {
	probe named User=web <<<'id'
	probe numbered User=4242 Group=4343 <<<'id'
	boot
	until_true 15 said named
	until_true 15 said numbered
	grep -Eq 'uid=1000.*gid=1000.*1001' "$T/named"
	grep -Eq 'uid=4242.*gid=4343' "$T/numbered"
}

@test "environment: the image's, the unit's over it, and a file's" {
	printf '# comment\nFROM_FILE=one two\n' >"$SKEL/etc/env"
	probe env Environment=VERSION=9 'Environment="SPACED=a b" PLAIN=c' EnvironmentFile=/etc/env WorkingDir=/opt <<<'env; pwd'
	boot
	until_true 15 said env
	local line
	for line in VERSION=9 'SPACED=a b' PLAIN=c 'FROM_FILE=one two' 'GREETING=hello, world = "yes"' /opt; do
		grep -qxF "$line" "$T/env"
	done
}

@test "root: writable and forgotten at restart, read-only on request" {
	probe writes User=root <<<'[ -e /mark ] && echo "still there"; echo x >/mark && echo wrote; rm /etc/passwd && echo removed'
	probe readonly User=root ReadOnly=yes Tmpfs=/scratch <<-'SH'
		echo x >/mark || echo refused
		echo x >/scratch/y && echo scratch-ok
	SH
	boot
	until_true 15 said writes
	until_true 15 said readonly
	grep -qx wrote "$T/writes"
	grep -qx removed "$T/writes"
	grep -qx refused "$T/readonly"
	grep -qx scratch-ok "$T/readonly"
	p restart writes || :
	until_true 10 ended_twice writes
	run ! grep -q 'still there' <(p logs writes)
}

@test "volume: a bind and a named one keep what is written" {
	chmod 777 "$SKEL/data"
	probe vol User=root Volume=/data:/data Volume=store:/keep <<<'echo x >>/data/f; echo x >>/keep/f; wc -l </data/f; wc -l </keep/f'
	boot
	until_true 15 said vol
	p restart vol || :
	until_true 10 said vol '^2$'
	[ "$(grep -cx 2 "$T/vol")" -eq 2 ]
}

@test "UserNS=auto: root inside is nobody outside, the image and its volumes are the container's own" {
	probe mapped User=root UserNS=auto:size=2000 Volume=keep:/keep <<'SCRIPT'
cat /proc/self/uid_map /proc/self/gid_map
id -u
stat -c 'owner of / %u:%g, of sh %u' / /bin/sh | head -1
touch /etc/made /keep/file && stat -c 'made by %u' /etc/made /keep/file
chown 999:999 /etc/made && stat -c 'now of %u' /etc/made
chown 2000:2000 /etc/made 2>/dev/null || echo 'no id beyond the map'
hostname other 2>/dev/null || echo 'no right over the name'
mount -t tmpfs x /mnt 2>/dev/null || echo 'no mount'
grep CapEff /proc/self/status
echo x 2>/dev/null >/proc/sys/kernel/core_pattern || echo 'no kernel file'
sleep 100
SCRIPT
	boot
	until_true 20 said mapped 'kernel file'
	cat "$T/mapped"
	grep -Eq '^ +0 +[0-9]{10} +2000$' "$T/mapped"
	grep -q '^owner of / 0:0' "$T/mapped"
	[ "$(grep -c '^made by 0$' "$T/mapped")" = 2 ]
	grep -q '^now of 999$' "$T/mapped"
	grep -q '^no id beyond the map$' "$T/mapped"
	grep -q '^no right over the name$' "$T/mapped"
	grep -q '^no mount$' "$T/mapped"
	# On the host: an id of its own, and the volume's file is root's as for any other container.
	local pid
	pid=$(state mapped pid)
	[ "$(inside stat -c %u "/proc/$pid")" -ge 1073741824 ]
	[ "$(inside stat -c %u /var/lib/pintle/volumes/keep/file)" = 0 ]
}

@test "limits: memory over the limit is an OOM kill that status names" {
	local mode
	mode=$(cg_limits_mode)
	probe hog User=root Memory=12M <<<'echo eating; tail -c 100000000 /dev/zero | cat >/dev/null; sleep 1; x=$(head -c 60000000 /dev/zero | tr "\0" x); echo survived'
	boot "$mode"
	until_true 15 said hog eating
	until_true 20 not_running hog
	run ! grep -q survived <(p logs hog)
	[ "$(state hog oom_killed)" = true ]
	p events | grep -q 'oom-kill hog.container: .*over its memory limit'
}

@test "limits: no more processes than PidsLimit" {
	local mode
	mode=$(cg_limits_mode)
	probe forks PidsLimit=8 <<<'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "fork $i"; sleep 5 & done'
	boot "$mode"
	until_true 20 said forks "can't fork"
	grep -qx 'fork 7' "$T/forks"
	run ! grep -qx 'fork 9' "$T/forks"
}

@test "user and program of the image that are not there are named" {
	web nouser User=nosuchuser
	web noprog Entrypoint=/no/such
	boot
	until_true 15 state_is nouser state failed
	until_true 15 state_is noprog state failed
	p status nouser | grep -q nosuchuser
	p status noprog | grep -E '/no/such.*No such file'
}
