#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Control groups by path on version 2 alone: cgrun in a virtual machine with the kernel of the board
# qemu_x86_64, booted once; cgroup_v2.sh has the tests. A host with hierarchies of version 1 cannot show
# this.

load lib.bash

setup_file() {
	local link module dir=$BATS_FILE_TMPDIR kernel=$ROOT/out/kernels/qemu_x86_64/kernel
	need_root
	mkdir -p "$dir"/root/{bin,dev,modules,proc,sys,tmp}
	put_busybox "$dir/root"
	"$dir/root/bin/busybox" --install -s "$dir/root/bin"
	for link in "$dir"/root/bin/*; do
		[ ! -L "$link" ] || ln -sf busybox "$link"
	done
	for module in virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci \
		virtio_blk; do
		find "${kernel%/*}/lib" -name "$module.ko" -exec cp {} "$dir/root/modules/" \;
	done
	"$ROOT/tests/host/cgrun.sh" "$PINTLE" "$dir/root/bin/cgrun"
	install -m 755 "$ROOT/tests/host/cgroup_v2.sh" "$dir/root/init"
	(cd "$dir/root" && find . | cpio --quiet -o -H newc) >"$dir/initrd"
	truncate -s 1M "$dir/disk"
	timeout -k 5 240 qemu-system-x86_64 -M q35 -cpu max -m 256 -nodefaults -display none \
		-no-reboot -serial "file:$dir/console" \
		-kernel "$kernel" -initrd "$dir/initrd" -append "console=ttyS0 panic=-1 quiet" \
		-drive "file=$dir/disk,format=raw,if=virtio" \
		</dev/null >"$dir/qemu.log" 2>&1 3>&- || :
	tr -d '\r' <"$dir/console" >"$dir/said"
	grep -qx end "$dir/said" || {
		tail -n 30 "$dir/said" >&2
		cat "$dir/qemu.log" >&2
		return 1
	}
}

# What the machine said of a test, with what led to it.
passed() {
	awk -v want="ok $1" '
		/^(not )?ok / { if ($0 == want || $0 == "not " want) printf "%s", text; text = ""; next }
		{ text = text $0 "\n" }
		' "$BATS_FILE_TMPDIR/said"
	grep -qx "ok $1" "$BATS_FILE_TMPDIR/said"
}

@test "cgroup v2: a path is made with all controllers, joined and removed" {
	passed path
}

@test "cgroup v2: memory and swap are converted, what is in use is looked at" {
	passed memory
}

@test "cgroup v2: shares, quota, period, burst, idleness and sets" {
	passed cpu
}

@test "cgroup v2: pids, huge pages, input and output; what version 2 has not is refused" {
	passed others
}

@test "cgroup v2: unified values go line by line, files that are not the user's are refused" {
	passed unified
}

@test "cgroup v2: device rules are a program that the next one replaces whole" {
	passed devices
}

@test "cgroup v2: a program of an older pintle is replaced, too" {
	passed devices_old
}

@test "cgroup v2: groups below have device rules of their own, and those above hold" {
	passed devices_below
}

@test "cgroup v2: the kernel takes as many device rules as there may be" {
	passed many_rules
}

@test "cgroup v2: a group is frozen, thawed, and dies frozen" {
	passed freeze
}

@test "cgroup v2: groups that a container made below its own are seen, killed and removed" {
	passed below
}

@test "cgroup v2: statistics are one line of JSON with runc's names" {
	passed stats
	python3 - "$BATS_FILE_TMPDIR/said" <<-'PYTHON'
		import json, sys
		lines = [l[6:] for l in open(sys.argv[1]) if l.startswith("stats ")]
		assert len(lines) == 1
		d = json.loads(lines[0])["data"]
		cpu, memory = d["cpu"]["usage"], d["memory"]
		assert cpu["total"] > 1000000 and cpu["total"] >= cpu["user"], cpu
		assert memory["usage"]["limit"] == 33554432 and memory["usage"]["usage"] > 0, memory
		assert memory["swap"]["limit"] == 50331648, memory
		assert memory["swap"]["usage"] >= memory["usage"]["usage"], memory
		assert memory["cache"] == memory["raw"]["file"] and memory["raw"]["pgfault"] > 0
		assert d["pids"]["limit"] == 30 and d["pids"]["current"] >= 1, d["pids"]
		assert "2MB" in d["hugetlb"]
		rows = d["blkio"]["ioServiceBytesRecursive"]
		assert any(r["op"] == "Read" and r["value"] >= 262144 for r in rows), rows
	PYTHON
}
