#!/usr/bin/env bats
# logpush: what a pretended Loki gets, and what becomes of what it refuses.
load helper

# loki [ANSWER...]: a Loki that answers so, then 204; sets URL. Lines go to
# lines, requests to log. TLS: options for it.
loki() {
	: >script
	[ $# -eq 0 ] || printf '%s\n' "$@" >script
	rm -f port
	# shellcheck disable=SC2086
	"$ROOT/${O:-build}/fake/loki" ${TLS:-} -o lines -l log -s script >port 2>err 3>&- &
	PIDS+=("$!")
	until_true test -s port
	URL=http://127.0.0.1:$(cat port)
}

logs() { rec -r -s logs "$ROOT/examples/shop.jsonl"; }

came() { [ "$(wc -l <lines)" -eq "$1" ]; }
pushed() { [ "$(grep -c ^204 log)" -eq "$1" ]; }

# sorted: lines as they came, or as lql shows them
sorted() { jq -cS . "$@" | sort; }

@test "the manual's examples" {
	loki
	# the pretended one is whatever host is asked for
	http_proxy=$URL examples logpush.1
	[ "$(wc -l <lines)" -eq $((41 + 1)) ]
}

@test "what a store keeps of the records is what Loki gets" {
	logs | lstore -d store
	lql -d store --limit 0 -o json '{service_name=~".+"}' | sorted >want
	[ "$(wc -l <want)" -eq 41 ]
	loki
	for how in '-P protobuf' '-P json' '-P json -z none' '-b 1000 -w 2'; do
		: >lines
		# shellcheck disable=SC2086
		logs | logpush $how "$URL"
		sorted lines | diff want -
	done
	[ "$(cut -d' ' -f1,2,5,6 log | head -3)" = "204 /loki/api/v1/push application/x-protobuf -
204 /loki/api/v1/push application/json gzip
204 /loki/api/v1/push application/json -" ]
	[ "$(wc -l <log)" -gt 6 ]
}

@test "labels as asked, the others are metadata" {
	loki
	logs | logpush -l 'telemetry.sdk.name, service.name' "$URL/other/path"
	[ "$(jq -c .labels lines | sort -u | head -1)" = '{"service_name":"cart","telemetry_sdk_name":"opentelemetry"}' ]
	[ "$(jq -r .metadata.service_namespace lines | sort -u)" = shop ]
	[ "$(cut -d' ' -f2 log)" = /other/path ]
}

@test "a label with many values is named" {
	for i in $(seq 1200); do
		echo '{"resourceLogs":[{"resource":{"attributes":[{"key":"k8s.pod.name","value":{"stringValue":"p'"$i"'"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000","body":{"stringValue":"x"}}]}]}]}'
	done | rec -r >in.rec
	loki
	logpush "$URL" <in.rec 2>said
	[ "$(grep -c 'label k8s_pod_name: 1000 values' said)" -eq 1 ]
	[ "$(wc -l <lines)" -eq 1200 ]
	logpush -l service.name "$URL" <in.rec 2>said
	[ ! -s said ]
	jq -e 'select(.metadata.k8s_pod_name == "p1200")' lines
}

@test "each tenant has its own pushes, with the headers asked" {
	{ logs; rec -r -t acme "$ROOT/examples/cart.jsonl"; rec -r -t acme "$ROOT/examples/cart.jsonl"; } >in.rec
	echo 'Authorization: Bearer 5f2a' >token
	loki
	logpush -H @token -H 'X-Scope-OrgID: other' "$URL" <in.rec
	[ "$(cut -d' ' -f1,3,4,5 log | sort)" = "204 acme Bearer 5f2a
204 other Bearer 5f2a" ]
	rm log
	loki
	logpush --tenant mine "$URL" <in.rec
	[ "$(cut -d' ' -f1,3 log)" = "204 mine" ]
}

@test "TLS, and a user with a password" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 2 \
		-subj /CN=loki -addext subjectAltName=IP:127.0.0.1 2>/dev/null
	TLS='-c cert.pem -k key.pem' loki
	URL=https://${URL#http://}
	logs >in.rec
	logpush --ca cert.pem -H "Authorization: Basic $(printf me:secret | base64)" "$URL" <in.rec
	logpush --ca cert.pem "https://me:secret@${URL#https://}" <in.rec
	[ "$(cut -d' ' -f1,4,5 log | sort -u)" = "204 Basic bWU6c2VjcmV0" ]
	[ "$(wc -l <log)" -eq 2 ]
	# not trusted, and not spoken
	fails 75 logpush --retry-first 1ms --tries 2 "$URL" <in.rec
	[[ $output == *certificate* ]]
	fails 75 logpush --retry-first 1ms --tries 2 "http://${URL#https://}" <in.rec
	[ "$(wc -l <log)" -eq 2 ]
}

@test "a batch is sent when it is old, and at TERM" {
	mkfifo pipe
	loki
	logpush -t 10ms "$URL" <pipe 3>&- &
	PIDS+=("$!")
	exec 5>pipe
	logs >&5
	until_true came 41
	exec 5>&-
	wait "${PIDS[-1]}"
	rm lines log
	loki
	logpush -t 1h -b 1000 "$URL" <pipe 3>&- &
	PIDS+=("$!")
	exec 5>pipe
	logs >&5
	until_true test -s lines	# the last batch is not full
	kill -TERM "${PIDS[-1]}"
	wait "${PIDS[-1]}"
	came 41
	exec 5>&-
}

@test "not now: it is tried again, as late as Loki wants" {
	loki '429 1 ingestion rate limit exceeded' '500 oops' '503'
	before=$(date +%s%N)
	logs | logpush --retry-first 1ms "$URL" 2>said
	[ $(($(date +%s%N) - before)) -ge 1000000000 ]
	grep -q 'HTTP 429: ingestion rate limit exceeded' said
	[ "$(cut -d' ' -f1 log | tr '\n' ' ')" = "429 500 503 204 " ]
	[ "$(wc -l <lines)" -eq 41 ]
}

@test "tried too often: 75, dead letters, or left in the spool" {
	loki 500 500 500 500 500 500
	logs >in.rec
	fails 75 logpush --retry-first 1ms --tries 2 "$URL" <in.rec
	[[ $output == *"logs of 41 items given up"* ]]
	logpush --retry-first 1ms --tries 2 -x dead "$URL" <in.rec
	rec dead | diff - <(rec in.rec)
	spool s <in.rec
	fails 75 logpush -r s -c loki --once --retry-first 1ms --tries 2 "$URL"
	[ ! -s lines ]
	logpush -r s -c loki --once "$URL"
	[ "$(wc -l <lines)" -eq 41 ]
	[[ $(spool -l s | grep ^cursor) == *"	0 bytes behind" ]]
}

@test "nobody there: 75" {
	logs >in.rec
	fails 75 logpush --retry-first 1ms --tries 2 http://127.0.0.1:1 <in.rec
}

@test "refused: 1 and Loki's words, or dead letters that can be sent" {
	logs >in.rec
	loki '400 entry too far behind' '400 entry too far behind' '260 blocked'
	fails 1 logpush "$URL" <in.rec
	[[ $output == *"HTTP 400: entry too far behind"* ]]
	logpush -x dead "$URL" <in.rec
	fails 1 logpush "$URL" <in.rec
	[[ $output == *"HTTP 260: blocked"* ]]
	[ "$(wc -l <log)" -eq 3 ]
	logpush "$URL" <dead
	[ "$(wc -l <lines)" -eq 41 ]
}

@test "killed: the next run sends what was not acknowledged" {
	logs | spool s
	loki 204 204 hold
	logpush -r s -c loki -b 1000 -w 1 "$URL" 3>&- &
	PIDS+=("$!")
	until_true pushed 2
	kill -KILL "${PIDS[-1]}"
	wait "${PIDS[-1]}" || true
	had=$(wc -l <lines)
	[ "$had" -gt 0 ] && [ "$had" -lt 41 ]
	logpush -r s -c loki -b 1000 --once "$URL"
	[ "$(sort -u lines | wc -l)" -eq 41 ]
	logpush -r s -c loki --once "$URL"
	[ "$(sort -u lines | wc -l)" -eq 41 ]
	[[ $(spool -l s | grep ^cursor) == *"	0 bytes behind" ]]
}

@test "records of other signals pass by, broken ones are refused" {
	loki
	run logpush "$URL" <"$ROOT/examples/two.rec"
	[ "$status" -eq 0 ]
	rec -r "$ROOT/examples/shop.jsonl" | logpush "$URL" 2>said
	grep -q 'records of other signals left out' said
	# a record whose logs are cut short
	printf '\x05\x1a\x03\x0a\x05\x12' >bad.rec
	fails 1 logpush "$URL" <bad.rec
	[[ $output == *"not well formed"* ]]
	logs | head -c 1000 >torn.rec
	fails 1 logpush "$URL" <torn.rec
}

@test "asked wrongly" {
	for bad in '' 'loki:3100' 'ftp://x' 'http://x y' '-b 0 http://x' '-b 1T http://x' '-t soon http://x' \
		'-P thrift http://x' '-z zstd http://x' '-H nothing http://x' '-H @none http://x' \
		'--tries x http://x' 'http://x http://y'; do
		# shellcheck disable=SC2086
		fails 2 logpush $bad </dev/null
	done
}
