#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016 # scripts are in single quotes
# pintle-runc where runc or crun goes: Debian's podman and containerd run with it, and what they print is what they print with crun
# (but for identifiers and times). Everything runs in a private mount namespace in which the unified hierarchy of a hybrid host is
# out of sight, since crun refuses such hosts; the host's own mounts stay as they are.

load lib.bash

setup() {
	need_root
	T=$BATS_TEST_TMPDIR
	# The root of a user namespace is nobody out here: it must be able to come this far.
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$T"
	mkdir -p "$T/root/bin" "$T/root"/{proc,sys,dev,etc,tmp,run}
	put_busybox "$T/root" sh ls cat id sleep true env echo tty touch hostname grep stat
	echo 'root:x:0:0:root:/root:/bin/sh' >"$T/root/etc/passwd"
	ln -sf "$PINTLE" "$T/pintle-runc"
	echo 'containers:700000:65536' >"$T/subid"
}

# with RUNTIME SCRIPT: the script with $PODMAN, $RUN (run with limits this machine allows) and $CTR set; 12 or more hexadecimal
# digits, times and the runtime's own name are blotted out.
with() {
	local dir
	dir=$T/with-$(basename "$1")
	mkdir -p "$dir"
	cat >"$dir/script" <<-SCRIPT
		mountpoint -q /sys/fs/cgroup/unified && umount /sys/fs/cgroup/unified
		mount --bind $T/subid /etc/subuid && mount --bind $T/subid /etc/subgid
		PODMAN="podman --cgroup-manager=cgroupfs --storage-driver=vfs --root $dir/r --runroot $dir/rr --events-backend=file --runtime=$1"
		RUN="\$PODMAN run --network=none --ulimit nofile=1024:1024 --ulimit nproc=1000:1000"
		R="--rootfs $T/root"
		RUNTIME=$1 DIR=$dir
		try() { timeout 60 "\$@" 2>&1; echo "status \$?"; }
		$2
	SCRIPT
	timeout 240 unshare -m --propagation private bash "$dir/script" >"$dir/out" 2>&1 3>&- </dev/null || true
	sed -E "s#$1|$dir#RT#g; s/[0-9a-f]{12,}/ID/g; s/time=\"[^\"]*\" ?//; s/\x00//g; s/^(\^@)+//; /healthcheck|systemd connection/d" "$dir/out"
}

# same SCRIPT: both runtimes print the same, and it is not nothing.
same() {
	with /usr/bin/crun "$1" >"$T/crun.out"
	with "$T/pintle-runc" "$1" >"$T/pintle.out"
	diff -u "$T/crun.out" "$T/pintle.out"
	[ -s "$T/pintle.out" ]
}

@test "podman run: identity, environment, exit status" {
	same '
		try $RUN --rm $R id
		try $RUN --rm --user 1000:1001 --group-add 5 $R id
		try $RUN --rm -e A=b --hostname box --workdir /tmp $R sh -c "echo \$A; hostname; pwd"
		try $RUN --rm $R sh -c "exit 7"
		try $RUN --rm $R sh -c "kill -TERM \$\$; sleep 1"
	'
	[ "$(grep -c '^status 7$' "$T/pintle.out")" = 1 ]
	grep -q 'uid=1000.* gid=1001.* groups=.*5' "$T/pintle.out"
}

@test "podman run: read-only, volumes, tmpfs, devices, capabilities, no-new-privileges" {
	same '
		try $RUN --rm --read-only $R sh -c "touch /x; touch /tmp/x && echo tmp"
		mkdir -p $DIR/v && echo shared >$DIR/v/file
		try $RUN --rm -v $DIR/v:/v:ro $R sh -c "cat /v/file; touch /v/x"
		try $RUN --rm --mount type=tmpfs,dst=/scratch,tmpfs-size=1m $R sh -c "grep /scratch /proc/mounts"
		try $RUN --rm --device /dev/fuse $R stat -c "%F %t:%T %a %u:%g" /dev/fuse
		try $RUN --rm --cap-drop all --cap-add net_raw $R grep Cap /proc/self/status
		try $RUN --rm --security-opt no-new-privileges $R grep NoNewPrivs /proc/self/status
		try $RUN --rm --privileged $R sh -c "grep CapEff /proc/self/status; ls /dev/null"
		try $RUN --rm --sysctl net.ipv4.ip_forward=1 $R cat /proc/sys/net/ipv4/ip_forward
	'
	grep -q '^shared$' "$T/pintle.out"
}

@test "podman run: limits land in the control groups" {
	same '
		try $RUN --rm --memory 32m --pids-limit 50 --cpus 0.5 --cpu-shares 512 $R sh -c "sleep 0.1; echo ran"
		$RUN -d --name c --memory 32m --pids-limit 50 --cpus 0.5 $R sleep 100 >/dev/null
		P=$($PODMAN inspect -f "{{.State.Pid}}" c)
		limit() {
			if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
				cat /sys/fs/cgroup$(sed -n "s/^0:://p" /proc/$P/cgroup)/$1
			else
				cat /sys/fs/cgroup/${2%%/*}$(sed -n "s/^[0-9]*:${2%%/*}://p" /proc/$P/cgroup)/${2#*/}
			fi
		}
		limit memory.max memory/memory.limit_in_bytes
		limit pids.max pids/pids.max
		limit cpu.max cpu/cpu.cfs_quota_us
		try $PODMAN update --memory 64m c
		limit memory.max memory/memory.limit_in_bytes
		try $PODMAN rm -f -t 0 c
	'
	grep -q '^33554432$' "$T/pintle.out"
	grep -q '^67108864$' "$T/pintle.out"
}

@test "podman exec, with a terminal too; pause, unpause, stats, top, healthcheck, stop" {
	same '
		$RUN -d --name c --health-cmd "cat /etc/passwd" $R sleep 100 >/dev/null 2>&1
		try $PODMAN exec c sh -c "echo in; exit 4"
		try $PODMAN exec -e X=y --user 5:6 c sh -c "id; echo \$X"
		try $PODMAN exec c nothere
		try script -qec "$PODMAN exec -it c tty" /dev/null
		try $PODMAN healthcheck run c
		try $PODMAN pause c
		try $PODMAN ps --filter status=paused --format "{{.Names}}"
		try $PODMAN exec c true
		try $PODMAN unpause c
		try $PODMAN stats --no-stream --format "{{.Name}} {{.PIDs}}" c
		try $PODMAN top c pid args
		try $PODMAN stop -t 1 c
		try $PODMAN inspect -f "{{.State.ExitCode}}" c
		try $PODMAN rm c
	' || {
		# Words of an error are a runtime's own: what counts is that podman takes it for the same error.
		diff -u <(grep -v 'Error:' "$T/crun.out") <(grep -v 'Error:' "$T/pintle.out")
	}
	grep -q '/dev/pts/' "$T/pintle.out"
	grep -q '^status 4$' "$T/pintle.out"
}

@test "podman: what cannot be run is told apart as 126 and 127" {
	with "$T/pintle-runc" '
		try $RUN --rm $R nothere
		try $RUN --rm $R /etc
		try script -qec "$RUN --rm -it $R sh -c \"tty; exit 3\"" /dev/null
	' >"$T/pintle.out"
	cat "$T/pintle.out"
	[ "$(grep ^status "$T/pintle.out" | tr '\n' ' ')" = "status 127 status 126 status 3 " ]
}

@test "podman --userns=auto, --userns with maps, --pid and --ipc of another container" {
	chown -R 700000:700000 "$T/root"
	with "$T/pintle-runc" '
		try $RUN --rm --uidmap 0:700000:1000 --gidmap 0:700000:1000 $R sh -c "cat /proc/self/uid_map; id"
		$RUN -d --name c $R sleep 100 >/dev/null
		try ${RUN/--network=none/} --rm --pid container:c --ipc container:c --network container:c $R sh -c "grep -al sleep /proc/[0-9]*/cmdline | head -1"
		$PODMAN rm -f -t 0 c >/dev/null
	' >"$T/pintle.out"
	cat "$T/pintle.out"
	grep -qE '^ +0 +700000 +1000$' "$T/pintle.out"
	grep -q 'uid=0' "$T/pintle.out"
	grep -q '^/proc/1/cmdline$' "$T/pintle.out"
	[ "$(grep -c '^status 0$' "$T/pintle.out")" = 2 ]
}

@test "containerd: run, exec, ps, metrics, pause, kill, delete" {
	with "$T/pintle-runc" '
		ulimit -n 1024
		containerd --root $DIR/c --state $DIR/s -a $DIR/sock -l error >$DIR/log 2>&1 &
		pid=$!
		for i in $(seq 100); do [ -S $DIR/sock ] && break; sleep 0.1; done
		CTR="ctr -n pintle-test-$$ -a $DIR/sock"
		RUN="$CTR run --rootfs --runc-binary $RUNTIME"
		try $RUN --rm '"$T"'/root a1 id
		try $RUN -d --memory-limit 33554432 '"$T"'/root a2 sleep 100
		cat /sys/fs/cgroup/pintle-test-$$/a2/memory.max /sys/fs/cgroup/memory/pintle-test-$$/a2/memory.limit_in_bytes 2>/dev/null
		$CTR task delete -f a2 >/dev/null
		$CTR container rm a2
		try $RUN -d '"$T"'/root a3 sleep 100
		try $CTR task exec --exec-id e1 a3 sh -c "echo in; exit 5"
		try $CTR task ls -q
		try $CTR task metrics a3
		try $CTR task pause a3
		try $CTR task resume a3
		try $CTR task kill -s SIGKILL a3
		sleep 1
		try $CTR task delete a3
		try $CTR container rm a3
		try $RUN --rm '"$T"'/root a4 nothere
		try script -qec "$RUN --rm -t '"$T"'/root a5 tty" /dev/null
		kill $pid
		wait $pid
		rmdir /run/containerd/runc/pintle-test-$$
		find /sys/fs/cgroup/*/pintle-test-$$ /sys/fs/cgroup/pintle-test-$$ -depth -type d -exec rmdir {} + 2>/dev/null
	' >"$T/pintle.out"
	cat "$T/pintle.out"
	grep -q 'uid=0(root) gid=0' "$T/pintle.out" || grep -q 'uid=0 gid=0' "$T/pintle.out"
	grep -q '^33554432$' "$T/pintle.out"
	grep -q '^status 5$' "$T/pintle.out"
	grep -q 'pids.current *1 *$' "$T/pintle.out"
	grep -q 'nothere: No such file' "$T/pintle.out"
	grep -q '/dev/pts/0' "$T/pintle.out"
}
