#!/usr/bin/env bats
# otlp-send against far sides that misbehave, as tests/fake/far.c's words say:
# what is tried again, what is not, and what becomes of the record.
load helper

setup_file() {
	export QUICK="-w 1 --retry-first 2ms --retry-max 5ms --give-up 20s --timeout 2s"
}

# far -g|-h WORD...: sets URL, and WAY for otlp-send
far() {
	local g=
	WAY="-P http"
	[ "$1" != -g ] || { g=-g; WAY="-P grpc"; }
	shift
	rm -f log
	# shellcheck disable=SC2086
	"$ROOT/${O:-build}/fake/far" $g "$@" >log 3>&- &
	PIDS+=("$!")
	until_true test -s log
	URL=http://127.0.0.1:$(head -n 1 log)
}

setup() {
	T=$(mktemp -d "${TMPDIR:-/tmp}/otelutils.XXXXXX")
	PIDS=()
	cd "$T" || return 1
	head -n 1 "$ROOT/examples/cart.jsonl" | rec -i json -o rec >one.rec
}

# send STATUS OPTION...: one record, with that exit status; what was said is
# in $output
send() {
	local want=$1
	shift
	# shellcheck disable=SC2086
	run otlp-send $WAY $QUICK "$@" "$URL" <one.rec
	[ "$status" -eq "$want" ] || { echo "status $status, not $want: $output"; return 1; }
}

# asked: the words of the requests, in order
asked() { tail -n +2 log | cut -d' ' -f1 | tr '\n' ' '; }

# again WAY WORD...: each is tried again, and then it goes well
again() {
	local way=$1 w
	shift
	for w; do
		far "$way" "$w" ok
		send 0
		[ "$(asked)" = "$w ok " ] || { echo "$w: $(asked)"; return 1; }
	done
}

# refused WAY WORD...: each is final: status 1; with -x a dead letter
refused() {
	local way=$1 w
	shift
	for w; do
		far "$way" "$w" ok
		send 1
		[[ $output == *"1 refused"* ]]
		[[ $w != code:* || $output == *"gRPC ${w#code:} "* ]]
		[ "$(asked)" = "$w " ] || { echo "$w: $(asked)"; return 1; }
		far "$way" "$w" ok
		rm -f dead.rec
		send 0 -x dead.rec
		cmp <(rec -o json dead.rec) <(rec -o json one.rec)
	done
}

# kept WAY WORD TEXT: a success that says something, never sent again
kept() {
	far "$1" "$2"
	send 0
	[[ $output == *"$3"* ]] || { echo "$output"; return 1; }
	[ "$(asked)" = "$2 " ]
}

@test "HTTP: what is tried again" {
	again -h 429 502 503 504 close rst cut
}

@test "a slow reader is waited for" {
	for way in -h -g; do
		far $way slow
		send 0
		[ "$(asked)" = "slow " ]
	done
}

@test "HTTP: what is final" {
	refused -h 400 401 403 404 405 413 415 500 501 302 big
}

@test "HTTP: kept, with a word" {
	kept -h partial "3 of 2 items rejected: too old"
	kept -h warn deprecated
	kept -h html "no OTLP"
}

@test "HTTP: Retry-After is waited for" {
	far -h 429,1 ok
	send 0
	[ "$(tail -n 1 log | cut -d' ' -f2)" -ge 1000 ]
}

@test "gRPC: what is tried again" {
	again -g code:1 code:4 code:10 code:11 code:14 code:15 code:8,20 429 502 503 504 close cut rst:8 goaway
}

@test "gRPC: what is final" {
	refused -g code:2 code:3 code:5 code:6 code:7 code:8 code:9 code:12 code:13 code:16 400 401 403 404 500 rst:2 rst:11 rst:12 mute html big
}

@test "gRPC: kept, with a word" {
	kept -g partial "3 of 2 items rejected: too old"
	kept -g warn deprecated
}

@test "gRPC: RetryInfo is waited for, and REFUSED_STREAM is no loss" {
	far -g code:14,300 ok
	send 0
	[ "$(tail -n 1 log | cut -d' ' -f2)" -ge 300 ]
	far -g rst:7 ok
	send 0
	[ "$(asked)" = "rst:7 ok " ]
}

@test "no answer: the timeout, and again" {
	for way in -h -g; do
		far $way hang ok
		send 0 --timeout 100ms
		[ "$(asked)" = "hang ok " ]
	done
}

@test "never an answer: given up after a while, and nothing moves on" {
	for way in -h -g; do
		far $way 503
		send 75 --give-up 1s
		[[ $output == *"1 given up"* ]]
		[ "$(asked | wc -w)" -gt 2 ]
	done
	far -h 503
	spool s one.rec
	fails 75 otlp-send -P http $QUICK --give-up 50ms --grace 1s -r s -c out --once "$URL"
	[[ $(spool -l s | grep ^cursor) != *"	0 bytes behind" ]]
}

# figures ADDR: what it has at /metrics
figures() { curl -s -m 20 "http://$1/metrics"; }
figure() { figures "$1" | awk -v name="$2" '$1 == name { print $2 }'; }

@test "figures: kept, refused, away; ready only while it is there" {
	far -h partial 400 503
	mkfifo in
	# shellcheck disable=SC2086
	otlp-send $WAY $QUICK --give-up 0 --metrics 0 "$URL" <in 2>err 3>&- &
	PIDS+=("$!")
	exec 7>in
	until_true grep -q 'metrics on' err
	at=$(sed -n 's/.*metrics on //p' err)
	[ "$(curl -s -m 20 "http://$at/ready")" = ready ]
	cat one.rec one.rec >&7
	until_true bash -c '[ "$(grep -c . log)" -ge 3 ]'
	cat one.rec >&7
	until_true bash -c 'grep -q ^503 log'
	until_true bash -c "curl -s -m 20 'http://$at/ready' | grep -q 'not ready'"
	[ "$(figure "$at" 'otlp_send_records_total{end="kept"}')" = 1 ]
	[ "$(figure "$at" 'otlp_send_records_total{end="refused"}')" = 1 ]
	[ "$(figure "$at" 'otlp_send_requests_total{fate="kept"}')" = 1 ]
	[ "$(figure "$at" 'otlp_send_requests_total{fate="refused"}')" = 1 ]
	[ "$(figure "$at" 'otlp_send_requests_total{fate="again"}')" -ge 1 ]
	[ "$(figure "$at" otlp_send_sent_items_total)" = 2 ]
	[ "$(figure "$at" otlp_send_rejected_items_total)" = 3 ]
	[ "$(figure "$at" otlp_send_request_seconds_count)" -ge 3 ]
	[ "$(figure "$at" otlp_send_records_waiting)" = 1 ]
	[ "$(figure "$at" otlp_send_bytes_held)" -gt 0 ]
	# each is named in the manuals
	for tool in otlp-send logpush; do
		figures "$at" | grep -o '^otlp_send_[a-z_]*' | sed 's/_\(bucket\|sum\|count\)$//' | sort -u | while read -r name; do
			grep -q "${tool/-/_}${name#otlp_send}" "$ROOT/man/$tool.1" || { echo "$name: not in the manual of $tool"; false; }
		done
	done
	exec 7>&-
}

@test "TERM while it is away: the grace, then 75" {
	far -h 503
	# shellcheck disable=SC2086
	otlp-send $QUICK --give-up 0 --grace 50ms "$URL" <one.rec 2>err 3>&- &
	p=$!
	until_true bash -c '[ "$(wc -l <log)" -gt 2 ]'
	kill -TERM $p
	status=0
	wait $p || status=$?
	[ $status -eq 75 ]
	grep -q '1 given up' err
}
