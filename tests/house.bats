#!/usr/bin/env bats
# The house itself: layers, sizes, pages and completions against the tables.
load helper

@test "includes point down" {
	cd "$ROOT"
	up=$(grep -Ho '^#include "[a-z]*/' lib/*/*.[ch] |
		sed 's|^lib/\([a-z]*\)/.*"\([a-z]*\)/|\1 \2|' | sort -u |
		while read -r from to; do
			[ "$from" = "$to" ] || grep -q "^$from:.*\<$to\>" lib/LAYERS || echo "$from -> $to"
		done)
	[ -z "$up" ] || { echo "$up"; false; }
}

@test "the layers are the folders, and what they include" {
	cd "$ROOT"
	diff <(cut -d: -f1 lib/LAYERS | sort) <(ls -d lib/*/ | cut -d/ -f2 | sort)
	while IFS=: read -r from all; do
		for to in $all; do
			grep -q "^#include \"$to/" "lib/$from/"*.[ch] || { echo "$from has nothing of $to"; false; }
		done
	done <lib/LAYERS
}

@test "outside headers stay behind one folder each" {
	cd "$ROOT"
	while read -r header folders; do
		out=$(grep -l "^#include <$header" lib/*/*.[ch] cmd/*.c | sed 's|/[^/]*$||; s|^lib/||' | sort -u)
		for d in $out; do
			case " $folders " in *" $d "*) ;; *) echo "<$header in $d"; false ;; esac
		done
	done <<-'LIST'
		xxhash.h base
		pcre2.h base
		zstd.h codec
		zlib.h codec
		snappy codec
		protobuf-c otlp
		jansson.h otlp remote
		microhttpd.h net
		nghttp2 net
		curl net
		gnutls net
		readline line
	LIST
}

@test "files stay under 600 lines, lib has no main and no printing" {
	cd "$ROOT"
	long=$(wc -l lib/*/*.[ch] cmd/*.c | awk '$1 > 600 && $2 != "total"')
	[ -z "$long" ] || { echo "$long"; false; }
	said=$(grep -nE '\b(printf|puts|exit|perror)\(' lib/*/*.c |
		grep -vE '^lib/(base/(tool|toolhelp|err)|line/(prompt|shell))\.c' || true)
	[ -z "$said" ] || { echo "$said"; false; }
}

@test "functions stay under 80 lines" {
	cd "$ROOT"
	long=$(awk '
		/^\{/ { at = FNR }
		/^\}/ && at { if (FNR - at >= 80) print FILENAME ":" at; at = 0 }
		FNR == 1 { at = 0 }' lib/*/*.c cmd/*.c)
	[ -z "$long" ] || { echo "$long"; false; }
}

@test "files are touched through base/sys only" {
	cd "$ROOT"
	raw=$(grep -nE '[^_a-z](open|openat|pread|pwrite|rename|unlink|fsync|fdatasync|ftruncate|mkdir|link)\(' lib/*/*.c cmd/*.c |
		grep -vE '^lib/base/sys\.c|^[^:]*:[0-9]+:[[:space:]]*(/?\*|//)' || true)
	[ -z "$raw" ] || { echo "$raw"; false; }
}

@test "what a test denies can fail it" {
	cd "$ROOT"
	# set -e does not look at a command after "!"
	idle=$(grep -nE '^[[:space:]]*! ' tests/*.bats tests/*/*.bats tests/*.bash | grep -v ' || ' || true)
	[ -z "$idle" ] || { echo "$idle"; false; }
}

@test "a name is one function's" {
	cd "$ROOT"
	twice=$(nm "${O:-build}/libkit.a" 2>/dev/null | awk '$2 == "T" { print $3 }' | sort | uniq -d)
	[ -z "$twice" ] || { echo "$twice"; false; }
	nm "${O:-build}/libkit.a" | grep -q ' T buf_add$'
}

@test "each tool: page, completions and table agree" {
	cd "$ROOT"
	for c in cmd/*.c; do
		t=$(basename "$c" .c)
		for shell in bash zsh fish; do
			"$BIN/$t" --help=$shell | diff "completions/$t.$shell" - || { echo "completions/$t.$shell"; false; }
		done
		sed -n '/^\.\\" options: begin/,/^\.\\" options: end/p' "man/$t.1" | sed '1d;$d' |
			diff - <("$BIN/$t" --help=man) || { echo "man/$t.1"; false; }
		run "$BIN/$t" --help
		[ "$status" -eq 0 ] && [[ $output == "usage: $t"* ]]
		awk 'length > 79 { print "'$t' --help:", $0; bad = 1 } END { exit bad }' <<<"$output"
		run "$BIN/$t" -V
		[ "$status" -eq 0 ] && [[ $output == "$t (otelutils)"* ]]
		run "$BIN/$t" --no-such-option
		[ "$status" -eq 2 ]
		[ -e "tests/$t.bats" ]
	done
}

@test "completions are read by their shells" {
	cd "$ROOT"
	for f in completions/*.bash; do bash -n "$f"; done
	for f in completions/*.zsh; do zsh -n "$f"; done
	for f in completions/*.fish; do fish -n "$f"; done
}

@test "manual pages are well formed" {
	cd "$ROOT"
	run mandoc -Tlint -W error man/*.[157]
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	for s in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		for m in man/*.1; do
			grep -q "^\.Sh $s" "$m" || { echo "$m: no $s"; false; }
		done
	done
}

@test "stdout closed is an error for every tool" {
	for t in "$BIN"/*; do
		run bash -c "'$t' --help >/dev/full"
		[ "$status" -eq 1 ] || { echo "$t: $status"; false; }
	done
}

@test "the list of packages: four fields a line, each package once" {
	wrong=$(grep -v '^#' "$ROOT/tests/packages" |
		grep -vE '^[a-z0-9.+-]+\|(build|check)\|(cmd|pc|file):[^|]+\|[^|]+$' || true)
	[ -z "$wrong" ] || { echo "$wrong"; false; }
	twice=$(grep -v '^#' "$ROOT/tests/packages" | cut -d'|' -f1 | sort | uniq -d)
	[ -z "$twice" ] || { echo "$twice"; false; }
}

# What is shown but not run, for it would run for ever or ask far away: the
# options, at least, are there. A tool looks at them all before it says its
# version; what is no tool does nothing.
@test "what the pages and README.md show has the options it names" {
	mkdir bin
	for t in "$BIN"/*; do
		printf '#!/bin/sh\n"%s" "$@" -V >/dev/null </dev/null || echo "$0 $*" >>%s/wrong\n' "$t" "$T" >"bin/${t##*/}"
	done
	chmod +x bin/*
	ln -s /bin/true bin/dot
	echo 'Authorization: Bearer 5f2a' >token
	{
		sed -n 's/^    \([^$]\)/\1/p' "$ROOT/README.md" | grep -E '(^|[|;&] *)(otlp-|tql|lql|tstore|lstore|batch|spool|rec)'
		awk 'FNR == 1 { on = 0 }
			/^\.Sh /{ on = $2 == "EXAMPLES" }
			on && sub(/^\.Dl /, "")
			/^\.Ed/ { show = 0 }
			first && /^[a-z]/ { show = 1 }
			{ first = on && /^\.Bd/ }
			show { gsub(/\\e/, "\\"); print }' "$ROOT"/man/*.[17] | sed 's/\\(dq/"/g'
	} | grep -vE '^(tql|lql)[:>] ' >script
	[ "$(wc -l <script)" -gt 40 ]
	echo wait >>script
	bash -n script
	PATH=$T/bin:$PATH HOME=$T bash script 2>err </dev/null
	[ ! -e wrong ] || { cat wrong err; false; }
}
