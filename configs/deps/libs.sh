#!/bin/sh
# SPDX-License-Identifier: ISC
# libs.sh SRC SYSROOT TARGET FILE...: build the libraries for one target into SYSROOT/{lib,include},
# static and position-independent, small. CROSS, CPU, MUSL come from configs/targets.mk by the
# environment. Nothing is done when SYSROOT is newer than all FILEs: another make was quicker.
set -eu
src=$(cd "$1" && pwd) target=$3
mkdir -p "$2"
final=$(cd "$2" && pwd)
root=$final.new
shift 3
stale=
for file; do [ -z "$(find "$file" -newer "$final/.stamp" 2>&1)" ] || stale=yes; done
[ -n "$stale" ] || exit 0
build=$root/build
cc="${CROSS}gcc" ar="${CROSS}ar"
flags="${CPU:-} -Os -g0 -fPIE -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fstack-protector-strong -ftrivial-auto-var-init=zero -ffile-prefix-map=$src=."

# log NAME COMMAND...: run, show the log only when it fails. Not as a condition: that would switch
# the command's own -e off.
log() {
	what=$1
	shift
	echo "  LIB     $target $what"
	set +e
	(set -e; "$@") >"$build/$what.log" 2>&1
	status=$?
	set -e
	[ "$status" = 0 ] || { tail -30 "$build/$what.log" >&2; exit 1; }
}

musl() {
	rm -rf "$build/musl" && mkdir -p "$build/musl" && cd "$build/musl"
	"$src/musl/configure" --target="$MUSL" --prefix="$root" --syslibdir="$root/lib" --disable-shared \
		--enable-wrapper=no CC="$cc ${CPU:-}" AR="$ar" RANLIB="${CROSS}ranlib" \
		CFLAGS="-Os -g0 -fPIE -ffunction-sections -fdata-sections -ffile-prefix-map=$src=."
	make -j2 install
}

# The kernel's own headers by links, so that no header of the cross compiler's libc can be seen.
kernel_headers() {
	base=/usr/${CROSS%-}/include
	for d in linux asm asm-generic mtd; do
		at=$base/$d
		[ -d "$at" ] || at=/usr/include/$d
		[ -d "$at" ] || at=/usr/include/${CROSS%-}/$d
		ln -sfn "$at" "$root/include/$d"
	done
}

# compile NAME OUT EXTRA-FLAGS FILE...: objects and an archive without timestamps.
compile() {
	out=$1 extra=$2
	shift 2
	rm -rf "${build:?}/$out" && mkdir -p "$build/$out"
	for file; do
		object=$build/$out/$(echo "${file#"$src"/}" | tr / _ | sed 's/\.c$/.o/')
		# shellcheck disable=SC2086
		$cc $flags -nostdinc -isystem "$root/include" -isystem "$($cc -print-file-name=include)" $extra -c "$file" -o "$object"
	done
	rm -f "$root/lib/lib$out.a"
	"$ar" rcsD "$root/lib/lib$out.a" "$build/$out"/*.o
}

bearssl() {
	# shellcheck disable=SC2046
	compile bearssl "-I$src/bearssl/inc -I$src/bearssl/src" $(find "$src/bearssl/src" -name '*.c' | LC_ALL=C sort)
	cp "$src"/bearssl/inc/*.h "$root/include/"
}

yajl() {
	mkdir -p "$root/include/yajl"
	cp "$src"/yajl/src/api/*.h "$root/include/yajl/"
	sed -e 's/\${YAJL_MAJOR}/2/' -e 's/\${YAJL_MINOR}/1/' -e 's/\${YAJL_MICRO}/0/' \
		"$src/yajl/src/api/yajl_version.h.cmake" >"$root/include/yajl/yajl_version.h"
	compile yajl "-DNDEBUG -I$src/yajl/src" "$src"/yajl/src/yajl.c "$src"/yajl/src/yajl_alloc.c \
		"$src"/yajl/src/yajl_buf.c "$src"/yajl/src/yajl_encode.c "$src"/yajl/src/yajl_lex.c "$src"/yajl/src/yajl_parser.c
}

zlib() {
	for f in adler32 crc32 inffast inflate inftrees zutil; do set -- "$@" "$src/zlib/$f.c"; done
	compile z "-D_LARGEFILE64_SOURCE=1 -DHAVE_UNISTD_H -DZ_SOLO" "$@"
	cp "$src/zlib/zlib.h" "$src/zlib/zconf.h" "$root/include/"
}

inih() {
	compile inih "-DINI_HANDLER_LINENO=1 -DINI_USE_STACK=1 -DINI_MAX_LINE=4096 -DINI_ALLOW_MULTILINE=0 -DINI_ALLOW_INLINE_COMMENTS=0 \
		-DINI_STOP_ON_FIRST_ERROR=0 -DINI_CALL_HANDLER_ON_NEW_SECTION=1 -DINI_ALLOW_NO_VALUE=0" "$src/libinih/ini.c"
	# The header's prototypes depend on the same switches: freeze them there.
	{ printf '#define INI_HANDLER_LINENO 1\n#define INI_USE_STACK 1\n#define INI_MAX_LINE 4096\n#define INI_ALLOW_MULTILINE 0\n'
	printf '#define INI_ALLOW_INLINE_COMMENTS 0\n#define INI_STOP_ON_FIRST_ERROR 0\n#define INI_CALL_HANDLER_ON_NEW_SECTION 1\n#define INI_ALLOW_NO_VALUE 0\n'
	cat "$src/libinih/ini.h"; } >"$root/include/ini.h"
}

cmocka() {
	printf '#define HAVE_SIGNAL_H 1\n#define HAVE_MALLOC_H 1\n#define HAVE_INTTYPES_H 1\n#define HAVE_STDINT_H 1\n#define HAVE_STRUCT_TIMESPEC 1\n#define HAVE_CLOCK_REALTIME 1\n#define HAVE_CLOCK_GETTIME 1\n#define HAVE_SNPRINTF 1\n#define HAVE_VSNPRINTF 1\n#define HAVE_UNISTD_H 1\n#define HAVE_STRINGS_H 1\n#define HAVE_TIME_H 1\n#define HAVE_SETJMP_H 1\n#define HAVE_GCC_THREAD_LOCAL_STORAGE 1\n' >"$build/config.h"
	# Its guess of uintptr_t goes by glibc's guards and is wrong under musl.
	mkdir -p "$build/cmocka-include"
	cp "$src"/cmocka/include/cmocka*.h "$build/cmocka-include/"
	{ printf '#include <stdint.h>\n#ifndef _UINTPTR_T_DEFINED\n#define _UINTPTR_T_DEFINED\n#endif\n'
	cat "$src/cmocka/include/cmocka.h"; } >"$build/cmocka-include/cmocka.h"
	compile cmocka "-DHAVE_CONFIG_H -D_GNU_SOURCE -I$build -I$build/cmocka-include" "$src/cmocka/src/cmocka.c"
	cp "$build"/cmocka-include/*.h "$root/include/"
}

rm -rf "$root"
mkdir -p "$build" "$root/lib" "$root/include"
log musl musl
kernel_headers
for lib in bearssl yajl zlib inih cmocka; do
	log "$lib" "$lib"
done
touch "$root/.stamp"
rm -rf "$build" "$final"
mv "$root" "$final"
