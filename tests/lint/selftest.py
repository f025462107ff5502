#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The checks find what they are for: each is given a bad example that must be found and a good one
that must not. Prints TAP."""
import hashlib
import os
import subprocess
import tempfile

import objects
import source

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RULES = {"a": {"a"}, "b": {"a", "b"}}


def put(path, text):
	os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
	with open(path, "w", encoding="utf-8") as f:
		f.write(text)
	return path


def compiled(path, text):
	put(path, text)
	o = path[:-2] + ".o"
	subprocess.run(["gcc", "-I.", "-MMD", "-fno-builtin", "-w", "-c", path, "-o", o], check=True)
	return (path, o)


def finds_a_bad_include():
	put("b/b.h", "int b(void);\n")
	put("a/a.h", "int a(void);\n")
	up = compiled("a/up.c", '#include "b/b.h"\nint a(void) { return 1; }\n')
	down = compiled("b/down.c", '#include "a/a.h"\nint b(void) { return 1; }\n')
	assert len(objects.includes([up], RULES, "gen/")) == 1
	assert not objects.includes([down], RULES, "gen/")


def finds_a_private_header():
	put("a/a_int.h", "int a(void);\n")
	bad = compiled("b/p.c", '#include "a/a_int.h"\nint p(void) { return 1; }\n')
	assert len(objects.includes([bad], RULES, "gen/")) == 1


def finds_a_call_against_the_rule():
	up = compiled("a/call.c", "int b2(void);\nint a2(void) { return b2(); }\n")
	there = compiled("b/b2.c", "int b2(void) { return 1; }\n")
	assert len(objects.calls([up, there], RULES, "nm")) == 1


def finds_a_denied_symbol():
	deny, classes = objects.load_deny(os.path.join(HERE, "deny.tsv"))
	bad = compiled("init/m.c", "void *malloc(unsigned long);\nvoid *m(void) { return malloc(1); }\n")
	tool = compiled("init/cli/m.c", "void *malloc(unsigned long);\nvoid *n(void) { return malloc(1); }\n")
	assert len(objects.denied([bad], deny, classes, "nm")) == 1
	assert not objects.denied([tool], deny, classes, "nm")


def finds_a_way_round_the_doors():
	words = {"raw": {"mkdir"}, "base": {"path"}, "path": {"path_mkdir"}}
	raw = compiled("runtime/raw.c", "int mkdir();\nint f(void) { return mkdir(); }\n")
	base = compiled("runtime/base/path.c", "int mkdir();\nint path_mkdir(void) { return mkdir(); }\n")
	other = compiled("runtime/base/str.c", "int mkdir();\nint str(void) { return mkdir(); }\n")
	path = compiled("runtime/host.c", "int path_mkdir();\nint g(void) { return path_mkdir(); }\n")
	assert len(objects.doors([raw], words, {}, "nm")) == 1
	assert len(objects.doors([base, other], words, {}, "nm")) == 1
	assert len(objects.doors([path], words, {}, "nm")) == 1
	assert not objects.doors([path], words, {"runtime/host.c": "why"}, "nm")
	assert len(objects.doors([base], words, {"runtime/base/path.c": "why"}, "nm")) == 1


def finds_bad_text():
	good = put("good.h", "/* SPDX-License-Identifier: ISC */\n/* What it does. */\nint f(void);\nint g(void);\n")
	bad = put("bad.h", "int f(void); // what\n/* TO" "DO */\n\nint g(void);\n" + "\n" * 200)
	assert not source.spdx([good]) and source.spdx([bad])
	assert not source.marks([good]) and source.marks([bad])
	assert not source.comments([good]) and source.comments([bad])
	assert not source.lengths([good]) and source.lengths([bad])
	assert not source.prototypes([good]) and len(source.prototypes([bad])) == 2
	assert not source.comments([put("url.c", 'char *u = "http://x"; /* http://y */\n')])


def finds_a_long_function():
	body = "int f(void)\n{\n" + "\t;\n" * 90 + "\treturn 1;\n}\n"
	assert source.functions([put("long.c", body)])[0]
	assert not source.functions([put("table.c", source.TABLE_MARK + "\n" + body)])[0]
	assert source.functions([put("short.c", "int f(void)\n{\n\treturn 1;\n}\n")]) == ([], [4])


def a_wrong_checksum_stops_with_both_sums():
	put("src/files/x_1.orig.tar.gz", "not the file that was pinned")
	found = hashlib.sha256(b"not the file that was pinned").hexdigest()
	pins = put("pins.tsv", "x\t1\t" + "0" * 64 + "\tx_1.orig.tar.gz\n")
	run = subprocess.run(["sh", os.path.join(ROOT, "configs/deps/fetch.sh"), pins, "src"],
		capture_output=True, text=True, check=False)
	assert run.returncode == 1
	assert "0" * 64 in run.stderr and found in run.stderr
	assert not os.path.exists("src/x")


def main():
	tests = [finds_a_bad_include, finds_a_private_header, finds_a_call_against_the_rule, finds_a_denied_symbol,
		finds_a_way_round_the_doors,
		finds_bad_text, finds_a_long_function, a_wrong_checksum_stops_with_both_sums]
	print(f"1..{len(tests)}")
	for n, test in enumerate(tests, 1):
		with tempfile.TemporaryDirectory() as folder:
			os.chdir(folder)
			try:
				test()
				print(f"ok {n} {test.__name__}")
			except (AssertionError, subprocess.CalledProcessError) as e:
				print(f"not ok {n} {test.__name__} {e}")
			os.chdir("/")


main()
