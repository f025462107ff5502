#!/bin/sh
# SPDX-License-Identifier: ISC
# seccomp_nr.sh: the header that gives every system call of seccomp.def its number on the target, from
# the C library's own names; one that the target does not have is NO_SUCH_CALL.
list=$(dirname "$0")/seccomp.def
echo "/* Made from $list: do not edit. */"
echo "#include <sys/syscall.h>"
echo "#define NO_SUCH_CALL 0xffff"
{
	sed -n 's/^DENY(\([a-z0-9_]*\),.*/\1/p' "$list"
	echo clone3
} | while read -r name; do
	printf '#ifdef SYS_%s\n#define NR_%s SYS_%s\n' "$name" "$name" "$name"
	case $name in
	# What musl 1.2.3 does not name yet; one number everywhere (mips adds its base).
	clone3) printf '#else\n#define NR_%s (NR_BASE + 435)\n' "$name" ;;
	quotactl_fd) printf '#else\n#define NR_%s (NR_BASE + 443)\n' "$name" ;;
	set_mempolicy_home_node) printf '#else\n#define NR_%s (NR_BASE + 450)\n' "$name" ;;
	*) printf '#else\n#define NR_%s NO_SUCH_CALL\n' "$name" ;;
	esac
	echo "#endif"
done
