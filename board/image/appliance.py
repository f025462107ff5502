#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""appliance.py BOARD OUT [FOLDER...]: an initial RAM disk with pintle as /init, the board's kernel
modules, an fstab for the data disk and the folders laid over it. As a library: Appliance, which the
show and the boot tests fill with units, keys and images of their own."""
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "board/qemu"))
from machine import Machine, board_facts    # noqa: E402


class Appliance:
    """One device: its initial RAM disk and its data disk, made below a work folder."""

    def __init__(self, board, work, kernel=None, init=None):
        self.board, self.work = board, work
        self.facts = board_facts(board)
        self.kernel = kernel or os.path.join(TOP, "out/kernels", board)
        self.root, self.data = os.path.join(work, "root"), os.path.join(work, "data")
        self.initrd, self.disk_path = os.path.join(work, "initramfs.gz"), os.path.join(work, "disk")
        shutil.rmtree(work, ignore_errors=True)
        for folder in ("proc", "sys", "dev", "run", "tmp", "var/lib/pintle", "etc/pintle/units"):
            os.makedirs(os.path.join(self.root, folder))
        os.makedirs(self.data)
        self.copy(init or os.path.join(TOP, "out", board, "pintle"), "init")
        os.chmod(os.path.join(self.root, "init"), 0o755)
        self.fstab()

    def device(self):
        return "/dev/sda" if self.facts["DISK"] == "ide" else "/dev/vda"

    def fstab(self, options="noatime,x-systemd.device-timeout=10s"):
        self.file("etc/fstab", f"{self.device()} /var/lib/pintle ext4 {options} 0 2\n")

    def file(self, path, text, mode=0o644):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(full, mode)

    def copy(self, source, path, where=None):
        """A file or a folder into the RAM disk, or into where (self.data: onto the data disk)."""
        full = os.path.join(where or self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if os.path.isdir(source):
            shutil.copytree(source, full, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy2(source, full)

    def unit(self, name, text):
        self.file("etc/pintle/units/" + name, text)

    def trust(self, key):
        """Images must be signed by this public key."""
        self.copy(key, "etc/pintle/keys/release.pem")
        self.file("etc/pintle/pintle.conf", "[Trust]\nKey=/etc/pintle/keys/release.pem\n")

    def pack(self, modules=""):
        """Makes the initial RAM disk; modules: lines besides those of the board's list."""
        if os.path.isdir(os.path.join(self.kernel, "lib/modules")):
            listing = os.path.join(self.work, "modules")
            with open(os.path.join(TOP, "board", self.board, "modules"), encoding="utf-8") as f:
                lines = f.read()
            with open(listing, "w", encoding="utf-8") as f:
                f.write(lines + modules)
            self.tool("python3", "modules.py", self.kernel, listing, self.root)
        self.pack_root()

    def pack_root(self):
        self.tool("python3", "initramfs.py", self.initrd, self.root)

    def disk(self, mib=64):
        """Makes the data disk from what was copied to self.data."""
        self.tool("sh", "disk.sh", self.disk_path, str(mib), self.data)
        return self.disk_path

    @staticmethod
    def tool(interpreter, name, *args):
        subprocess.run([interpreter, os.path.join(HERE, name), *args], check=True, timeout=120)

    def machine(self, disk=True, **more):
        """The board in QEMU with this RAM disk: a context manager, see machine.py."""
        return Machine(self.board, self.initrd, disk=self.disk_path if disk else None,
                       kernel=os.path.join(self.kernel, "kernel"), **more)


def main():
    board, out, *folders = sys.argv[1:]
    device = Appliance(board, out + ".work")
    for folder in folders:
        device.copy(os.path.abspath(folder), "")
    device.pack()
    os.replace(device.initrd, out)
    shutil.rmtree(device.work)


if __name__ == "__main__":
    main()
