#!/bin/sh
# SPDX-License-Identifier: ISC
# mkrefusals.sh OUTDIR [ARCH] - makes image layouts that must be refused, and their neighbours
# that must not be. No root needed; a second run does nothing.
#
#   CASE/            one OCI layout a case (or CASE.tar)
#   cases.tsv        name, image (relative: oci:CASE:1.0), expected (ok or refused), regexp of the message
#   keys/release.pem the only key to trust
set -eu

here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { sed -n '3,/^set -eu/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
out=$1 arch=${2:-amd64}
mkdir -p "$out"
out=$(cd "$out" && pwd)

exec 8>"$out/.lock"
flock 8
want=$( (cat "$here/oci.py" "$here/corpus.py" "$here"/cases_*.py "$here"/mkrefusals.*; echo "$arch") | sha256sum)
[ "$(cat "$out/.stamp" 2>/dev/null)" = "$want" ] && exit 0
rm -f "$out/.stamp"
PYTHONDONTWRITEBYTECODE=1 python3 "$here/mkrefusals.py" "$out" "$arch"
echo "$want" >"$out/.stamp"
