#!/bin/sh
# SPDX-License-Identifier: ISC
# libs.sh SRC SYSROOT OUT: the libraries again for the fuzzers, by clang with address checks and coverage, for
# the build machine's own C library: OUT/lib.a and OUT/include.
set -eu
src=$1 sysroot=$2 out=$3
rm -rf "${out:?}/lib" "${out:?}/include"
mkdir -p "$out/lib" "$out/include"
cp -r "$sysroot/include/yajl" "$sysroot"/include/bearssl*.h "$sysroot/include/ini.h" \
	"$sysroot/include/zlib.h" "$sysroot/include/zconf.h" "$out/include/"
echo "  LIB     fuzz"
{
	for f in "$src"/yajl/src/yajl.c "$src"/yajl/src/yajl_alloc.c "$src"/yajl/src/yajl_buf.c \
		"$src"/yajl/src/yajl_encode.c "$src"/yajl/src/yajl_lex.c "$src"/yajl/src/yajl_parser.c \
		"$src"/zlib/adler32.c "$src"/zlib/crc32.c "$src"/zlib/inffast.c "$src"/zlib/inflate.c \
		"$src"/zlib/inftrees.c "$src"/zlib/zutil.c; do
		echo "$f"
	done
	find "$src/bearssl/src" -name '*.c'
} | xargs -P "$(nproc)" -I{} sh -c 'clang -O1 -g -w -fsanitize=address,fuzzer-no-link -DNDEBUG -DZ_SOLO -DHAVE_UNISTD_H \
	-I"$1/include" -I"$2/bearssl/inc" -I"$2/bearssl/src" -I"$2/yajl/src" -c "$3" \
	-o "$1/lib/$(echo "${3#"$2"/}" | tr / _).o"' sh "$out" "$src" {}
# The unit reader is fed from memory, and by the header's own switches.
clang -O1 -g -w -fsanitize=address,fuzzer-no-link -include "$out/include/ini.h" -c "$src/libinih/ini.c" -o "$out/lib/ini.o"
rm -f "$out/lib.a"
ar rcs "$out/lib.a" "$out"/lib/*.o
