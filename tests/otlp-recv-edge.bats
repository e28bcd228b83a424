#!/usr/bin/env bats
# otlp-recv: the edges of the format and of its limits. Each body is sent as
# it is; what is refused leaves no record.
load helper
load otlp-recv

# sent STATUS BYTES: as protobuf
sent() {
	# shellcheck disable=SC2059
	printf "$2" >bytes
	[ "$(post /v1/traces $PB --data-binary @bytes)" = "$1" ] || { echo "$2: not $1"; false; }
}

@test "wire: cut, groups, long varints, empty messages" {
	recv
	for bad in '\012' '\012\377' '\012\005abc' '\013' '\014' '\000\000' '\370\076' '\371\076abc' \
		'\370\076\377\377\377\377\377\377\377\377\377\377\001' '\012\006\012\004\012\002\012\377' '\017'; do
		sent 400 "$bad"
	done
	for good in '' '\012\000' '\013\014' '\013\010\001\014' '\012\002\012\000' '\012\002\022\000' \
		'\370\076\377\377\377\377\377\377\377\377\377\001' '\012\003\032\001\377'; do
		sent 200 "$good"
	done
	stop
	[ "$(rec -c out.rec | cut -f1,2)" = "$(printf 'traces\t7')" ]
}

@test "64 MiB exactly, and one more; bombs; memory" {
	recv
	# field 1000, which no reader knows, fills it
	{ printf '\302\076\372\377\377\037'; head -c 67108858 /dev/zero; } >exact
	[ "$(stat -c %s exact)" -eq 67108864 ]
	[ "$(post /v1/traces $PB --data-binary @exact)" = 200 ]
	[ "$(post /v1/traces $PB --http2-prior-knowledge --data-binary @exact)" = 200 ]
	echo >>exact
	[ "$(post /v1/traces $PB --data-binary @exact)" = 413 ]
	[ "$(post /v1/traces $PB --http2-prior-knowledge --data-binary @exact)" = 413 ]
	rm exact
	head -c 300000000 /dev/zero >zeros
	gzip -1 <zeros >bomb.gzip
	zstd -q <zeros >bomb.zstd
	rm zeros
	for coding in gzip zstd; do
		[ "$(post /v1/traces $PB -H "Content-Encoding: $coding" --data-binary @bomb.$coding)" = 413 ]
		[ "$(post /v1/traces $PB -H "Content-Encoding: $coding" --data-binary 'no such')" = 400 ]
	done
	# what all hold, and a little
	[ "$(awk '/^VmHWM/ { print $2 }' "/proc/$PID/status")" -lt "$(roomy $((160 * 1024)))" ]
	stop
	[ "$(rec -c out.rec | cut -f1,2)" = "$(printf 'traces\t2')" ]
}

@test "names of header fields in capitals" {
	recv
	exec 7<>"/dev/tcp/${HTTP%:*}/${HTTP#*:}"
	printf 'POST /v1/traces HTTP/1.1\r\nHOST: x\r\nCONTENT-TYPE: APPLICATION/JSON\r\nCONTENT-LENGTH: 2\r\nCONNECTION: close\r\n\r\n{}' >&7
	timeout 20 cat <&7 >answer
	exec 7>&-
	grep -q '^HTTP/1.1 200' answer
}

@test "ids of 0, 8, 15 and 16 bytes" {
	recv
	for id in '' 5b8efff798038103 5b8efff798038103d269b633813fc6; do
		[ "$(post /v1/traces $JSON -d "$(span eee19b7ec3c1b174 | jq -c --arg id "$id" '.resourceSpans[0].scopeSpans[0].spans[0].traceId = $id')")" = 200 ]
		jq -e '.partialSuccess.rejectedSpans == "1"' body
	done
	[ "$(post /v1/traces $JSON -d "$(span eee19b7ec3c1b174)")" = 200 ]
	[ "$(cat body)" = '{}' ]
	[ "$(post /v1/traces $JSON -d "$(span eee19b7ec3c1b17)")" = 400 ]
	stop
	[ "$(rec -c out.rec)" = "$(printf 'traces\t1\t1')" ]
}

@test "numbers at their ends, bytes of one, text that is no UTF-8" {
	recv
	cat >edge.json <<-'END'
	{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[
	{"timeUnixNano":"1700000000000000000","asDouble":"NaN"},{"timeUnixNano":"1700000000000000000","asDouble":"-Infinity"},
	{"timeUnixNano":"1700000000000000000","asInt":"-9223372036854775808"},{"timeUnixNano":"18446744073709551615","asInt":9223372036854775807}]}}]}]}]}
	END
	[ "$(post /v1/metrics $JSON -d @edge.json)" = 200 ]
	[ "$(cat body)" = '{}' ]
	[ "$(post /v1/logs $JSON -d '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"bytesValue":"Zg=="}}]}]}]}')" = 200 ]
	[ "$(post /v1/metrics $JSON -d "$(sed 's/-9223372036854775808/-9223372036854775809/' edge.json)")" = 400 ]
	# a span's name of bytes that are no text
	sent 200 '\012\050\022\046\022\044\012\020aaaaaaaaaaaaaaaa\022\010bbbbbbbb\052\006\377\376\300\200x\303'
	stop
	rec out.rec >got
	jq -s -e '[.[].resourceMetrics[]?.scopeMetrics[].metrics[].gauge.dataPoints[] | .asDouble // .asInt]
		== ["NaN", "-Infinity", "-9223372036854775808", "9223372036854775807"]' got
	jq -s -e '[.[].resourceLogs[]?.scopeLogs[].logRecords[].body.bytesValue] | add == "Zg=="' got
	jq -s -e '[.[].resourceSpans[]?.scopeSpans[].spans[].name] | add | startswith("\ufffd")' got
}

nested() {	# DEPTH: a body of arrays within arrays
	printf '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":'
	# shellcheck disable=SC2046
	printf '{"arrayValue":{"values":[%.0s' $(seq "$1")
	printf '{"intValue":1}'
	# shellcheck disable=SC2046
	printf ']}}%.0s' $(seq "$1")
	printf '}]}]}]}'
}

@test "values within values" {
	recv
	nested 30 >deep
	[ "$(post /v1/logs $JSON --data-binary @deep)" = 200 ]
	for depth in 200 1000 20000; do
		echo "depth $depth"
		nested $depth >deep
		# past the one limit or the other
		[[ $(post /v1/logs $JSON --data-binary @deep) == 4?[03] ]]
	done
	stop
	[ "$(rec -c out.rec)" = "$(printf 'logs\t1\t1')" ]
}
