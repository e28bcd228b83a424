#!/usr/bin/env bats
# otlp-send: to otlp-recv and back, its options, its environment.
load helper
load otlp-recv

# at OPTION...: otlp-recv on free ports; sets GRPC, HTTP, as URLs
at() {
	recv "$@"
	GRPC=http://$GRPC HTTP=http://$HTTP
}

# all: records of all signals, as JSON lines
all() {
	cat "$ROOT/examples/cart.jsonl"
	cat <<-'END'
	{"resourceMetrics":[{"resource":{},"scopeMetrics":[{"metrics":[{"name":"m","sum":{"dataPoints":[{"timeUnixNano":"1700000000000000000","asInt":"9007199254740993"}],"aggregationTemporality":2,"isMonotonic":true}}]}]}]}
	{"profilesData":"CgQKAgoAEgA="}
	END
}

same() {
	rec -o json out.rec | diff - <(rec -o json "$1")
}

@test "the manual's examples" {
	examples otlp-send.1
}

@test "all signals arrive as they were, each way" {
	all | rec -i json -o rec >in.rec
	[ "$(rec -c in.rec | wc -l)" -eq 4 ]
	for form in grpc http json; do
		for coding in none gzip; do
			at
			url=$HTTP
			[ $form = json ] || [ $form = http ] || url=$GRPC
			otlp-send -P $form -z $coding -w 1 "$url" <in.rec
			stop
			same in.rec
		done
	done
}

@test "from the environment: the signal's form wins, empty is unset" {
	all | rec -i json -o rec >in.rec
	at
	export OTEL_EXPORTER_OTLP_ENDPOINT=$HTTP/ OTEL_EXPORTER_OTLP_PROTOCOL=http/json
	export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${GRPC#http://} OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grpc
	export OTEL_EXPORTER_OTLP_INSECURE=true OTEL_EXPORTER_OTLP_COMPRESSION=
	export OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=$HTTP/v1/logs OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=
	otlp-send -w 1 <in.rec
	OTEL_EXPORTER_OTLP_TIMEOUT=x fails 2 otlp-send <in.rec
	[[ $output == *OTEL_EXPORTER_OTLP_TIMEOUT* ]]
	OTEL_EXPORTER_OTLP_LOGS_HEADERS=a fails 2 otlp-send <in.rec
	OTEL_EXPORTER_OTLP_COMPRESSION=br fails 2 otlp-send <in.rec
	stop
	same in.rec
}

@test "from the environment: an address without a path is said, old names" {
	rec -r "$ROOT/examples/cart.jsonl" >in.rec
	at
	OTEL_EXPORTER_OTLP_ENDPOINT=$HTTP OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=$HTTP run otlp-send <in.rec
	[[ $output == *"logs go to $HTTP/: no path is added"* ]]
	[[ $output != *"traces go to"* ]]
	stop
	at
	OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_ENDPOINT=${GRPC#http://} OTEL_EXPORTER_OTLP_SPAN_INSECURE=true \
		OTEL_EXPORTER_OTLP_METRIC_INSECURE=true otlp-send --tries 2 --retry-first 1ms -x dead.rec <in.rec
	stop
	[ "$(rec -c out.rec | cut -f1)" = traces ]
	[ "$(rec -c dead.rec | cut -f1)" = logs ]
}

@test "a spool is read from its cursor, which moves" {
	all | rec -i json -o rec | spool s
	at
	otlp-send -r s -c out --once "$HTTP"
	[[ $(spool -l s | grep ^cursor) == *"	0 bytes behind" ]]
	otlp-send -r s -c out --once "$HTTP"
	stop
	spool -r s >in.rec
	same in.rec
}

@test "followed until TERM, and through a pipe with --ack" {
	all | rec -i json -o rec | spool s
	at
	otlp-send -r s -c direct "$HTTP" 3>&- &
	PIDS+=("$!")
	behind() { [[ $(spool -l s | grep "^cursor	$1") == *"	0 bytes behind" ]]; }
	until_true behind direct
	all | rec -i json -o rec | spool s
	until_true behind direct
	kill -TERM "${PIDS[1]}" && wait "${PIDS[1]}"
	spool -r -k -c piped s | otlp-send --ack s:piped "$HTTP"
	behind piped
	stop
	[ "$(rec -c out.rec | awk '{ n += $2 } END { print n }')" -eq $(($(spool -r s | rec -c | awk '{ n += $2 } END { print n }') * 2)) ]
}

@test "the far side away: given up, 75, dead letters, or left in the spool" {
	all | rec -i json -o rec >in.rec
	at && stop
	quick="--retry-first 5ms --retry-max 10ms --give-up 50ms"
	fails 75 otlp-send $quick -w 1 "$HTTP" <in.rec
	[[ $output == *"4 given up"* ]]
	otlp-send $quick -w 1 -x dead.rec "$HTTP" <in.rec
	rec -o json dead.rec | diff - <(rec -o json in.rec)
	spool s in.rec
	fails 75 otlp-send -r s -c out --once $quick --grace 1s "$HTTP"
	[[ $(spool -l s | grep ^cursor) != *"	0 bytes behind" ]]
	otlp-send -r s -c out -w 1 --once $quick -x dead2.rec "$HTTP"
	[[ $(spool -l s | grep ^cursor) == *"	0 bytes behind" ]]
	cmp <(rec -o json dead.rec) <(rec -o json dead2.rec)
}

@test "asked wrongly" {
	fails 2 otlp-send ftp://x </dev/null
	fails 2 otlp-send 127.0.0.1:4318 </dev/null
	fails 2 otlp-send -P smoke </dev/null
	fails 2 otlp-send -z br </dev/null
	fails 2 otlp-send -H nonsense </dev/null
	fails 2 otlp-send -w 0 </dev/null
	fails 2 otlp-send --timeout soon </dev/null
	fails 2 otlp-send --ack spool </dev/null
	fails 2 otlp-send -c out </dev/null
	fails 2 otlp-send http://a http://b </dev/null
	fails 1 otlp-send -x /nowhere/file http://127.0.0.1:9 </dev/null
	printf '\5\12\1' >torn.rec
	fails 1 otlp-send http://127.0.0.1:9 <torn.rec
	[[ $output == *"stdin:0: record cut short"* ]]
}
