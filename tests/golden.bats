#!/usr/bin/env bats
# Stores that version 1 wrote: each is read, whole, for ever. (The files of the
# single formats have unit tests; these are the stores of both signals.)
load helper

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

@test "a logs store of version 1" {
	cp -r "$ROOT/tests/golden/logs-store-1" s
	lstore -d s --check
	lql -d s -n all --direction forward -o json '{service_name=~".+"}' |
		diff - "$ROOT/tests/golden/logs-store-1.jsonl"
}
