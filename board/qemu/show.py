#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""show.py BOARD: the main job on a board in QEMU, narrated: a signed image is verified, unpacked
and run, the container is killed and comes back, a tampered image is refused. On a terminal the
serial console is live, and yours when the show is over; without one the board is switched off and
the exit status tells."""
import os
import re
import select
import sys
import termios
import time
import tty

sys.dont_write_bytecode = True
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(TOP, "board/image"), os.path.join(TOP, "tests/boot")]
from appliance import Appliance    # noqa: E402
from images import Images          # noqa: E402
from machine import Gone           # noqa: E402

UNIT = """[Unit]
Description=%s
[Container]
Image=oci:/var/lib/pintle/stick/%s
Memory=24M
ReadOnly=yes
[Service]
Restart=always
RestartSec=500ms
"""
ESCAPE = b"\x1d"    # Ctrl-]
LIVE = sys.stdin.isatty() and sys.stdout.isatty()


def console(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def narrate(text):
    console("\n\n\033[1m# %s\033[0m\n" % text if LIVE else "\n\n# %s\n" % text)
    if LIVE:
        time.sleep(1.5)


def appliance(board):
    device = Appliance(board, os.path.join(TOP, "out", board, "show"))
    made = Images(board, device.facts["TARGET"])
    device.copy(made.web, "stick/web", device.data)
    device.copy(made.tampered, "stick/tampered", device.data)
    device.trust(made.key)
    device.unit("web.container", UNIT % ("The page the gateway serves", "web:1.0") +
                "[Install]\nWantedBy=multi-user.target\n")
    device.unit("tampered.container",
                UNIT % ("One bit of its last layer is not as signed", "tampered:2.0"))
    device.pack()
    device.disk()
    return device, made.bad_digest


def until(m, command, pattern, seconds):
    """Types a command until its answer has a match."""
    end = time.monotonic() + seconds
    while True:
        said = m.command(command)
        if re.search(pattern, said):
            return said
        if time.monotonic() > end:
            raise Gone(f"{command}: no {pattern!r} within {seconds} s:\n{said}")
        m.settle(0.5)


def play(m, board, bad_digest):
    narrate(f"{board}: a kernel, and pintle as its only userland. Enter shows the status table.")
    m.prompt(90)
    narrate("The signature, manifest, config and layers of its image are verified, the layers "
            "unpacked, the container started.")
    until(m, "status", r"web\.container +running", 60)
    until(m, "logs web", r"web 1\.0 up", 10)
    narrate("The container is killed: it comes back, and the table counts a restart.")
    m.command("kill -s KILL web")
    m.settle(1.0)
    until(m, "status", r"web\.container +running +\d+ +\S+ +1 ", 20)
    narrate("One bit of this image's last layer was flipped after it was signed: it is refused, "
            "with the digest.")
    said = m.command("start tampered", 60)
    if bad_digest[:23] not in said.replace("\n", ""):
        raise Gone(f"the refusal does not name {bad_digest}:\n{said}")
    m.command("status tampered")


def hand_over(m):
    """The user's keyboard and the board's console, until the board ends or Ctrl-] is typed."""
    narrate("The console is yours: help lists the commands, poweroff or Ctrl-] ends.")
    m.send("\n")
    before = termios.tcgetattr(sys.stdin)
    tty.setraw(sys.stdin)
    try:
        while m.process.poll() is None:
            m.pump(0.05)
            if select.select([sys.stdin], [], [], 0)[0]:
                typed = os.read(sys.stdin.fileno(), 256)
                if not typed or ESCAPE in typed:
                    break
                m.tty.sendall(typed)
    except OSError:
        pass
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def main():
    board = sys.argv[1]
    device, bad_digest = appliance(board)
    limit = 86400 if LIVE else 240
    try:
        log = os.path.join(device.work, "log")
        with device.machine(echo=console, limit=limit, append="quiet", log=log) as m:
            play(m, board, bad_digest)
            if LIVE:
                hand_over(m)
            else:
                word = device.facts["POWEROFF"]
                narrate(f"{word}: containers are stopped, disks unmounted.")
                m.send(word + "\n")
                how = m.wait_end(40)
                if how != word:
                    raise Gone(f"{word} ended as {how}")
    except Gone as why:
        print(f"\n\nshow: {why}", file=sys.stderr)
        return 1
    print(f"\n\n# {board}: done.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
