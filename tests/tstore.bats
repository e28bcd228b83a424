#!/usr/bin/env bats
# tstore(1): what it takes, keeps, refuses and looks after.
load helper

shop() { rec -r "$ROOT/examples/shop.jsonl"; }
rows() { tstore -d "$1" --info | awk '$1 == "all" { print $3 }'; }

@test "the manual's examples" {
	examples tstore.1
}

@test "a file, stdin and a spool hold the same" {
	shop >shop.rec
	tstore -d file shop.rec
	tstore -d pipe <shop.rec
	spool queue shop.rec
	tstore -d spooled --once queue
	[ "$(rows file)" -eq 100 ]
	[ "$(rows pipe)" -eq 100 ]
	[ "$(rows spooled)" -eq 100 ]
	tstore -d spooled --once queue		# nothing twice
	[ "$(rows spooled)" -eq 100 ]
	for s in file pipe spooled; do tstore -d $s --check; done
}

@test "a file taken twice is kept once, after a merge" {
	shop >shop.rec
	tstore -d s shop.rec
	tstore -d s shop.rec
	tstore -d s --compact
	[ "$(rows s)" -eq 100 ]
	tstore -d s --check
}

@test "a followed spool: sealed at a signal" {
	shop >shop.rec
	spool queue shop.rec
	tstore -d s queue &
	PIDS+=($!)
	until_true test -e s/MANIFEST
	until_true test -e queue/cursors
	kill -TERM "${PIDS[0]}"
	wait "${PIDS[0]}"
	PIDS=()
	[ "$(rows s)" -eq 100 ]
}

@test "small seals and merges: the same spans" {
	shop >shop.rec
	tstore -d s --memory 1KiB --merge-bytes 2KiB shop.rec
	tstore -d s --check
	[ "$(rows s)" -eq 100 ]
	tstore -d s --compact
	[ "$(tstore -d s --info | grep -c '^level')" -eq 1 ]
	[ "$(rows s)" -eq 100 ]
}

@test "--info: traces, columns by bytes, attributes by their values" {
	shop >shop.rec
	tstore -d s --memory 1KiB --merge-bytes 2KiB shop.rec
	tstore -d s --info >info
	grep -qx 'traces 10, spans 100' info
	[ "$(sed -n '/^ *bytes/,/^attributes/p' info | sed '1d;$d' | awk '{ print $1 }' | tee bytes | wc -l)" -gt 20 ]
	sort -rn bytes | diff - bytes
	# bytes, a span, values, different values, name
	awk '$NF == "span.http.request.method" { print $3, $4 }' info >method
	[ "$(cat method)" = "$(tql -d s '{ span.http.request.method != nil }' -n all --spans 0 |
		jq -s '[.[].spanSets[].matched] | add') $(tql -d s --values span.http.request.method | wc -l)" ]
	sed '1,/^attributes of/d' info >most
	[ "$(wc -l <most)" -eq 10 ]
	sort -rnsk1,1 most | diff - most
}

@test "values too long are cut, or left out, and what was is told" {
	long=$(printf '%065535d' 0)	# the last character would be cut in two
	attrs='[{"key":"a","value":{"intValue":"1"}},{"key":"text","value":{"stringValue":"'$long'éx"}},
		{"key":"bytes","value":{"bytesValue":"'$(printf '%0100000d' 0)'"}},{"key":"fits","value":{"stringValue":"'$long'1"}}]'
	printf '%s\n' '{"resourceSpans":[{"resource":{"attributes":'"$attrs"'},"scopeSpans":[{"scope":{"attributes":'"$attrs"'},
		"spans":[{"traceId":"000000000000000000000000000000ab","spanId":"0102030405060708","name":"n","startTimeUnixNano":"1000",
		"endTimeUnixNano":"2000","attributes":'"$attrs"',"events":[{"timeUnixNano":"1500","attributes":'"$attrs"'}],
		"links":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","attributes":'"$attrs"'}]}]}]}]}' |
		tr -d '\n\t' | rec -r >long.rec
	tstore -d s long.rec 2>said
	grep -q '10 attribute values of over 65536 bytes were cut' said
	tstore -d s --check
	for scope in span resource instrumentation event link; do
		[ "$(tql -d s --values $scope.otelutils.cut | jq -r .value)" = 'text: 65538 bytes, bytes: 75000 bytes' ]
		tql -d s --values $scope.text | jq -r .value | cmp - <(echo "$long")
		tql -d s --values $scope.fits | jq -r .value | cmp - <(echo "${long}1")
		[ "$(tql -d s --tags $scope -o csv | wc -l)" -eq 5 ]
	done
	[ "$(tql -d s -o json 0000000000000000000000 | jq '[.. | .key? // empty] | length')" -eq 20 ]
}

@test "--max-spans: the first ones of a trace are kept, the rest is counted" {
	id=5b8efff798038103d269b633813fc60c
	for half in 0 1; do
		printf '{"resourceSpans":[{"scopeSpans":[{"spans":['
		for k in $(seq 0 9); do
			[ $k = 0 ] || printf ,
			printf '{"traceId":"%s","spanId":"eee19b7ec3c1b1%02x","name":"n","startTimeUnixNano":"%d"}' \
				$id $((half * 10 + k)) $((1700000000000000000 + half * 10 + k))
		done
		printf ']}]}]}\n'
	done | rec -r >r.rec
	tstore -d s --max-spans 12 r.rec 2>said
	grep -q '8 spans over the limit of 12 a trace left out' said
	tstore -d s --info | grep -q '^left out 8 spans, of 1 trace over the limit'
	tql -d s -o table $id | grep -q '8 more spans were left out'
	run tql -d s -o json $id
	[ "$status" -eq 0 ]
	[[ $output == *"$id: 8 more spans were left out"* ]]
	[ "$(tql -d s -o json '{ } | count_over_time()' --step all | jq '.samples[].value')" = 12 ]
	[ "$(tql -d s --spans 0 -o json '{ }' | jq -r '.spanSets[0].spans[].spanID' | sort | tail -1)" = eee19b7ec3c1b10b ]
	tstore -d s r.rec	# as the store was made, twice is once
	tql -d s -o table $id | grep -q '12 spans'
	fails 2 tstore -d s --max-spans 13 r.rec
	fails 2 tstore -d s --max-spans 0 r.rec
	tstore -d all r.rec
	tql -d all -o table $id | grep -q '20 spans'
	! tstore -d all --info | grep -q 'left out' || false
}

@test "other signals are passed over" {
	rec -r "$ROOT/examples/shop.jsonl" | rec -o rec -s logs >logs.rec
	[ -s logs.rec ]
	tstore -d s logs.rec
	[ -z "$(rows s)" ] || [ "$(rows s)" -eq 0 ]
}

@test "a broken record: what came before is kept, and the offset said" {
	shop >shop.rec
	head -c $(($(stat -c %s shop.rec) - 5)) shop.rec >cut.rec
	fails 1 tstore -d s cut.rec
	[[ $output == *cut.rec* ]]
	[ "$(rows s)" -gt 0 ]
	tstore -d s --check
	printf '\x05\x0a\x03\x0a\x7fx' >bad.rec		# no TracesData
	fails 1 tstore -d s bad.rec
	[[ $output == *"record at 0"* ]]
}

@test "asked wrongly; not there; in use" {
	fails 2 tstore
	fails 2 tstore -d s --info x
	fails 2 tstore -d s --keep never x
	fails 1 tstore -d s no-such-file
	fails 1 tstore -d nowhere --info
	mkfifo pipe
	tstore -d new <pipe &	# there is a manifest once it has the lock
	PIDS+=($!)
	exec 9>pipe
	until_true test -e new/MANIFEST
	fails 75 tstore -d new </dev/null
	exec 9>&-
	wait "${PIDS[0]}"
	PIDS=()
}

@test "a flipped byte in any place is named by --check" {
	shop | tstore -d s
	block=$(ls s/blocks/*.blk)
	size=$(stat -c %s "$block")
	cp "$block" good
	for at in 3 40 $((size / 3)) $((size / 2)) $((size - 200)) $((size - 3)); do
		cp good "$block"
		flip "$block" "$at"
		fails 1 tstore -d s --check
		[[ $output == *"$(basename "$block")"* ]]
	done
	cp good "$block"
	tstore -d s --check
}

@test "a snapshot and a repaired manifest hold the same" {
	shop | tstore -d s
	tstore -d s --snapshot copy
	[ "$(rows copy)" -eq 100 ]
	rm s/MANIFEST
	tstore -d s --repair
	[ "$(rows s)" -eq 100 ]
	tstore -d s --check
}
