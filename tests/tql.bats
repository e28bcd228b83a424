#!/usr/bin/env bats
# tql(1): what it finds, in each form, and what it refuses.
load helper

store() {
	rec -r "$ROOT/examples/shop.jsonl" >shop.rec
	tstore -d traces shop.rec
	id=ca8c3b1f1fd2555c028cadaf98de3d0b
}
q() { tql -d traces "$@"; }

@test "the manual's examples" {
	examples tql.1
}

@test "each form, and the default in a pipe" {
	store
	q '{ status = error }' >default
	q -o json '{ status = error }' | diff default -
	[ "$(jq -r .traceID default)" = $id ]
	[ "$(jq '.spanSets[0].matched' default)" -eq 4 ]
	[ "$(jq '.spanSets[0].spans | length' default)" -eq 3 ]
	[ "$(jq -r '.spanSets[0].spans[0].attributes[0].value.stringValue' default)" = error ]
	[ "$(q -o ids '{ status = error }')" = $id ]
	q -o csv '{ status = error }' | tail -n 1 | grep -q ",$id,gateway,GET,86139245,4\$"
	q -o table '{ status = error }' | grep -q "$id  gateway  GET"
	[ "$(q -o rec '{ status = error }' | rec -c | awk '/^traces/ { print $3 }')" -eq 11 ]
	[ "$(q --spans all '{ status = error }' | jq '.spanSets[0].spans | length')" -eq 4 ]
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

@test "which traces come first, and narrow tables" {
	store
	slow=d4043af80fe414cfec8a42c444ee6c5d
	[ "$(q -o ids -n 1 --sort duration '{}')" = $slow ]
	[ "$(q -o csv -n all --sort duration '{}' | sed 1d | cut -d, -f5 | sort -rnc && echo sorted)" = sorted ]
	[ "$(q -n all --sort spans '{}' | jq .spanSets[0].matched | sort -rnc && echo sorted)" = sorted ]
	q -n 3 --sort time '{}' | diff - <(q -n 3 '{}')
	printf '%s\n' '\sort duration' '\limit 1' '{}' | q | grep -q $slow
	fails 2 tql -d traces --sort size '{}'
	[[ $output = *"--sort size: time, duration or spans" ]]
	q -o table -w 80 '{ status = error }' >got
	grep -q '^11-22 19:53:55  ca8c3b1f  gateway  GET ' got
	[ "$(jq -Rr 'select(length > 80)' got)" = "" ]
	q -o table -w 110 '{ status = error }' | grep -q '^11-22 19:53:55.930  ca8c3b1f1fd2  gateway  GET '
}

@test "from 40 columns on no answer is wider than the terminal" {
	store
	fit() {	# fit QUERY...: at widths around those where columns go
		local w
		for w in 40 50 59 60 70 80 99; do
			q -o table -w $w "$@" >out
			[ -s out ]
			[ "$(wc -L <out)" -le $w ] || { echo "$w: $*"; cat out; false; }
		done
	}
	fit '{ status = error }'
	fit $id
	fit '{} | rate() by (resource.service.name, name, status)'
	fit --diff ca8c3b d4043a
	fit --explain '{ status = error && duration > 1ms } | count() > 1'
	q -o table -w 50 '{ status = error }' | grep -q '^11-22 .*TRACE .*NAME'
	q -o table -w 50 '{ status = error }' | grep -q "^19:53:55  ${id:0:8}  "
	q -o table -w 50 $id | grep -q "^trace $id\$"
}

@test "a graph of who calls whom" {
	store
	q -o dot $id >got
	grep -q '^digraph traces {$' got
	grep -q 'n3 \[label="SELECT products\\n4×, 19.8ms, self 19.8ms"\];' got
	grep -q 'n1 -> n3 \[label="4"\];' got
	grep -q 'authorize card.*1 failed", color=red' got
	# of an answer: of all its traces together
	[ "$(q -o dot -n all '{}' | sed -n 's/.*n0 \[label="GET\\n\([0-9]*\).*/\1/p')" -gt 3 ]
	[ "$(q -o dot '{ name = "no such" }' 2>no)" = "" ]
	fails 2 tql -d traces -o dot '{} | rate()'
}

@test "--diff: where the time went, in two traces and in two times" {
	store
	slow=d4043af80fe414cfec8a42c444ee6c5d
	q -o table --diff ${id:0:6} ${slow:0:6} >got
	[ "$(sed -n 2p got | tr -s ' ')" = 'payment authorize card 25.9ms 641ms +615ms 1 ████████████████' ]
	grep -q '^cart  *SELECT products  *19.8ms  8.10ms .* 4 → 5  ' got
	[ "$(tail -n 1 got)" = 'self times per trace: 1 before, 1 after' ]
	q --diff $slow $id | jq -r .differenceNanos | head -n 1 | grep -qx -- -614680852
	q --diff $id $id | jq -e '.differenceNanos == 0' >all
	! grep -qv true all || false
	# self times come to what the traces took, and each span is in one row
	[ "$(q -n all --diff $id $slow | jq -s '[.[].before.runs] | add')" -eq 11 ]
	first=$(q -n all '{}' | jq -r .startTimeUnixNano | sort -n | head -n 1)
	cut=$(q -n all '{}' | jq -r .startTimeUnixNano | sort -n | sed -n 5p)
	q -o table -n 1 --diff "..$cut" "$cut.." '{ nestedSetParent < 0 }' >got
	[ "$(tail -n 1 got)" = 'self times per trace: 4 before, 6 after' ]
	grep -q '([0-9]* more)' got
	q -n all -o csv --diff "$first..$cut" "$cut.." '{ nestedSetParent < 0 }' >csv
	[ "$(head -n 1 csv)" = service,name,before_runs,after_runs,before_self_ns,after_self_ns,difference_ns ]
	spans=$(q -n all '{}' | jq -s '[.[].spanSets[].matched] | add')
	awk -F, -v n="$spans" 'NR > 1 { a += $3 * 4 + $4 * 6 } END { exit (a > n + .01 || a < n - .01) }' csv
	# what only one side has
	q -o table --diff "..$cut" "$cut.." '{ name = "authorize card" && duration > 500ms }' | grep -q ' 1 added  '
	printf '%s\n' '\o table' "\\diff $id $slow" '\diff x' | q >got 2>err || true
	grep -q '^payment  authorize card' got
	grep -q 'diff A B: two trace ids' err
	q -o table --diff -- -2h..-1h .. | tail -n 1 | grep -q ', 10 after$'
	fails 2 tql -d traces --diff $id
	fails 2 tql -d traces --diff $id yesterday
	[[ $output = *"yesterday: neither a trace id nor FROM..TO" ]]
	fails 2 tql -d traces --diff $id 2026-01-02..2026-01-01
	fails 2 tql -d traces --diff $id $slow '{} | rate()'
	fails 2 tql -d traces -o ids --diff $id $slow
	fails 1 tql -d traces --diff $id 0123456789abcdef0123456789abcdef
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

@test "the picture of a trace" {
	store
	q -o table -w 100 $id >narrow
	[ "$(jq -Rr 'select(length > 100)' narrow)" = "" ]
	sed -n 3p narrow | grep -q '^  *0s .* TOTAL    SELF$'
	grep -q '×3 similar, ≤7.68ms .* 14.3ms$' narrow
	tail -n 1 narrow | grep -qx 'critical path: cart 32.5ms, payment 28.3ms, gateway 25.3ms'
	# nothing folded on request
	q -o table --spans all $id >all
	! grep -q similar all || false
	[ "$(grep -c 'SELECT products' all)" -eq 4 ]
	q -o table --color always $id | grep -q $'\x1b'
	fails 2 tql -d traces -w 5 $id
	[[ $output = *"--width 5: not 20 to 10000 columns" ]]
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

@test "metrics: charts" {
	store
	q --step 100ms -o chart '{} | rate() by (resource.service.name)' >got
	grep -q '^ *0 ┤' got
	grep -q '^ *└.*┬' got
	grep -q '^a  cart  *0 ' got
	tail -n 1 got | grep -q 'steps of 100ms'
	# its last step is not over: the store ends within
	tail -n 1 got | grep -q '; not the next one, which is not over$'
	q --step 100ms -o chart --to "$(q --step 100ms '{} | rate()' | jq '.samples[-2].timestampMs | tonumber / 1000')" '{} | rate()' | tail -n 1 | grep -q 'steps of 100ms$'
	q --step 100ms -o chart --color always '{} | rate()' | grep -q $'\x1b\\[36m\xe2'
	# durations are times for people, whatever their unit; counts are not
	q --step all -o table '{} | max_over_time(traceDuration)' | grep -q '^max_over_time  *668ms$'
	q --step all -o table '2 * ({} | max_over_time(duration))' | grep -q '^max_over_time  *1.34s$'
	q --step all -o table '{} | histogram_over_time(duration)' | grep -qE '^0.002097152 +[0-9]+$'
	# a histogram is a heat map, a quantile has durations
	q --step 1s -o chart '{} | histogram_over_time(duration)' | grep -q '^33.6ms ┤.*█'
	q --step 1s -o chart '{} | quantile_over_time(duration, .5)' | grep -q '^ *20ms ┤'
	# one point: the greatest first
	q --step all -o chart '{} | max_over_time(duration) by (resource.service.name)' | sed -n '2s/ .*//p' | grep -qx gateway
	# what is no series comes as a table
	q -o chart $id | diff - <(q -o table $id)
	q -o chart --tags | diff - <(q -o table --tags)
	q -o chart '{ status = error }' | diff - <(q -o table '{ status = error }')
	fails 2 tql -d traces -o chrt '{}'
	[[ $output = *"-o chrt: not an output: table, chart, json, csv, ids, rec or dot" ]]
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

@test "the prompt without a terminal" {
	store
	run bash -c "printf '%s\n' '\\o ids' '{ status =' 'error }' '\\q' '{}' | tql -d traces"
	[ "$status" -eq 0 ]
	[ "$output" = $id ]
	run bash -c "printf '%s\n' '{ bad }' | tql -d traces"
	[ "$status" -eq 2 ]
	run bash -c "printf '%s\n' '\\logs $id' | tql -d traces"
	[[ $output = *"tql -D DIR"* ]]
	run bash -c "printf '%s\n' '\\h' '\\nope' | tql -d traces"
	[[ $output = *"unique beginning"* && $output = *"unknown"* ]]
}

@test "^C at the prompt: the line goes, the next key counts" {
	local gone=
	store
	S=otelutils-$BASHPID
	tmux -L "$S" new-session -d -x 100 -y 30 "$BIN/tql -d $T/traces"
	until_true sh -c "tmux -L $S capture-pane -p | grep -q 'tql>'"
	tmux -L "$S" send-keys '{ } | avg(' Enter
	until_true sh -c "tmux -L $S capture-pane -p | grep -q '^   >'"
	tmux -L "$S" send-keys C-c
	until_true sh -c "tmux -L $S capture-pane -p | grep -q '> ^C'"
	tmux -L "$S" send-keys '\h' Enter
	until_true sh -c "tmux -L $S capture-pane -p | grep -q 'this help'"
	# also when it comes before the ^C was looked at
	tmux -L "$S" send-keys 'abc' C-c '{ status = error }' Enter
	until_true sh -c "tmux -L $S capture-pane -p | grep -q ca8c3b1f" || gone=1
	tmux -L "$S" kill-server
	[ -z "$gone" ]
}

@test "the jump to the logs" {
	store
	rec -r "$ROOT/examples/shop.jsonl" | lstore -d logs
	q -o ids '{ status = error }' | lql -d logs --traces - -n all -o json >jump
	[ -s jump ]
	printf '%s\n' "\\logs $id" | tql -d traces -D logs >prompted
	[ "$(wc -l <prompted)" -eq "$(wc -l <jump)" ]
	printf '%s\n' "\\logs ${id:0:6}" | tql -d traces -D logs | diff prompted -
	run bash -c "printf '%s\n' '\\logs 0000' | tql -d traces -D logs"
	[[ $output = "tql: 0000: no such trace" ]]
	lql -d logs --traces <(echo $id) -o ids | q -o ids - | grep -qx $id
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

@test "what a follow shows lies below what it showed before" {
	local now
	now=$(date +%s)
	one() {	# one SERVICE ID NAME NS
		printf '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"%s"}}]},"scopeSpans":[{"spans":[{"traceId":"%032x","spanId":"0102030405060708","name":"%s","startTimeUnixNano":"%s000000000","endTimeUnixNano":"%s%09d"}]}]}]}\n' \
			"$1" "$2" "$3" "$now" "$now" "$4" | rec -r
	}
	mkfifo in
	tstore -d traces - <in &
	PIDS+=($!)
	exec 5>in
	one gateway 4242424242 'GET /x' 1500 >&5
	until_true sh -c "'$BIN/tql' -d traces '{}' 2>/dev/null | grep -q gateway"
	tql -d traces -f --settle 10ms -o table -w 110 '{}' >out &
	PIDS+=($!)
	until_true grep -q gateway out
	one database 77777777777 'SELECT a longer name' 999999999 >&5
	until_true grep -q SELECT out
	one db 5555555555555 q 99 >&5
	until_true grep -q ' db ' out
	exec 5>&-
	[ "$(wc -l <out)" -eq 4 ]
	# the durations end where their head does
	[ "$(sed -n 's/\(.*  DURATION\).*/\1/p; s/\(.*[0-9][a-z]*s\)  *1  .*/\1/p' out | awk '{ print length }' | sort -u | wc -l)" -eq 1 ] || { cat out; false; }
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

@test "control characters of telemetry never reach the terminal" {
	printf '%s\n' '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"a\u001b[31mb\u0007","startTimeUnixNano":"1000","endTimeUnixNano":"2000","status":{"code":2,"message":"x\u001b]0;y\u0007"}}]}]}]}' |
		rec -r | tstore -d traces
	q -o table '{}' >t
	q -o table 0102 >>t
	[ "$(grep -c 'a.x1b.31mb' t)" -eq 2 ]
	for form in csv json; do
		terminal "$BIN/tql -d traces -o $form --color never '{}'" >>t
	done
	[ "$(grep -c 'a.*31mb' t)" -eq 4 ]
	run grep -q "$(printf '\033')" t
	[ "$status" -eq 1 ]
	q -o csv '{}' | grep -q "$(printf 'a\033\\[31mb')"
}

@test "colours: on a terminal that has them" {
	store
	terminal "env TERM=xterm $BIN/tql -d traces '{}'" | grep -q "$(printf '\033')"
	for no in TERM=dumb NO_COLOR=1 '-u TERM'; do
		terminal "env TERM=xterm env $no $BIN/tql -d traces '{}'" >plain
		grep -q gateway plain
		run grep -q "$(printf '\033')" plain
		[ "$status" -eq 1 ]
	done
}

@test "records are not for a terminal" {
	store
	fails 2 terminal "$BIN/tql -d traces -o rec '{}'"
	[[ $output == *"-o rec: records are not for a terminal"* ]]
}

@test "a reader that has gone ends it without a word" {
	store
	exec {gone}> >(exit)
	wait $!
	for what in '-n all {}' '-f {}' '-f {name="none"}'; do
		status=0
		q $what >&"$gone" 2>err || status=$?
		[ "$status" -eq 141 ]
		[ ! -s err ] || [ "$(cat err)" = "tql: no match" ]
	done
	exec {gone}>&-
}

@test "times in a zone" {
	store
	q -z Europe/Paris -o table '{ status = error }' | grep -q '^2026-11-22T20:53:55.930+01:00  ca8c'
	q -z America/St_Johns -o table -w 80 '{ status = error }' | grep -q '^11-22 16:23:55  ca8c'
	q -z Asia/Tokyo -o table -w 50 '{ status = error }' | grep -q '^11-23 '
	q -z Asia/Tokyo -o table $id | grep -q '2026-11-23T04:53:55.930+09:00'
	q -z Asia/Tokyo -o csv '{ status = error }' | diff - <(q -o csv '{ status = error }')
	q -z Asia/Tokyo -o table --step all '{} | rate()' | grep -q '^2026-11-23T04:53:55.349+09:00 to '
	printf '%s\n' '\timezone Asia/Tokyo' $id | q -o table | grep -q '+09:00'
	fails 2 tql -d traces -z Nowhere '{}'
}

@test "ids are as long as it takes to tell them apart" {
	for i in 1 2 3; do
		printf '%s\n' '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"00000000000000001234567'$i'90abcdef","spanId":"0102030405060708","name":"a","startTimeUnixNano":"1000","endTimeUnixNano":"2000"}]}]}]}'
	done | rec -r | tstore -d traces
	[ "$(q -o table -w 80 '{}' | grep -oE '  0{16}1234567[123]  ' | sort -u | wc -l)" -eq 3 ]
}

@test "a window that was resized" {
	local gone=
	store
	S=otelutils-$BASHPID
	tmux -L "$S" new-session -d -x 120 -y 30 "$BIN/tql -d $T/traces"
	shows() { tmux -L "$S" capture-pane -p | grep -q "$1"; }
	until_true shows 'tql>'
	tmux -L "$S" resize-window -x 50
	tmux -L "$S" send-keys '{ status = error }' Enter
	until_true shows '^11-22  *TRACE ' || gone=1
	tmux -L "$S" kill-server
	[ -z "$gone" ]
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
