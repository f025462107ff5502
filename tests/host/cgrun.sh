#!/bin/sh
# SPDX-License-Identifier: ISC
# cgrun.sh PINTLE OUTPUT: links cgrun.c as pintle itself is, from the objects beside PINTLE and musl.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
out=$(dirname "$1") libs=$root/out/deps/x86_64
exec gcc -std=c17 -D_GNU_SOURCE -O1 -fno-pie -no-pie -static -nostdinc -nostdlib -nostartfiles \
	-isystem "$libs/include" -isystem "$(gcc -print-file-name=include)" -I"$root" \
	-include "$out/config.h" -o "$2" "$libs/lib/crt1.o" "$libs/lib/crti.o" "$root/tests/host/cgrun.c" \
	"$out/libpintle.a" -L"$libs/lib" -Wl,--start-group -lc -lgcc -Wl,--end-group \
	"$libs/lib/crtn.o"
