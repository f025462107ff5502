#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""runtime.py RUNTIME BUSYBOX: what a container costs by pintle-runc, crun, runc and with no runtime at all (floor.c), in turn in
one run (machines are noisy: compare within a line; in parentheses pintle-runc's part of it). The same bundle, busybox, six
namespaces and a control group; RUNS=30 rounds, medians. COUNT=1000 containers one after the other, AT_ONCE=200. Runs in a private
mount namespace; the unified hierarchy of a hybrid host is taken out of sight, since crun refuses such hosts."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = int(os.environ.get("RUNS", "30"))
COUNT = int(os.environ.get("COUNT", "1000"))
AT_ONCE = int(os.environ.get("AT_ONCE", "200"))
HERE = os.path.dirname(os.path.abspath(__file__))


def bundle(folder, busybox):
    root = os.path.join(folder, "rootfs")
    for name in ("bin", "proc", "sys", "dev", "etc", "tmp"):
        os.makedirs(os.path.join(root, name))
    shutil.copy(busybox, os.path.join(root, "bin/busybox"))
    for applet in ("true", "sleep"):
        os.symlink("busybox", os.path.join(root, "bin", applet))


def configure(runtime, folder, *args):
    path = os.path.join(folder, "config.json")
    if not os.path.exists(path):
        subprocess.run([runtime, "spec"], cwd=folder, check=True)
    with open(path) as f:
        c = json.load(f)
    c["ociVersion"] = "1.0.2"       # what Debian 12's crun knows
    c["process"]["terminal"] = False
    c["process"]["args"] = list(args)
    with open(path, "w") as f:
        json.dump(c, f)


class Runtime:
    def __init__(self, name, path, folder):
        self.name, self.path, self.folder = name, path, folder
        self.times, self.rss = [], 0

    def do(self, *words):
        """Milliseconds of one command; its peak memory is kept."""
        began = time.perf_counter()
        pid = os.posix_spawn(self.path, [self.path, *words], os.environ, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
        _, status, used = os.wait4(pid, 0)
        if status:
            raise SystemExit(f"{self.name} {' '.join(words)}: status {status}")
        self.rss = used.ru_maxrss
        return (time.perf_counter() - began) * 1000


class Floor:
    """Namespaces, mounts, pivot_root and exec, nothing else."""
    name = "floor"

    def __init__(self, folder):
        self.times, self.folder = [], folder
        self.path = os.path.join(folder, "floor")
        subprocess.run(["gcc", "-static", "-O2", "-o", self.path, os.path.join(HERE, "floor.c")], check=True)

    def do(self, *_):
        began = time.perf_counter()
        status = subprocess.call([self.path, os.path.join(self.folder, "rootfs"), "/bin/true"])
        if status:
            raise SystemExit(f"floor: status {status}")
        return (time.perf_counter() - began) * 1000


def before_exec(r):
    """KiB that only the container's process has, and its peak, when all that is left to it is the exec."""
    name = f"still-{r.name}"
    r.do("create", name)
    state = json.loads(subprocess.run([r.path, "state", name], capture_output=True, check=True).stdout)
    with open(f"/proc/{state['pid']}/smaps_rollup") as f:
        private = sum(int(row.split()[1]) for row in f if row.startswith("Private_"))
    with open(f"/proc/{state['pid']}/status") as f:
        peak_kib = next(int(row.split()[1]) for row in f if row.startswith("VmHWM"))
    r.do("delete", "--force", name)
    return f"{private} of {peak_kib} KiB"


def traces():
    """What a container may leave behind: groups, mounts, processes, state."""
    groups = sum(len(folders) for _, folders, _ in os.walk("/sys/fs/cgroup"))
    with open("/proc/self/mountinfo") as f:
        mounts = len(f.readlines())
    state = len(os.listdir("/run/pintle-runc")) if os.path.isdir("/run/pintle-runc") else 0
    return {"groups": groups, "mounts": mounts, "processes": sum(n.isdigit() for n in os.listdir("/proc")), "state": state}


def left_over(before):
    """What is more than before; processes of the kernel come and go, so those have some seconds to settle."""
    for _ in range(50):
        more = {k: v - before[k] for k, v in traces().items() if v > before[k]}
        if not more.keys() - {"processes"} and more.get("processes", 0) <= 3:
            return "nothing left over"
        time.sleep(0.1)
    return f"LEFT OVER: {more}"


def many(r):
    before, began = traces(), time.perf_counter()
    for i in range(COUNT):
        r.do("run", f"many-{i}")
    print(f"{COUNT} containers one after the other: {(time.perf_counter() - began) * 1000 / COUNT:.1f} ms each, {left_over(before)}")


def at_once(r):
    before, began = traces(), time.perf_counter()
    running = [subprocess.Popen([r.path, "run", "-d", f"once-{i}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
               for i in range(AT_ONCE)]
    failed = sum(p.wait() != 0 for p in running)
    ms = (time.perf_counter() - began) * 1000
    said = subprocess.run([r.path, "list", "-f", "json"], capture_output=True, check=True).stdout
    up = sum(c["id"].startswith("once-") and c["status"] == "running" for c in json.loads(said))
    for i in range(AT_ONCE):
        r.do("delete", "--force", f"once-{i}")
    print(f"{AT_ONCE} at once: {up} up in {ms:.0f} ms, {failed} failed, {left_over(before)}")


def line(what, runtimes, once):
    for r in runtimes:
        r.times = []
    for i in range(RUNS):
        for r in runtimes:
            r.times.append(once(r, f"bench-{i}-{os.getpid()}"))
    base = statistics.median(runtimes[0].times)
    print(f"{what:24}" + "".join(
        f"  {r.name} {statistics.median(r.times):6.2f} ms ({base / statistics.median(r.times):.2f})" for r in runtimes))


def life(r, name):
    ms = r.do("create", name) + r.do("start", name)
    time.sleep(0.05)
    return ms + r.do("delete", name)


def peak(r):
    """The peak of a run by the kernel's count for a process of its own: a small shell between keeps ours out of it."""
    said = subprocess.run(["/usr/bin/env", "bash", "-c", f"{r.path} run peak-{os.getpid()} & p=$!; m=0; while kill -0 $p 2>/dev/null; do "
                           "v=$(grep -s VmHWM /proc/$p/status | tr -dc 0-9); [ \"${v:-0}\" -gt $m ] && m=$v; done; echo $m"],
                          cwd=r.folder, capture_output=True, text=True, check=True)
    return int(said.stdout.split()[-1])


def main():
    pintle, busybox = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    if os.path.ismount("/sys/fs/cgroup/unified"):
        subprocess.run(["umount", "/sys/fs/cgroup/unified"], check=True)
    with tempfile.TemporaryDirectory(prefix="pintle-bench-") as folder:
        bundle(folder, busybox)
        configure(pintle, folder, "true")
        os.chdir(folder)
        runtimes = [Runtime("pintle-runc", pintle, folder)] + [
            Runtime(n, shutil.which(n), folder) for n in ("crun", "runc") if shutil.which(n)]
        line("run true", runtimes + [Floor(folder)], lambda r, name: r.do("run", name))
        line("create, start, delete", runtimes, life)
        configure(pintle, folder, "sleep", "1000")
        for r in runtimes:
            r.do("run", "-d", f"host-{r.name}")
        line("exec true", runtimes, lambda r, name: r.do("exec", f"host-{r.name}", "true"))
        for r in runtimes:
            r.do("delete", "--force", f"host-{r.name}")
        print(f"{'private before exec':24}" + "".join(f"  {r.name} {before_exec(r)}" for r in runtimes))
        at_once(runtimes[0])
        configure(pintle, folder, "true")
        print(f"{'peak memory of run':24}" + "".join(f"  {r.name} {max(peak(r) for _ in range(5))} KiB" for r in runtimes))
        many(runtimes[0])


main()
