#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""runtime.py RUNTIME BUSYBOX: what a container costs by pintle-runc, crun and runc, in turn in one run (machines are noisy:
compare within a line). The same bundle, busybox, six namespaces and a control group of version 1; RUNS=30 rounds, medians.
Runs in a private mount namespace; the unified hierarchy of a hybrid host is taken out of sight, since crun refuses such hosts."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = int(os.environ.get("RUNS", "30"))


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
        line("run true", runtimes, lambda r, name: r.do("run", name))
        line("create, start, delete", runtimes, life)
        configure(pintle, folder, "sleep", "1000")
        for r in runtimes:
            r.do("run", "-d", f"host-{r.name}")
        line("exec true", runtimes, lambda r, name: r.do("exec", f"host-{r.name}", "true"))
        for r in runtimes:
            r.do("delete", "--force", f"host-{r.name}")
        configure(pintle, folder, "true")
        print(f"{'peak memory of run':24}" + "".join(f"  {r.name} {max(peak(r) for _ in range(5))} KiB" for r in runtimes))


main()
