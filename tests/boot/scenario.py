# SPDX-License-Identifier: ISC
"""A scenario is one boot of one board and the steps on it. A step is a test: a method whose
docstring says what it shows; it fails by an exception, and what comes after it has failed too.
Counts are honest: a step is passed, failed or skipped, never left out."""
import json
import os
import re
import sys
import time
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "board/image"), os.path.join(TOP, "board/qemu")]
from appliance import Appliance    # noqa: E402
from machine import Gone           # noqa: E402


class Skip(Exception):
    """A step that cannot be done here, and why."""


def need(fact, words):
    if not fact:
        raise Gone(words)


def step(method):
    method.is_step = True
    return method


class Scenario:
    """One boot: prepare() fills self.device, the steps use self.m; self.note is printed."""
    limit = 120             # seconds for the whole boot
    disk = True
    append = "quiet"
    machine = {}            # more words for Machine()

    def __init__(self, suite):
        self.suite, self.board = suite, suite.board
        self.note = ""

    def prepare(self):
        raise NotImplementedError

    @classmethod
    def steps(cls):
        return [f for f in vars(cls).values() if getattr(f, "is_step", False)]

    def appliance(self, **more):
        work = os.path.join(TOP, "out/tests/boot", self.board, type(self).__name__)
        device = Appliance(self.board, work, **more)
        device.copy(os.path.join(TOP, "out", self.board, "tests/probe"), "bin/probe")
        return device

    def run(self):
        """Boots and walks the steps; calls suite.result() once a step."""
        left = self.steps()
        try:
            self.prepare()
            log = os.path.join(TOP, "out/tests/boot", self.board, type(self).__name__ + ".log")
            with self.device.machine(disk=self.disk, limit=self.limit, log=log,
                                     append=self.append, **self.machine) as self.m:
                while left:
                    self.one(left.pop(0))
        except Skip as why:
            for rest in left:
                self.suite.result(rest, "skipped", str(why))
        except Exception as why:    # whatever it was: the steps that are left have failed
            words = str(why) if isinstance(why, Gone) else traceback.format_exc()
            for number, rest in enumerate(left):
                self.suite.result(rest, "failed", words if not number else "not reached")

    def one(self, method):
        self.note, began = "", time.monotonic()
        try:
            method(self)
        except Skip as why:
            self.suite.result(method, "skipped", str(why))
        except Exception as why:
            words = str(why) if isinstance(why, Gone) else traceback.format_exc()
            self.suite.result(method, "failed", words)
            raise Gone("not reached") from None
        else:
            self.suite.result(method, "passed", self.note, time.monotonic() - began)

    # --- words to the console -------------------------------------------------------------------

    def document(self, words, seconds=30):
        """The JSON that a command answers; asked again when the kernel wrote between its lines."""
        for _ in range(3):
            said = self.m.command(words + " --json", seconds)
            found = re.search(r"^{.*}$", said, re.M | re.S)
            try:
                return json.loads(found[0]) if found else json.loads("")
            except ValueError:
                self.m.settle()
        raise Gone(f"{words} --json answered no document:\n{said}")

    def unit(self, name):
        """What `list` knows of a unit."""
        rows = self.document("list")["units"]
        found = [row for row in rows if row["name"].split(".")[0] == name]
        need(found, f"no unit {name}: {rows}")
        return found[0]

    def system(self):
        return self.document("status")["system"]

    def until(self, name, seconds, **facts):
        """Waits until a unit has these values; the unit."""
        until = time.monotonic() + seconds
        while True:
            row = self.unit(name)
            if all(row.get(key) == value for key, value in facts.items()):
                return row
            if time.monotonic() >= until:
                said = self.last_words(name)
                raise Gone(f"{name} not {facts} within {seconds} s: {row}\n{said}")
            time.sleep(0.2)

    def last_words(self, name):
        return self.m.command(f"logs -n 20 {name}")

    def logged(self, name, pattern, seconds=10):
        """Waits until a unit's log has a match; the match."""
        until = time.monotonic() + seconds
        while True:
            said = self.m.command("logs " + name)
            found = re.search(pattern, said)
            if found:
                return found
            need(time.monotonic() < until,
                 f"{name} did not log {pattern!r} within {seconds} s:\n{said}")
            time.sleep(0.3)

    def end(self, word):
        """Types poweroff or reboot; how the board ended. A board that cannot switch off reboots."""
        word = "reboot" if self.device.facts["POWEROFF"] == "reboot" else word
        self.m.send(word + "\n")
        how = self.m.wait_end(30)
        need(how == word, f"{word} ended as {how}; the console's end:\n{self.m.text[-2000:]}")
        self.note = how
