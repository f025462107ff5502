# SPDX-License-Identifier: ISC
"""What is shown on every board: see the docstrings of the steps."""
import os
import random
import subprocess

from images import Images
from reset import RESETS
from scenario import Scenario, Skip, TOP, need, step

WEB = """[Unit]
Description=The page the gateway serves
[Container]
Image=oci:/var/lib/pintle/stick/%s
Memory=24M
PidsLimit=40
ReadOnly=yes
[Service]
Restart=always
RestartSec=200ms
"""
BOOT = "[Install]\nWantedBy=multi-user.target\n"
LIMITS = """[Service]
Type=oneshot
ExecStart=/bin/probe cat \
  /sys/fs/cgroup/pintle/web.container/memory.max \
  /sys/fs/cgroup/pintle/web.container/pids.max
"""
PRIVATE = "[Service]\nType=oneshot\nExecStart=/bin/probe private 1\nExecStart=/bin/probe maps 1\n"
EIGHT = """[Container]
Rootfs=/opt/probe
Exec=/probe up container-%d
[Service]
Restart=always
""" + BOOT


def with_images(scenario, **more):
    """A device whose data disk holds the signed image, the tampered one, and nothing of a store."""
    device = scenario.appliance(**more)
    made = Images(scenario.board, device.facts["TARGET"])
    scenario.bad_digest = made.bad_digest
    device.copy(made.web, "stick/web", device.data)
    device.copy(made.tampered, "stick/tampered", device.data)
    device.trust(made.key)
    device.unit("web.container", WEB % "web:1.0" + BOOT)
    device.unit("tampered.container", WEB % "tampered:2.0")
    device.unit("limits.service", LIMITS)
    device.pack()
    device.disk()
    return device


class FirstBoot(Scenario):
    """A device that has never run: the image is on its disk, the store is empty."""
    kernel = None

    def prepare(self):
        self.device = with_images(self, kernel=self.kernel)
        self.suite.disk = self.device

    @step
    def prompt(self):
        """boots to the prompt"""
        self.note = "prompt after %.1f s" % self.m.prompt(60)

    @step
    def runs(self):
        """verifies, unpacks and runs a signed image"""
        row = self.until("web", 40, state="running")
        need(row["digest"], f"it runs without a digest: {row}")
        need(not row["cached"], f"a first boot cannot have it in the store: {row}")
        need(not row["insecure"], f"insecure: {row}")
        need(not self.system()["degraded"], f"degraded: {self.system()}")

    @step
    def logs(self):
        """keeps its output in logs"""
        self.logged("web", r"web 1\.0 up")

    @step
    def table(self):
        """shows it in a table of 80 columns"""
        said = self.m.command("status")
        need("web.container" in said and "running" in said, f"not in the table:\n{said}")
        wide = [line for line in said.split("\n") if len(line) > 80]
        need(not wide, f"wider than 80 columns: {wide}")

    @step
    def restarts(self):
        """starts it again when it is killed"""
        before = self.unit("web")["pid"]
        self.m.command("kill -s KILL web")
        row = self.until("web", 20, state="running", restarts=1)
        need(row["pid"] != before, f"the pid is the old one: {row}")

    @step
    def refuses(self):
        """refuses a tampered image by its digest"""
        said = self.m.command("start tampered", 60)
        need(self.bad_digest[:23] in said.replace("\n", ""),
             f"{self.bad_digest} is not named:\n{said}")
        need(self.unit("tampered")["state"] == "failed", f"{self.unit('tampered')}")

    @step
    def limited(self):
        """has its limits in its control group"""
        self.m.command("start limits")
        self.logged("limits", r"memory\.max: %d\b" % (24 << 20))
        self.logged("limits", r"pids\.max: 40\b")

    @step
    def ends(self):
        """powers off in order, its disk clean"""
        self.end("poweroff")
        clean(self.device.disk_path)


def clean(disk):
    def tool(*argv):
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    head = tool("/sbin/dumpe2fs", "-h", disk)
    need(head.returncode == 0, f"dumpe2fs: {head.stderr}")
    need("needs_recovery" not in head.stdout, "not unmounted: the disk's journal needs recovery")
    check = tool("/sbin/e2fsck", "-fn", disk)
    need(check.returncode == 0, f"e2fsck:\n{check.stdout}")


class SecondBoot(Scenario):
    """The same disk again."""

    def prepare(self):
        self.device = self.suite.disk

    @step
    def stored(self):
        """takes the image from the store on the second boot"""
        self.m.prompt(60)
        row = self.until("web", 30, state="running")
        need(row["cached"], f"not from the store: {row}")

    @step
    def ends(self):
        """reboots in order, its disk clean"""
        self.end("reboot")
        clean(self.device.disk_path)


class NoDisk(Scenario):
    """The data disk is not there; eight containers run from the initial RAM disk."""
    disk = False

    def prepare(self):
        self.device = self.appliance()
        self.device.fstab("noatime,x-systemd.device-timeout=2s")
        probe = os.path.join(TOP, "out", self.board, "tests/probe")
        self.device.copy(probe, "opt/probe/probe")
        for folder in ("proc", "sys", "dev", "tmp", "run"):
            os.makedirs(os.path.join(self.device.root, "opt/probe", folder))
        for n in range(8):
            self.device.unit(f"c{n}.container", EIGHT % n)
        self.device.unit("private.service", PRIVATE)
        self.device.unit("web.container", WEB % "web:1.0")
        self.device.pack()

    @step
    def says(self):
        """answers without its disk and says so"""
        self.m.prompt(60)
        self.m.send("")
        self.degraded(15)

    def degraded(self, seconds):
        device = self.device.device()
        for _ in range(seconds):
            if self.system()["degraded"]:
                break
            self.m.pump(1)
        said = self.system()["degraded"]
        need(device in said and "/var/lib/pintle" in said, f"{device} is not named: {said!r}")
        self.note = said

    @step
    def refuses(self):
        """says why a unit that needs the disk does not start"""
        said = self.m.command("start web", 60)
        need("/var/lib/pintle" in said, said)

    @step
    def eight(self):
        """runs eight containers that need no disk"""
        for n in range(8):
            self.until(f"c{n}", 20, state="running")
            self.logged(f"c{n}", rf"container-{n} up \d+ ms")

    @step
    def private(self):
        """PID 1 has at most 256 KiB to itself with eight containers"""
        self.m.command("start private")
        found = self.logged("private", r"private (\d+) KiB, code that only it maps (\d+) KiB")
        kib = int(found[1])
        need(0 < kib <= 256, f"{kib} KiB\n" + self.m.command("logs private", 10))
        self.note = f"{kib} KiB, and {found[2]} KiB of code that no console maps"

    @step
    def keys(self):
        """reboots in order on Ctrl-Alt-Del"""
        if not any(f"-M {machine}" in self.device.facts["QEMU"] for machine in ("q35", "malta")):
            raise Skip("the machine has no keyboard")
        if self.device.facts["KERNEL_PACKAGE"] == "source":
            raise Skip("the kernel has no keyboard driver")
        keys = [{"type": "qcode", "data": key} for key in ("ctrl", "alt", "delete")]
        self.m.execute("send-key", keys=keys)
        how = self.m.wait_end(30)
        need(how == "reboot", f"ended as {how}:\n{self.m.text[-2000:]}")


class DamagedDisk(Scenario):
    """The data disk holds random bytes."""

    def prepare(self):
        self.device = self.appliance()
        self.device.unit("web.container", WEB % "web:1.0" + BOOT)
        self.device.pack()
        noise = random.Random(self.board)
        with open(self.device.disk_path, "wb") as f:
            for _ in range(16):
                f.write(noise.randbytes(1 << 20))

    @step
    def says(self):
        """answers with a damaged disk and says so"""
        self.m.prompt(60)
        NoDisk.degraded(self, 15)

    @step
    def refuses(self):
        """says why a unit that needs the disk failed"""
        row = self.until("web", 20, state="failed")
        need("/var/lib/pintle" in row["reason"], f"{row}")

    @step
    def ends(self):
        """powers off in order all the same"""
        self.end("poweroff")


class OldKernel(FirstBoot):
    """The same first boot with the board's older kernel."""

    def prepare(self):
        version = self.suite.facts["OLD_KERNEL"].split(":")[0]
        self.kernel = os.path.join(TOP, "out/kernels", f"{self.board}-{version}")
        if not os.path.exists(os.path.join(self.kernel, "version")):
            raise Skip(f"the mirror has no {version} kernel")
        self.device = with_images(self, kernel=self.kernel)

    @classmethod
    def steps(cls):
        return FirstBoot.steps()


def scenarios_for(facts):
    every = [FirstBoot, SecondBoot, NoDisk, DamagedDisk]
    every += [kind for kind in RESETS if facts["TARGET"] == "x86_64"]
    return every + ([OldKernel] if "OLD_KERNEL" in facts else [])
