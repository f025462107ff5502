#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154 # run sets stderr
# `pintle check FILE...` on the developer's desk: what a device would say of these unit files, file and line first.

load lib.bash

setup() {
	[ -x "$PINTLE" ] || { echo "no $PINTLE: make BOARD=host first" >&2; return 1; }
	cd "$BATS_TEST_TMPDIR" || return 1
}

# file NAME LINE...: a unit file of these lines.
file() {
	mkdir -p "$(dirname "$1")"
	printf '%s\n' "${@:2}" >"$1"
}

# check STATUS ARGUMENT... -- then the expected output on standard input.
check() {
	local want=$1
	shift
	run --separate-stderr timeout 10 "$PINTLE" check "$@"
	echo "status $status"
	diff <(echo "$output") -
	[ "$status" -eq "$want" ]
	[ "$stderr" = "" ]
}

@test "check: good files, a line that counts them" {
	file web.container '[Unit]' 'Description=A page' 'After=clock.service' '[Container]' 'Image=web:1.0' \
		'[Service]' 'Restart=always' '[Install]' 'WantedBy=multi-user.target'
	file clock.service '# sets the clock' '[Service]' 'Type=oneshot' 'ExecStart=/sbin/hwclock -s'
	check 0 web.container clock.service <<<"2 files, 0 errors, 0 warnings"
	check 0 "$ROOT"/configs/examples/*.container "$ROOT"/configs/examples/*.service <<<"3 files, 0 errors, 0 warnings"
}

@test "check: an unknown key and an unknown section warn with file and line" {
	file web.container '[Container]' 'Image=web:1.0' 'Fancy=1' 'PublishPort=80:80' '[Odd]' 'A=b' '[X-Other]' 'C=d'
	check 0 web.container <<-END
		web.container:3: warning: unknown key Fancy= in [Container], ignored
		web.container:4: warning: PublishPort= in [Container] is not supported, ignored
		web.container:6: warning: unknown section [Odd], ignored
		1 files, 0 errors, 3 warnings
	END
}

@test "check: a bad value refuses its file with file, line and reason; the others are read" {
	file bad.container '[Container]' 'Image=web:1.0' 'ReadOnly=maybe' '[Service]' 'Restart=sometimes'
	file good.container '[Container]' 'Image=web:1.0' 'Fancy=1'
	check 1 bad.container good.container <<-END
		bad.container:3: error: ReadOnly= is yes or no, not "maybe"
		bad.container:5: error: Restart= is one of no, always, on-success, on-failure, on-abnormal, on-abort, on-watchdog, not "sometimes"
		good.container:3: warning: unknown key Fancy= in [Container], ignored
		2 files, 2 errors, 1 warnings
	END
}

@test "check: what a unit cannot be without" {
	file a.container '[Container]' 'Exec=/bin/x'
	file b.container '[Container]' 'Image=x' 'Rootfs=/x'
	file c.service '[Service]' 'Restart=no'
	file d.service '[Service]' 'ExecStart=/bin/a' 'ExecStart=/bin/b'
	check 1 ./*.container ./*.service <<-END
		./a.container: error: a container wants Image= or Rootfs=
		./b.container: error: Image= and Rootfs= exclude each other
		./c.service: error: a service wants ExecStart=
		./d.service: error: only a oneshot may have several ExecStart=
		4 files, 4 errors, 0 warnings
	END
}

@test "check: what is no file says that and nothing else" {
	mkdir folder.service
	mkfifo pipe.service
	: >empty.service
	ln -s /dev/null off.container
	check 1 none.container folder.service pipe.service empty.service off.container web.image x.conf <<-END
		none.container: error: No such file or directory
		folder.service: error: Is a directory
		pipe.service: error: not a regular file
		empty.service: warning: masked: empty or a device, there is no such unit
		off.container: warning: masked: empty or a device, there is no such unit
		web.image: error: not a unit's name: NAME.container, .service, .target or .timer, 63 bytes at most
		x.conf: error: not a unit's name: NAME.container, .service, .target or .timer, 63 bytes at most
		7 files, 5 errors, 2 warnings
	END
	run "$PINTLE" check
	[ "$status" -eq 2 ]
	run "$PINTLE" check --fix web.container
	[ "$status" -eq 2 ]
}

@test "check: a cycle is named in full; what is required but not given is noted" {
	local u
	for u in a:c b:a c:b; do
		file "${u%:*}.service" '[Unit]' "After=${u#*:}.service" '[Service]' 'ExecStart=/bin/true'
	done
	check 1 a.service b.service c.service <<-END
		a.service: error: dependency cycle: a.service after c.service after b.service after a.service; not kept: b.service after a.service
		3 files, 1 errors, 0 warnings
	END
	file d.service '[Unit]' 'Requires=a.service gone.service' '[Service]' 'ExecStart=/bin/true'
	check 0 d.service a.service <<-END
		d.service: note: requires gone.service, which is not among these files
		2 files, 0 errors, 0 warnings
	END
}

@test "check: drop-ins are read after their file, by name, and named themselves" {
	file units/web.container '[Container]' 'Image=web:1.0' 'ReadOnly=maybe'
	file units/web.container.d/20-b.conf '[Container]' 'Memory=much'
	file units/web.container.d/10-a.conf '[Service]' 'Restart=always' 'Fancy=1'
	file units/web.container.d/README '[Container]' 'Memory=not read'
	file units/other.container.d/10-a.conf '[Container]' 'Memory=not read'
	check 1 units/web.container <<-END
		units/web.container:3: error: ReadOnly= is yes or no, not "maybe"
		units/web.container.d/10-a.conf:3: warning: unknown key Fancy= in [Service], ignored
		units/web.container.d/20-b.conf:2: error: Memory= is a size such as 16M: "much"
		1 files, 2 errors, 1 warnings
	END
}

@test "check: specifiers of a template's instance; an unknown one is an error" {
	file 'web@.container' '[Container]' 'Image=web:1.0' 'HostName=%p-%i' 'Environment=PERCENT=%%'
	ln -s web@.container web@one.container
	ln -s web@.container 'web@a!b.container'
	check 1 web@.container web@one.container 'web@a!b.container' <<-END
		web@a!b.container:3: error: HostName= is no host name: "web-a!b"
		3 files, 1 errors, 0 warnings
	END
	file odd.container '[Container]' 'Image=web:1.0' 'HostName=%q'
	check 1 odd.container <<-END
		odd.container:3: error: HostName=: unknown specifier %q
		1 files, 1 errors, 0 warnings
	END
}

@test "check: --json is an object a line, with the same words" {
	file bad.container '[Container]' 'Image=web:1.0' 'Fancy=1' 'HostName="<\q' 'ReadOnly=é'
	file good.service '[Service]' 'ExecStart=/bin/true'
	run --separate-stderr "$PINTLE" check --json bad.container
	[ "$status" -eq 1 ]
	python3 - "$output" <<-'PY'
		import json, sys
		rows = [json.loads(line) for line in sys.argv[1].splitlines()]
		assert [(r["level"], r["file"], r["line"]) for r in rows] == [("warning", "bad.container", 3),
		    ("error", "bad.container", 4), ("error", "bad.container", 5)], rows
		assert rows[1]["text"] == 'HostName= is no host name: ""<\\q"', rows
		assert rows[2]["text"] == 'ReadOnly= is yes or no, not "é"', rows
	PY
	run --separate-stderr "$PINTLE" check --json good.service
	[ "$status" -eq 0 ] && [ "$output" = "" ]
}

@test "check: continued lines count as they stand in the file" {
	printf '%s\n' '[Service]' "ExecStart=/bin/x \\" "  one \\" '# a comment among them' '  two' 'Restart=what' >a.service
	check 1 a.service <<-END
		a.service:6: error: Restart= is one of no, always, on-success, on-failure, on-abnormal, on-abort, on-watchdog, not "what"
		1 files, 1 errors, 0 warnings
	END
}

# Input that the INI reader below would hide, cut or read as something else.
@test "check: no part of a file is passed over in silence" {
	local long
	long=$(printf 'a%.0s' $(seq 5000))
	file a.service '[Service]' "ExecStart=/bin/x $long" 'Restart=what'
	file b.service "[Service${long:0:70}]" 'Restart=what' '[Service]' 'ExecStart=/bin/x'
	printf '[Service]\nExecStart=/bin/x\nRestart=no\0always\n' >c.service
	file d.service '[Service]' 'ExecStart=/bin/x' 'Restart: always' 'Restart' '[Broken' '=x' 'RemainAfterExit=yes ; really'
	file e.service 'ExecStart=/bin/x' '[Service]' 'ExecStart=/bin/x'
	printf '[Service]\nExecStart=/bin/x\nRestart=what' >f.service
	printf '\xef\xbb\xbf[Service]\r\nExecStart=/bin/x\r\nRestart=no\r\n' >g.service
	check 1 ./?.service <<-END
		./a.service:2: error: the line is longer than 4093 bytes
		./a.service:3: error: Restart= is one of no, always, on-success, on-failure, on-abnormal, on-abort, on-watchdog, not "what"
		./a.service: error: a service wants ExecStart=
		./b.service:1: error: the section's name is too long
		./b.service:2: error: Restart= stands before the first section
		./c.service:3: error: there is a NUL byte in the line
		./d.service:3: error: there is no "Key=" in the line
		./d.service:4: error: there is no "Key=" in the line
		./d.service:5: error: a section is written [Name]
		./d.service:6: error: there is no "Key=" in the line
		./d.service:7: error: RemainAfterExit= is yes or no, not "yes ; really"
		./e.service:1: error: ExecStart= stands before the first section
		./f.service:3: error: Restart= is one of no, always, on-success, on-failure, on-abnormal, on-abort, on-watchdog, not "what"
		7 files, 13 errors, 0 warnings
	END
	{ printf '[Service]\nExecStart=/bin/x\n'; yes '# filler' | head -c 20000; } >big.service
	check 1 big.service <<-END
		big.service: error: the file is larger than 16 KiB (UNIT_FILE_KB)
		1 files, 1 errors, 0 warnings
	END
}

@test "check: no control byte of a file reaches the terminal" {
	printf '[Service]\nExecStart=/bin/x\nRestart=\033[2J\nOd\033d=1\n' >a.service
	check 1 a.service <<-'END'
		a.service:3: error: Restart= is one of no, always, on-success, on-failure, on-abnormal, on-abort, on-watchdog, not "\x1b[2J"
		a.service:4: warning: unknown key Od\x1bd= in [Service], ignored
		1 files, 1 errors, 1 warnings
	END
}

@test "check: nothing but the files and their drop-ins is opened" {
	file web.container '[Container]' 'Image=web:1.0'
	chmod 755 . && chmod 644 web.container
	strace -f -o trace -e trace=open,openat,openat2,socket,connect "$PINTLE" check "$PWD/web.container"
	grep -Eo '"[^"]+"' trace | sort >opened
	diff opened - <<-END
		"$PWD/web.container"
		"$PWD/web.container.d"
	END
	run ! grep -q 'socket(' trace
}
