#!/usr/bin/env bats
# tql(1): what it finds, and what it refuses.
load helper
load tql

@test "the manual's examples" {
	examples tql.1
}

# A mistake, and what was meant by it.
meant() {
	fails 2 q "$1"
	[[ $output == *"$2"* ]]
}

@test "what was meant, and why nothing is found" {
	store
	meant '{ service.name = "cart" }' 'resource.service.name, or .service.name'
	meant '{ spans.http.route = "x" }' 'did you mean span.http.route'
	meant '{ http.route = "x" }' 'span.http.route'
	meant "{ name = 'x' }" '"double quotes"'
	meant '{ name == "x" }' 'equal is written ='
	meant '{ name ~ "x" }' 'written =~'
	meant '{ name = "x" and status = error }' 'written &&'
	meant '{ } or { }' 'written ||'
	meant '{ status = "error" }' 'without quotes'
	meant '{ duration > "5s" }' 'without quotes'
	meant '{ } | coun() > 1' 'did you mean "count"'
	meant 'name = "x"' 'in braces'
	meant '{ } | rate() by name' 'as in by (name)'
	run q '{ resource.service = "cart" }'
	[[ $output == *"no span has resource.service: did you mean resource.service.name"* ]]
	run q '{ span.service.name = "cart" }'
	[[ $output == *"no span has span.service.name: did you mean resource.service.name"* ]]
	run q '{ span.http.status_code = 200 }'
	[[ $output == *"did you mean span.http.response.status_code"* ]]
	run q '{ resource.service.name = "gatewy" }'
	[[ $output == *'no span has resource.service.name = "gatewy": did you mean "gateway"'* ]]
	run q '{ resource.service.name = "gateway" && duration > 100h }'
	[[ $output != *"no span"* ]]
}

@test "limit, newest first, and everything" {
	store
	q -o json -n all '{}' >all
	[ "$(wc -l <all)" -eq 10 ]
	jq -r .startTimeUnixNano all | sort -rn | diff <(jq -r .startTimeUnixNano all) -
	q -o json -n 3 '{}' | diff - <(head -n 3 all)
	[ "$(q -o json '{}' --limit 0 | wc -l)" -eq 10 ]
}

@test "a time range is of matching spans" {
	store
	from=$(q -n all '{}' | jq -r .startTimeUnixNano | sort -n | sed -n 4p)
	[ "$(q -o ids --to "$from" '{ nestedSetParent = -1 }' -n all | wc -l)" -eq 3 ]
	[ "$(q -o ids --from "$from" '{ nestedSetParent = -1 }' -n all | wc -l)" -eq 7 ]
	fails 2 tql -d traces --from x '{}'
}

@test "operators between filters" {
	store
	below='{ resource.service.name = "gateway" } >> { name = "authorize card" && status = error }'
	[ "$(q -o ids "$below")" = $id ]
	[ "$(q -o ids '{ name = "authorize card" } >> { resource.service.name = "gateway" }' 2>no)" = "" ]
	grep -q 'the store holds 2026-11-22T19:53:55' no
	[ "$(q "$below || { status = error }" | jq '.spanSets[0].matched')" -eq 4 ]
	[ "$(q '{ status = error } && { name = "SELECT carts" }' | jq '.spanSets[0].matched')" -eq 5 ]
}

@test "a trace by its id, whole or shortened" {
	store
	q -o table $id >whole
	q -o table ca8c | diff whole -
	q -o table CA8C | diff whole -
	[ "$(q -o json $id | jq '[.resourceSpans[].scopeSpans[].spans[]] | length')" -eq 11 ]
	q -o rec $id | rec | diff - <(q -o json $id)
	fails 1 tql -d traces 0123456789abcdef0123456789abcdef
	[[ $output = *"no such trace" ]]
	first=$(q -o ids -n all '{}' | cut -c 1 | sort | uniq -d | head -n 1)
	fails 1 tql -d traces "$first"
	[[ $output = *"several traces begin so" ]]
	fails 2 tql -d traces -o csv $id
}

@test "ids from stdin" {
	store
	q -o ids -n all '{}' | q -o ids - | diff - <(q -o ids -n all '{}')
	run bash -c "printf '%s\n\n0123\n' $id | tql -d traces -o ids -"
	[ "$status" -eq 1 ]
	[[ $output = *$id* && $output = *"0123: no such trace"* ]]
	run bash -c "echo not-an-id | tql -d traces -"
	[ "$status" -eq 1 ]
}

@test "pipelines: spansets and what they are called" {
	store
	q -n all '{} | by(resource.service.name) | count() > 5' >got
	[ "$(jq -r '.spanSets[].attributes | map(.key) | join(" ")' got | sort -u)" = \
		'by(resource.service.name) count()' ]
	[ "$(jq '.spanSets[] | .matched - (.attributes[1].value.intValue | tonumber)' got | sort -u)" = 0 ]
	[ "$(q -n all '{ status = error } | by(name) | coalesce() | count() = 4' -o ids)" = $id ]
	[ "$(q -n 1 '{} | select(span.nope)' | jq -r '.spanSets[0].spans[0].attributes[0].value.stringValue')" = nil ]
	q -o table '{ status = error } | by(name)' | grep -q 'by(name)=authorize card: '
}

@test "names of attributes, by scope" {
	store
	q --tags -o csv >all
	[ "$(head -n 1 all)" = scope,name ]
	grep -qx 'event,event.exception.type' all
	grep -qx 'intrinsic,rootServiceName' all
	q --tags -o csv resource >resource
	grep -qx 'resource,resource.service.name' resource
	[ "$(sed 1d resource | cut -d, -f1 | sort -u)" = resource ]
	[ "$(q --tags | jq -r 'select(.scope == "span").name' | grep -c '^span.http')" -eq 2 ]
	q --tags -o table event | diff <(printf '%s\n' 'SCOPE  NAME' 'event  event.attempt' \
		'event  event.exception.'{message,stacktrace,type}) -
	printf '%s\n' '\o csv' '\tags resource' '\tags' | q | diff <(cat resource all) -
	fails 2 tql -d traces --tags nope
	fails 2 tql -d traces --tags -o ids
	fails 2 tql -d traces --tags span event
}

@test "values of an attribute, of all spans and of some" {
	store
	[ "$(q --values span.http.response.status_code | jq -rc '[.type, .value]' | tr -d '\n')" = '["int","200"]["int","500"]' ]
	q --values resource.service.name '{ status = error }' -o csv >some
	diff <(printf '%s\n' type,value string,gateway string,payment) some
	printf '%s\n' '\o csv' '\values resource.service.name { status = error }' | q | diff some -
	[ "$(q --values status -o csv | tail -n 1)" = keyword,error ]
	q --values duration 2>said
	grep -q 'not listed' said
	q --values span.nope 2>said
	grep -qx 'tql: no span has span.nope' said
	q --values resource.servce.name 2>said
	grep -qx 'tql: no span has resource.servce.name: did you mean resource.service.name' said
	q --values span.http.response.status_code '{ name = "authorize card" }' 2>said
	grep -qx 'tql: no span of the query has span.http.response.status_code' said
	q '{ } | rate() by (resource.servce.name)' 2>said >series
	[ -s series ]
	grep -qx 'tql: no span has resource.servce.name: did you mean resource.service.name' said
	# a range that holds none of the failures has no such names
	first=$(q -n all '{}' | jq -r .startTimeUnixNano | sort -n | head -n 1)
	q --to "$((first + 1))" --values name -o csv >early
	[ "$(sed 1d early | wc -l)" -eq 1 ]
	fails 2 tql -d traces --values nope
	[[ $output = *'^^^^'* ]]
	fails 2 tql -d traces --values name '{} | rate()'
	fails 2 tql -d traces --values name '{'
	fails 2 tql -d traces --values name --tags
}

@test "metrics: table, JSON and CSV, steps and ranges" {
	store
	total=$(q -n all --spans all '{}' | jq -s '[.[].spanSets[].matched] | add')
	[ "$(q --step 1s '{} | count_over_time()' | jq '[.samples[].value] | add')" -eq "$total" ]
	[ "$(q --step all '{} | count_over_time()' | jq '.samples[].value')" -eq "$total" ]
	q --step 1s -o csv '{} | rate() by (kind, name)' >got
	[ "$(head -n 1 got)" = time,kind,name,value ]
	[ "$(q --step 1s -o csv '{} | rate() by (kind) | topk(1)' | cut -d, -f1 | sort | uniq -d)" = "" ]
	q -o table '{} | rate() by (resource.service.name)' >got
	head -n 1 got | grep -q '^resource.service.name  *MIN  *MAX  *LAST'
	grep -q '^cart .*█' got
	# a range of half the time has fewer, and none is an answer
	from=$(q -n all '{}' | jq -r .startTimeUnixNano | sort -n | sed -n 5p)
	late=$(q --step all --from "$from" '{} | count_over_time()' | jq '.samples[].value')
	early=$(q --step all --to "$from" '{} | count_over_time()' | jq '.samples[].value')
	[ $((late + early)) -eq "$total" ] && [ "$late" -gt 0 ] && [ "$early" -gt 0 ]
	[ "$(q --step all '{} | quantile_over_time(duration, .5, .9, 0.50)' | wc -l)" -eq 2 ]
	q '{} | rate() by (name) > 1e9' 2>no
	grep -q 'no match' no
	fails 2 tql -d traces -o ids '{} | rate()'
	fails 2 tql -d traces --step 0s '{} | rate()'
	fails 2 tql -d traces --step 1ns '{} | rate()'
	[[ $output = *"over the limit of 100000"* ]]
}

@test "exemplars: traces behind the points" {
	store
	by='{} | max_over_time(duration) by (resource.service.name)'
	q --step 1s --exemplars 10 "$by" >got
	jq -c '.exemplars[]' got >all
	[ "$(wc -l <all)" -eq 10 ]
	id() { jq -r '.labels[] | select(.key == "trace:id").value.stringValue' "$1"; }
	[ "$(id all | sort -u | wc -l)" -eq 10 ]
	id all | sort | diff - <(q -o ids -n all '{}' | sort)
	# the value is the span's, and the series of its service
	jq -r '.labels[0].value.stringValue as $s | .exemplars[] |
		[.value, ([.labels[] | select(.key | test("service")).value.stringValue] | .[0] == $s)] | @csv' got >pairs
	[ "$(cut -d, -f2 pairs | sort -u)" = true ]
	v=$(jq -r '.value' <(head -n 1 all))
	q -o ids "{ duration = ${v}s }" | grep -qx "$(id <(head -n 1 all))"
	# of a store in other pieces, the same
	tstore -d cut --memory 1KiB --merge-bytes 2KiB shop.rec
	tql -d cut --step 1s --exemplars 10 "$by" | diff got -
	q --step 1s '{} | rate() with (exemplars = 4)' | jq -e '.exemplars | length <= 4 and length > 0'
	q --step 1s --exemplars 9 '{} | rate() with (exemplars = false)' | jq -e '.exemplars == null'
	q --step 1s --exemplars 9 '{} | quantile_over_time(duration, .5, 1)' | jq -es '[.[].exemplars[]] | length > 4'
	q --step 1s --exemplars 9 '({} | rate()) / ({} | rate())' | jq -e '[.exemplars[].value] | unique == [1]'
	q -o table --exemplars 3 '{} | rate()' | grep -q '^EXEMPLAR  *START  *VALUE$'
	fails 2 tql -d traces --exemplars 101 '{} | rate()'
}

@test "sampled spans count as many with extrapolate" {
	span() { printf '{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"010203040506070%d","name":"n","startTimeUnixNano":"1000","endTimeUnixNano":"%d","traceState":"%s"}' $1 $((1000 + $2)) "$3"; }
	printf '{"resourceSpans":[{"scopeSpans":[{"spans":[%s,%s,%s,%s]}]}]}\n' "$(span 1 1000000000 'a=b,ot=rv:1;th:8')" \
		"$(span 2 2000000000 'ot=th:c')" "$(span 3 5000000000 '')" "$(span 4 5000000000 'ot=th:x')" | rec -r | tstore -d traces
	of() { q --step all "{} | $1 with (extrapolate = true)" | jq -c '[.samples[].value]'; }
	[ "$(of 'count_over_time()')" = '[8]' ]		# 2 + 4 + 1 + 1
	[ "$(of 'sum_over_time(duration)')" = '[20]' ]
	[ "$(of 'avg_over_time(duration)')" = '[2.5]' ]
	[ "$(of 'max_over_time(duration)')" = '[5]' ]
	q --step all "{} | compare({ duration > 4s }) with (extrapolate = true)" |
		jq -c 'select(.labels[1].key == "name" and .labels[0].value.stringValue == "baseline").samples[].value' | grep -qx 6
	[ "$(q --step all '{} | count_over_time()' | jq '.samples[].value')" -eq 4 ]
}

@test "--explain: steps, columns, stripes" {
	store
	q --explain '{ name =~ "aut.*" && status = error } << {} | by(name) | count() > 0' >plan
	# the cheap condition is first, and leaves less to the next
	[ "$(jq -r 'select(.step).step' plan | head -n 6 | tr '\n' ';')" = \
		'status = error;name =~ `aut.*`;<<;by(name);count() > 0;(all else);' ]
	[ "$(jq -c 'select(.step == "status = error") | [.spans, .left]' plan)" = '[100,4]' ]
	[ "$(jq -r 'select(.step | startswith("name =~")?).spans' plan)" -eq 4 ]
	[ "$(jq -s '[.[] | select(.step).read] | add > 0' plan)" = true ]
	jq -r 'select(.column).column' plan | grep -qx 'span status'
	[ "$(jq -c 'select(.stripes)' plan)" = '{"stripes":1,"of":1,"assembled":0}' ]
	q --explain '{ event:name = "exception" && event.exception.type != nil }' |
		jq -r .step | grep -qx 'event.exception.type != nil && event:name = `exception`'
	q --explain '{} | rate() by (name)' -o table | grep -q '^rate()  *100  *100 '
	printf '%s\n' '\o table' '\explain { kind = server }' '{ status = error }' | q >got
	grep -q '^kind = server ' got
	[ "$(grep -c '^STEP' got)" -eq 1 ]
	fails 2 tql -d traces --explain -o ids '{}'
	fails 2 tql -d traces --explain '{'
}

@test "what is asked wrongly is marked and ends with 2" {
	store
	fails 2 tql -d traces --step 1ns '{} | rate()'
	[[ $output =~ ^'tql: '[0-9]+' steps: over the limit' ]]
	fails 2 tql -d traces --explain $id
	[ "$output" = "tql: a query can be explained, not a trace" ]
	fails 2 tql -d traces '{ name = 1 }'
	[ "${lines[2]}" = '      ^^^^^^^^' ]
	fails 2 tql -d traces '{ .a } | count() + 1 > 2'
	[[ $output = *"not yet supported"* ]]
	fails 2 tql -d traces '{ name =~ "(" }'
	fails 2 tql -d traces '{} {}'
	fails 2 tql -d traces '{}' '{}'
	fails 2 tql -d traces --limit x '{}'
	fails 2 tql -d traces -o raw '{}'
	fails 2 tql -d traces --no-such-option
	fails 2 tql '{}'
	# what shows only with the spans, too
	fails 2 tql -d traces '{ 1 / span.nope = 1 || 1 / 0 = 1 }'
	[ "${lines[0]}" = 'tql: -e:1:24: integer division by zero' ]
	[ "${lines[2]}" = '                           ^^^^^' ]
	fails 2 tql -d traces '({} | by(name)) > ({})'
	[[ ${lines[0]} = 'tql: -e:1:17: spanset operators are not supported'* ]]
}

@test "a store that is not there, or of something else" {
	fails 1 tql -d none '{}'
	rec -r "$ROOT/examples/shop.jsonl" | lstore -d logs
	fails 2 tql -d logs '{}'
	[[ $output = *"holds logs, not traces" ]]
}

@test "the store may come by the environment" {
	store
	[ "$(TSTORE=traces tql -o ids '{ status = error }')" = $id ]
}

@test "while its writer runs: the tail answers, too" {
	rec -r "$ROOT/examples/shop.jsonl" >shop.rec
	mkfifo in
	tstore -d traces - <in &
	PIDS+=($!)
	exec 9>in
	cat shop.rec >&9
	until_true bash -c '[ "$(tql -d traces -o ids -n all "{}" 2>/dev/null | wc -l)" -eq 10 ]'
	[ "$(q '{ status = error }' | jq '.spanSets[0].matched')" -eq 4 ]
	exec 9>&-
	wait "${PIDS[0]}"
	[ "$(q '{ status = error }' | jq '.spanSets[0].matched')" -eq 4 ]
}

@test "while its writer runs: attributes of the tail, few, many, and what was cut" {
	attrs=$(jq -cn --arg long "$(printf '%070000d' 0)" '[range(10) | {key: "k\(.)", value: {intValue: "\(.)"}}] + [{key: "long", value: {stringValue: $long}}]')
	mkfifo in
	tstore -d traces - <in &
	PIDS+=($!)
	exec 9>in
	printf '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%032x","spanId":"0102030405060708","name":"n","startTimeUnixNano":"1000","endTimeUnixNano":"2000","attributes":%s}]}]}]}\n' 7 "$attrs" |
		rec -r >&9
	until_true sh -c "tql -d traces -o ids '{}' 2>/dev/null | grep -q 7"
	for query in '{ span.k9 = 9 }' '{ span.otelutils.cut != nil }' '{ .k3 = 3 && .otelutils.cut != nil }' \
		"{ $(for k in 0 1 2 3 4 5 6 7 8 9; do printf '.k%d = %d && ' $k $k; done) .long != nil }"; do
		[ "$(tql -d traces -o ids "$query" | wc -l)" -eq 1 ]
	done
	[ "$(tstore -d traces --info | grep -c '^tail *1 records')" -eq 1 ]
	exec 9>&-
	wait "${PIDS[0]}"
}

@test "while its writer runs: a tail of many spans with many keys is all there" {
	# 9,000 spans of 990 keys: as columns, more than a stripe may have of them
	span='{traceId: "0000000000000000000000000000000\(. % 9 + 1)", spanId: ("000000000000" + (. + 1000 | tostring))[-16:], name: "n",
		startTimeUnixNano: "\(. + 1000)", endTimeUnixNano: "\(. + 2000)",
		attributes: [{key: (if . < 9 then "early" else "k\(. % 990)" end), value: {intValue: "1"}}]}'
	mkfifo in
	tstore -d traces - <in &
	PIDS+=($!)
	exec 9>in
	jq -cn "{resourceSpans: [{scopeSpans: [{spans: [range(9000) | $span]}]}]}" | rec -r >&9
	until_true sh -c "tql -d traces -o ids '{}' 2>/dev/null | grep -q 9"
	[ "$(tstore -d traces --info | grep -c '^tail *1 records')" -eq 1 ]
	tql -d traces --tags span -o csv >tags
	grep -q early tags
	[ "$(wc -l <tags)" -eq 992 ]
	[ "$(tql -d traces -o json 00000000000000000000000000000001 | jq '[.. | .spanId? // empty] | length')" -eq 1000 ]
	exec 9>&-
	wait "${PIDS[0]}"
}

@test "follow prints traces as they come to match, once and whole" {
	span() { printf '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%032x","spanId":"%016x","parentSpanId":"%s","name":"%s","startTimeUnixNano":"%s","endTimeUnixNano":"%s"}]}]}]}\n' "$@"; }
	now=$(date +%s%N)
	mkfifo in
	tstore -d traces - <in &
	PIDS+=($!)
	exec 9>in
	span 1 1 "" old 1000000000 2000000000 | rec -r >&9
	until_true sh -c "tql -d traces -o ids '{}' 2>/dev/null | grep -q 1"
	tql -d traces -f --settle 3s '{ name != "other" }' >out 2>err &
	PIDS+=($!)
	until_true grep -q 0001 out
	span 2 2 "" root "$now" $((now + 1000)) | rec -r >&9
	span 3 3 "" other "$now" $((now + 1000)) | rec -r >&9
	until_true sh -c "[ \$(tql -d traces -o ids -n all '{}' 2>/dev/null | wc -l) -eq 3 ]"
	span 2 4 0000000000000002 child $((now + 10)) $((now + 500)) | rec -r >&9
	until_true grep -q 0002 out
	[ "$(jq -r '[.traceID[-1:], .spanSets[0].matched] | @csv' out | tr '\n' ';')" = '"1",1;"2",2;' ]
	kill "${PIDS[1]}"
	wait "${PIDS[1]}"
	[ ! -s err ]
	unset 'PIDS[1]'
	exec 9>&-
	# the newest that are there, oldest first, at once
	tql -d traces -f --settle 0s -o csv -n 1 '{}' >out &
	PIDS+=($!)
	until_true grep -q , out
	until_true grep -qE '00000[23],' out
	fails 2 tql -d traces -f '{} | rate()'
	fails 2 tql -d traces -f
	fails 2 tql -d traces -f --to 1h '{}'
	fails 2 tql -d traces -f 0001
	fails 2 tql -d traces -f '{'
}

@test "attributes past the budget of columns are found, in each scope" {
	# a thousand keys of a first record, then one more in each scope
	kvs() { jq -cn --argjson n "$1" --argjson m "$2" '[range($n; $m) | {key: "k\(.)", value: {intValue: "\(.)"}}]'; }
	record() {
		a=$(kvs "$2" "$3")
		printf '{"resourceSpans":[{"resource":{"attributes":%s},"scopeSpans":[{"scope":{"attributes":%s},"spans":[{"traceId":"%032x","spanId":"0102030405060708","name":"n","startTimeUnixNano":"1000","endTimeUnixNano":"2000","attributes":%s,"events":[{"timeUnixNano":"1500","attributes":%s}],"links":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","attributes":%s}]}]}]}]}\n' "$a" "$a" "$1" "$a" "$a" "$a"
	}
	late='{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"late"}}]},"scopeSpans":[{"spans":[{"traceId":"%032x","spanId":"0102030405060708","name":"n","startTimeUnixNano":"1000","endTimeUnixNano":"2000"}]}]}]}\n'
	{ record 1 0 1000; record 2 1000 1010; printf "$late" 3; } | rec -r >keys.rec
	for dir in one two; do
		for scope in span resource instrumentation event link; do
			case $dir in
			one) [ -d one ] || tstore -d one keys.rec ;;
			# two blocks, then merged: the budget is the merged block's
			two) [ -d two ] || tstore -d two --memory 1KiB keys.rec ;;
			esac
			[ "$(tql -d $dir -o ids "{ $scope.k1005 = 1005 }")" = 00000000000000000000000000000002 ]
			[ "$(tql -d $dir -o ids "{ $scope.k5 < 6 }")" = 00000000000000000000000000000001 ]
			[ "$(tql -d $dir --values $scope.k1009 -o csv | tail -n 1)" = int,1009 ]
			tql -d $dir --tags $scope -o csv >tags
			[ "$(grep -vc service.name tags)" -eq 1011 ]
		done
		[ "$(tql -d $dir -o csv '{ rootServiceName = "late" }' | cut -d, -f3 | tail -n 1)" = late ]
		tql -d $dir -o table 00000000000000000000000000000003 | grep -q '^n  *late '
		tql -d $dir -o csv --diff 00000000000000000000000000000001 00000000000000000000000000000003 | grep -q '^late,n,'
		tstore -d $dir --check
		tql -d $dir -o ids -n all '{}' | sort | tql -d $dir -o json - >$dir.json
	done
	diff one.json two.json
	[ "$(jq -s '[.[] | .. | .intValue? // empty] | length' one.json)" -eq 5050 ]
}

@test "values keep their types and signs in JSON" {
	printf '%s\n' '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"n","startTimeUnixNano":"1000","endTimeUnixNano":"2000","attributes":[{"key":"i","value":{"intValue":"-5"}},{"key":"f","value":{"doubleValue":2.5}},{"key":"b","value":{"boolValue":true}}]}]}]}]}' |
		rec -r | tstore -d traces
	[ "$(q '{ .i < 0 && .f > 2 && .b }' |
		jq -c '[.spanSets[0].spans[0].attributes[].value]')" = \
		'[{"intValue":"-5"},{"doubleValue":2.5},{"boolValue":true}]' ]
}

@test "NaN and infinity: texts in JSON, and no number that counts" {
	for v in '"NaN"' 3 '"-Infinity"' 1; do
		printf '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"010203040506070%d","name":"n","startTimeUnixNano":"100%d","endTimeUnixNano":"2000","attributes":[{"key":"f","value":{"doubleValue":%s}}]}]}]}]}\n' $((++n)) $n "$v"
	done | rec -r | tstore -d traces
	q --step all '{} | count_over_time() by (.f)' | jq -c '.labels[0].value.doubleValue' | sort >got
	printf '%s\n' '"-Infinity"' '"NaN"' 1 3 | diff - got
	q --step all '{} | max_over_time(.f)' | jq -e '.samples[0].value == 3'
	q --step all '{ .f > 0 || .f != .f } | avg_over_time(.f)' | jq -e '.samples[0].value == 2'
	q '{} | max(.f) = 3 | min(.f) < -1e308' | jq -e '.spanSets[0].matched == 4'
}
