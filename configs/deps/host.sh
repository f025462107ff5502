#!/bin/sh
# SPDX-License-Identifier: ISC
# host.sh LIST STAMP: install the Debian packages of LIST that are missing. Without root the one
# command to run is printed instead.
set -eu
list=$1 stamp=$2

missing=$(sed '/^#/d' "$list" | while read -r name; do
	dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || echo "$name"
done)
if [ -n "$missing" ]; then
	# shellcheck disable=SC2086
	set -- $missing
	if [ "$(id -u)" != 0 ]; then
		echo "these packages are missing; as root, run:" >&2
		echo "  apt-get install -y --no-install-recommends $*" >&2
		exit 1
	fi
	echo "  APT     $*"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update
	apt-get -qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$@" >"$stamp.log" 2>&1 || {
		tail -20 "$stamp.log" >&2
		exit 1
	}
fi
cp "$list" "$stamp"
