#!/usr/bin/env bats
# otlp-send: TLS and mutual TLS to otlp-recv, and to gRPC's own server.
load helper
load otlp-recv

certs() {
	authority ca
	cert server ca 'subjectAltName=IP:127.0.0.1' extendedKeyUsage=serverAuth
	cert me ca extendedKeyUsage=clientAuth
}

QUICK="--retry-first 5ms --retry-max 10ms --give-up 100ms"

@test "TLS to otlp-recv, both protocols, many calls; certificates are looked at" {
	certs
	otlp-recv -g 127.0.0.1:0 -H 127.0.0.1:0 --ports-file ports -c server.pem -k server.key --client-ca ca.pem >out.rec 2>err 3>&- &
	PIDS+=("$!")
	until_true test -s ports
	for i in {1..30}; do rec -r "$ROOT/examples/cart.jsonl"; done >in.rec
	for way in grpc http json; do
		at=https://$(sed -n "s/^$([ $way = grpc ] && echo grpc || echo http) //p" ports)
		otlp-send -P $way --ca ca.pem --cert me.pem --key me.key "$at" <in.rec
		OTEL_EXPORTER_OTLP_CERTIFICATE=ca.pem OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE=me.pem \
			OTEL_EXPORTER_OTLP_CLIENT_KEY=me.key otlp-send -P $way "$at" <in.rec
		# not trusted, or no certificate of ours
		rec -r "$ROOT/examples/cart.jsonl" >one.rec
		fails 75 otlp-send $QUICK -P $way --cert me.pem --key me.key "$at" <one.rec
		fails 75 otlp-send $QUICK -P $way --ca ca.pem "$at" <one.rec
	done
	kill -TERM "${PIDS[0]}" && wait "${PIDS[0]}"
	[ "$(rec -c out.rec | awk '{ n += $3 } END { print n }')" -eq $((6 * $(rec -c in.rec | awk '{ n += $3 } END { print n }'))) ]
}

@test "to gRPC's own server, in the clear and by TLS, compressed, again" {
	certs
	rec -r "$ROOT/examples/cart.jsonl" "$ROOT/examples/shop.jsonl" >in.rec
	for secure in "" "cert=server.pem key=server.key"; do
		rm -f log
		# shellcheck disable=SC2086
		/usr/bin/python3 "$ROOT/tests/clients/grpcio/serve.py" $secure >log 2>err 3>&- &
		PIDS+=("$!")
		until_true test -s log
		at=http${secure:+s}://127.0.0.1:$(head -n 1 log)
		for z in none gzip; do
			otlp-send -P grpc -z $z --ca ca.pem --retry-first 5ms -H 'Authorization: Bearer x' "$at" <in.rec
		done
		kill "${PIDS[-1]}"
		wait "${PIDS[-1]}" || true
		[ "$(grep -c '/opentelemetry.proto.collector.*/Export [0-9]* - Bearer x' log)" -eq $((2 * $(rec -c in.rec | awk '{ n += $2 } END { print n }'))) ]
	done
}

# many N: so many records of a log line each, "line 0" and on, to in.rec
many() {
	seq -f '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"line %g"}}]}]}]}' "$1" |
		rec -i json -o rec >in.rec
}
lines() { rec -o json "$@" | grep -o '"line [0-9]*"' | sort; }

@test "thousands of calls on one connection: none is sent away" {
	certs
	many 4000
	otlp-recv -g 127.0.0.1:0 -H none --ports-file ports -c server.pem -k server.key >out.rec 2>err 3>&- &
	PIDS+=("$!")
	until_true test -s ports
	at=https://$(sed -n 's/^grpc //p' ports)
	for w in 1 8; do
		otlp-send -P grpc -w $w --ca ca.pem "$at" <in.rec 2>said
		[ ! -s said ] || { cat said; false; }
	done
	curl -s -m 60 -Z --parallel-max 8 --http2 --cacert ca.pem -H 'content-type: application/x-protobuf' -d '' \
		-o /dev/null -w '%{http_version} %{http_code}\n' "$at/v1/traces?[1-1500]" | sort | uniq -c | tr -s ' ' >codes
	[ "$(cat codes)" = ' 1500 2 200' ]
	kill "${PIDS[0]}" && wait "${PIDS[0]}"
	diff <(lines out.rec) <(lines in.rec in.rec)
}

@test "GOAWAY amid several calls: gRPC's own server, and otlp-recv begun again" {
	certs
	many 3000
	/usr/bin/python3 "$ROOT/tests/clients/grpcio/serve.py" cert=server.pem key=server.key age=40 >log 2>err 3>&- &
	PIDS+=("$!")
	until_true test -s log
	otlp-send -P grpc -z none --ca ca.pem --retry-first 2ms "https://127.0.0.1:$(head -n 1 log)" <in.rec 2>said || { cat said; false; }
	kill "${PIDS[0]}" && { wait "${PIDS[0]}" || true; }
	# each arrived, a few perhaps twice; none was refused
	[ "$(grep -c Export log)" -ge 3000 ]
	! grep refused said || false

	addr=127.0.0.1:0
	mkfifo in
	otlp-recv -g $addr -H none --ports-file ports -c server.pem -k server.key -o s 2>err 3>&- &
	recv=$!
	until_true test -s ports
	addr=$(sed -n 's/^grpc //p' ports)
	otlp-send -P grpc -z none --ca ca.pem --retry-first 2ms "https://$addr" <in 2>said 3>&- &
	PIDS+=("$!")
	exec 7>in
	for i in 1 2 3 4; do
		cat in.rec >&7 &
		cat=$!
		had=$(spool -r s 2>/dev/null | rec -c | cut -f2)
		more() { [ "$(spool -r s | rec -c | cut -f2)" -gt "$((${had:-0} + 300))" ]; }
		until_true more
		kill "$recv"
		wait "$recv"
		otlp-recv -g "$addr" -H none -c server.pem -k server.key -o s 2>>err 3>&- 7>&- &
		recv=$!
		wait "$cat"
	done
	PIDS+=("$recv")
	exec 7>&-
	wait "${PIDS[1]}"
	diff <(spool -r s | lines | uniq -c | awk '$1 < 4') /dev/null
	[ "$(spool -r s | lines | uniq | wc -l)" -eq 3000 ]
}
