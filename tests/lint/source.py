# SPDX-License-Identifier: ISC
"""What the text of the sources must be: each check takes a list of files and returns findings."""
import re
import statistics
import subprocess

FUNCTION_MAX, FILE_MAX, HEADER_MAX, COLUMNS = 80, 400, 150, 100
TABLE_MARK = "/* lint: table */"  # on the line above: a function that is a list, exempt from its cap
MARKS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE = re.compile("/wo" "rk/|/tmp/br" "ief")


def lines_of(path):
	with open(path, encoding="utf-8", errors="replace") as f:
		return f.read().splitlines()


def without_text(source):
	"""The source with the insides of comments and literals blanked, line breaks kept."""
	pattern = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
	return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), source)


def spdx(files):
	"""The licence stands in the first line (second, after #!)."""
	return [f"{f}:1: no SPDX-License-Identifier" for f in files
		if not any("SPDX-License-Identifier: ISC" in line for line in lines_of(f)[:2])]


def marks(files):
	"""No notes of unfinished work, no paths of one machine."""
	found = []
	for f in files:
		for n, line in enumerate(lines_of(f), 1):
			if MARKS.search(line) or MACHINE.search(line):
				found.append(f"{f}:{n}: {line.strip()[:80]}")
	return found


def comments(files):
	"""Only /* */ comments in C."""
	found = []
	for f in files:
		source = without_text("\n".join(lines_of(f)))
		found += [f"{f}:{n}: // comment" for n, line in enumerate(source.splitlines(), 1) if "//" in line]
	return found


def lengths(files):
	"""Files and headers within their caps."""
	found = []
	for f in files:
		n, cap = len(lines_of(f)), HEADER_MAX if f.endswith(".h") else FILE_MAX
		if n > cap:
			found.append(f"{f}: {n} lines, at most {cap}")
	return found


def wide(files):
	"""Lines wider than the page, tabs being 8."""
	return [f"{f}:{n}: {len(line.expandtabs(8))} columns, at most {COLUMNS}" for f in files
		for n, line in enumerate(lines_of(f), 1) if len(line.expandtabs(8)) > COLUMNS]


def tags(files, kinds):
	"""(file, first line, last line, name) of what ctags finds."""
	if not files:
		return []
	out = subprocess.run(["ctags", "--languages=C", "--langmap=C:.c.h", f"--kinds-C={kinds}", "--fields=ne", "--sort=no",
		"-I", "MUST_CHECK,NORETURN,PRINTF_LIKE+,AUTO_CLOSE", "-f", "-", *files], check=True, capture_output=True, text=True).stdout
	found = []
	for line in out.splitlines():
		name, path, rest = line.split("\t", 2)
		fields = dict(re.findall(r"\t(line|end):(\d+)", rest))
		found.append((path, int(fields["line"]), int(fields.get("end", fields["line"])), name))
	return found


def functions(files):
	"""(findings, lengths): functions over the cap, and all lengths for the figures."""
	found, sizes = [], []
	for path, first, last, name in tags(files, "f"):
		length = last - first + 1
		if TABLE_MARK in lines_of(path)[max(0, first - 3):first]:
			continue
		sizes.append(length)
		if length > FUNCTION_MAX:
			found.append(f"{path}:{first}: {name} has {length} lines, at most {FUNCTION_MAX}")
	return found, sizes


def figures(sizes):
	if not sizes:
		return "no functions"
	ordered = sorted(sizes)
	return (f"{len(sizes)} functions: median {statistics.median(ordered):g} lines (aim 15), "
		f"95th percentile {ordered[int(0.95 * (len(ordered) - 1))]} (aim 50), longest {ordered[-1]} (cap {FUNCTION_MAX})")


def prototypes(headers):
	"""Every prototype has a comment right above, its own or that of the block it stands in."""
	found = []
	for path, first, _, name in tags(headers, "p"):
		above = lines_of(path)[:first - 1]
		while above and above[-1].strip() and not above[-1].strip().endswith("*/"):
			above.pop()
		if not above or not above[-1].strip():
			found.append(f"{path}:{first}: {name} is not documented")
	return found
