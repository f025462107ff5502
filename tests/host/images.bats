#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154 # run sets stderr
# Images through the real binary: what must be refused leaves nothing in the store, what must be
# accepted unpacks to the tree that umoci (or GNU tar where umoci lacks the feature) makes of it.

load lib.bash

setup_file() {
	need_root
	images
	"$ROOT/tests/images/mkrefusals.sh" "$TEST_OUT/refusals" amd64 3>&-
	export CORPUS=$TEST_OUT/refusals IMAGES=$TEST_OUT/images STORE=$BATS_FILE_TMPDIR/store
	export CONF=$BATS_FILE_TMPDIR/refusals.conf WEBCONF=$BATS_FILE_TMPDIR/web.conf
	printf '[Trust]\nKey=%s/keys/release.pem\n' "$CORPUS" >"$CONF"
	printf '[Trust]\nKey=%s/keys/release.pem\n' "$IMAGES" >"$WEBCONF"
	mkdir -p "$STORE"
	"$PINTLE" load --config "$CONF" --store "$STORE" "oci:$CORPUS/seed:1.0" 3>&-
}

# The store without sizes and times of folders.
snapshot() {
	find "$1" -mindepth 1 -printf '%P %y %m %U:%G %l' \( ! -type d -printf ' %s' -o -true \) -printf '\n' | sort
}

# The case's image, expectation and regexp from cases.tsv.
lookup() {
	IFS=$'\t' read -r _ image expected regexp < <(grep -P "^$1\t" "$CORPUS/cases.tsv")
	image=${image%%:*}:$CORPUS/${image#*:}
}

# refuse CONF IMAGE REGEXP: load and verify both say so in one line, and the store is as before.
refuse() {
	local before
	before=$(snapshot "$STORE")
	run --separate-stderr timeout 60 "$PINTLE" verify --config "$1" "$2"
	echo "verify: $status: $stderr"
	[ "$status" -eq 1 ]
	run --separate-stderr timeout 60 "$PINTLE" load --config "$1" --store "$STORE" "$2"
	echo "load: $status: $stderr"
	[ "$status" -eq 1 ]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	grep -Eq -- "$3" <<<"$stderr"
	diff <(echo "$before") <(snapshot "$STORE")
	[ ! -e /tmp/pintle-escape ]
}

refused() {
	lookup "$1"
	[ "$expected" = refused ]
	refuse "$CONF" "$image" "$regexp"
}

# The one image of a store as its container would see it, listed by tree.py.
merged_tree() {
	local dir count
	dir=$(echo "$1"/images/sha256/*/l)
	count=$(find "$dir" -mindepth 1 -maxdepth 1 | wc -l)
	if [ "$count" -eq 1 ]; then
		python3 "$ROOT/tests/images/tree.py" "$2" "$dir/0/"
		return
	fi
	mkdir -p "$BATS_TEST_TMPDIR/merged"
	# shellcheck disable=SC2016
	unshare -m --propagation private sh -ec 'cd "$1"
		mount -t overlay -o "ro,lowerdir=$2" overlay "$3"
		python3 "$4/tests/images/tree.py" "$5" "$3"' sh "$dir" \
		"$(seq -s: $((count - 1)) -1 0)" "$BATS_TEST_TMPDIR/merged" "$ROOT" "$2"
}

# accept CONF IMAGE OCI-DIR:TAG TIMES
accept() {
	local store=$BATS_TEST_TMPDIR/store
	mkdir "$store"
	"$PINTLE" verify --config "$1" "$2" 3>&-
	"$PINTLE" load --config "$1" --store "$store" "$2" 3>&-
	[ "$(find "$store/staging" -mindepth 1 2>/dev/null | wc -l)" -eq 0 ]
	reference "$3" "$4" >"$BATS_TEST_TMPDIR/want"
	merged_tree "$store" "$4" >"$BATS_TEST_TMPDIR/have"
	[ -s "$BATS_TEST_TMPDIR/want" ]
	diff "$BATS_TEST_TMPDIR/want" "$BATS_TEST_TMPDIR/have"
	snapshot "$store" >"$BATS_TEST_TMPDIR/first"
	"$PINTLE" load --config "$1" --store "$store" "$2" 3>&-
	diff "$BATS_TEST_TMPDIR/first" <(snapshot "$store")
}

# What another unpacker makes of it.
reference() {
	umoci unpack --image "$1" "$BATS_TEST_TMPDIR/ref" >"$BATS_TEST_TMPDIR/umoci.log" 2>&1 ||
		{ cat "$BATS_TEST_TMPDIR/umoci.log" >&2; return 1; }
	python3 "$ROOT/tests/images/tree.py" "$2" "$BATS_TEST_TMPDIR/ref/rootfs"
}

accepted() {
	lookup "$1"
	[ "$expected" = ok ]
	accept "$CONF" "$image" "${2:-${image#*:}}" "${3:---times=none}"
	[ ! -e /tmp/pintle-escape ]
}

# GNU tar in place of umoci: each layer over the last.
with_gnu_tar() {
	reference() {
		mkdir "$BATS_TEST_TMPDIR/ref"
		python3 - "${1%:*}" <<-'PY' | while read -r blob; do
			import json, sys
			def doc(desc):
			    return json.load(open(sys.argv[1] + "/blobs/" + desc["digest"].replace(":", "/")))
			for layer in doc(json.load(open(sys.argv[1] + "/index.json"))["manifests"][0])["layers"]:
			    print(sys.argv[1] + "/blobs/" + layer["digest"].replace(":", "/"))
		PY
			tar -xpzf "$blob" -C "$BATS_TEST_TMPDIR/ref" --numeric-owner
		done
		python3 "$ROOT/tests/images/tree.py" "$2" "$BATS_TEST_TMPDIR/ref"
	}
}

# The fourteen refusals that the store stands for.
@test "refused: no signature" { refused no-signature; }
@test "refused: wrong key" { refused wrong-key; }
@test "refused: signature of another digest" { refused signature-of-another-digest; }
@test "refused: payload edited" { refused payload-edited; }
@test "refused: manifest edited" { refused manifest-edited; }
@test "refused: config edited" { refused config-edited; }
@test "refused: layer byte flipped" { refused layer-byte-flipped; }
@test "refused: diff_id wrong" { refused diff-id-wrong; }
@test "refused: truncated layer" { refused layer-truncated; }
@test "refused: gzip bomb over the limit" { refused gzip-bomb; }
@test "refused: path traversal by .." { refused path-dotdot; }
@test "refused: path traversal by absolute path" { refused path-absolute; }
@test "refused: path traversal by symlink" { refused path-symlink; }
@test "refused: path traversal by hard link" { refused hardlink-dotdot; }

@test "refused: manifest duplicate key" { refused manifest-duplicate-key; }
@test "refused: manifest duplicate key escaped" { refused manifest-duplicate-key-escaped; }
@test "refused: config duplicate key" { refused config-duplicate-key; }
@test "refused: index duplicate key" { refused index-duplicate-key; }
@test "refused: manifest trailing garbage" { refused manifest-trailing-garbage; }
@test "refused: manifest too deep" { refused manifest-too-deep; }
@test "refused: manifest too large" { refused manifest-too-large; }
@test "refused: manifest not utf8" { refused manifest-not-utf8; }
@test "refused: schema version 1" { refused schema-version-1; }
@test "refused: manifest and index in one" { refused manifest-and-index-in-one; }
@test "refused: media type disagrees" { refused media-type-disagrees; }
@test "refused: layer media type unknown" { refused layer-media-type-unknown; }
@test "refused: config media type unknown" { refused config-media-type-unknown; }
@test "refused: digest upper case" { refused digest-upper-case; }
@test "refused: digest with a path" { refused digest-with-a-path; }
@test "refused: digest too long" { refused digest-too-long; }
@test "refused: digest of unknown algorithm" { refused digest-of-unknown-algorithm; }
@test "refused: size wrong" { refused size-wrong; }
@test "refused: size too small" { refused size-too-small; }
@test "refused: size negative" { refused size-negative; }
@test "refused: size beyond 64 bits" { refused size-beyond-64-bits; }
@test "refused: size beyond 32 bits" { refused size-beyond-32-bits; }
@test "refused: config size wrong" { refused config-size-wrong; }
@test "refused: index size wrong" { refused index-size-wrong; }
@test "refused: too many layers" { refused too-many-layers; }
@test "refused: diff ids too few" { refused diff-ids-too-few; }
@test "refused: rootfs of another type" { refused rootfs-of-another-type; }
@test "refused: config of wrong types" { refused config-of-wrong-types; }
@test "refused: layout version 2" { refused layout-version-2; }
@test "refused: layout file missing" { refused layout-file-missing; }
@test "refused: index nested too deep" { refused index-nested-too-deep; }
@test "refused: path dotdot inside" { refused path-dotdot-inside; }
@test "refused: path dotdot in pax" { refused path-dotdot-in-pax; }
@test "refused: path dotdot folder" { refused path-dotdot-folder; }
@test "refused: path absolute symlink" { refused path-absolute-symlink; }
@test "refused: path symlink relative" { refused path-symlink-relative; }
@test "refused: path symlink chain" { refused path-symlink-chain; }
@test "refused: path symlink folder" { refused path-symlink-folder; }
@test "refused: path symlink whiteout" { refused path-symlink-whiteout; }
@test "refused: hardlink absolute" { refused hardlink-absolute; }
@test "refused: hardlink through symlink" { refused hardlink-through-symlink; }
@test "refused: hardlink to nothing" { refused hardlink-to-nothing; }
@test "refused: hardlink to folder" { refused hardlink-to-folder; }
@test "refused: device char" { refused device-char; }
@test "refused: device block" { refused device-block; }
@test "refused: device overlay whiteout" { refused device-overlay-whiteout; }
@test "refused: whiteout bare" { refused whiteout-bare; }
@test "refused: whiteout dot" { refused whiteout-dot; }
@test "refused: whiteout dotdot" { refused whiteout-dotdot; }
@test "refused: whiteout with slash" { refused whiteout-with-slash; }
@test "refused: whiteout folder" { refused whiteout-folder; }
@test "refused: whiteout symlink" { refused whiteout-symlink; }
@test "refused: xattr of overlay" { refused xattr-of-overlay; }
@test "refused: sparse gnu" { refused sparse-gnu; }
@test "refused: sparse pax" { refused sparse-pax; }
@test "refused: header checksum" { refused header-checksum; }
@test "refused: size negative base256" { refused size-negative-base256; }
@test "refused: size huge base256" { refused size-huge-base256; }
@test "refused: pax header huge" { refused pax-header-huge; }
@test "refused: pax record broken" { refused pax-record-broken; }
@test "refused: name too long" { refused name-too-long; }
@test "refused: component too long" { refused component-too-long; }
@test "refused: name empty" { refused name-empty; }
@test "refused: payload edited in place" { refused payload-edited-in-place; }
@test "refused: payload of another type" { refused payload-of-another-type; }
@test "refused: payload with two digests" { refused payload-with-two-digests; }
@test "refused: signature in lax der" { refused signature-in-lax-der; }
@test "refused: signature not base64" { refused signature-not-base64; }
@test "refused: signature empty" { refused signature-empty; }
@test "refused: manifest edited and renamed" { refused manifest-edited-and-renamed; }
@test "refused: layer byte flipped plain" { refused layer-byte-flipped-plain; }
@test "refused: layer byte added" { refused layer-byte-added; }
@test "refused: gzip truncated" { refused gzip-truncated; }
@test "refused: tar truncated" { refused tar-truncated; }
@test "refused: gzip trailing garbage" { refused gzip-trailing-garbage; }
@test "refused: gzip is not" { refused gzip-is-not; }
@test "refused: layer missing" { refused layer-missing; }
@test "refused: layer is a fifo" { refused layer-is-a-fifo; }
@test "refused: tag missing" { refused tag-missing; }
@test "refused: platform missing" { refused platform-missing; }
@test "refused: archive layer flipped" { refused archive-layer-flipped; }
@test "refused: archive truncated" { refused archive-truncated; }

@test "accepted: media type left out" { accepted media-type-left-out; }
@test "accepted: index in an index" { accepted index-in-an-index; }
@test "accepted: unknown properties" { accepted unknown-properties; }
@test "accepted: setuid kept" { accepted setuid-kept; }
@test "accepted: pax long names" { accepted pax-long-names; }
@test "accepted: gnu long names" { accepted gnu-long-names; }
@test "accepted: ustar prefix" { accepted ustar-prefix; }
@test "accepted: gnu large numbers" { accepted gnu-large-numbers; }
@test "accepted: pax large numbers" { accepted pax-large-numbers; }
@test "accepted: pax global header" { with_gnu_tar && accepted pax-global-header; }
@test "accepted: xattr binary" { accepted xattr-binary; }
@test "accepted: dot names" { accepted dot-names "" --times=all; }
@test "accepted: no end blocks" { accepted no-end-blocks; }
@test "accepted: padding after end" { accepted padding-after-end; }
@test "accepted: empty layer" { accepted empty-layer; }
@test "accepted: replaced in one layer" { accepted replaced-in-one-layer; }
@test "accepted: whiteouts" { accepted whiteouts; }
@test "accepted: opaque after entries" { accepted opaque-after-entries; }
@test "accepted: type changes" { accepted type-changes; }
@test "accepted: implicit parents" { accepted implicit-parents; }
@test "accepted: docker media type" { with_gnu_tar && accepted docker-media-type; }
@test "accepted: same layer twice" { accepted same-layer-twice; }
@test "accepted: many layers" { accepted many-layers; }
@test "accepted: odd names" { accepted odd-names; }
@test "accepted: signed" { accepted signed; }
@test "accepted: seed" { accepted seed; }
@test "accepted: signed by two keys" { accepted signed-by-two-keys; }
@test "accepted: signed with claims" { accepted signed-with-claims; }
@test "accepted: signed as cosign saves" { with_gnu_tar && accepted signed-as-cosign-saves "$CORPUS/signed-as-cosign-saves:"; }
@test "accepted: second of two tags" { accepted second-of-two-tags; }
@test "accepted: gzip concatenated" { accepted gzip-concatenated; }
@test "accepted: archive" { accepted archive "$CORPUS/archive:1.0"; }

@test "every case of the corpus has its test" {
	diff <(cut -f1 "$CORPUS/cases.tsv" | sort) \
		<(sed -nE 's/^@test .*(refused|accepted) ([a-z0-9-]+).*/\2/p' "$BATS_TEST_FILENAME" | sort)
}

# Whole images of a busybox root: ours, and the same packed by others.
web() { accept "$WEBCONF" "$1" "$2" --times=below; }

@test "image: folder, three layers of gzip and plain tar" { web "oci:$IMAGES/amd64/web:1.0" "$IMAGES/amd64/web:1.0"; }
@test "image: archive" { web "oci-archive:$IMAGES/amd64/web.tar:1.0" "$IMAGES/amd64/web:1.0"; }
@test "image: as cosign saves it, no tag given" { web "oci:$IMAGES/amd64/web-save" "$IMAGES/amd64/web:1.0"; }
@test "image: packed by skopeo" { web "oci:$IMAGES/amd64/web-skopeo:1.0" "$IMAGES/amd64/web-skopeo:1.0"; }
@test "image: packed by umoci" {
	accept "$WEBCONF" "oci:$IMAGES/amd64/web-umoci:1.0" "$IMAGES/amd64/web-umoci:1.0" --times=none
}
@test "image: skopeo's archive without a signature is refused" {
	refuse "$WEBCONF" "oci-archive:$IMAGES/amd64/web-skopeo.tar:1.0" "no signature"
}
@test "image: several platforms, the index signed" { web "oci:$IMAGES/multi:1.0" "$IMAGES/amd64/web:1.0"; }
@test "image: several platforms in an archive" { web "oci-archive:$IMAGES/multi.tar:1.0" "$IMAGES/amd64/web:1.0"; }
@test "image: several platforms, each manifest signed" { web "oci:$IMAGES/multi-each:1.0" "$IMAGES/amd64/web:1.0"; }
@test "image: tampered, the message names the digest that did not match" {
	local layer
	layer=$(skopeo inspect "oci:$IMAGES/amd64/web:1.0" |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["Layers"][-1])')
	refuse "$WEBCONF" "oci:$IMAGES/amd64/tampered:1.0" "${layer:7:12}"
}
@test "image: layers in common are stored once" {
	local store=$BATS_TEST_TMPDIR/two
	mkdir "$store"
	"$PINTLE" load --config "$WEBCONF" --store "$store" "oci:$IMAGES/amd64/web:1.0" 3>&-
	"$PINTLE" load --config "$WEBCONF" --store "$store" "oci:$IMAGES/amd64/web2:2.0" 3>&-
	[ "$(find "$store/images/sha256" -mindepth 1 -maxdepth 1 | wc -l)" -eq 2 ]
	[ "$(find "$store/layers/sha256" -mindepth 1 -maxdepth 1 | wc -l)" -eq 4 ]
}

# pintle.conf's [Trust].
@test "trust: no key, nothing runs" {
	echo >"$BATS_TEST_TMPDIR/empty.conf"
	refuse "$BATS_TEST_TMPDIR/empty.conf" "oci:$CORPUS/signed:1.0" "[Kk]ey"
}
@test "trust: a key file that is not there is named" {
	printf '[Trust]\nKey=/no/such/key.pem\n' >"$BATS_TEST_TMPDIR/missing.conf"
	refuse "$BATS_TEST_TMPDIR/missing.conf" "oci:$CORPUS/signed:1.0" "/no/such/key.pem"
}
@test "trust: a key file that is no key is named" {
	echo "not a key" >"$BATS_TEST_TMPDIR/bad.pem"
	printf '[Trust]\nKey=%s/bad.pem\n' "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/bad.conf"
	refuse "$BATS_TEST_TMPDIR/bad.conf" "oci:$CORPUS/signed:1.0" "bad.pem"
}
@test "trust: the second of two keys signs" {
	printf '[Trust]\nKey=%s/keys/other.pem\nKey=%s/keys/release.pem\n' "$CORPUS" "$CORPUS" >"$BATS_TEST_TMPDIR/two.conf"
	accept "$BATS_TEST_TMPDIR/two.conf" "oci:$CORPUS/signed:1.0" "$CORPUS/signed:1.0" --times=none
}
@test "trust: Policy=insecure takes an unsigned image, but not a damaged one" {
	printf '[Trust]\nPolicy=insecure\n' >"$BATS_TEST_TMPDIR/insecure.conf"
	accept "$BATS_TEST_TMPDIR/insecure.conf" "oci:$CORPUS/no-signature:1.0" "$CORPUS/no-signature:1.0" --times=none
	refuse "$BATS_TEST_TMPDIR/insecure.conf" "oci:$CORPUS/layer-byte-flipped:1.0" "sha256|digest"
}

# A kill at any moment: the store is good, the next load sweeps and completes.
@test "load: killed at random moments, completed by the next" {
	local store=$BATS_TEST_TMPDIR/store n
	mkdir "$store"
	for n in $(seq 25); do
		timeout -s KILL "0.0$(printf %02d "$n")" "$PINTLE" load --config "$WEBCONF" --store "$store" \
			"oci:$IMAGES/amd64/web:1.0" 3>&- || :
	done
	"$PINTLE" load --config "$WEBCONF" --store "$store" "oci:$IMAGES/amd64/web:1.0" 3>&-
	reference "$IMAGES/amd64/web:1.0" --times=below >"$BATS_TEST_TMPDIR/want"
	merged_tree "$store" --times=below | diff "$BATS_TEST_TMPDIR/want" -
	[ "$(find "$store/staging" -mindepth 1 2>/dev/null | wc -l)" -eq 0 ]
}
