#!/bin/sh
# SPDX-License-Identifier: ISC
# seccomp_calls.sh: syscalls.tsv as a header: every name with its numbers on the architectures that each target can run.
list=$(dirname "$0")/syscalls.tsv
cat <<EOF
/* Made from $list: do not edit. CALL(name, x86_64, x86, x32, aarch64, arm, mips, riscv64); -1 where there is none. Sorted by name. */
EOF
LC_ALL=C awk -F'\t' '/^#/ || $1 == "name" { next }
	{ printf "CALL(\"%s\"", $1; for (i = 2; i <= 8; i++) printf ", %s", $i == "-" ? "-1" : $i; print ")" }' "$list"
