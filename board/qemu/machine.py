# SPDX-License-Identifier: ISC
"""A board in QEMU: started with a time limit, spoken to over its serial line, watched over QMP.

    with Machine("qemu_armv7", initrd, disk=...) as m:
        m.expect(r"pintle> ", 30)
        m.send("status\\n")
    m.how       # poweroff | reboot | panic | watchdog | timeout | killed

Every line the board prints is kept with the host's monotonic time. Leaving the block ends QEMU,
whatever happened; the time limit covers every wait."""
import json
import os
import re
import selectors
import signal
import socket
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def board_facts(board):
    """The variables of board/NAME/board.mk."""
    facts = {}
    with open(os.path.join(TOP, "board", board, "board.mk")) as f:
        for line in f:
            name, is_set, value = line.partition(":=")
            if is_set:
                facts[name.strip()] = value.strip()
    return facts


class Gone(Exception):
    """The board did not say what it was expected to say."""


class Machine:
    def __init__(self, board, initrd, disk=None, memory=None, append="", limit=120, kernel=None,
                 log=None, echo=None, counted=False, devices=(), reboots=False):
        self.board, self.facts = board, board_facts(board)
        self.how, self.text, self.lines, self.mark = None, "", [], 0
        self.deadline = time.monotonic() + limit
        self.echo = echo            # a function that gets every piece of console text
        self.log = open(log, "wb") if log else None
        self.dir = tempfile.TemporaryDirectory(prefix="pintle-qemu-")
        self.partial, self.events, self.qmp_buf = b"", [], b""
        kernel = kernel or os.path.join(TOP, "out/kernels", board, "kernel")
        self.argv = self.command_line(kernel, initrd, disk, memory, append)
        self.argv += devices
        if reboots:    # a reset is a boot, not the end
            self.argv.remove("-no-reboot")
        if counted:
            # The guest's clock counts instructions, 2 ns each: a boot takes as long on a busy host.
            self.argv += ["-icount", "shift=1,sleep=off"]

    def command_line(self, kernel, initrd, disk, memory, append):
        facts = self.facts
        path = lambda name: os.path.join(self.dir.name, name)
        argv = facts["QEMU"].split() + [
            "-m", str(memory or facts["MEMORY"]), "-smp", "1",
            "-kernel", kernel, "-initrd", initrd,
            "-nodefaults", "-display", "none", "-audiodev", "none,id=a0", "-no-reboot",
            "-chardev", f"socket,id=tty,path={path('tty')},server=on,wait=on",
            "-serial", "chardev:tty",
            "-chardev", f"socket,id=qmp,path={path('qmp')},server=on,wait=off",
            "-mon", "chardev=qmp,mode=control",
            "-append",
            f"console={facts['CONSOLE']} panic=-1 printk.devkmsg=on {append}".strip()]
        dtb = os.path.join(os.path.dirname(kernel), "board.dtb")
        if os.path.exists(dtb):
            argv += ["-dtb", dtb]
        if disk:
            argv += ["-drive", f"file={disk},format=raw,if=none,id=data,cache=unsafe", "-device",
                     "ide-hd,drive=data" if facts["DISK"] == "ide" else "virtio-blk-pci,drive=data"]
        return argv

    def __enter__(self):
        self.started = time.monotonic()
        self.process = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
        try:
            self.tty = self.connect("tty")
            self.qmp = self.connect("qmp")
        except Gone:
            self.__exit__()
            raise
        self.qmp.send(b'{"execute":"qmp_capabilities"}\n')
        self.select = selectors.DefaultSelector()
        self.select.register(self.tty, selectors.EVENT_READ, self.on_tty)
        self.select.register(self.qmp, selectors.EVENT_READ, self.on_qmp)
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.how = self.how or "killed"
        out = self.process.communicate()[0].decode(errors="replace")
        if self.how is None or self.how == "exit":
            self.how = self.how_it_ended()
        if self.how == "exit" and out.strip():
            self.text += "\n" + out
        if self.log:
            self.log.close()
        self.dir.cleanup()

    def connect(self, name):
        while time.monotonic() < self.deadline:
            s = socket.socket(socket.AF_UNIX)
            try:
                s.connect(os.path.join(self.dir.name, name))
                return s
            except OSError:
                s.close()
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise Gone(f"QEMU did not start: {' '.join(self.argv)}")

    def on_tty(self, data):
        if self.log:
            self.log.write(data)
            self.log.flush()
        text = data.decode(errors="replace")
        self.text += text
        if self.echo:
            self.echo(text)
        *whole, self.partial = (self.partial + data).split(b"\n")
        now = time.monotonic() - self.started
        self.lines += [(now, line.decode(errors="replace").rstrip("\r")) for line in whole]

    def on_qmp(self, data):
        *whole, self.qmp_buf = (self.qmp_buf + data).split(b"\n")
        for line in whole:
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if "event" in message:
                self.events.append((message["event"], message.get("data", {})))

    def pump(self, seconds):
        """Takes in what the board says for at most so long. False when QEMU has ended."""
        for key, _ in self.select.select(max(0.0, seconds)):
            try:
                data = key.fileobj.recv(65536)
            except OSError:
                data = b""
            if data:
                key.data(data)
            else:
                self.select.unregister(key.fileobj)
        return bool(self.select.get_map())

    def expect(self, pattern, seconds=30):
        """The match of what the console says from where the last match ended; waits for it."""
        until = min(time.monotonic() + seconds, self.deadline)
        regex, alive = re.compile(pattern), True
        while True:
            found = regex.search(self.text, self.mark)
            if found:
                self.mark = found.end()
                return found
            left = until - time.monotonic()
            if not alive or left <= 0:
                why = "QEMU ended" if not alive else f"not within {seconds} s"
                end = self.text[-3000:]
                raise Gone(f"expected {pattern!r}: {why}; the console's end:\n{end}")
            alive = self.pump(min(left, 0.5))

    def send(self, text):
        self.tty.sendall(text.encode())

    def prompt(self, seconds=60, prompt=r"pintle> "):
        """Presses Enter until the prompt comes; seconds since the start when it did."""
        until = min(time.monotonic() + seconds, self.deadline)
        while True:
            self.send("\n")
            try:
                self.expect(prompt, min(1.0, max(0.1, until - time.monotonic())))
                break
            except Gone:
                if time.monotonic() >= until or self.process.poll() is not None:
                    raise
        when = time.monotonic() - self.started
        self.settle()
        return when

    def settle(self, quiet=0.4):
        """Waits until the board has said nothing for so long; what it said is passed over."""
        seen = -1
        while seen != len(self.text) and time.monotonic() < self.deadline:
            seen = len(self.text)
            self.pump(quiet)
        self.mark = len(self.text)

    def command(self, text, seconds=30, prompt=r"pintle> "):
        """Types a line at the prompt; what the console said until the next prompt."""
        self.send(text + "\n")
        self.expect(re.escape(text) + r"\r?\n" if text else r"\n", seconds)
        start = self.mark
        self.expect(prompt, seconds)
        return self.text[start:self.mark].replace("\r", "")

    def execute(self, command, **arguments):
        """One QMP command, such as send-key."""
        self.qmp.send(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")

    def wait_end(self, seconds):
        """Waits until QEMU ends by itself; how it did."""
        until = min(time.monotonic() + seconds, self.deadline)
        while time.monotonic() < until:
            if not self.pump(0.2) and self.process.poll() is not None:
                break
        if self.process.poll() is None:
            self.process.kill()
            self.how = "timeout"
        else:
            self.how = self.how_it_ended()
        return self.how

    def how_it_ended(self):
        names = [name for name, _ in self.events]
        reasons = [data.get("reason") for name, data in self.events if name == "SHUTDOWN"]
        reason = reasons[0] if reasons else None
        if "WATCHDOG" in names:
            return "watchdog"
        if "GUEST_PANICKED" in names or "Kernel panic" in self.text:
            return "panic"
        if reason is None and self.process.returncode == 0 and "reboot: Power down" in self.text:
            return "poweroff"    # QEMU's RISC-V test device ends without an event
        return {"guest-shutdown": "poweroff", "guest-reset": "reboot",
                "guest-panic": "panic"}.get(reason, "exit")

    def at(self, pattern):
        """Seconds from the start of QEMU to the first line that matches, or None."""
        regex = re.compile(pattern)
        return next((when for when, line in self.lines if regex.search(line)), None)


def die_with_parent():
    """A test that is killed takes its QEMU with it (prctl PR_SET_PDEATHSIG)."""
    import ctypes
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
