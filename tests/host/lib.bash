# SPDX-License-Identifier: ISC
# What the host tests share. PID 1 under test is the host board's pintle as process 1 of its own mount,
# pid, net, ipc, uts and cgroup namespaces on this machine; see ns.sh for the inside. Nothing of the
# host's mounts changes; a test's cgroups lie below one group of its own, removed at its end.
#
#   put_busybox FOLDER APPLET...   busybox, fetched once, and links to it, in FOLDER/bin
#   host_setup            a skeleton root with busybox, pintle, the keys, no units (call in setup)
#   unit NAME             writes /etc/pintle/units/NAME from standard input
#   conf                  writes /etc/pintle/pintle.conf from standard input
#   boot [v1|v2|none]     starts PID 1 and waits for its control socket
#   p WORD...             the client inside: p status; its exit status is the client's
#   reexec                `pintle reexec`, until the new PID 1 answers
#   inside COMMAND...     a busybox command inside PID 1's namespaces
#   state UNIT FIELD      one field of `status --json`
#   until_true SECONDS COMMAND...   polls; fails with what it waited for
#   host_stop             power is gone; boot may follow
#   host_teardown         ends what boot started (call in teardown)

bats_require_minimum_version 1.5.0

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$HERE/../.." && pwd)
: "${PINTLE:=$ROOT/out/host/pintle}"
: "${TEST_OUT:=$ROOT/out/tests}"

# Bats closes a test when every holder of its descriptor 3 is gone: what stays behind must not hold it.
images() {
	"$ROOT/tests/images/mkimages.sh" "$TEST_OUT/images" amd64 3>&-
}

put_busybox() {
	local applet dir=$1/bin
	mkdir -p "$dir"
	cp "$("$ROOT/tests/images/busybox.sh" "$ROOT/out/busybox" amd64 3>&-)" "$dir/busybox"
	shift
	for applet; do
		ln -sf busybox "$dir/$applet"
	done
}

# The host's busybox once more, as a root file system for containers: Rootfs=/roots/bb.
busybox_root() {
	mkdir -p "$SKEL/roots/bb"
	cp -a "$SKEL/bin" "$SKEL/etc" "$SKEL/roots/bb/"
	rm "$SKEL/roots/bb/bin/pintle"
	mkdir -p "$SKEL"/roots/bb/{proc,sys,dev,tmp,run}
	chmod 1777 "$SKEL/roots/bb/tmp"
}

need_root() {
	[ "$(id -u)" = 0 ] || skip "needs root: namespaces, cgroups, owners of files"
	[ -x "$PINTLE" ] || { echo "no $PINTLE: make BOARD=host first" >&2; return 1; }
}

host_setup() {
	need_root
	images
	IMAGES=$TEST_OUT/images
	T=$BATS_TEST_TMPDIR
	SKEL=$T/root
	PID1='' UNSHARE=''
	CG=pintle-test-$$-$BATS_TEST_NUMBER
	mkdir -p "$SKEL"/{bin,sbin,etc/pintle/units,etc/pintle/keys,usr/bin,tmp} "$T/mnt"
	put_busybox "$SKEL" sh cat echo sleep true false ls ps kill mount umount id env mkdir rm touch seq yes head grep \
		find wc stat dd printf trap test nc hostname setsid date tr usleep readlink
	cp "$PINTLE" "$SKEL/init"
	ln -sf /init "$SKEL/bin/pintle"
	printf 'root:x:0:0:root:/:/bin/sh\nweb:x:1000:1000::/:/bin/sh\n' >"$SKEL/etc/passwd"
	printf 'root:x:0:\nweb:x:1000:\n' >"$SKEL/etc/group"
	cp "$IMAGES/keys/release.pem" "$SKEL/etc/pintle/keys/"
	conf <<-CONF
		[Trust]
		Key=/etc/pintle/keys/release.pem
	CONF
}

unit() {
	cat >"$SKEL/etc/pintle/units/$1"
}

conf() {
	cat >"$SKEL/etc/pintle/pintle.conf"
}

# Every hierarchy's folder that this machine offers, one a line.
cg_roots() {
	if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
		echo /sys/fs/cgroup
	else
		local d
		for d in unified memory pids cpu devices freezer; do
			[ -d "/sys/fs/cgroup/$d" ] && echo "/sys/fs/cgroup/$d"
		done
	fi
	return 0
}

# Mode of boot() that has the memory and pids controllers here.
cg_limits_mode() {
	if grep -qw memory /sys/fs/cgroup/cgroup.controllers 2>/dev/null; then
		echo v2
	elif [ -d /sys/fs/cgroup/memory ]; then
		echo v1
	else
		skip "no memory controller on this machine"
	fi
}

cg_make() {
	local r
	for r in $(cg_roots); do
		[ ! -e "$r/cgroup.subtree_control" ] || for c in memory pids cpu; do
			echo "+$c" >"$r/cgroup.subtree_control" 2>/dev/null || :
		done
		mkdir -p "$r/$CG"
	done
}

cg_remove() {
	local r
	for r in $(cg_roots); do
		[ -d "$r/$CG" ] || continue
		find "$r/$CG" -depth -type d -exec rmdir {} + 2>/dev/null
		[ ! -d "$r/$CG" ] || { echo "left behind: $(find "$r/$CG" -type d)" >&2; return 1; }
	done
}

boot() {
	local mode=${1:-v2} r
	cg_make
	(
		for r in $(cg_roots); do echo 0 >"$r/$CG/cgroup.procs"; done
		export IMAGES STATE="${STATE:-}"
		exec unshare --mount --pid --net --ipc --uts --cgroup --fork --kill-child --propagation private \
			"$HERE/ns.sh" "$SKEL" "$T/mnt" "$mode" "${INIT[@]:-/init}"
	) </dev/null >"$T/console.log" 2>&1 3>&- &
	UNSHARE=$!
	until_true 5 has_child
	until_true "${BOOT_SECONDS:-10}" "${READY[@]:-answers}"
}

has_child() {
	# The shell on its way to unshare has children, too: ours is process 1 of another pid namespace.
	PID1=$(pgrep -P "$UNSHARE" | head -1)
	[ -n "$PID1" ] && grep -q '^NSpid:.*[[:space:]]1$' "/proc/$PID1/status" 2>/dev/null
}

answers() {
	p list >/dev/null 2>&1
}

# How often PID 1 has begun anew, by faults and by command.
begun() {
	p status --json 2>/dev/null | tr ',{}' '\n' | sed -n 's/.*"\(crashes\|reexecs\)": *\([0-9]*\).*/\2/p' | paste -sd+ | bc
}

# Asks for a re-exec and waits until the new PID 1 answers: until then the old one does.
reexec() {
	local n
	n=$(begun)
	p reexec
	until_true 15 began_again "$n"
}

began_again() {
	local n
	n=$(begun 2>/dev/null) && [ -n "$n" ] && [ "$n" -gt "$1" ]
}

inside() {
	nsenter -t "$PID1" -m -p -n -i -u -C -r -w "$@" 3>&-
}

p() {
	timeout "${P_SECONDS:-30}" nsenter -t "$PID1" -m -p -n -i -u -C -r -w /bin/pintle "$@" 3>&-
}

# What a unit wrote, without the time and the stream's mark that `logs` puts in front of each line.
words() {
	p logs "$@" | sed -E 's/^ *[0-9]+\.[0-9]{3} [|!*] //'
}

# One field of one unit from `list --json`; true and false as words, nothing when there is no such unit.
state() {
	p list --json | python3 -c '
import json, sys
rows = json.load(sys.stdin)
rows = rows.get("units", rows) if isinstance(rows, dict) else rows
for row in rows:
    if row["name"].split(".")[0] == sys.argv[1].split(".")[0]:
        value = row.get(sys.argv[2])
        print(json.dumps(value) if isinstance(value, (bool, dict, list)) else value)
' "$1" "$2"
}

state_is() {
	[ "$(state "$1" "$2")" = "$3" ]
}

until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		if [ $SECONDS -ge $end ]; then
			echo "waited in vain for: $*" >&2
			[ ! -s "$T/console.log" ] || tail -20 "$T/console.log" >&2
			return 1
		fi
		sleep 0.02
	done
}

# Waits for the namespace's end; how it ended is in ENDED: 129 = reboot(2) restart, 130 = halt or power off.
# Never in a subshell: only the shell that started it can wait for it.
# shellcheck disable=SC2034 # the tests read ENDED
wait_end() {
	ENDED=0
	timeout 30 tail --pid="$UNSHARE" -f /dev/null || return 1
	wait "$UNSHARE" 2>/dev/null || ENDED=$?
	UNSHARE='' PID1=''
}

# As a power cut, seen from the device: everything dies at once. boot() may follow.
host_stop() {
	kill -KILL "$UNSHARE" 2>/dev/null || :
	wait "$UNSHARE" 2>/dev/null || :
	UNSHARE=
	until_true 5 cg_remove
}

host_teardown() {
	if [ -n "${UNSHARE:-}" ]; then
		if [ -n "${BATS_TEST_COMPLETED:-}" ]; then :; else
			echo "--- PID 1 said:" >&2
			tail -40 "$T/console.log" >&2
		fi
		kill -KILL "$UNSHARE" 2>/dev/null || :
		wait "$UNSHARE" 2>/dev/null || :
	fi
	[ -z "${CG:-}" ] || until_true 5 cg_remove
}
