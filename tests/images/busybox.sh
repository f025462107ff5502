#!/bin/sh
# SPDX-License-Identifier: ISC
# busybox.sh CACHE ARCH - prints the path of a static busybox for ARCH (Go's names; arm is v7, armv5 is v5).
# Debian's busybox-static package of that architecture, checked by apt, through a private apt
# configuration below CACHE: nothing of the user's apt changes, no root needed.
set -eu

cache=$1 arch=$2
case $arch in
amd64) deb=amd64 ;;
arm64) deb=arm64 ;;
arm) deb=armhf ;;
armv5) deb=armel ;;
mipsle) deb=mipsel ;;
*) echo "busybox.sh: Debian has no static busybox for '$arch'" >&2; exit 2 ;;
esac

mkdir -p "$cache/$arch"
cache=$(cd "$cache" && pwd)
dir=$cache/$arch
exec 9>"$dir/lock"
flock 9
if [ -x "$dir/busybox" ]; then
	echo "$dir/busybox"
	exit 0
fi

# The mirror and the suite that the user's own apt has for this Debian.
# shellcheck disable=SC1091
. /etc/os-release
suite=${VERSION_CODENAME:-stable}
# shellcheck disable=SC2016 # apt expands these
site=$(apt-get indextargets --format '$(SITE) $(ORIGIN) $(LABEL)' 'Created-By: Packages' |
	awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }')
[ -n "$site" ] || {
	# shellcheck disable=SC2016
	site=$(apt-get indextargets --format '$(SITE) $(RELEASE)' 'Created-By: Packages' |
		awk -v s="$VERSION_CODENAME" '$2 == s { print $1; exit }')
}
[ -n "$site" ] || { echo "busybox.sh: apt knows no Debian mirror; run apt-get update" >&2; exit 1; }

apt=$dir/apt
rm -rf "$apt"
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/etc"
: >"$apt/status"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
opts=
[ -r "$keyring" ] && opts=" signed-by=$keyring"
echo "deb [arch=$deb$opts] $site $suite main" >"$apt/etc/sources.list"
cat >"$apt/apt.conf" <<CONF
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
Dir::Etc::sourcelist "$apt/etc/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "$deb";
APT::Architectures { "$deb"; };
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "3";
CONF
try() {
	APT_CONFIG=$apt/apt.conf timeout 400 "$@" >"$apt/log" 2>&1 || {
		cat "$apt/log" >&2
		echo "busybox.sh: '$*' failed" >&2
		exit 1
	}
}
try apt-get -q update
(cd "$apt" && try apt-get -q download busybox-static)
set -- "$apt"/busybox-static_*.deb
[ -e "$1" ] || { echo "busybox.sh: no package came" >&2; exit 1; }
basename "$1" >"$dir/package"
dpkg -x "$1" "$apt/x"
cp "$apt/x/bin/busybox" "$dir/busybox.new" 2>/dev/null || cp "$apt/x/usr/bin/busybox" "$dir/busybox.new"
chmod 755 "$dir/busybox.new"
mv "$dir/busybox.new" "$dir/busybox"
rm -rf "$apt"
echo "$dir/busybox"
