#!/bin/sh
# SPDX-License-Identifier: ISC
# seccomp_calls.sh: syscalls.tsv and seccomp_profile.def as a header: CALL_NAMES, one string of all names, CALL_GROUPS, the sets of
# capabilities, and a CALL line each with where its name stands, its place in the profiles (0 = in none, else group + 1, and 128
# where "hardened" has it) and its numbers. No pointers: a table of them would be relocated, and so copied, in every process of pintle.
list=$(dirname "$0")/syscalls.tsv
profiles=$(dirname "$0")/seccomp_profile.def
sed -n 's/ *\(GROUP\|BOTH\|WIDE\)(\([^)]*\))/\1,\2\n/gp' "$profiles" | grep -E '^(GROUP|BOTH|WIDE),' | LC_ALL=C awk -v list="$list" '
	FNR == NR {
		n = split($0, field, /, */)
		if (field[1] == "GROUP") {
			group[field[2]] = ++groups
			masks = masks ", 0"
			for (i = 3; i <= n; i++)
				masks = masks " | 1ull << " field[i]
			next
		}
		if (n == 3 && !(field[3] in group) || field[2] in place) {
			print "seccomp_profile.def: " $0 >"/dev/stderr"
			bad = 1
		}
		place[field[2]] = 1 + (n == 3 ? group[field[3]] : 0) + (field[1] == "BOTH" ? 128 : 0)
		next
	}
	/^#/ || $1 == "name" { next }
	{
		split($0, field, "\t")
		names = names " \\\n\t\"" field[1] "\\0\""
		line = line "CALL(" at + 0 ", " place[field[1]] + 0
		for (i = 2; i <= 8; i++)
			line = line ", " (field[i] == "-" ? "-1" : field[i])
		line = line ")\n"
		at += length(field[1]) + 1
		delete place[field[1]]
	}
	END {
		for (name in place) {
			print "seccomp_profile.def: " name " is no call of syscalls.tsv" >"/dev/stderr"
			bad = 1
		}
		print "/* Made from " list ": do not edit. CALL(name, profiles, x86_64, x86, x32, aarch64, arm, mips, riscv64), sorted by name. */"
		print "#ifndef CALL\n#define CALL_NAMES" names "\n#define CALL_GROUPS 0" masks "\n#else"
		printf "%s", line
		print "#endif"
		exit bad
	}' - "$list"
