# SPDX-License-Identifier: ISC
"""The hardware watchdog and the ladder, on QEMU's i6300esb: a reset there is a boot of the same machine."""
import re
import time

from scenario import Scenario, need, step

CONF = """[Watchdog]
Timeout=%d
Patience=1s
Restarts=1
GroupRestarts=1
Reboots=1
"""
WATCHDOG = ("-device", "i6300esb", "-action", "watchdog=reset")
HANG = "[Service]\nExecStart=/bin/probe hang 1\n"
SICK = """[Service]
ExecStart=/bin/none
Restart=always
RestartSec=100ms
[Unit]
StartLimitIntervalSec=0
[X-Pintle]
Critical=yes
"""
BOOT = "[Install]\nWantedBy=multi-user.target\n"


class Watched(Scenario):
    limit = 180
    machine = {"devices": WATCHDOG, "reboots": True}
    timeout = 4
    modules = "i6300esb\n"

    def prepare(self):
        self.device = self.appliance()
        self.device.file("etc/pintle/pintle.conf", CONF % self.timeout)
        self.device.unit("hang.service", HANG)
        self.fill()
        self.device.pack(modules=self.modules)
        self.device.disk()

    def fill(self):
        pass

    def watchdog_events(self):
        return [data for name, data in self.m.events if name == "WATCHDOG"]

    def settled(self):
        """The system once its modules are loaded."""
        until = time.monotonic() + 20
        while not self.system()["watchdog_s"] and time.monotonic() < until:
            self.m.pump(0.5)
        return self.system()

    def rebooted(self, seconds):
        """Waits for the next boot's first words."""
        seen = len([1 for name, _ in self.m.events if name == "RESET"])
        until = time.monotonic() + seconds
        while len([1 for name, _ in self.m.events if name == "RESET"]) == seen:
            need(time.monotonic() < until, f"no reset within {seconds} s:\n{self.m.text[-2000:]}")
            self.m.pump(0.1)


class Hang(Watched):
    """PID 1 is stopped from inside, on a device with a hardware watchdog."""

    @step
    def armed(self):
        """owns the watchdog, and knows what its driver took"""
        self.m.prompt(60)
        row = self.settled()
        need(row["watchdog_s"] == self.timeout and row["watchdog_fed"], f"{row}")

    @step
    def lives(self):
        """feeds it: no reset in three times its timeout"""
        until = time.monotonic() + 3 * self.timeout
        while time.monotonic() < until:
            self.m.pump(0.5)
        need(not self.watchdog_events(), "it was reset while PID 1 was well")
        need(self.system()["watchdog_fed"], "not fed")

    @step
    def bites(self):
        """a PID 1 that hangs is reset within the timeout and 2 s"""
        self.m.send("start hang\n")
        began = time.monotonic()
        self.rebooted(self.timeout + 2)
        took = time.monotonic() - began
        need(self.watchdog_events(), f"reset, but not by the watchdog: {self.m.events}")
        self.note = f"after {took:.1f} s"

    @step
    def tells(self):
        """the next boot says that it was the watchdog"""
        self.m.settle(3)
        self.m.prompt(60)
        row = self.settled()
        need(row["last_reset"] == "watchdog", f"{row}")
        need(row["ladder_reboots"] == 1, f"not counted: {row}")
        need(not row["safe_mode"], f"{row}")

    @step
    def ends(self):
        """an orderly poweroff with the watchdog armed is one"""
        before = len(self.watchdog_events())
        self.m.send("poweroff\n")
        how = self.m.wait_end(30)
        need(len(self.watchdog_events()) == before, "the watchdog bit")
        need("reboot: Power down" in self.m.text or how in ("poweroff", "watchdog"), how)


class Halted(Watched):
    """A device that is halted stays halted."""
    limit = 90

    @step
    def stays(self):
        """halt takes the watchdog's magic word: no reset in three times its timeout"""
        self.m.prompt(60)
        self.m.send("halt\n")
        self.m.expect("System halted", 30)
        until = time.monotonic() + 3 * self.timeout
        while time.monotonic() < until:
            self.m.pump(0.5)
        need(not self.watchdog_events(), "the watchdog bit")


class Ladder(Watched):
    """A critical unit that is dead on arrival."""

    def fill(self):
        self.device.unit("sick.service", SICK + BOOT)

    @step
    def climbs(self):
        """restart unit, restart group, reboot; again; safe mode"""
        self.rebooted(60)
        self.m.expect("safe mode, time 1", 60)
        self.m.prompt(30)
        need(self.system()["safe_mode"], f"{self.system()}")
        said = self.m.command("logs pintle", 30)
        steps = re.findall(r"ladder: sick.service is sick: ([a-z ]+, time \d)", said)
        need(steps == ["restart unit, time 1", "restart group, time 1", "safe mode, time 1"], f"{steps}\n{said}")
        row = self.system()
        need(row["last_reset"] == "ladder" and row["ladder_reboots"] == 1, f"{row}")
        self.note = "; ".join(steps)

    @step
    def fed(self):
        """in safe mode the watchdog is fed"""
        until = time.monotonic() + 2 * self.timeout
        while time.monotonic() < until:
            self.m.pump(0.5)
        need(not self.watchdog_events() and self.system()["watchdog_fed"], "not fed")


RESETS = [Hang, Halted, Ladder]
