#!/usr/bin/env bats
# tql(1): what its answers look like, in each form, on terminals and in pipes.
load helper
load tql

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
	q --dot $id | cmp - got
	[ "$(q --json $id)" = "$(q -o json $id)" ]
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
