#!/bin/sh
# SPDX-License-Identifier: ISC
# disk.sh OUT MIB [FOLDER]: a data disk, ext4 with 4 KiB blocks (a torn 1 KiB superblock can make a
# partition unmountable), filled from FOLDER with owner root. Needs no root.
set -eu
out=$1 mib=$2 folder=${3:-}
rm -f "$out.new"
truncate -s "${mib}M" "$out.new"
PATH=$PATH:/sbin:/usr/sbin
make() {
	mkfs.ext4 -q -b 4096 -m 0 -L data -E root_owner=0:0,lazy_itable_init=0 "$@" \
		${folder:+-d "$folder"} "$out.new" 2>"$out.log"
}
# Features that old kernels do not know are left out; an old mkfs does not know their names.
make -O ^metadata_csum_seed,^orphan_file || make || { cat "$out.log" >&2; exit 1; }
rm -f "$out.log"
mv "$out.new" "$out"
