#!/usr/bin/env bats
# query-server, by lql -u and tql -u: a pretended server answers from a store,
# and what asks it says the same as what asks the store.
load helper

setup() {
	T=$(mktemp -d "${TMPDIR:-/tmp}/otelutils.XXXXXX")
	PIDS=()
	export XDG_STATE_HOME=$T/state
	cd "$T" || return 1
	ALL='{service_name=~".+"}'
}

teardown() {
	[ -z "${S:-}" ] || tmux -L "$S" kill-server 2>/dev/null || true
	for p in "${PIDS[@]}"; do
		kill -- "$p" 2>/dev/null || true
		wait "$p" 2>/dev/null || true
	done
	cd / && rm -rf "$T"
}

# serve KIND STORE: a server of that kind, of a store; sets URL
serve() {
	: >log
	rm -f port
	STORE=$2 "$ROOT/${O:-build}/fake/api" -l log -x "$ROOT/tests/fake/$1.sh" >port 2>err 3>&- &
	PIDS+=("$!")
	until_true test -s port
	URL=http://127.0.0.1:$(cat port)
}

logs() {
	rec -r "$ROOT/examples/shop.jsonl" >shop.rec
	lstore -d store shop.rec 2>/dev/null
	serve loki store
	RANGE=(--from 2026-11-22T19:53:55.351Z --to 2026-11-22T19:53:58.411Z)
}

traces() {
	rec -r "$ROOT/examples/shop.jsonl" >shop.rec
	tstore -d store shop.rec 2>/dev/null
	serve tempo store
	RANGE=(--from 2026-11-22T19:53:55Z --to 2026-11-22T19:53:59Z)
}

# same TOOL LINES OPTION...: over the range, that many lines at least
same() {
	local tool=$1 lines=$2
	shift 2
	"$tool" -d store "${RANGE[@]}" -w 120 "$@" >want 2>want.err
	"$tool" -u "$URL" "${RANGE[@]}" -w 120 "$@" >got 2>got.err || { cat got.err; return 1; }
	[ "$(wc -l <want)" -ge "$lines" ] || { echo "only $(wc -l <want) lines: $tool $*"; return 1; }
	diff want got && diff want.err got.err || { echo "not the same: $tool $*"; return 1; }
}

# asked PATTERN: how many requests were so
asked() { grep -c -- "$1" log || true; }

@test "Loki: lines, in each order, and some" {
	logs
	same lql 40 -o json "$ALL"
	same lql 30 -o json -n 30 --direction forward "$ALL | json | logfmt"
	same lql 8 -o table -x "$ALL |= \"done\""
}

@test "Loki: lines that are an interval apart" {
	logs
	same lql 11 -o json --interval 100ms "$ALL"
	same lql 3 -o json --interval 100ms -n 3 --direction forward "$ALL"
	[ "$(asked 'interval=0.1')" -ge 2 ]
}

@test "Loki: the lines of traces" {
	logs
	lql -d store -n 12 -o ids "$ALL" >ids
	same lql 3 -o json --trace "$(head -n 1 ids)"
	same lql 6 -o json --traces ids "$ALL | json"
	same lql 2 -o json --traces ids --step 500ms 'sum by (service_name) (count_over_time({service_name=~".+"} |= "u-" [1s]))'
	same lql 2 --volume service_name --traces ids -o csv
	: >none
	: >log
	[ "$(lql -u "$URL" --traces none "$ALL" 2>&1)" = "lql: no match in the last hour: --since or --from asks for more" ]
	[ ! -s log ]
	seq -f '%032.0f' 4000 >many
	fails 2 lql -u "$URL" --traces many "$ALL"
	[[ $output == "lql: so many trace ids: not of a remote store: "* ]]
}

@test "Loki: what lies around lines" {
	logs
	same lql 3 -o table -C 1 "$ALL |= \"declined\""
	same lql 6 -o table -C 2 -n 4 "$ALL |= \"charged\""
	same lql 7 -o json -C 2 -n 4 --direction forward "$ALL |= \"charged\" | json"
	for change in 'line_format "x"' 'label_format a=b' decolorize 'drop service_name' 'keep service_name' unpack; do
		fails 2 lql -u "$URL" -C 1 "$ALL | $change"
		[[ $output == "lql: --context of lines that the query changes: not of a remote store: "* ]]
	done
}

@test "Loki: how many when, how much of what" {
	logs
	same lql 40 -o table --hits "$ALL"
	grep -q '▁█' got
	# the whole range in one bar
	RANGE=(--from 2026-11-22T19:53:55.3515Z --to 2026-11-22T19:53:55.3525Z)
	same lql 2 -o table --hits "$ALL"
	RANGE=(--from 2026-11-22T19:53:55Z --to 2026-11-22T19:53:58Z)
	same lql 3 -o json --volume service_name "$ALL"
	same lql 3 -o json --volume severity_text
	same lql 9 -o json --volume enduser_id "$ALL | json | logfmt"
	# where the server moves points to multiples of the step
	RANGE=(--from 2026-11-22T19:53:55.352Z --to 2026-11-22T19:53:58Z)
	ALIGN=1 serve loki store
	same lql 30 -o table --hits "$ALL"
}

@test "Loki: patterns and fields" {
	logs
	same lql 7 -o json --patterns "$ALL"
	same lql 3 -o table --patterns '{service_name="payment"}'
	same lql 11 -o json --fields "$ALL"
	same lql 3 -o table --fields "$ALL | logfmt | pattern \"<word> <_>\""
	fails 2 lql -u "$URL" --patterns "$ALL |= \"x\""
	[[ $output == "lql: patterns of some lines: not of a remote store: "* ]]
}

@test "Loki: --stats are of requests, and of what the server counted" {
	logs
	run lql -u "$URL" "${RANGE[@]}" --stats -o ids "$ALL"
	[[ ${lines[-1]} =~ ^"lql: 40 lines, "[0-9.]+" ms; 1 request, "[0-9.]+" KiB answered; there: totalBytesProcessed 1.5 KiB, totalLinesProcessed 20"$ ]] || { echo "$output"; false; }
}

# line AGO TEXT: a log line so many seconds old
line() {
	local at=$(($(date +%s%N) - $1 * 1000000000))
	jq -cn --arg at $at --arg text "$2" '{resourceLogs: [{resource: {attributes: [{key: "service.name",
		value: {stringValue: "shop"}}]}, scopeLogs: [{logRecords: [{timeUnixNano: $at, body: {stringValue: $text}}]}]}]}'
}

@test "Loki: lines are followed; late ones, and those of one time, too" {
	{ line 20 old; line 10 older; } | rec -r >one.rec
	lstore -d store one.rec 2>/dev/null
	serve loki store
	"$BIN/lql" -u "$URL" -n 1 -f -o raw '{service_name=~".+"}' >out 2>said 3>&- &
	PIDS+=($!)
	until_true grep -q older out
	line 1 new >a
	# of one time, another line and the same again
	{ cat a; sed 's/"new"/"as new"/' a; cat a; line 40 late; } | rec -r >two.rec
	lstore -d store two.rec 2>/dev/null
	until_true grep -q late out
	line 0 last | rec -r >three.rec
	lstore -d store three.rec 2>/dev/null
	until_true grep -q last out
	[ "$(sort out | tr '\n' ' ')" = "as new last late new old older " ] ||
		[ "$(sort out | tr '\n' ' ')" = "as new last late new older " ] || { cat out; false; }
	# a server that is away is waited for
	mv store away
	until_true test -s said
	mv away store
	line 0 again | rec -r >four.rec
	lstore -d store four.rec 2>/dev/null
	until_true grep -q again out
	kill -TERM "${PIDS[-1]}"
	wait "${PIDS[-1]}"
	[ "$(wc -l <said)" -eq 1 ]
}

@test "Tempo: traces, in each order" {
	traces
	same tql 10 -o json '{ }'
	same tql 3 -n 3 -o ids '{ } // the newest'
	same tql 3 -n 3 -o ids --sort duration '{ }'
	same tql 3 -n 3 -w 170 -o table --sort spans '{ }'	# ids from afar are whole
	[ "$(grep -o 'q={[^	]*' log | sort -u | head -n 1)" = 'q={ } // the newest' ]
	[ "$(asked 'with (most_recent=true)')" -ge 3 ]
	tql -u "$URL" "${RANGE[@]}" -o ids '{ } with (most_recent=false)' >got
	tail -n 1 got | grep -q . && grep -q 'q={ } with (most_recent=false)	' log
}

@test "Tempo: an id whose zeros were cut off" {
	sed 's/"traceId":"..../"traceId":"0000/g' "$ROOT/examples/shop.jsonl" | rec -r >shop.rec
	tstore -d store shop.rec 2>/dev/null
	serve tempo store
	RANGE=(--from 2026-11-22T19:53:55Z --to 2026-11-22T19:53:59Z)
	same tql 10 -o ids '{ }'
	id=$(head -n 1 got)
	[ "$(tql -u "$URL" -o ids "${id#0000}")" = "$id" ]
}

@test "Tempo: exemplars" {
	traces
	RANGE=(--from 2026-11-22T19:53:55.800Z --to 2026-11-22T19:53:58Z --step 100ms)
	same tql 3 -o json --exemplars 6 '{ } | count_over_time() by (kind)'
	grep -q '"trace:id"' got
	same tql 10 -o chart --exemplars 6 '{ } | count_over_time() by (kind)'
	grep -q ^EXEMPLAR got
	[ "$(asked exemplars=6)" -eq 2 ]
	same tql 1 -o json '{ } | rate()'
	[ "$(asked 'exemplars=')" -eq 2 ]
}

@test "Tempo: where the time went" {
	traces
	tql -d store -n all -o ids '{ }' >ids
	same tql 6 -o json --diff "$(head -n 1 ids)" "$(tail -n 1 ids)"
	same tql 8 -o table --diff 2026-11-22T19:53:55Z..2026-11-22T19:53:57Z 2026-11-22T19:53:57Z..2026-11-22T19:53:59Z '{ kind = server }'
	same tql 6 -o csv --diff ..2026-11-22T19:53:57Z "$(head -n 1 ids)"
	fails 2 tql -u "$URL" --diff a..b c '{ }'
	fails 2 tql -u "$URL" --diff 1 2 '{ nam = 1 }'
	[[ $output == *'^'* ]]
	fails 1 tql -u "$URL" --diff 1 2
	[[ $output == *"00001: no such trace" ]]
}

@test "Tempo: --explain is what was asked, --stats how much" {
	traces
	tql -u "$URL" "${RANGE[@]}" --explain -o json '{ status = error }' >got
	[ "$(jq -r 'select(.request).request | sub("[?].*"; "")' got | tr '\n' ' ')" = "/api/search /api/traces/ID " ]
	[ "$(jq -c 'select(.server)' got | tr '\n' ' ')" = '{"server":"inspectedTraces","counted":7} {"server":"inspectedBytes","counted":3500} ' ]
	tql -u "$URL" "${RANGE[@]}" --explain -o table '{ } | rate()' >got
	grep -q '^/api/metrics/query_range?q=%7B.*  *1  .*KiB  .*s$' got
	[[ $(tail -n 1 got) =~ ^"inspectedSpans  "+"40"$ ]] || { cat got; false; }
	fails 2 tql -u "$URL" --explain -o csv '{ }'
	run tql -u "$URL" "${RANGE[@]}" --stats -o ids '{ }'
	[[ ${lines[-1]} =~ ^"tql: 10 traces, "[0-9.]+" ms; 11 requests, "[0-9.]+" KiB answered; there: inspectedTraces 7, inspectedBytes 3.4 KiB"$ ]] || { echo "$output"; false; }
}

# span TRACE SPAN NAME AGO: a span that began so many seconds ago
span() {
	local at=$(($(date +%s%N) - $4 * 1000000000))
	jq -cn --arg trace "$1" --arg span "$2" --arg name "$3" --arg at $at --arg until $((at + 1000)) '{resourceSpans:
		[{resource: {attributes: [{key: "service.name", value: {stringValue: "shop"}}]}, scopeSpans: [{spans: [{
		traceId: $trace, spanId: $span, name: $name, kind: 2, startTimeUnixNano: $at, endTimeUnixNano: $until}]}]}]}'
}

@test "Tempo: traces are followed, each once, when they are whole" {
	one=11111111111111111111111111111111 two=22222222222222222222222222222222 three=33333333333333333333333333333333
	{ span $one aaaaaaaaaaaaaaa1 get 30; span $three aaaaaaaaaaaaaaa3 get 60; } | rec -r >one.rec
	tstore -d store one.rec 2>/dev/null
	serve tempo store
	"$BIN/tql" -u "$URL" -n 1 -f --settle 1500ms -o json '{ name = "get" }' >out 2>said 3>&- &
	PIDS+=($!)
	until_true grep -q $one out
	span $two aaaaaaaaaaaaaaa2 get 0 | rec -r >two.rec
	tstore -d store two.rec 2>/dev/null
	n=$(asked "/api/traces/$two")
	until_true bash -c "[ \$(grep -c /api/traces/$two log) -gt $n ]"
	span $two aaaaaaaaaaaaaab2 get 0 | rec -r >three.rec
	tstore -d store three.rec 2>/dev/null
	until_true grep -q $two out
	# what was told is not fetched again
	n=$(grep -c /api/search log)
	until_true bash -c "[ \$(grep -c /api/search log) -gt $((n + 1)) ]"
	[ "$(asked "/api/traces/$one")" -eq 1 ]
	[ "$(asked "/api/traces/$three")" -eq 0 ]
	[ "$(jq -rs 'map([.traceID[0:1], (.spanSets[0].matched | tostring)] | join(" ")) | join(",")' out)" = "1 1,2 2" ] || { cat out; false; }
	# a server that is away is waited for
	mv store away
	until_true test -s said
	mv away store
	span 44444444444444444444444444444444 aaaaaaaaaaaaaaa4 get 0 | rec -r >four.rec
	tstore -d store four.rec 2>/dev/null
	until_true grep -q 4444 out
	kill -TERM "${PIDS[-1]}"
	wait "${PIDS[-1]}"
	[ "$(wc -l <said)" -eq 1 ]
}

# prompt COMMAND: in a terminal
prompt() {
	S=otelutils-$BASHPID
	tmux -L "$S" new-session -d -x 100 -y 40 "$1" 3>&-
	until_true shows 'ql>'
}

# typed KEYS...
typed() { tmux -L "$S" send-keys "$@"; }
screen() { tmux -L "$S" capture-pane -p; }
shows() { screen | grep -qF -- "$1"; }
gone() { ! tmux -L "$S" has-session 2>/dev/null; }

@test "Tempo: the prompt completes what the server has" {
	traces
	prompt "$BIN/tql -u $URL ${RANGE[*]} --color never"
	typed '{ resource.tel' Tab 'n' Tab
	until_true shows '{ resource.telemetry.sdk.name'
	[ "$(asked '/values')" -eq 0 ]
	typed C-u '{ resource.service.name = "gat' Tab
	until_true shows '= "gateway'
	[ "$(asked '/api/v2/search/tag/resource.service.name/values')" -eq 1 ]
	# ^C ends the helper, too: another one answers
	typed C-c
	typed '{ status = error }' Enter
	until_true shows 'ca8c3b1f'
	typed '\stats' Enter '{ kind = server }' Enter
	until_true shows 'requests'
	typed C-d
	until_true gone
}

@test "Loki: the prompt completes what the server has" {
	logs
	prompt "$BIN/lql -u $URL ${RANGE[*]} --color never"
	typed '{service_n' Tab
	until_true shows '{service_name'
	typed '="gat' Tab
	until_true shows '="gateway'
	typed '} |= "declined"' C-c
	typed '\volume service_name' Enter
	until_true shows 'payment'
	typed C-d
	until_true gone
}

@test "a prompt comes without completion when the server is away" {
	serve loki store
	kill "${PIDS[0]}"
	wait "${PIDS[0]}" 2>/dev/null || true
	for tool in lql tql; do
		run bash -c "echo '\\q' | $tool -u $URL"
		[ "$status" -eq 0 ]
		[[ $output == *"not completed: $URL: "* ]]
	done
}
