# SPDX-License-Identifier: ISC
"""What the objects must be: who includes whom, who calls whom, what PID 1 may not call."""
import os
import subprocess


def folder_of(path, folders):
	"""The longest folder of the rules that holds the path, or None."""
	at = os.path.dirname(path)
	while at:
		if at in folders:
			return at
		at = os.path.dirname(at)
	return None


def load_rules(path):
	rules = {}
	with open(path, encoding="utf-8") as f:
		for line in f:
			if not line.startswith("#"):
				folder, allowed = line.rstrip("\n").split("\t")
				rules[folder] = set(allowed.split()) - {"-"} | {folder}
	return rules


def load_deny(path):
	"""(symbol -> classes, folder -> class)"""
	deny, classes = {}, {}
	with open(path, encoding="utf-8") as f:
		for line in f:
			if line.startswith("#") or not line.strip():
				continue
			name, what = line.rstrip("\n").split("\t")
			if name.startswith("@folders "):
				classes.update({folder: name.split()[1] for folder in what.split()})
			else:
				deny[name] = set(what.split())
	return deny, classes


def dependencies(d_file, gen):
	"""The project's own files that one object was made from; a made header counts as its script's folder."""
	with open(d_file, encoding="utf-8") as f:
		words = f.read().replace("\\\n", " ").split("\n")[0].split(":", 1)[1].split()
	words = [os.path.relpath(w) if os.path.isabs(w) else os.path.normpath(w) for w in words]
	words = [w[len(gen):] if w.startswith(gen) else w for w in words]
	return [w for w in words if not w.startswith(("out/", "../"))]


def includes(objects, rules, gen):
	"""Headers of other folders that the rules do not allow, or that are private to theirs (*_int.h)."""
	found = []
	for source, o in objects:
		home = folder_of(source, rules)
		for dep in dependencies(o[:-2] + ".d", gen):
			there = folder_of(dep, rules)
			if there is None or home is None:
				continue
			if there not in rules[home]:
				found.append(f"{source}: {home}/ may not include {dep}")
			elif there != home and dep.endswith("_int.h"):
				found.append(f"{source}: {dep} is private to {there}/")
	return found


def symbols(objects, nm):
	"""(object -> undefined, symbol -> object that defines it)"""
	undefined, defined = {}, {}
	for source, o in objects:
		out = subprocess.run([nm, "-P", o], check=True, capture_output=True, text=True).stdout
		undefined[source] = set()
		for line in out.splitlines():
			name, kind = line.split()[:2]
			if kind in "Uw":
				undefined[source].add(name)
			elif kind.isupper():
				defined[name] = source
	return undefined, defined


def calls(objects, rules, nm):
	"""Calls that cross folders against the rules, whatever the headers say."""
	undefined, defined = symbols(objects, nm)
	found = []
	for source, names in undefined.items():
		home = folder_of(source, rules)
		for name in sorted(names & defined.keys()):
			there = folder_of(defined[name], rules)
			if home and there and there not in rules[home]:
				found.append(f"{source}: {home}/ may not call {name} of {defined[name]}")
	return found


def denied(objects, deny, classes, nm):
	"""Calls of the C library that the object's process may not make."""
	undefined, defined = symbols(objects, nm)
	found = []
	for source, names in undefined.items():
		kind = classes.get(folder_of(source, classes))
		for name in sorted(names - defined.keys()):
			if kind in deny.get(name, ()):
				found.append(f"{source}: calls {name}, not allowed in {kind} code")
	return found


def load_doors(path):
	"""(word -> set of names, source -> reason)"""
	words, rows = {}, {}
	with open(path, encoding="utf-8") as f:
		for line in f:
			if line.startswith("#") or not line.strip():
				continue
			name, what = line.rstrip("\n").split("\t")
			if name.startswith("@"):
				words[name[1:]] = set(what.split())
			else:
				rows[name] = what
	return words, rows


def doors(objects, words, rows, nm):
	"""Calls by path in runtime/ that go round its doors, or through the trusted one unannounced; rows that are stale."""
	undefined, _ = symbols(objects, nm)
	found, used = [], set()
	for source, names in undefined.items():
		if not source.startswith("runtime/"):
			continue
		base = source.startswith("runtime/base/")
		if not base or os.path.basename(source)[:-2] not in words["base"]:
			found += [f"{source}: calls {n}: only runtime/base may" for n in sorted(names & words["raw"])]
		if not base and names & words["path"]:
			used.add(source)
			if source not in rows:
				found.append(f"{source}: calls {', '.join(sorted(names & words['path']))} without a row in doors.tsv")
	return found + [f"doors.tsv: {source} needs no row" for source in sorted(rows.keys() - used)]
