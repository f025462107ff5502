#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""lint.py OUT NM: every check over the tracked and new files and over the objects of one board (OUT).
Prints a line a check and the figures; counts go to the lint part by tests/sum.sh; 1 on a finding."""
import os
import subprocess
import sys

import objects
import source

HERE = os.path.dirname(os.path.abspath(__file__))


def files():
	git = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=False)
	names = git.stdout.split("\n")
	if git.returncode:
		names = [os.path.join(d, n)[2:] for d, _, ns in os.walk(".") if not d.startswith(("./out", "./.git")) for n in ns]
	return sorted(n for n in names if n and os.path.isfile(n))


def shell_findings(names):
	shells = [n for n in names if n.endswith((".sh", ".bats", ".bash")) or n == ".ci/run"]
	run = subprocess.run(["shellcheck", "-x", "-S", "warning", "-f", "gcc", *shells], capture_output=True, text=True, check=False)
	return run.stdout.splitlines() + run.stderr.splitlines()


def python_findings(names):
	found = []
	for n in names:
		if n.endswith(".py"):
			try:
				with open(n, encoding="utf-8") as f:
					compile(f.read(), n, "exec")
			except SyntaxError as e:
				found.append(f"{n}:{e.lineno}: {e.msg}")
	return found


def object_list(out):
	obj = os.path.join(out, "obj")
	found = []
	for folder, _, names in os.walk(obj):
		for n in names:
			path = os.path.join(folder, n)
			text = os.path.relpath(path, obj)[:-2] + ".c"
			if n.endswith(".o") and os.path.exists(text):
				found.append((text, path))
	return sorted(found)


def put(name, findings):
	print(f"  lint   {name}: {'ok' if not findings else f'{len(findings)} findings'}", flush=True)
	for finding in findings[:30]:
		print(f"         {finding}")
	subprocess.run(["sh", os.path.join(HERE, "../sum.sh"), "put", "lint", name, str(int(not findings)),
		str(int(bool(findings))), "0"], check=True)
	return bool(findings)


def main():
	out, nm = sys.argv[1:3]
	names = files()
	shipped = [n for n in names if n.startswith(("init/", "runtime/", "fetch/", "board/")) and n.endswith((".c", ".h"))]
	c = [n for n in names if n.endswith((".c", ".h", ".def"))]
	scripts = [n for n in names if n.endswith((".sh", ".py", ".mk", ".bats", ".bash", "Kbuild", "Kconfig", "Makefile"))]
	rules = objects.load_rules(os.path.join(HERE, "rules.tsv"))
	deny, classes = objects.load_deny(os.path.join(HERE, "deny.tsv"))
	objs = object_list(out)
	gen = os.path.join(out, "gen") + "/"
	too_long, sizes = source.functions([n for n in shipped if n.endswith(".c")])

	bad = [
		put("licence lines", source.spdx(c + scripts)),
		put("unfinished marks and machine paths", source.marks([n for n in names if not n.endswith((".bin", ".tar", ".gz"))])),
		put("comments", source.comments([n for n in c if not n.endswith(".def")])),
		put("file lengths", source.lengths([n for n in c + scripts if not n.endswith(".bats")])),
		put("function lengths", too_long),
		put("line widths", source.wide([n for n in c if not n.endswith(".def")])),
		put("documented prototypes", source.prototypes([n for n in shipped if n.endswith(".h")])),
		put("shellcheck", shell_findings(names)),
		put("python", python_findings(names)),
		put("folder rule: includes", objects.includes(objs, rules, gen)),
		put("folder rule: calls", objects.calls(objs, rules, nm)),
		put("calls that PID 1 may not make", objects.denied(objs, deny, classes, nm)),
		put("calls by path in runtime/", objects.doors(objs, *objects.load_doors(os.path.join(HERE, "doors.tsv")), nm)),
	]
	print(f"         {source.figures(sizes)}; {len(objs)} objects")
	return int(any(bad))


if __name__ == "__main__":
	sys.exit(main())
