#!/usr/bin/env bats
# What each version wrote is read, whole, for ever: the stores of both signals,
# and the pages' dumps. (The files of the single formats have unit tests.)
load helper

# unhex: the bytes that a page's hex dump describes
unhex() {
	local h
	for h in $(sed -E 's/^(([0-9a-f]{2} ?)+).*/\1/'); do
		printf "\\x$h"
	done
}

@test "the pages' hex dumps are the golden files" {
	cd "$ROOT"
	n=0
	for page in man/*.5; do
		while read -r file; do
			sed -n "\|hex: $file|,/hex: end/p" "$page" |
				grep -v '^\.' | unhex | cmp - "$file"
			n=$((n + 1))
		done < <(sed -nE 's/^\.\\" hex: (tests.*)/\1/p' "$page")
	done
	[ $n -ge 9 ]
	grep -qF "$(cat tests/golden/spool-1/cursors/reader)" man/spool.5
}

@test "a traces store of version 1" {
	cp -r "$ROOT/tests/golden/traces-store-1" s
	tstore -d s --check
	tql -d s --limit all -o ids '{}' | sort | tql -d s -o json - |
		diff - "$ROOT/tests/golden/traces-store-1.jsonl"
}

@test "a traces store whose traces have the column root: one, several, none" {
	cp -r "$ROOT/tests/golden/traces-store-2" s
	tstore -d s --check
	tql -d s --limit all -o ids '{}' | sort | tql -d s -o json - |
		diff - "$ROOT/tests/golden/traces-store-2.jsonl"
	[ "$(tql -d s -o json '{ rootName = "second root" }' |
		jq '.spanSets[0].matched')" = 3 ]
	[ "$(tql -d s -o ids '{ rootName = "" }')" = \
		1bf7651916cd43dd8448eb211c80319c ]
}

@test "a traces store with attributes that have no column, in each table" {
	cp -r "$ROOT/tests/golden/traces-store-3" s
	tstore -d s --check
	tql -d s --limit all -o ids '{}' | sort | tql -d s -o json - |
		diff - "$ROOT/tests/golden/traces-store-3.jsonl"
	key=$(printf 'k%.0s' $(seq 513))
	for scope in span resource instrumentation event link; do
		[ "$(tql -d s -o ids "{ $scope.$key = \"$scope\" }" | wc -l)" -eq 1 ]
	done
}

@test "a traces store with a trace that lies whole beside its pieces" {
	cp -r "$ROOT/tests/golden/traces-store-4" s
	grep -qa replaced s/blocks/*
	tstore -d s --check
	[ "$(tstore -d s --info | grep '^traces')" = "traces 4, spans 6" ]
	tql -d s --limit all -o ids '{}' | sort | tql -d s -o json - |
		diff - "$ROOT/tests/golden/traces-store-4.jsonl"
	[ "$(tql -d s -o json --step all '{ } | count_over_time()' |
		jq '[.samples[].value] | add')" = 6 ]
	tstore -d s --compact
	tstore -d s --check
	tql -d s --limit all -o ids '{}' | sort | tql -d s -o json - |
		diff - "$ROOT/tests/golden/traces-store-4.jsonl"
}

@test "stores of logs, of blocks of each version, from the second on with words" {
	for v in 1 2 3; do
		cp -r "$ROOT/tests/golden/logs-store-$v" s$v
		[ "$(od -An -tu1 -j8 -N1 s$v/blocks/* | tr -d ' ')" -eq $v ]
		lstore -d s$v --check
		lql -d s$v -n all --direction forward -o json '{service_name=~".+"}' |
			diff - "$ROOT/tests/golden/logs-store-$v.jsonl"
	done
	grep -qa words s2/blocks/*
	grep -qa words s3/blocks/*
	! grep -qa words s1/blocks/* || false
}
