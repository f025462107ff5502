#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The hardening keys of [Service]: what the process sees, key by key.

load lib.bash

setup() {
	host_setup
	mkdir -p "$SKEL"/{home/user,root,etc/secret,srv/deep,usr/share,lib/modules,boot}
	echo top >"$SKEL/etc/secret/word"
	echo mine >"$SKEL/home/user/file"
	echo deep >"$SKEL/srv/deep/file"
}
teardown() { host_teardown; }

# see COMMAND KEY...: what the command prints as a service with these keys; w FILE tells whether it can be written.
see() {
	local command=$1
	shift
	cat >"$SKEL/bin/see" <<-'SCRIPT'
		#!/bin/sh
		w() { for f; do if touch "$f" 2>/dev/null; then echo "$f: yes"; else echo "$f: no"; fi; done; }
	SCRIPT
	echo "$command" >>"$SKEL/bin/see"
	chmod 755 "$SKEL/bin/see"
	{
		printf '[Service]\nType=oneshot\nExecStart=/bin/sh /bin/see\n'
		printf '%s\n' "$@"
	} >"$SKEL/etc/pintle/units/see.service"
	boot none
	run p start see
	echo "$output"
	STATUS=$status
	SAID=$(words see)
	echo "$SAID"
}

# Whether capability $1 is in the bounding set that was printed (busybox's tab comes as \x09 through the log).
bounded() {
	local re='CapBnd:.x09([0-9a-f]+)'
	[[ $SAID =~ $re ]] || return 2
	[ $((16#${BASH_REMATCH[1]} >> $1 & 1)) = 1 ]
}

@test "no key: everything is as on the host" {
	see 'w /etc/x /usr/x /home/x /tmp/x; readlink /proc/self/ns/mnt; grep CapBnd /proc/self/status' Description=none
	[[ $SAID == *"/etc/x: yes"*"/usr/x: yes"*"/home/x: yes"*"/tmp/x: yes"* ]]
	[[ $SAID == *"$(inside /bin/readlink /proc/1/ns/mnt)"* ]]
}

@test "ProtectSystem=yes: /usr and /boot are read-only, /etc is not" {
	see 'w /usr/x /boot/x /etc/x /srv/x' ProtectSystem=yes
	[ "$SAID" = "$(printf '/usr/x: no\n/boot/x: no\n/etc/x: yes\n/srv/x: yes')" ]
}

@test "ProtectSystem=full: /etc, too" {
	see 'w /usr/x /etc/x /srv/x' ProtectSystem=full
	[ "$SAID" = "$(printf '/usr/x: no\n/etc/x: no\n/srv/x: yes')" ]
}

@test "ProtectSystem=strict: all but the kernel's own and ReadWritePaths=; the host's are untouched" {
	see 'w /x /etc/x /srv/x /srv/deep/x /tmp/x /run/x /dev/x' ProtectSystem=strict ReadWritePaths=/srv/deep
	[ "$SAID" = "$(printf '/x: no\n/etc/x: no\n/srv/x: no\n/srv/deep/x: yes\n/tmp/x: no\n/run/x: no\n/dev/x: yes')" ]
	inside /bin/touch /etc/host /srv/host /run/host
}

@test "ProtectHome=yes: nothing in /home" {
	see 'ls -A /home; w /home/x; cat /home/user/file' ProtectHome=yes
	[[ $SAID == *"/home/x: no"* && $SAID != *mine* ]]
}

@test "ProtectHome=read-only: to be read, not written" {
	see 'cat /home/user/file; w /home/user/x /root/x' ProtectHome=read-only
	[ "$SAID" = "$(printf 'mine\n/home/user/x: no\n/root/x: no')" ]
}

@test "ProtectHome=tmpfs: empty" {
	see 'ls -A /home | wc -l; w /home/x' ProtectHome=tmpfs
	[ "$SAID" = "$(printf '0\n/home/x: yes')" ]
	run ! inside /bin/cat /home/x
}

@test "ReadOnlyPaths=, ReadWritePaths= below it, and one that is missing" {
	see 'w /srv/x /srv/deep/x' ReadOnlyPaths=/srv 'ReadOnlyPaths=-/not/there' ReadWritePaths=/srv/deep
	[ "$SAID" = "$(printf '/srv/x: no\n/srv/deep/x: yes')" ]
}

@test "a path that is missing without '-' is told by name" {
	see 'echo ran' ReadOnlyPaths=/not/there
	[ "$STATUS" = 1 ]
	[[ $SAID == *"/not/there"* && $SAID != *ran* ]]
}

@test "InaccessiblePaths=: a file and a folder" {
	see 'cat /etc/secret/word /srv/deep/file; ls -A /srv/deep | wc -l' 'InaccessiblePaths=/etc/secret/word /srv/deep'
	[[ $SAID != *top* && $SAID != *deep$'\n'* ]]
	[[ $SAID == *0 ]]
}

@test "BindPaths=, BindReadOnlyPaths=: another place for it" {
	see 'cat /mine/file /look/word; w /mine/x /look/x' BindPaths=/srv/deep:/mine BindReadOnlyPaths=/etc/secret:/look
	[ "$SAID" = "$(printf 'deep\ntop\n/mine/x: yes\n/look/x: no')" ]
	inside /bin/test -e /srv/deep/x
}

@test "TemporaryFileSystem=: empty, with its options" {
	see 'ls -A /srv | wc -l; w /srv/x; grep -o " /srv tmpfs [^ ]*" /proc/self/mounts' TemporaryFileSystem=/srv:mode=0700,size=1m
	[[ $SAID == *"0"*"/srv/x: yes"*"size=1024k"* ]]
}

@test "PrivateTmp=: a /tmp of its own" {
	see 'ls -A /tmp | wc -l; w /tmp/own' PrivateTmp=yes
	[ "$SAID" = "$(printf '0\n/tmp/own: yes')" ]
	run ! inside /bin/test -e /tmp/own
}

@test "PrivateDevices=: no hardware, and none can be made" {
	see 'ls /dev; echo x >/dev/null && echo null; w /dev/x; mknod /tmp/m c 1 1 && echo made; grep CapBnd /proc/self/status' \
		PrivateDevices=yes
	[[ $SAID == *urandom*zero* && $SAID == *null* && $SAID == *"/dev/x: no"* && $SAID != *made* ]]
	bounded 21
	run -1 bounded 27
	run -1 bounded 17
}

@test "PrivateNetwork=: nothing but lo, and that is up" {
	see 'grep -c : /proc/net/dev; readlink /proc/self/ns/net; cat /sys/class/net/lo/operstate; ping -c1 127.0.0.1' PrivateNetwork=yes
	[[ $SAID == 1* ]]
	[[ $SAID != *"$(inside /bin/readlink /proc/1/ns/net)"* ]]
}

@test "ProtectKernelTunables=: /proc/sys is read-only, the groups are not" {
	see 'w /proc/sys/kernel/hostname; echo x 2>/dev/null >/proc/sys/kernel/hostname || echo refused' ProtectKernelTunables=yes
	[[ $SAID == *refused* ]]
}

@test "ProtectKernelModules=: no CAP_SYS_MODULE, no call, no files" {
	see 'ls -A /lib/modules | wc -l; grep CapBnd /proc/self/status; grep "^Seccomp:" /proc/self/status' ProtectKernelModules=yes
	[[ $SAID == 0* && $SAID == *Seccomp:*2* ]]
	bounded 21
	run -1 bounded 16
}

@test "ProtectControlGroups=: read-only" {
	see 'grep -q " /sys/fs/cgroup [^ ]* ro" /proc/self/mounts && echo sealed; grep " /sys/fs/cgroup " /proc/self/mountinfo' \
		ProtectControlGroups=yes
	[[ $SAID == *sealed* || $SAID == *" ro,"* ]]
}

@test "RootDirectory=: another /, with what is asked for in it" {
	mkdir -p "$SKEL/jail/bin" "$SKEL/jail/proc" "$SKEL/jail/srv"
	cp "$SKEL/bin/busybox" "$SKEL/jail/bin/"
	ln -s busybox "$SKEL/jail/bin/sh"
	see 'echo "in $(busybox ls / | busybox tr "\n" " ")"; cd /; w() { busybox touch $1 && echo $1 yes || echo $1 no; }; w /srv/x; w /x' \
		RootDirectory=/jail BindReadOnlyPaths=/bin/see ReadOnlyPaths=/srv
	[[ $SAID == *"in bin proc srv"* ]]
	[[ $SAID == *"/srv/x no"* && $SAID == *"/x yes"* ]]
}

@test "RootDirectory=: symlinks in it lead nowhere outside, nothing of the host is made or covered" {
	mkdir -p "$SKEL/jail/bin" "$SKEL/jail/proc" "$SKEL/jail/dev" "$SKEL/jail/etc" "$SKEL/jail/victim" "$SKEL/victim"
	cp "$SKEL/bin/busybox" "$SKEL/jail/bin/"
	ln -s busybox "$SKEL/jail/bin/sh"
	ln -s /victim "$SKEL/jail/abs"
	ln -s ../../../victim "$SKEL/jail/dots"
	ln -s /etc "$SKEL/jail/own"
	see 'cd /; busybox cat /victim/new/see /etc/file 2>&1 | busybox grep -c SAID; busybox ls /victim | busybox tr "\n" " "' \
		RootDirectory=/jail BindReadOnlyPaths=/bin/see 'BindPaths=/bin:/abs/new /bin/see:/own/file' TemporaryFileSystem=/dots/tmp
	[[ $SAID == *"new tmp"* ]]
	inside /bin/sh -c 'ls -A /victim' >"$T/victim"
	[ ! -s "$T/victim" ]
	inside /bin/sh -c '[ ! -e /etc/file ]'
}

@test "CapabilityBoundingSet=, AmbientCapabilities= for a user" {
	see 'grep ^Cap /proc/self/status; id -u' User=web CapabilityBoundingSet='CAP_NET_BIND_SERVICE CAP_CHOWN' \
		AmbientCapabilities=CAP_NET_BIND_SERVICE
	[[ $SAID == *"CapEff:"*"0000000000000400"*"CapBnd:"*"0000000000000401"*"CapAmb:"*"0000000000000400"*1000* ]]
}

@test "CapabilityBoundingSet=~: all but these" {
	see 'grep CapBnd /proc/self/status' 'CapabilityBoundingSet=~CAP_SYS_ADMIN CAP_CHOWN'
	bounded 1
	run -1 bounded 21
	run -1 bounded 0
}

@test "NoNewPrivileges=" {
	see 'grep NoNewPrivs /proc/self/status' NoNewPrivileges=yes
	[[ $SAID == *1 ]]
}

@test "SystemCallFilter=: what is not in @system-service is refused" {
	see 'mount -t tmpfs none /srv 2>&1 || echo refused; w /srv/x; grep "^Seccomp:\|^NoNew" /proc/self/status' SystemCallFilter=@system-service
	[[ $SAID == *refused*"/srv/x: yes"*NoNewPrivs:*0*Seccomp:*2* ]]
}

@test "SystemCallFilter=~: a deny list, and a word taken back from an allow list" {
	see 'mkdir /srv/dir 2>&1 || echo refused; mount -t tmpfs none /srv && echo mounted' 'SystemCallFilter=~mkdir mkdirat'
	[[ $SAID == *refused*mounted* ]]
}

@test "SystemCallFilter=: several lines, the second with ~" {
	see 'mkdir /srv/dir 2>&1 || echo refused; w /srv/x' SystemCallFilter=@system-service 'SystemCallFilter=~mkdir mkdirat' User=web
	[[ $SAID == *refused* ]]
}

@test "a word that is no set, no capability, no path: file, line, reason" {
	printf '[Service]\nExecStart=/bin/true\nSystemCallFilter=@none\n' | unit a.service
	printf '[Service]\nExecStart=/bin/true\nCapabilityBoundingSet=CAP_ALL_OF_IT\n' | unit b.service
	printf '[Service]\nExecStart=/bin/true\nReadOnlyPaths=etc\n' | unit c.service
	printf '[Service]\nExecStart=/bin/true\nProtectSystem=mostly\n' | unit d.service
	for u in a b c d; do
		run "$PINTLE" check "$SKEL/etc/pintle/units/$u.service"
		[ "$status" = 1 ]
		[[ $output == *"$u.service:3:"* ]]
	done
}
