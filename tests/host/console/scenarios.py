#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""scenarios.py PINTLE FOLDER NAME: one scenario of the client or the console, against a server that the scenario
directs. The names are the functions below; console.bats says what each one means."""
import json
import os
import subprocess
import sys
import time

import fake
from fake import FOLLOW, NOWAIT
from line import Line

PINTLE, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
SOCKET, TTY = os.path.join(FOLDER, "control"), os.path.join(FOLDER, "ttyT0")
LONG = "a-unit-whose-name-is-as-long-as-a-name-of-a-unit-may-be.service"


def run(*words, stdout=subprocess.PIPE):
	return subprocess.run([PINTLE, words[0], "--socket", SOCKET, *words[1:]], stdout=stdout, stderr=subprocess.PIPE,
		text=True, errors="surrogateescape", timeout=30)


def two_units(verb, name, _flags, _count):
	"""web runs, job is not running, no other is there."""
	rows = [fake.unit(), fake.unit("job.service", "failed", 0, 0, 0, 3, 1, active=0, digest=bytes(32),
		reason=fake.err(2, "exec", "/bin/nope"))]
	if verb in ("status", "list") and not name:
		return ([fake.system()] if verb == "status" else []) + rows + [fake.end()]
	known = {"web": 0, "web.container": 0, "job": 1, "job.service": 1}
	if name and name not in known:
		return [fake.end(4, fake.err(2, "unit", name))]
	if verb == "status":
		return [fake.system(), rows[known[name]], fake.log(b"last words"), fake.end(3 if known[name] else 0)]
	if verb == "start" and known[name]:
		return [fake.end(1, fake.err(2, "exec", "/bin/nope"))]
	if verb == "logs":
		return [fake.log(b"to stdout"), fake.log(b"to stderr", 2), fake.end()]
	return [fake.end()]


def serve(answer=two_units):
	return fake.Server(SOCKET, answer)


def console():
	line = Line(PINTLE, TTY, SOCKET)
	line.expect("pintle> ")
	return line


def check_columns(text):
	for row in text.replace("\r", "").splitlines():
		assert len(row) <= 80 and row.isascii(), (len(row), row)


# --- the command line ------------------------------------------------------------------------------


def exit_status():
	serve()
	for want, words in ((0, "status"), (0, "status web"), (3, "status job"), (4, "status nope"), (0, "start web"),
			(1, "start web job"), (4, "start nope web"), (4, "stop job nope"), (0, "kill -s HUP web"), (2, "kill -s NOPE web"),
			(2, "kill"), (2, "nope"), (2, "start"), (2, "start -f web"), (2, "logs -n 0 web"), (2, "logs -n web"), (2, "list x"),
			(2, "status web job"), (0, "logs web"), (4, "logs nope"), (0, "version"), (0, "help"), (0, "reboot")):
		got = run(*words.split()).returncode
		assert got == want, (words, got, want)
	assert subprocess.run([PINTLE], capture_output=True, check=False).returncode == 2
	assert subprocess.run([PINTLE, "--help"], capture_output=True, check=False).returncode == 0


def one_line_errors():
	server = serve()
	got = run("start", "web", "job", "nope")
	assert got.stderr == ("pintle: start: job: exec: /bin/nope: No such file or directory\n"
		"pintle: start: nope: no such unit\n"), got.stderr
	assert [a[1] for a in server.asked] == ["web", "job", "nope"]
	got = run("status", "x" * 64)
	assert got.returncode == 4 and got.stderr.count("\n") == 1, got
	os.unlink(SOCKET)
	got = run("status")
	assert got.returncode == 1 and got.stderr == f"pintle: status: connect: {SOCKET}: No such file or directory\n", got
	with open("/dev/full", "w", encoding="ascii") as full:
		assert run("version", stdout=full).returncode == 1


def requests():
	server = serve()
	for words, want in (("kill -s USR1 web", ("kill", "web", 0, 10)), ("kill web", ("kill", "web", 0, 15)),
			("logs -n 7 web", ("logs", "web", 0, 7)), ("logs web", ("logs", "web", 0, 0)), ("stop --no-block web", ("stop", "web", NOWAIT, 0)),
			("status web", ("status", "web", 0, 10)), ("status -n 3 web", ("status", "web", 0, 3)), ("poweroff", ("poweroff", "", 0, 0)),
			("halt", ("halt", "", 0, 0)), ("restart web", ("restart", "web", 0, 0))):
		run(*words.split())
		assert server.asked[-1] == want, (words, server.asked[-1])


def json_answers():
	serve()
	status = json.loads(run("status", "--json").stdout)
	assert status["system"]["policy"] == "strict" and [u["name"] for u in status["units"]] == ["web.container", "job.service"]
	web, job = status["units"]
	assert web["digest"] == bytes(range(0xA0, 0xC0)).hex() and web["exit_code"] is None and web["memory_bytes"] == 1572864
	assert job["digest"] is None and job["exit_code"] == 1 and job["active"] is False
	assert job["reason"] == "exec: /bin/nope: No such file or directory"
	assert json.loads(run("list", "--json").stdout)["units"][1]["state"] == "failed"
	assert [r["stream"] for r in json.loads(run("logs", "--json", "web").stdout)["log"]] == ["stdout", "stderr"]
	assert json.loads(run("version", "--json").stdout)["version"]
	assert json.loads(run("features", "--json").stdout)["kernel_pidfd"] in (True, False)
	foreign = b'quote " back \\ tab \t esc \x1b[2J nul \x00 half \xc3 whole \xc3\xa9 c1 \xc2\x9b'
	serve(lambda *_: [fake.log(foreign), fake.end()])
	text = json.loads(run("logs", "--json", "web").stdout)["log"][0]["text"]
	assert text == foreign.replace(b"\xc3 ", b"\xef\xbf\xbd ").decode(), text


def table_fits():
	huge = dict(uptime=2**63, memory=2**63, restarts=2**32 - 1, pid=4194304)
	serve(lambda *_: [fake.system("mount /var/lib/pintle: /dev/vda: No such device or address; " * 3, 1, 256, 256,
			"9.9.9-a-very-long-one", "a-board-with-a-long-name"),
		fake.unit(LONG, "a-very-long-one", sig=9, **huge), fake.unit("naïve.service", oom=1, uptime=8639999000),
		fake.unit("x.service", code=255, memory=1023 * 1024), fake.end()])
	said = run("status").stdout
	check_columns(said)
	rows = said.splitlines()
	assert rows[1].startswith("degraded: mount /var/lib/pintle: /dev/vda:"), rows
	head = next(i for i, row in enumerate(rows) if row.startswith("UNIT"))
	assert all(row.startswith(" " * 10) for row in rows[2:head - 1]) and rows[head - 1].startswith("INSECURE"), rows
	assert rows[head].split() == ["UNIT", "STATE", "PID", "UP", "RSTRT", "MEM", "IMAGE", "EXIT"]
	assert rows[head + 1].split() == [LONG[:19] + "~", "a-very-lo~", "4194304", "99999d", "99999", "-", "a0a1a2a3a4a5", "KILL"], rows
	assert "99d23h" in rows[head + 2] and rows[head + 2].split()[-1] == "oom" and rows[head + 3].split()[5] == "1.0M", rows


def no_escapes():
	bad = "\x1b[2J\x1b]0;owned\x07 \x9b31m"
	nasty = fake.unit(description=bad, reason=fake.err(2, "ex\x1bec", bad))
	serve(lambda verb, *_: [nasty, fake.log(bad.encode() + b"\xff\x00\r\n"), fake.end()])
	for words in ("status", "status web", "list", "logs web"):
		got = run(*words.split())
		raw = (got.stdout + got.stderr).encode("utf-8", "surrogateescape")
		assert not any(b < 32 and b != 10 or b == 127 for b in raw) and b"\xc2\x9b" not in raw, (words, raw)


def bad_server():
	def answer(_verb, name, *_):
		return {"short": [b"x"], "magic": [b"\0" * 280], "long": [fake.end() + b"\0"],
			"row": [fake.frame(9, b"\0" * 100)]}[name]
	serve(answer)
	for name in ("short", "magic", "long", "row"):
		got = run("start", name)
		assert got.returncode == 1 and "not understood" in got.stderr, (name, got)


def hung_server():
	"""PID 1 accepts nobody and answers nothing: an end within the client's own deadline."""
	import socket
	at = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
	at.bind(SOCKET)
	at.listen(0)
	waiting = []
	for _ in range(3):      # fills the queue, so that connect would wait
		one = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		one.setblocking(False)
		try:
			one.connect(SOCKET)
		except BlockingIOError:
			break
		waiting.append(one)
	began = time.monotonic()
	got = run("status")
	assert got.returncode == 1 and "timed out" in got.stderr, got
	assert 9 < time.monotonic() - began < 20


# --- the console -----------------------------------------------------------------------------------


def enter_shows_status():
	serve()
	line = console()
	said = line.command("")
	assert "web.container" in said and "RSTRT" in said, said
	check_columns(said)
	assert said.count("\n") == said.count("\r\n")
	line.close()


def help_lists_all():
	serve()
	line = console()
	said = line.command("help")
	check_columns(said)
	for word in ("status", "list", "start", "stop", "restart", "kill", "logs", "reboot", "poweroff", "halt", "help"):
		assert f"  {word} " in said, word
	for word in ("load", "verify", "check"):
		assert f"  {word} " not in said, word
		assert "no such word" in line.command(f"{word} x")
	line.close()


def editing():
	server = serve()
	line = console()
	line.send("stattx\x08\x7fus web\r")
	line.expect("last words.*pintle> ")
	assert server.asked[-1][:2] == ("status", "web"), server.asked
	line.send("garbage\x15start \x1b[A\x04\x00web\r\n")
	line.expect("start web\r\n.*pintle> ")
	assert server.asked[-1][:2] == ("start", "web"), server.asked
	n = len(server.asked)
	line.send("reboot\x03")
	line.expect(r"\^C\r\npintle> ")
	line.send("x" * 500 + "\x15help\r")
	line.expect("this list.*pintle> ")
	assert len(server.asked) == n
	line.close()


def errors_on_the_line():
	serve()
	line = console()
	assert line.command("start job") == "start: job: exec: /bin/nope: No such file or directory\r\n"
	assert line.command("start nope") == "start: nope: no such unit\r\n"
	assert line.command("status --socket /nope") == "status: usage: status [-n LINES] [UNIT]\r\n"
	line.close()


def type_ahead():
	server = serve()
	line = console()
	line.send("start web\rstop web\rrestart web\r")
	for _ in range(3):
		line.expect("pintle> ")
	assert [a[0] for a in server.asked] == ["start", "stop", "restart"], server.asked
	line.close()


def flood(_verb, _name, flags, _count):
	n = 0
	while flags & FOLLOW:
		n += 1
		yield fake.log(b"line %d of a flood that never ends" % n)
	yield fake.end()


def follow_ends():
	serve(flood)
	line = console()
	for key in ("\x03", "\r"):
		line.send("logs -f web\r\n")
		line.expect("line 1 of a flood.*line 100 of")
		line.send(key)
		line.expect("\r\npintle> ")
		line.text = ""
		assert not line.read(0.5), line.text
	line.close()


def follow_quiet_ends():
	def answer(verb, name, flags, count):
		if not flags & FOLLOW:
			return two_units(verb, name, flags, count)
		return quiet()

	def quiet():
		yield fake.log(b"the only line")
		time.sleep(60)
	serve(answer)
	line = console()
	line.send("logs -f web\r\n")
	line.expect("the only line")
	line.send("abc\x03")
	line.expect("pintle> ")
	assert "RSTRT" in line.command("")
	line.close()


def long_start_is_left():
	serve(lambda verb, *a: None if verb == "start" else two_units(verb, *a))
	line = console()
	line.send("start web\r")
	line.expect("start web\r\n")
	assert not line.read(0.5), line.text
	line.send("\x03")
	line.expect("pintle> ", 2)
	assert "RSTRT" in line.command("")
	line.close()


def stalled_line():
	"""Nobody reads while the units flood: the console waits its time, drops the rest, says so at the next word."""
	serve(flood)
	line = console()
	line.send("logs -f web\r")
	time.sleep(8)
	line.send("\x03")
	time.sleep(0.5)
	while line.read(1):
		pass
	line.text = ""
	line.send("\rhelp\r")
	line.expect("console stalled, [1-9][0-9]* bytes dropped\r\n")
	line.expect("this list\r\npintle> ")
	assert "stalled" not in line.command("version")
	line.close()


def slow_line():
	"""A reader slower than the units: every line arrives, in order."""
	def answer(*_):
		for n in range(3000):
			yield fake.log(b"%04d %s" % (n, b"x" * 100))
		yield fake.end()
	serve(answer)
	line = console()
	line.send("logs web\r")
	until = time.monotonic() + 200
	while "pintle> " not in line.text and time.monotonic() < until:
		line.read(1)
		time.sleep(0.05)
	rows = [row.split()[2] for row in line.text.splitlines() if " | " in row]
	assert rows == [f"{n:04d}" for n in range(3000)], (len(rows), line.text[-300:])
	line.close()


def stopped_line():
	"""The line is held by XOFF: the process does not hang for ever, and works once it is released."""
	import termios
	serve()
	line = console()
	termios.tcflow(line.slave, termios.TCOOFF)
	line.send("help\rhelp\rhelp\r")
	time.sleep(7)
	termios.tcflow(line.slave, termios.TCOON)
	line.send("\rversion\r")
	line.expect("console stalled, [1-9][0-9]* bytes dropped.*pintle 0")
	line.close()


def hang_up():
	serve()
	line = console()
	assert "RSTRT" in line.command("")
	for _ in range(2):
		line.unplug()
		time.sleep(1.3)
		assert line.process.poll() is None
		line.plug()
		line.text = ""
		line.expect("pintle> ")
		assert "RSTRT" in line.command("")
	ticks = cpu(line)
	time.sleep(1)
	assert cpu(line) - ticks <= 2
	line.close()


def hang_up_amid():
	"""Unplugged while it prints without end."""
	serve(flood)
	line = console()
	line.send("logs -f web\r")
	line.expect("line 10 of")
	line.unplug()
	time.sleep(0.5)
	line.plug()
	line.text = ""
	line.expect("pintle> ")
	line.close()


def cpu(line):
	with open(f"/proc/{line.process.pid}/stat", encoding="ascii") as f:
		fields = f.read().rsplit(")", 1)[1].split()
	return int(fields[11]) + int(fields[12])


def not_there_yet():
	serve()
	process = subprocess.Popen(["pintle-console", TTY, SOCKET], executable=PINTLE, stdin=subprocess.DEVNULL)
	time.sleep(1.2)
	assert process.poll() is None
	line = Line(PINTLE, TTY, SOCKET)
	line.close()
	line.expect("pintle> ")
	process.kill()
	process.wait()


def no_server():
	line = console()
	assert "status: connect: " in line.command("")
	serve()
	assert "RSTRT" in line.command("")
	line.close()


if __name__ == "__main__":
	os.makedirs(FOLDER, exist_ok=True)
	globals()[sys.argv[3]]()
