#!/bin/sh
# SPDX-License-Identifier: ISC
# size.sh BOARD...: the binary of each board that has been built: text, data, bss, file, the share of each
# folder's objects that is linked in, and the budget of a full binary beside it.
budget=409600
targets=configs/targets.mk

printf '%-14s %8s %7s %8s %8s %9s\n' board text data bss file budget
for board; do
	debug=out/$board/pintle.debug
	[ -f "$debug" ] && [ -f "out/$board/pintle" ] || continue
	target=$(sed -n 's/^TARGET := //p' "board/$board/board.mk")
	cross=$(sed -n "s/^CROSS_$target := //p" "$targets")
	"${cross}size" "$debug" | awk -v board="$board" -v file="$(stat -c %s "out/$board/pintle")" -v budget=$budget \
		'NR == 2 { printf "%-14s %8d %7d %8d %8d %8d%s\n", board, $1, $2, $3, file, budget, (file > budget ? " OVER" : "") }'
done
echo
printf '%-14s %s\n' board 'code and constants linked in, by folder (bytes)'
for board; do
	debug=out/$board/pintle.debug
	[ -f "$debug" ] || continue
	target=$(sed -n 's/^TARGET := //p' "board/$board/board.mk")
	cross=$(sed -n "s/^CROSS_$target := //p" "$targets")
	# The symbols' sizes in the linked binary, each counted where its object defines it.
	work=$(mktemp)
	find "out/$board/obj" -name '*.o' | LC_ALL=C sort | while read -r o; do
		folder=$(dirname "${o#out/"$board"/obj/}")
		"${cross}readelf" -Ws "$o" | awk -v f="$folder" '$4 ~ /FUNC|OBJECT/ && $7 != "UND" { print $8 "\t" f }'
	done >"$work"
	"${cross}nm" -S --defined-only "$debug" | awk -v list="$work" -v board="$board" '
		BEGIN { while ((getline line < list) > 0) { split(line, a, "\t"); home[a[1]] = a[2] } }
		NF == 4 && $3 ~ /[tTrRdDwW]/ { n = hex($2); name = $4; sub(/\..*/, "", name); f = (name in home) ? home[name] : "libraries"; sum[f] += n }
		function hex(s,   i, v) { for (i = 1; i <= length(s); i++) v = v * 16 + index("0123456789abcdef", substr(s, i, 1)) - 1; return v }
		END {
			printf "%-14s", board
			sort = "LC_ALL=C sort | tr \047\\n\047 \047 \047"
			for (f in sum) print f " " sum[f] | sort
			close(sort)
			print ""
		}'
	rm -f "$work"
done
