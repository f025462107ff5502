#!/bin/sh
# SPDX-License-Identifier: ISC
# seccomp_calls.sh: syscalls.tsv as a header: CALL_NAMES, one string of all names, and a CALL line each with where its name stands
# there and its numbers. No pointers: a table of them would be relocated, and so copied, in every process of pintle.
list=$(dirname "$0")/syscalls.tsv
LC_ALL=C awk -F'\t' -v list="$list" '
	/^#/ || $1 == "name" { next }
	{
		names = names " \\\n\t\"" $1 "\\0\""
		line = line "CALL(" at + 0
		for (i = 2; i <= 8; i++)
			line = line ", " ($i == "-" ? "-1" : $i)
		line = line ")\n"
		at += length($1) + 1
	}
	END {
		print "/* Made from " list ": do not edit. CALL(name, x86_64, x86, x32, aarch64, arm, mips, riscv64), sorted by name. */"
		print "#ifndef CALL\n#define CALL_NAMES" names "\n#else"
		printf "%s", line
		print "#endif"
	}' "$list"
