#!/usr/bin/env bats
# query-remote, by lql -u and tql -u: a pretended server has what a store holds,
# and the outputs are the same.
load helper

setup() {
	T=$(mktemp -d "${TMPDIR:-/tmp}/otelutils.XXXXXX")
	PIDS=()
	export XDG_STATE_HOME=$T/state
	cd "$T" || return 1
	rec -r "$ROOT/examples/shop.jsonl" >shop.rec
	lstore -d store shop.rec 2>/dev/null
	ALL='{service_name=~".+"}'
}

# api ANSWER...: a server that gives these, STATUS TYPE FILE; sets URL
api() {
	printf '%s\n' "$@" >script
	: >log
	rm -f port
	"$ROOT/${O:-build}/fake/api" -l log -s script >port 2>err 3>&- &
	PIDS+=("$!")
	until_true test -s port
	URL=http://127.0.0.1:$(cat port)
}

J=application/json

# as_loki: lines of lql -o rec, as Loki answers them
as_loki() {
	rec | jq -c '.resourceLogs[] | (.resource.attributes |
		map({(.key | gsub("\\."; "_")): .value.stringValue}) | add) as $stream |
		.scopeLogs[].logRecords[] | {stream: $stream, values: [[.timeUnixNano, .body.stringValue,
		{structuredMetadata: ((.attributes // [] | map({(.key): .value.stringValue}) | add // {}) +
		{detected_level: "info", severity_number: (.severityNumber // 0 | tostring)} +
		(if .traceId then {trace_id: .traceId, span_id: .spanId} else {} end))}]]}' |
		jq -cs '{status: "success", data: {resultType: "streams",
		encodingFlags: ["categorize-labels"], result: ., stats: {}}}'
}

@test "lines: each output is that of a store" {
	lql -d store -n all -o rec "$ALL" | as_loki >lines
	for form in table json csv raw ids; do
		api "200 $J lines"
		lql -d store -n all -o "$form" "$ALL" >want
		lql -u "$URL" -n all -o "$form" --from 1 "$ALL" >got
		[ -s want ]
		diff want got
	done
	api "200 $J lines"
	diff <(lql -d store -n all -o rec "$ALL" | rec) <(lql -u "$URL" -n all -o rec --from 1 "$ALL" | rec)
}

@test "the question: range, limit, direction, tenant, headers from a file" {
	echo '{"status":"success","data":{"resultType":"streams","result":[]}}' >none
	api "200 $J none"
	echo 'Authorization: Bearer 5f2a' >token
	run lql -u "$URL/" --tenant t1 -H @token -n 7 --direction forward --from 100 --to 200 '{app="a b"} |= `x&y`'
	[ "$status" -eq 0 ]
	[ "$output" = "lql: no match; asked was 1970-01-01T00:01:40.000Z to 1970-01-01T00:03:20.000Z" ]
	[ "$(cat log)" = "/loki/api/v1/query_range	query={app=\"a b\"} |= \"x&y\"	start=100000000000	end=200000000000	limit=7	direction=forward	t1	Bearer 5f2a" ] || { cat log; false; }
}

@test "the user and password of a host are in .netrc" {
	echo '{"status":"success","data":{"resultType":"streams","result":[]}}' >none
	api "200 $J none" "200 $J none"
	echo 'machine 127.0.0.1 login ann password 5f2a' >.netrc
	HOME=$T lql -u "$URL" '{app="a"}'
	[ "$(awk -F '\t' '{ print $NF }' log)" = "Basic $(printf ann:5f2a | base64)" ] || { cat log; false; }
	HOME=$T lql -u "$URL" -H 'Authorization: Bearer 1' '{app="a"}'
	[ "$(tail -1 log | awk -F '\t' '{ print $NF }')" = "Bearer 1" ] || { cat log; false; }
}

# page TIME...: an answer with a line at each
page() {
	for t in "$@"; do echo "$t"; done |
		jq -cs '{status: "success", data: {resultType: "streams", result: [{stream: {app: "a"},
		values: [to_entries[] | [(.value | tostring), "line \(.value)", {}]]}]}}'
}

@test "many lines come in pages, those of their edge once" {
	page $(seq 3000 -1 2001) >1
	page $(seq 2001 -1 1500) >2
	api "200 $J 1" "200 $J 2"
	local from=(--from 1970-01-01T00:00:00.000000001Z)
	lql -u "$URL" -n 1400 -o raw "${from[@]}" '{app="a"}' >got
	seq -f 'line %g' 3000 -1 1601 | diff - got
	[ "$(cut -f4,5 log | tail -1)" = "end=2002	limit=401" ]
	page $(seq 1 1000) >1
	page 1000 1001 >2
	api "200 $J 1" "200 $J 2"
	lql -u "$URL" -n all -o raw "${from[@]}" --direction forward '{app="a"}' >got
	seq -f 'line %g' 1 1001 | diff - got
	page 9 8 >1
	page 8 7 >2
	page 7 >3
	api "200 $J 1" "200 $J 2" "200 $J 3"
	lql -u "$URL" --batch 2 -n all -o raw "${from[@]}" '{app="a"}' >got
	seq -f 'line %g' 9 -1 7 | diff - got
	[ "$(cut -f5 log | sort | uniq -c | tr -s ' ')" = " 3 limit=2" ]
	fails 2 lql -u "$URL" --batch 1 '{app="a"}'
	# of one time more than a page: a larger one is asked for, once
	# shellcheck disable=SC2046
	page $(yes 5 | head -1000) >1
	{ page $(yes 5 | head -1000) | jq -c '.data.result[0].values |= map(.[1] += " more")'; cat 1; } |
		jq -cs '.[0].data.result += .[1].data.result | .[0]' >2
	api "200 $J 1" "200 $J 1" "200 $J 2"
	[ "$(lql -u "$URL" -n all -o raw "${from[@]}" '{app="a"}' | sort | uniq -c | tr -s ' ' | tr '\n' ,)" = " 1000 line 5, 1000 line 5 more," ]
	[ "$(grep -o 'limit=[0-9]*' log | tr '\n' ' ')" = "limit=1000 limit=1000 limit=5000 " ]
	# shellcheck disable=SC2046
	page $(yes 5 | head -5000) >2
	api "200 $J 1" "200 $J 1" "200 $J 2"
	fails 1 lql -u "$URL" -n all "${from[@]}" '{app="a"}'
	[[ $output == *"over 5000 lines in one nanosecond"* ]]
}

@test "metrics: each output is that of a store" {
	local q='sum by (service_name) (count_over_time({service_name=~".+"}[1m]))'
	local from to
	from=$(lql -d store -n all -o json "$ALL" | jq -r .timestamp | sort | head -1)
	to=$(lql -d store -n all -o json "$ALL" | jq -r .timestamp | sort | tail -1)
	local range=(--from "$from" --to "$to" --step 10s)
	lql -d store "${range[@]}" -o json "$q" |
		jq -cs '{status: "success", data: {resultType: "matrix", result: reverse}}' >matrix
	for form in table json csv; do
		lql -d store "${range[@]}" -o "$form" "$q" >want
		api "200 $J matrix"
		lql -u "$URL" "${range[@]}" -o "$form" "$q" >got
		[ -s want ]
		diff want got
	done
	grep -q '^/loki/api/v1/query_range	query=.*	step=10	' log
	lql -d store --to "$to" --from "$from" --step all -o json "$q" >want
	jq -cs '{status: "success", data: {resultType: "vector", result: .}}' want >vector
	api "200 $J vector"
	lql -u "$URL" --to "$to" --from "$from" --step all -o json "$q" | diff want -
	grep -q '^/loki/api/v1/query	query=.*	time=' log
	echo '{"status":"success","data":{"resultType":"scalar","result":[1700000000.5,"2"]}}' >scalar
	api "200 $J scalar"
	[ "$(lql -u "$URL" --to 1700000000 --step all -o json '1 + 1')" = '{"metric":{},"value":[1700000000,"2"]}' ]
}

@test "labels, values and series are counted by streams" {
	lql -d store --series -o json | jq -cs '{status: "success", data: reverse}' >series
	for what in --labels '--values service_name' --series; do
		api "200 $J series"
		# shellcheck disable=SC2086
		diff <(lql -d store -o json $what) <(lql -u "$URL" -o json $what)
	done
	api "200 $J series"
	lql -u "$URL" --labels '{app="a"}' >got
	grep -q '^/loki/api/v1/series	match\[\]={app="a"}	start=' log
}

@test "what the server says of a query is said, and tells the status" {
	echo 'parse error : no such thing' >words
	api '400 text/plain words' '503 text/plain words' '500 text/plain words' '401 text/plain words'
	fails 2 lql -u "$URL" '{app="a"}'
	[ "$output" = "lql: $URL: HTTP 400: parse error : no such thing" ]
	fails 75 lql -u "$URL" '{app="a"}'
	fails 1 lql -u "$URL" '{app="a"}'
	fails 2 lql -u "$URL" '{app="a"}'
	[[ $output == *"HTTP 401"* ]]
	echo '{' >half
	echo '{"status":"success"}' >other
	echo '{"data":{"resultType":"streams","result":[{"stream":{},"values":[["x","y"]]}]}}' >odd
	api "200 $J half" "200 $J other" "200 $J odd"
	fails 1 lql -u "$URL" '{app="a"}'
	[[ $output == *"no JSON"* ]]
	fails 1 lql -u "$URL" '{app="a"}'
	fails 1 lql -u "$URL" '{app="a"}'
	[[ $output == *"not as Loki's are" ]]
}

@test "nobody there is 75; what makes no sense 2" {
	api
	kill "${PIDS[0]}"
	wait "${PIDS[0]}" 2>/dev/null || true
	fails 75 lql -u "$URL" '{app="a"}'
	fails 2 lql -u ftp://x '{app="a"}'
	fails 2 lql -u "$URL" -H nonsense '{app="a"}'
	[[ $output == *'not "Name: value"'* ]]
	fails 75 lql -u "$URL" -f '{app="a"}'
	fails 2 lql -u "$URL" --patterns '{app="a"} |= "x"'
	[[ $output == *"not of a remote store"* ]]
	fails 2 lql -u "$URL" '{app="a"'
	[[ $output == *'^'* ]]
	[ ! -s log ]
	fails 2 query-remote tempest http://x
	fails 2 query-remote loki
}

# traces: a store of them; and its ids, newest first, and each as a record
traces() {
	tstore -d traces shop.rec 2>/dev/null
	P=application/protobuf
	tql -d traces -n all -o ids '{ }' >ids
	while read -r id; do
		tql -d traces -o rec "$id" >"$id.rec"
	done <ids
}

@test "a trace by its id: each output is that of a store" {
	traces
	id=$(head -1 ids)
	for form in chart json ids dot; do
		api "200 $P $id.rec"
		diff <(tql -d traces -w 100 -o "$form" "$id") <(tql -u "$URL" -w 100 -o "$form" "$id")
	done
	api "200 $P $id.rec"
	diff <(tql -d traces -o rec "$id" | rec) <(tql -u "$URL/base/" --tenant t1 -o rec "$id" | rec)
	[ "$(cat log)" = "/base/api/traces/$id	t1	-" ]
	api
	fails 1 tql -u "$URL" "$id"
	[ "$output" = "tql: $id: no such trace" ]
	fails 1 tql -u "$URL" 12
	[ "$output" = "tql: $(printf %032d 12): no such trace" ]
	{ head -2 ids; echo abc; } >some
	api "200 $P $id.rec" "200 $P $(sed -n 2p ids).rec"
	fails 1 tql -u "$URL" -o ids - <some
	[ "$output" = "$(head -2 ids)
tql: abc: no such trace" ]
	[ "$(wc -l <log)" -eq 3 ]
}

@test "a search: the server says which, the outputs are those of a store" {
	traces
	q='{ duration > 20ms } | select(span.http.route)'
	tql -d traces -n 3 -o ids "$q" >found
	jq -Rn '{traces: [inputs | {traceID: .}], metrics: {}}' found >search
	for form in table json csv ids rec dot; do
		mapfile -t whole < <(sed "s|.*|200 $P &.rec|" found)
		api "200 $J search" "${whole[@]}"
		tql -d traces -n 3 -w 170 -o "$form" "$q" >want
		tql -u "$URL" -n 3 -w 170 -o "$form" "$q" >got
		[ -s want ]
		[ "$form" != rec ] || { rec want >a; rec got >b; mv a want; mv b got; }
		diff want got
	done
	# ids stay whole: a server takes no beginnings
	for w in 40 60 100; do
		api "200 $J search" "${whole[@]}"
		tql -u "$URL" -n 3 -w $w -o table "$q" >got
		[ "$(wc -L <got)" -le $w ]
		grep -o '[0-9a-f]\{32\}' got | diff found -
	done
	[[ $(head -1 log) == "/api/search	q=$q with (most_recent=true)	limit=3	spss=1	start="* ]]
}

@test "series of Tempo: each output is that of a store" {
	traces
	local range=(--from 2026-11-22T19:53:55.700Z --to 2026-11-22T19:53:56Z)
	q='{ } | count_over_time() by (kind, span.http.response.status_code, span.retry, span.share)'
	tql -d traces "${range[@]}" --step 50ms -o json "$q" >want
	[ "$(wc -l <want)" -gt 3 ]
	# one sample before the first; zeros are left out
	jq -c '.samples |= [{timestampMs: "1795377235650", value: 9}] + map(select(.value != 0) // del(.value))' want |
		jq -cs '{series: .}' >series
	for form in table chart json csv; do
		api "200 $J series"
		diff <(tql -d traces "${range[@]}" -w 100 --step 50ms -o "$form" "$q") \
			<(tql -u "$URL" "${range[@]}" -w 100 --step 50ms -o "$form" "$q")
	done
	[ "$(cut -f1,3- log)" = "/api/metrics/query_range	start=1795377235650000000	end=1795377236000000000	step=0.05	-	-" ] || { cat log; false; }
	tql -d traces "${range[@]}" --step all -o json "$q" >want
	jq -c '{labels, value: .samples[0].value}' want | jq -cs '{series: .}' >series
	api "200 $J series"
	tql -u "$URL" "${range[@]}" --step all -o json "$q" | diff want -
	grep -q '^/api/metrics/query	q=' log
	echo '{"series":[{"labels":[{"key":"a","value":{"doubleValue":0.5}},{"key":"b","value":{"boolValue":true}}],"value":"NaN"}]}' >series
	api "200 $J series"
	[ "$(tql -u "$URL" "${range[@]}" --step all -o json "$q" | jq -c '[.labels[].value, .samples[0].value]')" = '[{"doubleValue":0.5},{"boolValue":true},"NaN"]' ]
}

@test "names and values: each output is that of a store" {
	traces
	tql -d traces -o json --tags | jq -cs '{scopes: (group_by(.scope) |
		map({name: .[0].scope, tags: map(.name | sub("^(span|resource|event|link|instrumentation)\\."; ""))}) | reverse)}' >names
	for form in table json csv; do
		api "200 $J names"
		diff <(tql -d traces -o "$form" --tags) <(tql -u "$URL" -o "$form" --tags)
	done
	for key in name span.http.response.status_code resource.service.name; do
		tql -d traces -o json --values "$key" | jq -cs '{tagValues: map({type, value: (.value | tostring)}) | reverse}' >values
		api "200 $J values"
		diff <(tql -d traces -o json --values "$key") <(tql -u "$URL" -o json --values "$key")
	done
	api "200 $J values"
	tql -u "$URL" --values 'span."a b"' '{ kind = server }' >got
	[ "$(cut -f1,2 log)" = '/api/v2/search/tag/span."a b"/values	q={ kind = server }' ] || { cat log; false; }
	diff <(tql -d traces --values status) <(tql -u "$URL" --values status)
}

@test "jumps at the prompts go to a server, too" {
	traces
	id=$(tql -d traces -o ids '{ status = error }')
	lql -d store -o rec --direction forward --trace "$id" | as_loki >lines
	api "200 $J lines"
	printf '%s\n' "\\logs $id" | tql -d traces --tenant t1 -D "$URL" -H "Authorization: mine" >got
	[ "$(wc -l <got)" -gt 1 ]
	lql -d store --direction forward --trace "$id" | diff - got
	grep -q '	direction=forward' log
	[ "$(cut -f7- log | tr '\t' ' ')" = 't1 -' ] || { cat log; false; }
	api "200 $P $id.rec"
	diff <(tql -d traces "$id") <(printf '%s\n' "\\trace $id" | lql -u http://127.0.0.1:1 -D "$URL")
}

@test "what Tempo refuses; what is not asked of it" {
	traces
	echo 'invalid TraceQL query' >words
	api '400 text/plain words' '503 text/plain words' "200 $J words" "200 $P ids"
	fails 2 tql -u "$URL" '{ }'
	[ "$output" = "tql: $URL: HTTP 400: invalid TraceQL query" ]
	fails 75 tql -u "$URL" abc
	fails 1 tql -u "$URL" abc
	[[ $output == *"no protobuf"* ]]
	fails 1 tql -u "$URL" abc
	[[ $output == *"a trace of the server"* ]]
	echo '{"traces":[{"traceID":"../x"}]}' >search
	api "200 $J search"
	fails 1 tql -u "$URL" '{ }'
	[[ $output == *"not as Tempo's are"* ]]
	echo '{"metrics":{}}' >none
	api "200 $J none"
	run tql -u "$URL" '{ }'
	[ "$status" -eq 0 ]
	[ "$output" = "tql: no match in the last hour: --since or --from asks for more" ]
	fails 2 bash -c "echo '\\logs ab' | tql -D logs -u $URL"
	[[ $output == *"the beginning of an id: not of a remote store: it finds whole ones only" ]]
	fails 2 tql -u "$URL" -f '{ } | rate()'
	fails 2 tql -u "$URL" '{ nam = 1 }'
	[[ $output == *'^'* ]]
	[ "$(wc -l <log)" -eq 2 ]
}

# wrong STATUS TEXT ANSWER: what each tool says of it
wrong() {
	api "$3" "$3"
	fails "$1" lql -u "$URL" --timeout "${TIMEOUT:-20s}" '{app="a"} | json | app = "b" '
	[[ $output == *"$2"* ]] || { echo "$3: $output"; return 1; }
	fails "$1" tql -u "$URL" --timeout "${TIMEOUT:-20s}" '{ name = "a" } | count() > 3 '
	[[ $output == *"$2"* ]] || { echo "$3: $output"; return 1; }
	kill "${PIDS[-1]}"
}

@test "what can go wrong with a server, by what is said of it" {
	echo 'no such thing' >words
	echo '<html>' >html
	echo '{"a":1}' | gzip >packed
	head -c 14 packed >torn
	head -c 100000 /dev/zero | tr '\0' '[' >deep
	{ echo '['; head -c 20000000 /dev/zero | tr '\0' ','; } >much
	head -c 70000000 /dev/zero | tr '\0' ' ' | gzip >bomb
	printf 'bad \033[31m\nwords' >odd
	wrong 2 ": HTTP 404: no such thing" "404 text/plain words"
	wrong 2 ": HTTP 401: no such thing" "401 text/plain words"
	wrong 2 ": HTTP 403" "403 text/plain /dev/null"
	wrong 75 ": HTTP 429: no such thing" "429 text/plain words"
	wrong 75 ": HTTP 504: " "504 text/plain words"
	wrong 1 ": HTTP 500: " "500 text/plain words"
	wrong 1 ": HTTP 302: no such thing: the answer is elsewhere, and redirects are not followed" "302 text/plain words Location:http://127.0.0.1:1/"
	wrong 2 ": HTTP 400: bad ?[31m?words" "400 text/plain odd"
	TIMEOUT=300ms wrong 75 ": Operation timed out after " "hang text/plain words"
	wrong 75 ": transfer closed" "cut text/plain words"
	wrong 1 ": the answer is no JSON: byte 1" "200 text/html html"
	wrong 1 ": the answer is no JSON: byte " "200 $J /dev/null"
	wrong 1 ": the answer is nested over 32 deep" "200 $J deep"
	wrong 1 ": an answer of over 8388608 values" "200 $J much"
	wrong 1 ": the answer is no JSON: byte " "200 $J torn Content-Encoding:gzip"
	wrong 75 "" "200 $J html Content-Encoding:gzip"
	wrong 1 "the answer is over the limit of 64 MiB" "200 $J bomb Content-Encoding:gzip"
	# and this is none
	echo '{"data":{"resultType":"streams","result":[]}}' | gzip >packed
	api "200 $J packed Content-Encoding:gzip"
	lql -u "$URL" '{app="a"}'
}

@test "a place in the query that a server names is marked" {
	echo 'parse error at line 1, col 18: syntax error: unexpected IDENTIFIER' >words
	api '400 text/plain words'
	fails 2 lql -u "$URL" '{app="a"}|json|app="b"'
	[ "$output" = "lql: $URL: 1:18: HTTP 400: $(cat words)
    {app=\"a\"} | json | app=\"b\"
                     ^" ] || { echo "$output"; false; }
	echo 'invalid TraceQL query: parse error at line 2, col 3: syntax error' >words
	api '400 text/plain words'
	fails 2 tql -u "$URL" '{ name = "ä" }
	| count() > 3'
	[ "$output" = "tql: $URL: 2:3: HTTP 400: $(cat words)
    	| count() > 3 with (most_recent=true)
    	 ^" ] || { echo "$output"; false; }
	echo 'at line 7, col 300: no such place' >words
	api '400 text/plain words'
	fails 2 lql -u "$URL" '{app="a"}'
	[[ $output == *"no such place
    {app=\"a\"}
             ^" ]] || { echo "$output"; false; }
}

# varint N, and question WHAT TEXT: as the tools ask
question() { printf "\\x$(printf %x $((4 + ${#2})))\\x08\\x$1\\x12\\x$(printf %x ${#2})%s" "$2"; }

@test "query-remote: question by question, over one connection" {
	traces
	id=$(head -1 ids)
	api "200 $P $id.rec" "404 text/plain ids" "500 text/plain ids"
	{ question 4 "$id"; question 4 abc; question 4 abc; } | query-remote tempo "$URL" >got
	[ "$(grep -ac "/api/traces/" got)" -ge 2 ]
	[[ $(tr -d '\0' <got) == *"HTTP 500"* ]]
	[ "$(wc -l <log)" -eq 3 ]
	# an option that is wrong is the answer to each
	{ question 4 "$id"; question 4 abc; } | query-remote --header nonsense tempo "$URL" >got
	[ "$(grep -ao 'not "Name: value"' got | wc -l)" -eq 2 ]
}

@test "query-remote: what is no question is answered so" {
	run bash -c 'printf "\5abc" | query-remote loki http://127.0.0.1:1 | tr -d "\0"'
	[[ $output == *"cut short"* ]]
}
