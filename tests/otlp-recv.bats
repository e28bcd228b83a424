#!/usr/bin/env bats
# otlp-recv: what it takes, what it refuses, and how it ends.
load helper
load otlp-recv

@test "the manual's examples" {
	examples otlp-recv.1
}

@test "an empty protobuf request is a success and no record" {
	recv
	[ "$(post /v1/traces $PB --data-binary '')" = 200 ]
	[ ! -s body ]
	grep -qi '^content-type: application/x-protobuf' head
	stop
	[ ! -s out.rec ]
}

@test "what is not served: path, method, type, coding" {
	recv
	[ "$(post /v1/nothing $PB -d x)" = 404 ]
	[ "$(post / $PB -X GET)" = 404 ]
	[ "$(post /v1/nothing $PB -I)" = 404 ]
	[ "$(post /v1/traces/x $PB -d x)" = 404 ]
	for method in GET PUT DELETE HEAD; do
		[ "$method" != HEAD ] || set -- -I
		[ "$(post /v1/traces $PB -X $method "$@")" = 405 ]
		grep -qi '^allow: POST' head
	done
	[ "$(post /v1/traces text/plain -d x)" = 415 ]
	grep -q 'application/x-protobuf.*application/json' body
	[ "$(post /v1/traces "${PB}s" -d x)" = 415 ]
	[ "$(post /v1/traces $PB -H 'Content-Encoding: br' -d x)" = 415 ]
	grep -q 'gzip.*zstd.*deflate.*zlib' body
	stop
	[ ! -s out.rec ]
}

# raw BYTES: sends them and prints all that comes back until the server, or
# who asked for Connection: close, ends.
raw() {
	exec 7<>"/dev/tcp/${HTTP%:*}/${HTTP#*:}"
	printf "$@" >&7
	timeout 20 cat <&7
	exec 7>&-
}

@test "one connection: keep-alive, pipelined, a part at a time" {
	recv
	head='POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n'
	# four at once: with a length, chunked, none at that path, the last
	raw "$head"'Content-Length: 2\r\n\r\n\012\0'"$head"'Transfer-Encoding: chunked\r\n\r\n1\r\n\012\r\n1;x=y\r\n\0\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n'"$head"'Connection: close\r\nContent-Length: 2\r\n\r\n\012\0' >answers
	[ "$(grep -a '^HTTP' answers | tr -d '\r' | cut -d' ' -f2 | tr '\n' ' ')" = '200 200 404 200 ' ]
	raw 'POST /v1/traces HTTP/1.1\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n' >answers
	grep -q '^HTTP/1.1 400' answers
	curl -s -m 20 -o /dev/null -o /dev/null -w '%{num_connects} ' -H "Content-Type: $PB" --data-binary '' \
		"http://$HTTP/v1/traces" "http://$HTTP/v1/logs/" >connects
	[ "$(cat connects)" = '1 0 ' ]
	stop
	[ "$(rec -c out.rec | cut -f1-2)" = "$(printf 'traces\t3')" ]
}

@test "Expect: 100-continue is answered, and not when the answer is no" {
	recv --max-message 1K
	[ "$(post /v1/traces $PB --expect100-timeout 20 -H 'Expect: 100-continue' --data-binary '')" = 200 ]
	head -c 1000 /dev/zero | tr '\0' '\n' >some
	[ "$(post /v1/traces $JSON --expect100-timeout 20 -H 'Expect: 100-continue' --data-binary @some)" = 400 ]
	grep -q '^HTTP/1.1 100' head
	head -c 2000 /dev/zero >big
	[ "$(post /v1/traces $PB --expect100-timeout 20 -H 'Expect: 100-continue' --data-binary @big)" = 413 ]
	! grep -q '^HTTP/1.1 100' head || false
}

@test "an error has a body in the encoding of the request" {
	recv --max-message 1K
	head -c 2000 /dev/zero >big
	[ "$(post /v1/logs $JSON -d '{"resourceLogs":3}')" = 400 ]
	grep -qi '^content-type: application/json' head
	jq -e '.code == 3 and (.message | contains("resourceLogs"))' body
	[ "$(post /v1/logs $JSON --data-binary @big)" = 413 ]
	grep -qi '^content-type: application/json' head
	jq -e '.code == 8 and (.message | length > 0)' body
	! grep -qi '^retry-after' head || false
	# google.rpc.Status: code, message
	[ "$(post /v1/logs $PB -d hello)" = 400 ]
	grep -qi '^content-type: application/x-protobuf' head
	[ "$(head -c 3 body | hex)" = 080312 ]
	[ "$(post /v1/logs $PB --data-binary @big)" = 413 ]
	[ "$(head -c 3 body | hex)" = 080812 ]
}

@test "bytes that are no protobuf are refused and not kept" {
	recv
	[ "$(post /v1/logs $PB --data-binary 'hello world')" = 400 ]
	[ "$(post /v1/logs $JSON -d '{')" = 400 ]
	grep -q '"message"' body
	stop
	[ ! -s out.rec ]
}

@test "wrong options exit with 2" {
	fails 2 otlp-recv --sync sometimes
	fails 2 otlp-recv --max-message 65M
	fails 2 otlp-recv -g none -H ''
	fails 2 otlp-recv operand
	fails 2 otlp-recv -g nowhere
}

@test "a port that is taken is said" {
	recv
	fails 1 otlp-recv -g "$GRPC" -H none
	[[ $output == "otlp-recv: $GRPC: listen: "* ]]
}

@test "JSON becomes a record with its items and times" {
	recv
	span eee19b7ec3c1b174 >span.json
	[ "$(post /v1/traces $JSON -d @span.json)" = 200 ]
	[ "$(cat body)" = '{}' ]
	grep -qi '^content-type: application/json' head
	stop
	rec out.rec | jq -e '.resourceSpans[0].scopeSpans[0].spans[0] | .name == "GET /" and .spanId == "eee19b7ec3c1b174"'
	[ "$(rec -c out.rec)" = "$(printf 'traces\t1\t1')" ]
}

@test "protobuf passes byte for byte: identity, chunked, compressed" {
	span eee19b7ec3c1b174 | jq -c . >span.json
	recv
	post /v1/traces $JSON -d @span.json >/dev/null
	stop
	# the payload follows the length, the tag and its own length
	n=$(od -An -tu1 -j2 -N1 out.rec | tr -d ' ')
	tail -c +4 out.rec | head -c "$n" >payload
	# with a field no version of ours knows, at the end
	printf '\372\001\003abc' >>payload
	gzip -nc payload >payload.gz
	zstd -q <payload >payload.zst	# of no stated size
	# deflate is gzip without its ten bytes in front and eight behind
	head -c -8 payload.gz | tail -c +11 >payload.bare
	recv
	[ "$(post /v1/traces $PB --data-binary @payload)" = 200 ]
	[ "$(post /v1/traces/ $PB -H 'Transfer-Encoding: chunked' --data-binary @payload)" = 200 ]
	[ "$(post /v1/traces $PB -H 'Content-Encoding: GZip' --data-binary @payload.gz)" = 200 ]
	[ "$(post /v1/traces $PB -H 'Content-Encoding: zstd' --data-binary @payload.zst)" = 200 ]
	[ "$(post /v1/traces $PB -H 'Content-Encoding: deflate' --data-binary @payload.bare)" = 200 ]
	[ "$(post /v1/traces "$PB; charset=utf-8" --expect100-timeout 20 -H 'Expect: 100-continue' --data-binary @payload)" = 200 ]
	stop
	[ "$(rec -c out.rec)" = "$(printf 'traces\t6\t6')" ]
	hex=$(hex <payload)
	[ "$(hex <out.rec | grep -o "$hex" | wc -l)" -eq 6 ]
}

@test "invalid items are left out, and the answer says so" {
	jq -c -n --argjson a "$(span eee19b7ec3c1b174)" --argjson b "$(span 0000000000000000)" \
		'{ resourceSpans: ($a.resourceSpans + $b.resourceSpans) }' >two.json
	recv
	[ "$(post /v1/traces $JSON -d @two.json)" = 200 ]
	jq -e '.partialSuccess.rejectedSpans == "1" and (.partialSuccess.errorMessage | length > 0)' body
	span 0000000000000000 >none.json
	[ "$(post /v1/traces $JSON -d @none.json)" = 200 ]
	jq -e '.partialSuccess.rejectedSpans == "1"' body
	stop
	[ "$(rec -c out.rec)" = "$(printf 'traces\t1\t1')" ]
}

@test "too large, before and after inflation" {
	recv --max-message 100K
	head -c 102401 /dev/zero >big
	[ "$(post /v1/logs $PB --data-binary @big)" = 413 ]
	[ "$(post /v1/logs $PB -H 'Transfer-Encoding: chunked' --data-binary @big)" = 413 ]
	gzip -c big >big.gz
	[ "$(post /v1/logs $PB -H 'Content-Encoding: gzip' --data-binary @big.gz)" = 413 ]
	[ "$(post /v1/logs $PB -H 'Content-Encoding: gzip' --data-binary 'not gzip')" = 400 ]
	# field 1000 of 102391 bytes, skipped: just within the limit
	{ printf '\302\076\367\237\006'; head -c 102391 /dev/zero; } >fits
	[ "$(post /v1/logs $PB --data-binary @fits)" = 200 ]
	stop
	[ ! -s err ] || ! grep -v ' on ' err
}

@test "more in flight than may be held: 503 and when to come again" {
	recv --max-held 1K
	# two whose bodies do not come, which are believed to
	half="POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: $PB\r\nContent-Length: 500\r\n\r\n."
	exec 7<>"/dev/tcp/${HTTP%:*}/${HTTP#*:}" 8<>"/dev/tcp/${HTTP%:*}/${HTTP#*:}"
	printf "$half" >&7
	printf "$half" >&8
	head -c 300 /dev/zero >some
	until_true full
	[ "$(post /v1/logs $JSON --data-binary @some)" = 503 ]
	grep -qi '^retry-after: 1' head
	jq -e '.message | length > 0' body
	[ "$(post /v1/logs $PB --data-binary '')" = 200 ]
	exec 7>&- 8>&-
	until_true read_again
	# half of it is the most that one may take
	head -c 600 /dev/zero >big
	[ "$(post /v1/logs $PB --data-binary @big)" = 413 ]
}
full() { [ "$(post /v1/logs $PB --data-binary @some)" = 503 ]; }
read_again() { [ "$(post /v1/logs $PB --data-binary @some)" = 400 ]; }

@test "what JSON becomes is held, too" {
	recv --max-held 1K
	exec 7<>"/dev/tcp/${HTTP%:*}/${HTTP#*:}"
	printf 'POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 500\r\n\r\n.' $PB >&7
	printf '{"resourceLogs":[]%300s}' '' >some
	until_true full_json
	grep -qi '^retry-after: 1' head
	exec 7>&-
	until_true free_json
}
full_json() { [ "$(post /v1/logs $JSON --data-binary @some)" = 503 ]; }
free_json() { [ "$(post /v1/logs $JSON --data-binary @some)" = 200 ]; }

@test "a full spool refuses, says when to come again, and what it took is there" {
	recv -o spool --max-spool 64K
	span eee19b7ec3c1b174 | jq -c --arg s "$(printf '%10000s' '')" '.resourceSpans[0].scopeSpans[0].spans[0].name = $s' >big.json
	ok=0
	while [ "$(post /v1/traces $JSON -d @big.json)" = 200 ]; do
		ok=$((ok + 1))
		[ $ok -lt 20 ]
	done
	[ $ok -gt 0 ]
	grep -q '^HTTP/1.1 503' head
	grep -qi '^retry-after: 1' head
	grep -qi '^content-type: application/json' head
	jq -e '.code == 14' body
	stop
	[ "$(cat spool/*.rec | rec -c)" = "$(printf 'traces\t%d\t%d' $ok $ok)" ]
}

@test "gRPC by hand: refused whole, partly, and to come again" {
	recv -o spool --max-spool 64K
	printf hello >hello
	grpc hello >answer
	grep -q '^HTTP/2 200' answer && grep -q '^grpc-status: 3' answer
	# field 1000 of 40,000 bytes: the second time there is no room
	{ printf '\302\076\300\270\002'; head -c 40000 /dev/zero; } >most
	grpc most >answer
	grep -aq '^grpc-status: 0' <(sed 's/^[^a-z]*//' answer)
	grpc most >answer
	grep -q '^grpc-status: 14' answer
	sed -n 's/^grpc-status-details-bin: //p' answer | { tr -d '\n'; echo ==; } | base64 -di 2>/dev/null | grep -aq google.rpc.RetryInfo
	stop
}

@test "every request of many connections arrives, by gRPC and HTTP" {
	mkdir data
	"$LOAD/gen" -d data -s 3 -t 500 -l 3000
	for way in "-c 5 -m 7" "-c 2 -m 3 -f 1000000" "-c 1 -m 1 -f 17" "-H -c 6"; do
		recv -o spool
		case $way in -H*) at=$HTTP ;; *) at=$GRPC ;; esac
		for f in traces logs; do
			# shellcheck disable=SC2086
			"$LOAD/otlp-load" $way -a $f.acks "$at" data/$f.rec
			[ "$(wc -l <$f.acks)" -eq "$(rec -c data/$f.rec | cut -f2)" ]
		done
		stop
		cat data/traces.rec data/logs.rec >all.rec
		"$LOAD/spool-has" spool all.rec traces.acks
		[ "$(cat spool/*.rec | rec -c)" = "$(rec -c all.rec)" ]
		rm -rf spool
	done
}

@test "spool-has can fail" {
	mkdir data
	"$LOAD/gen" -d data -s 3 -t 100 -l 10
	recv -o spool
	"$LOAD/otlp-load" -c 1 -n 3 -a acks "$GRPC" data/traces.rec
	stop
	"$LOAD/spool-has" spool data/traces.rec acks
	echo 4 >>acks
	run "$LOAD/spool-has" spool data/traces.rec acks
	[ "$status" -eq 1 ]
}

@test "gRPC by hand: success, and a message that is cut short" {
	recv
	printf '\0\0\0\0\2\012\0' >msg
	curl -s -m 20 -i --http2-prior-knowledge --data-binary @msg -H 'te: trailers' -H 'content-type: application/grpc' \
		"http://$GRPC/opentelemetry.proto.collector.trace.v1.TraceService/Export" >answer
	grep -q '^grpc-status: 0' <(tr -d '\r' <answer | sed 's/^[^a-z]*//')
	printf '\0\0\0\0\3\012\0' >msg
	curl -s -m 20 -i --http2-prior-knowledge --data-binary @msg -H 'te: trailers' -H 'content-type: application/grpc' \
		"http://$GRPC/opentelemetry.proto.collector.trace.v1.TraceService/Export" >answer
	grep -q '^grpc-status: 13' answer
	stop
}

@test "TERM answers what is in flight" {
	recv
	# a request whose second half comes after the signal
	exec 7<>"/dev/tcp/${HTTP%:*}/${HTTP#*:}"
	printf 'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 2\r\n\r\n\012' $PB >&7
	post /v1/traces $PB --data-binary '' >/dev/null	# the first half was read before this
	kill -TERM "$PID"
	until_true refused
	printf '\0' >&7
	wait "$PID"
	grep -q '^HTTP/1.1 200' <&7
	exec 7>&-
	[ "$(rec -c out.rec | cut -f1-2)" = "$(printf 'traces\t1')" ]
}
refused() { ! curl -s -o /dev/null -m 5 "http://$HTTP/"; }

@test "stdout's reader gone: exit 1" {
	mkfifo pipe
	otlp-recv -g 0 -H 0 --ports-file ports >pipe 2>err 3>&- &
	PID=$!
	PIDS+=("$PID")
	exec 8<pipe
	until_true test -s ports
	exec 8<&-
	st=0
	wait "$PID" || st=$?
	[ "$st" -eq 1 ]
	grep -q 'stdout' err
}

@test "stdout closed or full" {
	run bash -c 'otlp-recv -g 0 -H 0 >&-'
	[ "$status" -eq 1 ]
	rm -f ports
	otlp-recv -g 0 -H 0 --ports-file ports >/dev/full 2>err 3>&- &
	PID=$!
	PIDS+=("$PID")
	until_true test -s ports
	HTTP=$(awk '$1 == "http" { print $2 }' ports)
	[ "$(post /v1/traces $JSON -d "$(span eee19b7ec3c1b174)")" = 503 ] || true
	st=0
	wait "$PID" || st=$?
	[ "$st" -eq 1 ]
	grep -q 'No space left' err
}

@test "one server may be off; port 0 is said" {
	recv -H none
	[ -z "$HTTP" ]
	grep -q "^otlp-recv: grpc on $GRPC\$" err
	! grep -q http err || false
	stop
}
