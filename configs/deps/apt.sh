#!/bin/sh
# SPDX-License-Identifier: ISC
# apt.sh DIR ARCHES SUITE...: a private apt under DIR that knows the binary and source packages of the
# named suites, from the mirror that the user's own apt uses. Prints the configuration's path;
# nothing of the user's apt or dpkg is changed. The index is fetched once a day at most.
set -eu
dir=$1 arches=$2
shift 2

mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null |
	sed -n -e 's/^URIs: *\([^ ]*\/debian\)\/\{0,1\} *$/\1/p' -e 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\/debian\)\/\{0,1\} .*/\2/p' | head -1)
[ -n "$mirror" ] || { echo "apt.sh: no Debian mirror in this machine's apt sources" >&2; exit 1; }

mkdir -p "$dir/etc/apt.conf.d" "$dir/etc/preferences.d" "$dir/etc/sources.list.d" \
	"$dir/lists/partial" "$dir/cache/archives/partial" "$dir/state"
cat >"$dir/etc/sources.list.d/pintle.sources.new" <<END
Types: deb deb-src
URIs: $mirror
Suites: $*
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
: >"$dir/state/status"
# shellcheck disable=SC2086
cat >"$dir/apt.conf" <<END
Dir::Etc "$dir/etc"; Dir::State "$dir/state"; Dir::State::lists "$dir/lists";
Dir::State::status "$dir/state/status"; Dir::Cache "$dir/cache";
APT::Architecture "$(dpkg --print-architecture)";
APT::Architectures { $(printf '"%s"; ' $arches) };
APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Retries "3";
END
sources=$dir/etc/sources.list.d/pintle.sources
if ! cmp -s "$sources.new" "$sources" || [ -z "$(find "$dir/fetched" -mtime -1 2>/dev/null)" ]; then
	mv "$sources.new" "$sources"
	APT_CONFIG=$dir/apt.conf apt-get -qq update 2>"$dir/update.log" || {
		cat "$dir/update.log" >&2
		exit 1
	}
	touch "$dir/fetched"
fi
rm -f "$sources.new"
echo "$dir/apt.conf"
